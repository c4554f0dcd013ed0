# SPDX-License-Identifier: Apache-2.0
"""The dataset's own codes and the filter by person agree, in any order and over any diamond."""

import random as standard_random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from consent_registry.domain.bars import Bar
from consent_registry.domain.cohort import evaluate, holding
from consent_registry.domain.data_categories import CATEGORIES, Categories
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import Standing, State
from consent_registry.domain.matching import Inquiry, match
from consent_registry.domain.meet import Comparison, meet, meet_of_most
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.domain.regimes import Moment
from consent_registry.domain.terms import Terms
from consent_registry.domain.verdict import Result
from consent_registry.domain.windows import Window
from tests.fakes.consent_factories import extract, inquiry, letters, purpose, terms

from .test_cohort_laws import (
    alternatives,
    categories,
    consents,
    index_of,
    purposes,
    standings,
    windows,
)

everybody = st.lists(consents, min_size=1, max_size=4)
# Purposes that little stands against: a wholly random one is denied by nearly everybody.
easy = st.builds(
    lambda category, kinds: purpose(category, data_categories=kinds),
    st.sampled_from(Category),
    categories,
)


collected = st.none() | windows()
holds = st.just(CATEGORIES) | categories


def takes_all(everyone: list[Terms], asked: Inquiry, has: list[Categories] | None = None) -> bool:
    """Say whether the filter takes all of whom there is what is asked for."""
    standings = [Standing(state=State.GIVEN, terms=consent) for consent in everyone]
    index = index_of(standings, has=has or ())
    there = BitMap(range(len(everyone))) - index.lack(asked.asked, asked.held)
    return evaluate(index, asked).within == there


def says_as_much(everyone: list[Terms], question: Inquiry) -> None:
    """Hold the codes against the filter, where the dataset has what is asked for."""
    permitted = match(meet(everyone, extract()), question).result is Result.PERMIT
    if set(question.asked) <= set(question.held):
        assert permitted == takes_all(everyone, question)
    else:
        assert takes_all(everyone, question), "nobody is there to be taken"


@given(everybody, purposes() | easy, collected, holds)
def test_the_meet_permits_exactly_when_the_filter_takes_everybody(
    everyone: list[Terms], asked: Purpose, when: Window | None, held: Categories
) -> None:
    says_as_much(everyone, replace(inquiry(asked), collected=when, held=held))


@given(everybody, purposes() | easy, holds, st.lists(categories, max_size=4))
def test_what_the_meet_permits_the_filter_gives_of_everybody_who_has_it(
    everyone: list[Terms], asked: Purpose, held: Categories, has: list[Categories]
) -> None:
    """Codes are of what people allow; that somebody has fewer data is in none of them."""
    question = replace(inquiry(asked), held=held)
    if match(meet(everyone, extract()), question).result is Result.PERMIT:
        assert takes_all(everyone, question, has)


@given(st.lists(alternatives().map(lambda one: (one,)), min_size=2, max_size=3), easy, collected)
def test_it_does_so_where_everybody_has_one_alternative(
    everyone: list[Terms], asked: Purpose, when: Window | None
) -> None:
    says_as_much(everyone, replace(inquiry(asked), collected=when, held=CATEGORIES))


@given(st.lists(standings(), min_size=1, max_size=6), st.data(), purposes() | easy)
def test_who_is_out_for_another_reason_has_no_part_in_the_meet(
    everyone: list[Standing], data: st.DataObject, asked: Purpose
) -> None:
    """Beside the states and the unreadable: bars, stops and objections, whoever has them."""
    index, question = index_of(everyone), replace(inquiry(asked), held=CATEGORIES)
    some = st.sets(st.integers(0, len(everyone) - 1), max_size=2).map(BitMap)
    index.bar(data.draw(some), frozenset({data.draw(st.sampled_from(Bar))}))
    index.restricted, index.erased, index.objecting = (data.draw(some) for _ in range(3))
    eligible = holding(index, question, Moment.NEW)
    held = [one.terms for place, one in enumerate(everyone) if place in eligible]
    assert None not in held
    common = meet([terms for terms in held if terms is not None], extract())
    permitted = match(common, question).result is Result.PERMIT
    assert permitted == (bool(eligible) and evaluate(index, question).within == eligible)


groups = st.lists(st.tuples(consents, st.integers(1, 30)), min_size=1, max_size=5)
bounds = st.integers(1, 20)


@given(groups, bounds)
def test_published_codes_leave_out_fewer_people_than_the_bound(
    held: list[tuple[Terms, int]], least: int
) -> None:
    found = meet_of_most(held, extract(), least=least)
    narrower = Comparison(extract()).widens
    assert sum(people for terms, people in held if narrower(terms, found)) < least


@given(groups, consents, consents, bounds)
def test_what_fewer_than_the_bound_say_is_in_no_code(
    held: list[tuple[Terms, int]], one: Terms, other: Terms, least: int
) -> None:
    """Whatever a few say instead, the codes are the same, unless there are none."""
    many = [(terms, people + least) for terms, people in held]
    first = meet_of_most([*many, (one, 1)], extract(), least=least + 1)
    second = meet_of_most([*many, (other, 1)], extract(), least=least + 1)
    assert first == second == meet_of_most(many, extract(), least=least + 1)


@given(groups, bounds)
def test_the_codes_of_everybody_are_as_narrow_as_all_or_there_are_none(
    held: list[tuple[Terms, int]], least: int
) -> None:
    exact = meet([terms for terms, _ in held], extract())
    assert meet_of_most(held, extract(), least=1) == exact
    found = meet_of_most(held, extract(), least=least)
    assert not found or not Comparison(extract()).widens(found, exact)


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
