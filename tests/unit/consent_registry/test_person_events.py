# SPDX-License-Identifier: Apache-2.0
"""What of a person's event stands in the open, and what only her key opens."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consent_registry.domain.person_events import (
    SEALED_TIMES,
    PersonKind,
    personal_part,
    sealed_from,
)
from shared.clock import to_rfc3339
from tests.fakes.consent_factories import NOON
from tests.fakes.lives import record

DIED_AT = NOON - timedelta(days=321, hours=5)


def test_a_day_that_is_sealed_is_not_in_the_open_part() -> None:
    sealed = personal_part({}, None, DIED_AT)
    plain = record("a", PersonKind.DIED, effective_from=DIED_AT)
    event = replace(plain, personal=sealed)
    assert sealed_from(sealed) == DIED_AT
    assert event.shown_from == event.recorded_at
    assert to_rfc3339(DIED_AT).encode() not in event.open_part()
    assert to_rfc3339(DIED_AT).encode() in plain.open_part()


@pytest.mark.parametrize("personal", [b"", b"{}", b'{"from":7}', b"[]", personal_part({}, None)])
def test_what_says_no_day_is_as_it_stands(personal: bytes) -> None:
    assert sealed_from(personal) is None


def test_the_end_of_an_authority_stays_open_because_an_unreadable_one_still_ends() -> None:
    assert {PersonKind.DIED, PersonKind.DEATH_CORRECTED} == SEALED_TIMES
