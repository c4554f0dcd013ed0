# SPDX-License-Identifier: Apache-2.0
"""The times that break consent systems, each one decided: consent.md section 2.5."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consent_registry.domain.duo import Duo
from consent_registry.domain.history import (
    ConsentEvent,
    Kind,
    State,
    standing_at,
    standing_in,
    timeline,
)
from shared.clock import from_rfc3339, to_rfc3339
from tests.fakes.consent_factories import DAY, NOON, event, terms

US = timedelta(microseconds=1)
HELSINKI = ZoneInfo("Europe/Helsinki")


def state(events: list[ConsentEvent], at: datetime, known_at: datetime | None = None) -> State:
    """Ask the events, and the timeline too where everything is known."""
    found = standing_at(events, at, known_at)
    if known_at is None:
        assert standing_in(timeline(events), at) == found
    return found.state


def test_before_the_first_event_nobody_was_asked() -> None:
    given = [event()]
    assert state(given, NOON - US) is State.NOT_ASKED
    assert state(given, NOON) is State.GIVEN
    assert state(given, NOON, NOON - US) is State.NOT_ASKED
    assert state([], NOON) is State.NOT_ASKED


def test_given_and_withdrawn_on_one_day() -> None:
    events = [event(), event(Kind.WITHDRAWN, NOON + timedelta(hours=3))]
    assert state(events, NOON + timedelta(hours=2)) is State.GIVEN
    assert state(events, NOON + timedelta(hours=3)) is State.WITHDRAWN
    assert state(events, NOON + timedelta(hours=4), NOON + timedelta(hours=2)) is State.GIVEN


@pytest.mark.parametrize("kind", [kind for kind in Kind if not kind.grants])
def test_in_the_same_microsecond_the_narrower_wins_in_whichever_order(kind: Kind) -> None:
    for events in ([event(), event(kind)], [event(kind), event()]):
        assert state(events, NOON) is not State.GIVEN
        assert state(events, NOON + 30 * DAY) is not State.GIVEN


def test_two_different_yeses_in_one_microsecond_permit_nothing() -> None:
    assert state([event(), event(terms=terms(Duo.GRU))], NOON) is State.INVALID


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_happens_twice_is_told_apart(fold: int) -> None:
    """Clocks in Helsinki went back at 04:00 on 25 October 2026: 03:30 is two instants."""
    local = datetime(2026, 10, 25, 3, 30, tzinfo=HELSINKI, fold=fold)
    instant = local.astimezone(UTC)
    assert instant.hour == 0 + fold
    events = [event(at=datetime(2026, 10, 25, 0, 45, tzinfo=UTC))]
    assert state(events, instant) is (State.GIVEN if fold else State.NOT_ASKED)


def test_the_hour_that_never_happens_is_some_instant() -> None:
    local = datetime(2026, 3, 29, 3, 30, tzinfo=HELSINKI)
    assert state([event(at=local.astimezone(UTC))], local.astimezone(UTC)) is State.GIVEN


def test_the_leap_day_begins_and_ends_consents() -> None:
    leap = datetime(2028, 2, 29, tzinfo=UTC)
    events = [event(at=leap, effective_to=datetime(2032, 2, 29, tzinfo=UTC))]
    assert state(events, leap - US) is State.NOT_ASKED
    assert state(events, datetime(2029, 3, 1, tzinfo=UTC)) is State.GIVEN
    assert state(events, datetime(2032, 2, 28, 23, 59, 59, tzinfo=UTC)) is State.GIVEN
    assert state(events, datetime(2032, 2, 29, tzinfo=UTC)) is State.EXPIRED


@pytest.mark.parametrize("year", [1938, 1969, 1970, 2037, 2038, 2039, 2106, 9998])
def test_dates_before_1970_and_after_2038_are_dates_like_others(year: int) -> None:
    at = datetime(year, 1, 19, 3, 14, 8, tzinfo=UTC)
    assert from_rfc3339(to_rfc3339(at)) == at
    events = [event(at=at), event(Kind.WITHDRAWN, at + DAY)]
    assert state(events, at - US) is State.NOT_ASKED
    assert state(events, at) is State.GIVEN
    assert state(events, at + DAY) is State.WITHDRAWN


def test_a_consent_for_thirty_years_ends_to_the_microsecond() -> None:
    ends = NOON.replace(year=NOON.year + 30)
    events = [event(effective_to=ends)]
    assert state(events, ends - US) is State.GIVEN
    assert state(events, ends) is State.EXPIRED


def test_a_modifier_recorded_for_the_past_does_not_cross_a_later_signing() -> None:
    """Signed on day 0 and anew on day 10; on day 20 a limit is recorded as of day 0."""
    first = event(terms=terms(Duo.GRU))
    second = event(Kind.CHANGED, NOON + 10 * DAY, terms=terms(Duo.HMB))
    limited = event(
        Kind.CHANGED, NOON + DAY, recorded_at=NOON + 20 * DAY, terms=terms(Duo.GRU, Duo.NPU)
    )
    events = [first, second, limited]
    assert standing_at(events, NOON + 5 * DAY).terms == limited.terms
    assert standing_at(events, NOON + 5 * DAY, NOON + 15 * DAY).terms == first.terms
    assert standing_at(events, NOON + 11 * DAY).terms == second.terms
    assert standing_at(events, NOON + 30 * DAY).terms == second.terms


def test_a_withdrawal_closes_what_was_recorded_before_it_future_dated_consents_included() -> None:
    later = event(effective_from=NOON + 10 * DAY)
    events = [later, event(Kind.WITHDRAWN, NOON + DAY)]
    assert state(events, NOON + 11 * DAY) is State.WITHDRAWN
    assert state(events, NOON + 11 * DAY, NOON) is State.GIVEN
    anew = event(at=NOON + 2 * DAY)
    assert state([*events, anew], NOON + 3 * DAY) is State.GIVEN


def test_a_posted_letter_counts_from_its_date_and_never_rewrites_what_was_known() -> None:
    letter = event(Kind.WITHDRAWN, NOON + DAY, recorded_at=NOON + 9 * DAY)
    events = [event(), letter]
    assert state(events, NOON + 2 * DAY) is State.WITHDRAWN
    assert state(events, NOON + 2 * DAY, NOON + 5 * DAY) is State.GIVEN


def test_an_old_paper_imported_today_brings_nobody_back() -> None:
    said_no = event(Kind.WITHDRAWN)
    paper = event(at=NOON - 9 * DAY, recorded_at=NOON + DAY, effective_to=NOON + 9000 * DAY)
    assert state([said_no, paper], NOON + 2 * DAY) is State.WITHDRAWN
