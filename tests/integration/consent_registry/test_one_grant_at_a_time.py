# SPDX-License-Identifier: Apache-2.0
"""At any instant a person has one standing in a dataset: the database refuses a second one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from tests.support.registry_world import DESK, DS, RegistryWorld, people

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
_ADD = text(
    "INSERT INTO standing (dataset, ordinal, starts_at, ends_at, state, event_id, pending)"
    " SELECT :dataset, :ordinal, s, e, 'given', gen_random_uuid(), false"
    " FROM unnest(CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[])) AS t (s, e)"
)
Line = list[tuple[int, int | None]]


def put(world: RegistryWorld, line: Line) -> None:
    """Give member 7 these segments, in days; a writer that follows none of our rules."""
    values: dict[str, Any] = {
        "dataset": DS,
        "ordinal": 7,
        "starts": [START + begins * DAY for begins, _ in line],
        "ends": [None if ends is None else START + ends * DAY for _, ends in line],
    }
    with world.engine.begin() as connection:
        connection.execute(_ADD, values)


@pytest.mark.parametrize(
    "line",
    [
        [(0, None)],
        [(0, 5), (5, None)],
        [(5, 9), (9, None), (0, 5)],
    ],
)
def test_segments_that_touch_are_taken(world: RegistryWorld, line: Line) -> None:
    put(world, line)
    assert world.count("standing") == len(line)


@pytest.mark.parametrize(
    "line",
    [
        [(0, None), (3, None)],
        [(0, 5), (2, None)],
        [(0, 5), (2, 5), (5, None)],
        [(0, 5), (2, 7), (5, None), (7, None)],
        [(0, 5), (6, None)],
        [(0, 5)],
        [(0, 0)],
        [(5, 3), (3, None)],
    ],
)
def test_two_at_once_a_gap_and_an_end_before_the_beginning_are_refused(
    world: RegistryWorld, line: Line
) -> None:
    with pytest.raises(IntegrityError):
        put(world, line)
    assert world.count("standing") == 0


def test_a_second_grant_beside_one_that_stands_is_refused(world: RegistryWorld) -> None:
    put(world, [(0, 5), (5, None)])
    beside: list[Line] = [[(2, None)], [(2, 5)], [(7, None)], [(-3, 0), (9, None)]]
    for line in beside:
        with pytest.raises(IntegrityError):
            put(world, line)
    assert world.count("standing") == 2


def test_what_is_recorded_imported_and_projected_anew_goes_through(world: RegistryWorld) -> None:
    assert world.load(*people(50, effective_to="2030-01-01")).batch.applied == 50
    world.clock.pass_time(60)
    for number in range(0, 50, 7):
        withdraw(f"P-{number:06}", WithdrawConsent(), tools=world.tools, principal=DESK)
    world.clock.pass_time(60)
    again = people(50, signed_on=world.clock.now().date().isoformat(), permission="GRU")
    assert world.load(*again).batch.applied == 42
    overlapping = world.scalar(
        "SELECT count(*) FROM standing AS a JOIN standing AS b"
        " ON (a.dataset, a.ordinal) = (b.dataset, b.ordinal) AND a.starts_at < b.starts_at"
        " WHERE tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)"
    )
    assert overlapping == 0
