# SPDX-License-Identifier: Apache-2.0
"""The dataset's own codes and the filter by person agree, in any order and over any diamond."""

import random as standard_random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from consent_registry.domain.cohort import evaluate
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import Standing, State
from consent_registry.domain.matching import Inquiry, match
from consent_registry.domain.meet import meet
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.domain.terms import Terms
from consent_registry.domain.verdict import Result
from consent_registry.domain.windows import Window
from tests.fakes.consent_factories import extract, inquiry, letters, purpose, terms

from .test_cohort_laws import alternatives, consents, index_of, purposes, windows

everybody = st.lists(consents, min_size=1, max_size=4)
# Purposes that little stands against: a wholly random one is denied by nearly everybody.
easy = st.sampled_from(Category).map(purpose)


collected = st.none() | windows()


def takes_all(everyone: list[Terms], asked: Inquiry) -> bool:
    standings = [Standing(state=State.GIVEN, terms=consent) for consent in everyone]
    return len(evaluate(index_of(standings), asked).within) == len(everyone)


@given(everybody, purposes() | easy, collected)
def test_the_meet_permits_exactly_when_the_filter_takes_everybody(
    everyone: list[Terms], asked: Purpose, when: Window | None
) -> None:
    question = replace(inquiry(asked), collected=when)
    common = meet(everyone, extract())
    assert (match(common, question).result is Result.PERMIT) == takes_all(everyone, question)


@given(st.lists(alternatives().map(lambda one: (one,)), min_size=2, max_size=3), easy, collected)
def test_it_does_so_where_everybody_has_one_alternative(
    everyone: list[Terms], asked: Purpose, when: Window | None
) -> None:
    question = replace(inquiry(asked), collected=when)
    common = meet(everyone, extract())
    assert (match(common, question).result is Result.PERMIT) == takes_all(everyone, question)


@given(everybody, consents, purposes() | easy)
def test_one_more_person_never_widens_the_codes(
    everyone: list[Terms], another: Terms, asked: Purpose
) -> None:
    question = inquiry(asked)
    if match(meet([*everyone, another], extract()), question).result is Result.PERMIT:
        assert match(meet(everyone, extract()), question).result is Result.PERMIT


@given(everybody, st.randoms())
def test_order_and_repetition_never_matter(
    everyone: list[Terms], random: standard_random.Random
) -> None:
    again = [*everyone, everyone[0]]
    random.shuffle(again)
    assert meet(again, extract()) == meet(everyone, extract())


@given(st.data())
def test_diseases_meet_in_their_maximal_common_descendants(data: st.DataObject) -> None:
    names = "ABCDEFGH"
    parents = {
        name: " ".join(sorted(data.draw(st.sets(st.sampled_from(names[:rank]), max_size=2))))
        if rank
        else ""
        for rank, name in enumerate(names)
    }
    hierarchy = letters(**parents)
    sets = st.sets(st.sampled_from(names), min_size=1, max_size=3).map(sorted)
    one, other = data.draw(sets), data.draw(sets)
    found = meet(
        [terms(Duo.DS, diseases=" ".join(one)), terms(Duo.DS, diseases=" ".join(other))], hierarchy
    )
    illnesses = set(found[0].diseases) if found else set()
    for name in names:
        covering = hierarchy.covering(name)
        within_both = bool(covering & set(one)) and bool(covering & set(other))
        assert bool(covering & illnesses) == within_both
    assert all(not (hierarchy.covering(name) & illnesses) - {name} for name in illnesses)
