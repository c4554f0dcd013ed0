# SPDX-License-Identifier: Apache-2.0
"""A stop never widens anything: not who is in, not who stays in, under whatever law."""

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from consent_registry.domain.cohort import evaluate, holding
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.history import Standing, State
from consent_registry.domain.narrowing import permits
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.regimes import EVERY_NO_BINDS, Moment, Rules
from consent_registry.domain.stops import StopKind, acts
from tests.fakes.consent_factories import GOOD_POLICY, inquiry, terms

PEOPLE = 8
RULES = st.sampled_from([*load_policy(GOOD_POLICY).table.values(), EVERY_NO_BINDS])
STATES = st.lists(st.sampled_from(State), min_size=PEOPLE, max_size=PEOPLE)
SOME = st.sets(st.integers(0, PEOPLE - 1)).map(BitMap)


def index_of(states: list[State]) -> CohortIndex:
    index = CohortIndex(members=PEOPLE)
    for ordinal, state in enumerate(states):
        if state is not State.NOT_ASKED:
            given_terms = terms() if state is State.GIVEN else None
            index.put(BitMap([ordinal]), Standing(state=state, terms=given_terms))
    return index


@given(rules=RULES, states=STATES, restricted=SOME, objecting=SOME, erased=SOME)
def test_a_stop_takes_out_exactly_whom_it_stops_and_brings_in_nobody(
    rules: Rules, states: list[State], restricted: BitMap, objecting: BitMap, erased: BitMap
) -> None:
    asked = inquiry(rules=rules)
    before = index_of(states)
    within, held = evaluate(before, asked).within, holding(before, asked)
    after = index_of(states)
    after.restricted, after.objecting, after.erased = restricted, objecting, erased
    for moment, free, stopped in (
        (Moment.NEW, within, evaluate(after, asked).within),
        (Moment.RUNNING, held, holding(after, asked)),
    ):
        out = restricted | erased
        if acts(StopKind.OBJECTION, rules, moment):
            out |= objecting
        assert stopped == free - out


@given(rules=RULES, states=STATES, restricted=SOME, objecting=SOME)
def test_one_person_and_a_set_are_stopped_alike(
    rules: Rules, states: list[State], restricted: BitMap, objecting: BitMap
) -> None:
    asked = inquiry(rules=rules)
    index = index_of(states)
    index.restricted, index.objecting = restricted, objecting
    within = evaluate(index, asked).within
    for ordinal, state in enumerate(states):
        standing = Standing(state=state, terms=terms() if state is State.GIVEN else None)
        alone = permits(
            standing,
            asked,
            Moment.NEW,
            objecting=ordinal in objecting,
            stopped=ordinal in restricted,
        )
        assert alone is (ordinal in within)
