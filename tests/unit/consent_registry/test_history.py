# SPDX-License-Identifier: Apache-2.0
"""What a person's events add up to: the must-have times of the consent design, one test each."""

from datetime import UTC, datetime, timedelta

import pytest

from consent_registry.domain.duo import Duo
from consent_registry.domain.history import (
    ConsentEvent,
    Kind,
    Standing,
    State,
    has_said_no,
    standing_at,
    timeline,
)
from tests.fakes.consent_factories import DAY, NOON, event, terms


def state(events: list[ConsentEvent], at: datetime, known: datetime | None = None) -> State:
    return standing_at(events, at, known).state


def test_before_the_first_event_nobody_was_asked() -> None:
    assert standing_at([], NOON) == Standing(state=State.NOT_ASKED)
    assert state([event()], NOON - DAY) is State.NOT_ASKED


def test_a_grant_holds_from_its_first_instant_up_to_and_without_its_end() -> None:
    grant = event(effective_to=NOON + DAY)
    assert state([grant], NOON) is State.GIVEN
    assert state([grant], NOON + DAY - timedelta(microseconds=1)) is State.GIVEN
    assert state([grant], NOON + DAY) is State.EXPIRED


def test_a_withdrawn_person_stays_withdrawn() -> None:
    events = [event(), event(Kind.WITHDRAWN, NOON + DAY)]
    assert state(events, NOON) is State.GIVEN
    assert state(events, NOON + DAY) is State.WITHDRAWN
    assert state(events, NOON + 900 * DAY) is State.WITHDRAWN


def test_a_withdrawal_closes_a_grant_that_was_to_begin_later() -> None:
    future = event(effective_from=NOON + 30 * DAY)
    events = [event(at=NOON - DAY), future, event(Kind.WITHDRAWN, NOON + DAY)]
    assert state(events, NOON + 31 * DAY) is State.WITHDRAWN


@pytest.mark.parametrize("no", [Kind.WITHDRAWN, Kind.REFUSED])
@pytest.mark.parametrize(
    "later", [Kind.AUTHORITY_LAPSED, Kind.RECONSENT_REQUESTED, Kind.INVALIDATED]
)
def test_what_an_authority_closes_later_takes_nobodys_own_no_away(no: Kind, later: Kind) -> None:
    """Under a national act a withdrawal may exclude where a question that is open does not."""
    own = event(no, NOON + DAY)
    events = [event(), own, event(later, NOON + 2 * DAY)]
    assert standing_at(events, NOON + 3 * DAY) == standing_at([event(), own], NOON + DAY)
    assert state([*events, event(at=NOON + 4 * DAY)], NOON + 5 * DAY) is State.GIVEN


def test_at_the_same_instant_the_narrower_wins_in_either_order() -> None:
    given, withdrawn = event(), event(Kind.WITHDRAWN)
    assert state([given, withdrawn], NOON) is State.WITHDRAWN
    assert state([withdrawn, given], NOON) is State.WITHDRAWN


def test_a_no_that_ties_in_one_clock_alone_closes_and_earlier_in_all_it_does_not() -> None:
    grant, before = event(), NOON - DAY
    earlier = event(Kind.WITHDRAWN, before)._replace(
        recorded_at=before, effective_from=before, expressed_at=before
    )
    assert state([grant, earlier], NOON) is State.GIVEN
    for tied in (
        earlier._replace(recorded_at=grant.recorded_at),
        earlier._replace(effective_from=grant.effective_from),
        earlier._replace(expressed_at=grant.expressed_at),
    ):
        assert state([grant, tied], NOON) is State.WITHDRAWN


def test_the_last_no_says_why() -> None:
    refused, withdrawn = event(Kind.REFUSED, NOON), event(Kind.WITHDRAWN, NOON + DAY)
    for events in ([refused, withdrawn], [withdrawn, refused]):
        assert state(events, NOON) is State.REFUSED
        assert standing_at(events, NOON + DAY) == Standing(
            state=State.WITHDRAWN, event_id=withdrawn.event_id
        )


def test_two_signatures_on_one_day_leave_the_person_out() -> None:
    morning = NOON.replace(hour=0)
    withdrawn = event(Kind.WITHDRAWN, morning, recorded_at=NOON)
    given = event(at=morning, recorded_at=NOON + DAY)
    assert state([withdrawn, given], NOON + 2 * DAY) is State.WITHDRAWN


def test_an_old_paper_recorded_today_brings_nobody_back() -> None:
    withdrawn = event(Kind.WITHDRAWN, NOON)
    old = event(at=NOON - 900 * DAY, recorded_at=NOON + DAY)
    assert state([withdrawn, old], NOON + 2 * DAY) is State.WITHDRAWN
    # It did hold before the withdrawal, as far as we know today.
    assert state([withdrawn, old], NOON - DAY) is State.GIVEN
    assert state([withdrawn, old], NOON - DAY, known=NOON) is State.NOT_ASKED


def test_a_paper_signed_before_but_dated_after_a_withdrawal_brings_nobody_back() -> None:
    withdrawn = event(Kind.WITHDRAWN, NOON)
    sly = event(expressed_at=NOON - DAY, effective_from=NOON + DAY, recorded_at=NOON + 2 * DAY)
    assert state([withdrawn, sly], NOON + 3 * DAY) is State.WITHDRAWN


