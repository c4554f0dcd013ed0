# SPDX-License-Identifier: Apache-2.0
"""Laws of consent histories: order never matters, a no never widens, nothing un-withdraws."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from consent_registry.domain.duo import Duo
from consent_registry.domain.history import (
    ConsentEvent,
    Kind,
    State,
    standing_at,
    timeline,
)
from shared.ids import EventId, Revision
from tests.fakes.consent_factories import NOON, event, terms

# Few instants, so that ties of every sort are common.
instants = st.integers(min_value=-3, max_value=3).map(lambda n: NOON + timedelta(days=n))
LIMITED = (replace(terms(Duo.HMB)[0], data_categories=("genome",)),)
TERMS = (terms(Duo.GRU), terms(Duo.HMB), terms(Duo.POA), LIMITED)


@st.composite
def events(draw: st.DrawFn) -> ConsentEvent:
    kind = draw(st.sampled_from(Kind))
    begins, number = draw(instants), draw(st.integers(min_value=1, max_value=10**6))
    return event(
        kind,
        event_id=EventId(f"event-{number:09}"),
        revision=Revision(number),
        expressed_at=draw(instants),
        effective_from=begins,
        recorded_at=draw(instants),
        terms=draw(st.sampled_from(TERMS)) if kind.grants else None,
        effective_to=draw(st.none() | st.integers(1, 4).map(lambda n: begins + timedelta(days=n)))
        if kind.grants
        else None,
    )


@st.composite
def histories_of(draw: st.DrawFn) -> list[ConsentEvent]:
    """Draw events, some of which take others back as entered in error."""
    drawn = draw(st.lists(events(), max_size=6, unique_by=lambda e: e.event_id))
    return [draw(voiding(one, drawn)) if one.kind is Kind.INVALIDATED else one for one in drawn]


def voiding(one: ConsentEvent, others: list[ConsentEvent]) -> st.SearchStrategy[ConsentEvent]:
    ids = (
        st.sets(st.sampled_from([other.event_id for other in others])) if others else st.just(set())
    )
    return ids.map(lambda named: one._replace(voids=frozenset(named)))


histories = histories_of()


@given(histories, instants, instants, st.randoms())
def test_the_order_of_rows_never_matters(
    history: list[ConsentEvent], at: datetime, known: datetime, random: Random
) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    assert standing_at(history, at, known) == standing_at(shuffled, at, known)
    assert timeline(history) == timeline(shuffled)


@given(histories, events(), instants, instants, st.data())
def test_adding_a_no_never_widens(
    history: list[ConsentEvent],
    extra: ConsentEvent,
    at: datetime,
    known: datetime,
    data: st.DataObject,
) -> None:
    before = standing_at(history, at, known)
    if extra.kind is Kind.INVALIDATED:
        extra = data.draw(voiding(extra, history))
    if extra.kind.grants:
        return
    after = standing_at([*history, extra], at, known)
    if after.state is State.GIVEN:
        assert before == after


@given(histories, instants, instants)
def test_nothing_recorded_before_a_withdrawal_holds_after_it(
    history: list[ConsentEvent], at: datetime, later: datetime
) -> None:
    recorded = max((e.recorded_at for e in history), default=at)
    withdrawal = event(Kind.WITHDRAWN, at, recorded_at=recorded)
    found = standing_at([*history, withdrawal], max(at, later))
    assert found.state is not State.GIVEN


@given(histories, instants, instants, st.data())
def test_what_was_entered_in_error_takes_nothing_else_along(
    history: list[ConsentEvent], at: datetime, known: datetime, data: st.DataObject
) -> None:
    """Whatever else stands, stands; and what it hid does not come back as a yes."""
    before = standing_at(history, at, known)
    grants = [one.event_id for one in history if one.kind.grants]
    meant = data.draw(st.sets(st.sampled_from(grants), min_size=1)) if grants else {"event-0"}
    mark = event(Kind.INVALIDATED, instants_of(history)[0], voids=frozenset(meant))
    after = standing_at([*history, mark], at, known)
    if before.state is State.GIVEN and before.event_id not in meant:
        assert after == before
    if before.event_id in meant and mark.recorded_at <= known and mark.effective_from <= at:
        assert after.state is not State.GIVEN


def instants_of(history: list[ConsentEvent]) -> list[datetime]:
    return sorted({NOON, *(one.effective_from for one in history)})


@given(histories, instants)
def test_the_timeline_says_what_the_instant_says(history: list[ConsentEvent], at: datetime) -> None:
    segments = timeline(history)
    holding = [s for s in segments if s.starts_at <= at and (s.ends_at is None or at < s.ends_at)]
    standing = standing_at(history, at)
    if standing.state is State.NOT_ASKED:
        assert holding == []
    else:
        assert [s.standing for s in holding] == [standing]
    assert all(a.ends_at == b.starts_at for a, b in pairwise(segments))
    assert all(s.ends_at is not None for s in segments[:-1])
    assert not segments or segments[-1].ends_at is None
