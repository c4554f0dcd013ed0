# SPDX-License-Identifier: Apache-2.0
"""A no to some kinds of data never widens anything, at any time, whatever was said before it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consent_registry.domain.data_categories import CATEGORIES, Categories
from consent_registry.domain.history import ConsentEvent, Kind, State, standing_at, timeline
from consent_registry.domain.matching import match
from consent_registry.domain.meet import Comparison
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.stopping import left_without, without_data
from consent_registry.domain.terms import Terms
from consent_registry.domain.verdict import Result
from shared.ids import EventId, Revision
from tests.fakes.consent_factories import NOON, event, extract, inquiry

from .test_cohort_laws import categories, consents, purposes
from .test_history_laws import histories, instants

COMPARISON = Comparison(extract())
some = st.sets(st.sampled_from(CATEGORIES), min_size=1).map(lambda one: tuple(sorted(one)))
LAST = NOON + timedelta(days=3)


@st.composite
def limited(draw: st.DrawFn) -> list[ConsentEvent]:
    """Draw a history in which some choices are for some data only."""
    return [
        one._replace(terms=(replace(one.terms[0], data_categories=draw(categories)),))
        if one.terms
        else one
        for one in draw(histories)
    ]


def stopped(
    history: Sequence[ConsentEvent], closed: Categories, now: datetime
) -> list[ConsentEvent]:
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


@given(limited(), some, instants, instants)
def test_it_never_widens_and_leaves_nothing_of_what_was_closed(
    history: list[ConsentEvent], closed: Categories, now: datetime, at: datetime
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
            assert all(set(one.data_categories).isdisjoint(closed) for one in then.terms)
            assert all(one.data_categories for one in then.terms)


@given(limited(), some, instants, st.data())
def test_an_older_paper_that_comes_in_later_brings_nothing_back(
    history: list[ConsentEvent], closed: Categories, now: datetime, data: st.DataObject
) -> None:
    after = stopped(history, closed, now)
    if after == history:
        return
    at = max(now, data.draw(instants))
    old = event(Kind.GIVEN, now - timedelta(days=1), recorded_at=LAST + timedelta(days=1))
    found = standing_at([*after, old], at)
    assert found.terms is None or all(
        set(one.data_categories).isdisjoint(closed) and one.data_categories for one in found.terms
    )


@given(consents, some, purposes(), categories)
def test_what_is_left_permits_what_was_permitted_of_other_data_and_nothing_else(
    consent: Terms, closed: Categories, asked: Purpose, held: Categories
) -> None:
    question = inquiry(asked, held=held)
    before = match(consent, question).result
    after = match(without_data(consent, closed), question).result
    assert after >= before
    if question.asked and set(question.asked).isdisjoint(closed):
        assert after is before
    elif after is not Result.DENY:
        raise AssertionError("data that were closed are asked for, or all of them")
