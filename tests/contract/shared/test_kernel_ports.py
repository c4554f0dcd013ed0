# SPDX-License-Identifier: Apache-2.0
"""What every clock and every source of ids promises, whether real or a test's."""

import uuid
from datetime import timedelta

import pytest

from shared.clock import Clock, SystemClock, from_rfc3339, to_rfc3339
from shared.ids import IdSource, Uuid7Source
from tests.fakes.kernel import CountingIds, SteppingClock


@pytest.fixture(params=[SystemClock, SteppingClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


@pytest.fixture(params=[Uuid7Source, CountingIds])
def ids(request: pytest.FixtureRequest) -> IdSource:
    made: IdSource = request.param()
    return made


def test_the_wall_time_is_aware_utc_and_can_be_written_and_read(clock: Clock) -> None:
    now = clock.now()
    assert now.utcoffset() == timedelta(0)
    assert from_rfc3339(to_rfc3339(now)) == now


def test_monotonic_time_never_goes_back(clock: Clock) -> None:
    readings = [clock.monotonic() for _ in range(1_000)]
    assert readings == sorted(readings)


def test_ids_are_uuids_of_version_7_in_canonical_text_and_never_repeat(ids: IdSource) -> None:
    given = [ids.new() for _ in range(1_000)]
    assert len(set(given)) == 1_000
    for text in given:
        parsed = uuid.UUID(text)
        assert str(parsed) == text
        assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
