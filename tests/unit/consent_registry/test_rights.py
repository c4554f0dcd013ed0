# SPDX-License-Identifier: Apache-2.0
"""The clock of a request (GDPR 12(3), 12(6), Regulation 1182/71), its order, and what it may do."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent_registry.domain.rights import (
    RequestState,
    Right,
    RightsRequest,
    Step,
    StepKind,
    in_order_of_need,
)
from consent_registry.domain.stops import StopEvent, StopKind, standing_stops
from tests.fakes.country_policies import calendar_of

DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def asked(
    received: str = "2029-11-30", country: str = "EE", right: Right = Right.ACCESS, **steps: str
) -> RightsRequest:
    """Build a request: `asked(identity_asked="2029-12-03", identified="2029-12-10")`."""
    return RightsRequest(
        request_id="r",
        pid="p",
        right=right,
        received_at=at(received),
        country=country,
        calendar=calendar_of(country),
        steps=(
            Step(kind=StepKind.RECEIVED, at=at(received)),
            *(Step(kind=StepKind(kind), at=at(when)) for kind, when in steps.items()),
        ),
    )


@pytest.mark.parametrize(
    ("request_made", "due"),
    [
        # 30 December 2029 is a Sunday; New Year's Day is no trap yet.
        (asked("2029-11-30"), "2029-12-31"),
        (asked("2029-12-01"), "2030-01-02"),
        (asked("2029-11-30", extended="2029-12-20"), "2030-02-28"),
        (asked("2030-01-31"), "2030-02-28"),
        # Ascension Day, 30 May 2030, is a holiday in Finland alone.
        (asked("2030-04-30", "FI"), "2030-05-31"),
        (asked("2030-04-30", "PT"), "2030-05-30"),
        # Seven days of asking who she is are seven days more.
        (asked("2030-03-04", identity_asked="2030-03-05", identified="2030-03-12"), "2030-04-11"),
    ],
)
def test_an_answer_is_due(request_made: RightsRequest, due: str) -> None:
    assert request_made.due_on == date.fromisoformat(due)
    assert not request_made.is_overdue(at(due))
    assert request_made.is_overdue(at(due) + DAY)


def test_the_clock_stands_still_while_she_is_asked_who_she_is() -> None:
    waiting = asked(identity_asked="2029-12-03")
    assert (waiting.state, waiting.due_on) == (RequestState.IDENTITY, None)
    assert not waiting.is_overdue(at("2039-01-01"))
    assert not waiting.may(StepKind.FULFILLED, at("2029-12-04"))


def test_it_is_extended_once_and_only_within_the_first_month() -> None:
    assert asked().may(StepKind.EXTENDED, at("2029-12-31"))
    assert not asked().may(StepKind.EXTENDED, at("2030-01-01"))
    assert not asked(extended="2029-12-20").may(StepKind.EXTENDED, at("2029-12-21"))


def test_overdue_comes_first_and_what_stands_still_last() -> None:
    still = asked("2029-10-01", identity_asked="2029-10-02")
    late, soon, later = asked("2029-10-01"), asked("2029-11-30"), asked("2029-12-05")
    assert in_order_of_need([still, later, soon, late], at("2029-12-10")) == [
        *(late, soon, later),
        still,
    ]


def test_data_rest_from_the_request_until_it_is_lifted_or_decided() -> None:
    def rests(right: Right, **steps: str) -> bool:
        return asked(right=right, **steps).holds_data()

    when = "2029-12-03"
    assert rests(Right.RESTRICTION)
    assert rests(Right.RESTRICTION, identity_asked=when)
    assert rests(Right.RESTRICTION, fulfilled=when)
    assert not rests(Right.RESTRICTION, fulfilled=when, lifted="2029-12-04")
    assert not rests(Right.RESTRICTION, refused=when)
    assert rests(Right.OBJECTION)
    assert not rests(Right.OBJECTION, fulfilled=when)
    assert not rests(Right.ERASURE)


def test_what_ends_a_rest_is_told_on_an_earlier_day() -> None:
    """GDPR Article 18(3)."""
    told = asked(right=Right.RESTRICTION, fulfilled="2029-12-03", end_told="2029-12-05")
    assert told.ends_rest(StepKind.LIFTED)
    assert not told.end_told(at("2029-12-05"))
    assert told.end_told(at("2029-12-06"))
    assert not asked().ends_rest(StepKind.REFUSED)
    assert asked(right=Right.OBJECTION).ends_rest(StepKind.REFUSED)
    for right in Right:
        assert asked(right=right).may(StepKind.END_TOLD, at("2029-12-03")) is right.stops_at_once


def test_the_desk_does_not_lift_an_objection_that_was_upheld_and_she_may() -> None:
    upheld = asked(right=Right.OBJECTION, fulfilled="2029-12-03")
    assert not upheld.may_by_desk(StepKind.LIFTED, at("2029-12-04"))
    assert upheld.may(StepKind.LIFTED, at("2029-12-04"))


def test_identity_is_asked_for_once_and_not_of_who_signed_in() -> None:
    when = at("2029-12-04")
    assert not asked().may(StepKind.IDENTITY_ASKED, when)
    letter = replace(
        asked(), steps=(Step(kind=StepKind.RECEIVED, at=at("2029-11-30"), by=("i", "s")),)
    )
    assert letter.may(StepKind.IDENTITY_ASKED, when)
    again = asked(identity_asked="2029-12-01", identified="2029-12-02").steps[1:]
    later = replace(letter, steps=(*letter.steps, *again))
    assert not later.may(StepKind.IDENTITY_ASKED, when)


@given(received=st.dates(date(2020, 1, 1), date(2060, 12, 31)), paused=st.integers(0, 60))
def test_a_pause_never_shortens_and_an_extension_always_lengthens(
    received: date, paused: int
) -> None:
    day = received.isoformat()
    plain = asked(day).due_on
    identified = (received + timedelta(days=paused)).isoformat()
    paused_due = asked(day, identity_asked=day, identified=identified).due_on
    extended = asked(day, extended=day).due_on
    assert plain is not None
    assert paused_due is not None
    assert extended is not None
    assert plain <= paused_due
    assert timedelta(days=55) <= extended - plain <= timedelta(days=70)
    assert timedelta(days=28) <= plain - received <= timedelta(days=36)


_KINDS = st.sampled_from([StopKind.RESTRICTION, StopKind.OBJECTION, StopKind.ERASURE])


@given(told=st.lists(st.tuples(_KINDS, st.booleans()), max_size=8))
def test_an_erasure_never_ends_and_the_last_word_counts_for_the_rest(
    told: list[tuple[StopKind, bool]],
) -> None:
    events = [
        StopEvent(
            number=n, pid="p", kind=kind, begins=begins, recorded_at=at("2030-01-01") + n * DAY
        )
        for n, (kind, begins) in enumerate(told)
    ]
    stops = standing_stops(events)
    assert (StopKind.ERASURE in stops) is ((StopKind.ERASURE, True) in told)
    for kind in (StopKind.RESTRICTION, StopKind.OBJECTION):
        last = [begins for one, begins in told if one is kind][-1:]
        assert (kind in stops) is (last == [True])
    before_all = standing_stops(events, at("2029-01-01"))
    assert before_all == stops & {StopKind.ERASURE}
