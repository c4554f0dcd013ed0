# SPDX-License-Identifier: Apache-2.0
"""A no to some data or activities never widens anything, at any time, whatever was said before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consent_registry.domain.activities import ACTIVITIES, SECONDARY_USE
from consent_registry.domain.cohort import evaluate
from consent_registry.domain.data_categories import CATEGORIES, Categories
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import (
    ConsentEvent,
    Kind,
    Standing,
    State,
    standing_at,
    timeline,
)
from consent_registry.domain.matching import Inquiry, match
from consent_registry.domain.meet import Comparison
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.stopping import Closed, closed_between, left_without
from consent_registry.domain.terms import Alternative, Terms
from consent_registry.domain.verdict import Result
from shared.ids import EventId, Revision
from tests.fakes.consent_factories import NOON, event, extract, inquiry
from tests.fakes.consent_factories import terms as consent_terms

from .test_cohort_laws import (
    SCOPES,
    categories,
    consents,
    index_of,
    inquiries,
    people,
    purposes,
)
from .test_history_laws import histories, instants

COMPARISON = Comparison(extract())
WIDE = (("af_aggregate", "edic_secondary_use", "project:P-9"), ("project:P-1", "subject_query"))
NAMES = (*ACTIVITIES, "project:P-1", "project:P-9")
some = st.sets(st.sampled_from(CATEGORIES), min_size=1).map(lambda one: tuple(sorted(one)))
done = st.sets(st.sampled_from(NAMES), min_size=1, max_size=3).map(lambda one: tuple(sorted(one)))
closings = st.one_of(
    st.builds(Closed, data_categories=some),
    st.builds(Closed, activities=done),
    st.builds(Closed, data_categories=some, activities=done),
)
LAST = NOON + timedelta(days=3)


def names_it(one: Alternative, closed: Closed) -> bool:
    """Say whether an alternative is for some of what was closed, by name or by having no limit."""
    done = {scope.partition("=")[0] for scope in one.activities or (SECONDARY_USE,)}
    kinds = set(one.data_categories or CATEGORIES)
    return not (done.isdisjoint(closed.activities) and kinds.isdisjoint(closed.data_categories))


@st.composite
def limited(draw: st.DrawFn) -> list[ConsentEvent]:
    """Draw a history in which some choices are for some data, or some activities, only.

    Often a wide one is among the last, so that something is left when something is closed.
    """
    wide = event(
        Kind.GIVEN,
        NOON + timedelta(days=draw(st.integers(-3, 3))),
        event_id=EventId("event-888888888"),
        revision=Revision(10**8),
        effective_from=NOON - timedelta(days=3),
        terms=(draw(limits(consent_terms(Duo.GRU), WIDE)),),
    )
    return [
        *draw(st.sampled_from([[], [wide], [wide]])),
        *_limited(draw, draw(histories)),
    ]


def _limited(draw: st.DrawFn, history: Sequence[ConsentEvent]) -> list[ConsentEvent]:
    return [
        one._replace(terms=(draw(limits(one.terms, SCOPES)), *draw(st.just(()) | consents)))
        if one.terms
        else one
        for one in history
    ]


def limits(terms: Terms, scopes: Sequence[tuple[str, ...]]) -> st.SearchStrategy[Alternative]:
    """Draw limits to the one alternative of these."""
    return st.builds(
        lambda kinds, scopes: replace(terms[0], data_categories=kinds, activities=scopes),
        categories,
        st.sampled_from(scopes),
    )


def stopped(history: Sequence[ConsentEvent], closed: Closed, now: datetime) -> list[ConsentEvent]:
    """Do what the use case does: record what is left, after all that is known."""
    left = left_without(closed, timeline(history), history, now)
    if left is None:
        return list(history)
    made = event(
        Kind.CHANGED if left.terms else Kind.WITHDRAWN,
        event_id=EventId("event-999999999"),
        revision=Revision(10**9),
        expressed_at=left.expressed_at,
        effective_from=now,
        effective_to=left.ends_at,
        recorded_at=LAST + timedelta(seconds=1),
        terms=left.terms or None,
    )
    return [*history, made]


@given(limited(), closings, instants, instants)
def test_it_never_widens_and_leaves_nothing_of_what_was_closed(
    history: list[ConsentEvent], closed: Closed, now: datetime, at: datetime
) -> None:
    after = stopped(history, closed, now)
    before_then, then = standing_at(history, at), standing_at(after, at)
    if at < now:
        assert then == before_then
        return
    if then.state is State.GIVEN and then.terms:
        assert before_then.terms is not None
        assert not COMPARISON.widens(before_then.terms, then.terms)
        if after != history:
            assert not any(names_it(one, closed) for one in then.terms)


@given(limited(), closings, instants, st.data())
def test_an_older_paper_that_comes_in_later_brings_nothing_back(
    history: list[ConsentEvent], closed: Closed, now: datetime, data: st.DataObject
) -> None:
    after = stopped(history, closed, now)
    if after == history:
        return
    at = max(now, data.draw(instants))
    old = event(Kind.GIVEN, now - timedelta(days=1), recorded_at=LAST + timedelta(days=1))
    found = standing_at([*after, old], at)
    assert not any(names_it(one, closed) for one in found.terms or ())


@given(consents, some, purposes(), categories)
def test_what_is_left_permits_what_was_permitted_of_other_data_and_nothing_else(
    consent: Terms, closed: Categories, asked: Purpose, held: Categories
) -> None:
    question = inquiry(asked, held=held)
    before = match(consent, question).result
    after = match(Closed(data_categories=closed).out_of(consent), question).result
    assert after >= before
    if question.asked and set(question.asked).isdisjoint(closed):
        assert after is before
    elif after is not Result.DENY:
        raise AssertionError("data that were closed are asked for, or all of them")


@given(consents, done, purposes(), categories)
def test_what_is_left_permits_what_was_permitted_of_other_activities_and_nothing_else(
    consent: Terms, names: tuple[str, ...], asked: Purpose, held: Categories
) -> None:
    question, closed = inquiry(asked, held=held), Closed(activities=names)
    left = closed.out_of(consent)
    before, after = match(consent, question).result, match(left, question).result
    assert after >= before
    by = {asked.activity}
    if asked.activity == SECONDARY_USE and asked.project is not None:
        by.add(f"project:{asked.project}")
    if by.isdisjoint(names):
        assert after is before
    elif by <= set(names) and after is not Result.DENY:
        raise AssertionError("an activity that was closed goes on")
    if not closed.goes_on(left):
        assert closed_between(consent, left).activities == tuple(
            sorted({one for one in names if Closed(activities=(one,)).out_of(consent) != consent})
        )


@given(people, closings, inquiries(), st.data())
def test_whoever_closes_something_comes_into_no_set_and_moves_nobody_else(
    everybody: list[Standing], closed: Closed, question: Inquiry, data: st.DataObject
) -> None:
    who = data.draw(st.sets(st.sampled_from(range(len(everybody) or 1))))
    after = [
        _without(one, closed) if number in who else one for number, one in enumerate(everybody)
    ]
    was, now = (evaluate(index_of(standing), question) for standing in (everybody, after))
    assert set(now.within) <= set(was.within)
    assert set(now.within | now.awaiting) <= set(was.within | was.awaiting)
    assert set(was.within) - set(now.within) <= who


def _without(standing: Standing, closed: Closed) -> Standing:
    if standing.terms is None:
        return standing
    left = closed.out_of(standing.terms)
    return standing._replace(terms=left) if left else Standing(state=State.WITHDRAWN)