def test_a_new_consent_after_a_withdrawal_counts() -> None:
    events = [event(), event(Kind.WITHDRAWN, NOON + DAY), event(at=NOON + 2 * DAY)]
    assert state(events, NOON + 2 * DAY) is State.GIVEN


def test_a_letter_counts_from_its_date_and_closes_what_was_recorded_before_it_arrived() -> None:
    letter = event(Kind.WITHDRAWN, NOON, recorded_at=NOON + 4 * DAY)
    on_the_web = event(at=NOON + 2 * DAY)
    events = [event(at=NOON - DAY), on_the_web, letter]
    assert state(events, NOON + 5 * DAY) is State.WITHDRAWN
    assert state(events, NOON + 3 * DAY, known=NOON + 3 * DAY) is State.GIVEN


def test_a_withdrawal_for_a_later_date_lets_the_consent_run_until_then() -> None:
    later = event(Kind.WITHDRAWN, NOON, effective_from=NOON + 30 * DAY)
    events = [event(at=NOON - DAY), later]
    assert state(events, NOON + 29 * DAY) is State.GIVEN
    assert state(events, NOON + 30 * DAY) is State.WITHDRAWN


def test_the_grant_expressed_last_replaces_and_never_adds() -> None:
    wide, narrow = terms(Duo.GRU), terms(Duo.HMB)
    events = [
        event(terms=wide),
        event(Kind.CHANGED, NOON + DAY, terms=narrow, effective_to=NOON + 2 * DAY),
    ]
    assert standing_at(events, NOON + DAY).terms == narrow
    # Behind its end the wider one does not come back.
    assert state(events, NOON + 3 * DAY) is State.EXPIRED


def test_a_change_replaces_a_wider_grant_that_was_to_begin_later() -> None:
    planned = event(terms=terms(Duo.GRU), effective_from=NOON + 30 * DAY)
    narrowed = event(Kind.CHANGED, NOON + DAY, terms=terms(Duo.HMB))
    assert standing_at([planned, narrowed], NOON + 31 * DAY).terms == terms(Duo.HMB)


def test_two_different_grants_at_the_same_microsecond_permit_nothing() -> None:
    events = [event(terms=terms(Duo.GRU)), event(terms=terms(Duo.POA))]
    assert state(events, NOON) is State.INVALID
    assert state(list(reversed(events)), NOON) is State.INVALID


def test_a_refusal_is_told_apart_from_silence_and_closes_like_a_withdrawal() -> None:
    assert state([event(Kind.REFUSED)], NOON) is State.REFUSED
    assert state([event(at=NOON - DAY), event(Kind.REFUSED)], NOON) is State.REFUSED


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.INVALIDATED, State.INVALID),
        (Kind.RECONSENT_REQUESTED, State.PENDING_RECONSENT),
        (Kind.AUTHORITY_LAPSED, State.PENDING_RECONSENT),
    ],
)
def test_every_other_closing_excludes_too(kind: Kind, expected: State) -> None:
    assert state([event(at=NOON - DAY), event(kind)], NOON) is expected


@pytest.mark.parametrize(
    "at",
    [
        datetime(1931, 2, 28, 23, 59, 59, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2024, 2, 29, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),  # the hour Europe skips
        datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
        datetime(2099, 12, 31, tzinfo=UTC),
    ],
)
def test_any_year_is_a_year_and_thirty_of_them_are_a_period(at: datetime) -> None:
    grant = event(at=at, effective_to=at + timedelta(days=30 * 365))
    assert state([grant], at - timedelta(microseconds=1)) is State.NOT_ASKED
    assert state([grant], at) is State.GIVEN
    assert state([grant], at + timedelta(days=30 * 365)) is State.EXPIRED


def test_what_was_known_then_is_answered_from_what_was_recorded_then() -> None:
    events = [event(), event(Kind.WITHDRAWN, NOON + DAY, recorded_at=NOON + 5 * DAY)]
    assert state(events, NOON + 2 * DAY) is State.WITHDRAWN
    assert state(events, NOON + 2 * DAY, known=NOON + 2 * DAY) is State.GIVEN


def test_the_timeline_touches_and_ends_open() -> None:
    events = [event(effective_to=NOON + 9 * DAY), event(Kind.WITHDRAWN, NOON + DAY)]
    found = timeline(events)
    assert [(s.starts_at, s.ends_at, s.standing.state) for s in found] == [
        (NOON, NOON + DAY, State.GIVEN),
        (NOON + DAY, None, State.WITHDRAWN),
    ]
    assert timeline([]) == ()


def test_a_no_stands_against_any_signature_that_is_not_later() -> None:
    said_no = [event(at=NOON - DAY), event(Kind.WITHDRAWN, NOON)]
    assert has_said_no(said_no, NOON)
    assert has_said_no(said_no, NOON - 9 * DAY)
    assert not has_said_no(said_no, NOON + timedelta(microseconds=1))
    assert not has_said_no([event()], NOON - DAY)
