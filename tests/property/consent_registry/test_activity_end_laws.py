# SPDX-License-Identifier: Apache-2.0
"""Laws of activities that end by themselves: an end only ever narrows, and needs no event."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from consent_registry.domain.activities import (
    ACTIVITIES,
    Scope,
    canonical_scopes,
    in_both,
    scopes_of,
    widest,
)
from consent_registry.domain.cohort import evaluate
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import ConsentEvent, Kind, State, standing_at, timeline
from consent_registry.domain.matching import match
from consent_registry.domain.meet import Comparison, meet
from consent_registry.domain.terms import (
    Alternative,
    Terms,
    canonical_text,
    from_json,
    read_written,
    terms_on,
)
from consent_registry.domain.verdict import Result
from tests.fakes.consent_factories import NOON, event, extract, inquiry, purpose

from .test_cohort_laws import index_of

NAMES = (*ACTIVITIES, "project:P-1", "project:P-9")
TODAY = NOON.date()
days = st.integers(-3, 3).map(lambda n: TODAY + timedelta(days=n))
asked = st.builds(
    lambda activity, project: purpose(activity=activity, project=project),
    st.sampled_from(ACTIVITIES),
    st.sampled_from([None, "P-1", "P-9"]),
)


@st.composite
def scopes(draw: st.DrawFn) -> tuple[str, ...]:
    """Draw activities, each once, some with an end."""
    names = draw(st.sets(st.sampled_from(NAMES), min_size=1, max_size=3))
    return canonical_scopes(Scope(name, draw(st.none() | days)).written() for name in names)


consents = st.lists(
    st.builds(
        lambda permission, activities: Alternative(permission=permission, activities=activities),
        st.sampled_from([Duo.GRU, Duo.HMB]),
        scopes(),
    ),
    min_size=1,
    max_size=3,
).map(tuple)


def permitted(consent: Terms, wanted: object, day: date) -> bool:
    return match(consent, inquiry(wanted, today=day)).result is Result.PERMIT  # type: ignore[arg-type]


def without_ends(consent: Terms) -> Terms:
    return tuple(
        replace(one, activities=canonical_scopes(s.name for s in scopes_of(one.activities)))
        for one in consent
    )


def ended_earlier(consent: Terms, by: date) -> Terms:
    """Give every activity an end no later than this day."""
    return tuple(
        replace(
            one,
            activities=canonical_scopes(
                Scope(s.name, by if s.ends is None else min(s.ends, by)).written()
                for s in scopes_of(one.activities)
            ),
        )
        for one in consent
    )


@given(consents, asked, days, days)
def test_an_end_never_widens(consent: Terms, wanted: object, day: date, by: date) -> None:
    if permitted(consent, wanted, day):
        assert permitted(without_ends(consent), wanted, day)
    if permitted(ended_earlier(consent, by), wanted, day):
        assert permitted(consent, wanted, day)
        assert day < by
    assert not Comparison(extract()).widens(without_ends(consent), consent)
    assert not Comparison(extract()).widens(consent, ended_earlier(consent, by))


@given(consents, asked, days, days)
def test_what_is_permitted_later_was_permitted_before(
    consent: Terms, wanted: object, day: date, other: date
) -> None:
    first, later = sorted((day, other))
    if permitted(consent, wanted, later):
        assert permitted(consent, wanted, first)


@given(consents, asked, days, days)
def test_leaving_out_what_has_ended_changes_nothing_from_then_on(
    consent: Terms, wanted: object, day: date, other: date
) -> None:
    first, later = sorted((day, other))
    assert permitted(terms_on(consent, first), wanted, later) == permitted(consent, wanted, later)


@given(st.lists(consents, min_size=1, max_size=4), asked, days)
def test_everybody_together_is_everybody_by_herself(
    everyone: list[Terms], wanted: object, day: date
) -> None:
    events = [event(at=NOON - timedelta(days=9), terms=consent) for consent in everyone]
    at = datetime.combine(day, time(12), UTC)
    question = inquiry(wanted, today=day)  # type: ignore[arg-type]
    standings = [standing_at([one], at) for one in events]
    within = set(evaluate(index_of(standings), question).within)
    alone = {n for n, consent in enumerate(everyone) if permitted(consent, wanted, day)}
    assert within == alone
    # The dataset's own codes let in exactly when the filter takes all, on that day and each other.
    common = meet(everyone, extract())
    assert permitted(common, wanted, day) == (len(alone) == len(everyone))


@st.composite
def histories(draw: st.DrawFn) -> list[ConsentEvent]:
    found: list[ConsentEvent] = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from([Kind.GIVEN, Kind.GIVEN, Kind.CHANGED, Kind.WITHDRAWN]))
        begins = NOON + timedelta(days=draw(st.integers(-3, 3)))
        terms = draw(consents) if kind.grants else None
        ends = draw(st.none() | st.integers(1, 4).map(lambda n: begins + timedelta(days=n)))  # noqa: B023
        found.append(
            event(
                kind,
                NOON + timedelta(hours=number),
                effective_from=begins,
                terms=terms,
                effective_to=ends if kind.grants else None,
            )
        )
    return found


@given(histories(), days, st.randoms())
def test_time_passes_without_an_event(
    history: list[ConsentEvent], day: date, random: Random
) -> None:
    """The projection made today says what every later day will: rebuilt, or event by event."""
    shuffled = list(history)
    random.shuffle(shuffled)
    line = timeline(history)
    assert timeline(shuffled) == line
    for hour in (0, 11, 23):
        at = datetime.combine(day, time(hour), UTC)
        holding = [s for s in line if s.starts_at <= at and (s.ends_at is None or at < s.ends_at)]
        standing = standing_at(history, at)
        if standing.state is State.NOT_ASKED:
            assert holding == []
        else:
            assert [s.standing for s in holding] == [standing]
        for one in standing.terms or ():
            assert all(s.ends is None or s.ends > day for s in scopes_of(one.activities))


@given(histories(), asked)
def test_nobody_comes_back_by_time_alone(history: list[ConsentEvent], wanted: object) -> None:
    """Between two events, or their own ends, a person can only leave."""
    line = timeline(history)
    starts = {one.effective_from for one in history}
    for before, after in pairwise(line):
        if after.starts_at in starts:
            continue
        if after.standing.terms and permitted(after.standing.terms, wanted, after.starts_at.date()):
            assert before.standing.terms is not None
            assert permitted(before.standing.terms, wanted, before.starts_at.date())


@given(consents)
def test_terms_are_stored_and_read_back(consent: Terms) -> None:
    text = canonical_text(consent)
    assert read_written([text]) == consent
    assert from_json(json.loads(text)) == consent


@given(st.frozensets(st.builds(Scope, st.sampled_from(NAMES), st.none() | days)))
def test_the_widest_allow_what_all_do(found: Sequence[Scope]) -> None:
    held = widest(found)
    assert widest(held) == held
    assert in_both(frozenset(found), frozenset(found)) == held
