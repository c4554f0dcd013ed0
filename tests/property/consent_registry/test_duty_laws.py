# SPDX-License-Identifier: Apache-2.0
"""What a cohort owes is what each of its people is owed; words are told where a number would be."""

import random as standard_random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from consent_registry.domain.cohort import evaluate, open_matters
from consent_registry.domain.disclosure import Discloser, StandIn
from consent_registry.domain.duo import Duo
from consent_registry.domain.duties import MOST_VALUES, Duty, duties_asked, duties_named
from consent_registry.domain.history import Standing, State
from consent_registry.domain.matching import Inquiry, match
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.verdict import Matter, Obligation, Question
from consent_registry.domain.windows import day_of
from tests.fakes.consent_factories import inquiry, policy, purpose, terms
from tests.property.consent_registry.test_cohort_laws import index_of, inquiries, people

K = 10
SAY_MORE = {"COL", "RTN", "IRB", "MOR"}
"""The codes with a parameter that each person sets for herself."""


@given(people, inquiries(), st.randoms())
def test_whatever_anybody_is_owed_is_found_with_her(
    everybody: list[Standing], asked: Inquiry, random: standard_random.Random
) -> None:
    """With every other duty that she names in an alternative, and none that she does not."""
    index = index_of(everybody)
    matters = open_matters(index, asked, evaluate(index, asked))
    asked = replace(asked, ruled={matter: random.random() < 0.7 for matter in matters})
    cohort, found = evaluate(index, asked), duties_asked(index, asked)
    codes = SAY_MORE - ({"MOR"} if asked.purpose.no_publication_before else set())
    for ordinal, standing in enumerate(everybody):
        hers = {duty for duty, who in found.items() if ordinal in who}
        written = {
            Obligation(modifier.code.name, value)
            for alternative in standing.terms or ()
            for modifier in alternative.modifiers
            for value in modifier.values
        }
        assert hers <= written
        if ordinal in cohort.within and standing.terms is not None:
            owed = match(standing.terms, asked).obligations
            assert {duty for duty in owed if duty.value and duty.code in codes} <= hers
    named = {duty.code: duty for duty in duties_named(asked, found)}
    for duty in found:
        assert duty.value in named[duty.code].values
        assert named[duty.code].ask_holder


@given(people, inquiries(), inquiries())
def test_no_purpose_takes_anybody_out_of_what_is_counted(
    everybody: list[Standing], one: Inquiry, other: Inquiry
) -> None:
    """Purposes that take on the same duties are told the same, whomever each lets in."""
    alike = replace(
        other.purpose,
        accepts=one.purpose.accepts,
        evidence=one.purpose.evidence,
        no_publication_before=one.purpose.no_publication_before,
    )
    index = index_of(everybody)
    assert duties_asked(index, one) == duties_asked(index, other.about(alike))


@given(people, people, inquiries())
def test_the_codes_that_are_named_are_of_the_purpose_and_of_nobody(
    some: list[Standing], others: list[Standing], asked: Inquiry
) -> None:
    named = []
    for everybody in (some, others):
        index = index_of(everybody)
        duties_asked(index, asked)
        named.append(duties_named(asked, ()))
    assert named[0] == named[1]


sets = st.sets(st.integers(0, 60)).map(BitMap)


@given(sets, st.lists(st.tuples(sets, st.integers(K, 2 * K - 1))), st.integers(K, 2 * K - 1))
def test_words_are_told_exactly_where_a_number_would_be(
    asked_by: BitMap, remembered: Sequence[tuple[BitMap, int]], least: int
) -> None:
    """Whoever compares manifests learns no more than by the numbers of ADR 0011 and 0040."""
    known = [StandIn(people=BitMap(), reach=least, rank=0)]
    known += [
        StandIn(people=held, reach=reach, rank=n + 1)
        for n, (held, reach) in enumerate(remembered)
        if held
    ]
    found = Discloser(known, members=61, small_cell=K, draw=lambda _: 0)
    assert found.tells(asked_by) == (found.figure(asked_by) is not None)
    assert found.tells(asked_by) == (len(asked_by) >= least)


def named(asked: Purpose, *told: Obligation, ruled: Matter | None = None) -> list[Duty]:
    return list(duties_named(inquiry(asked, ruled={} if ruled is None else {ruled: True}), told))


def test_a_duty_that_nobody_can_word_otherwise_needs_nobody_asked() -> None:
    found = named(purpose(accepts=frozenset({"PUB"}), evidence=frozenset()))
    assert found == [Duty(code="PUB", label="publication required")]


def test_a_day_that_the_purpose_waits_for_is_the_day() -> None:
    waits = purpose(
        accepts=frozenset({"MOR"}), evidence=frozenset(), no_publication_before=day_of("2027-06-01")
    )
    found = named(waits, Obligation("MOR", "2027-01-01"))
    assert [(one.values, one.ask_holder) for one in found] == [(("2027-06-01",), False)]


def test_what_was_not_taken_on_is_no_duty_unless_it_was_ruled() -> None:
    bare = purpose(accepts=frozenset({"COL"}), evidence=frozenset())
    assert named(bare) == []
    pending = Matter(clause="COL", question=Question.COLLABORATION_PENDING)
    assert [one.code for one in named(bare, ruled=pending)] == ["COL"]


def test_a_law_under_which_no_consent_is_matched_leaves_no_duty() -> None:
    rules = policy().rules("ehds_ch4", "none")
    asked = inquiry(purpose(), rules=rules)
    index = index_of([Standing(state=State.GIVEN, terms=terms(Duo.GRU, RTN="bank"))])
    assert duties_asked(index, asked) == {}
    assert duties_named(asked, ()) == ()


@pytest.mark.parametrize("more", [0, 5])
def test_the_latest_days_are_named_where_there_are_too_many(more: int) -> None:
    days = [f"20{year}-{month:02}-01" for year in range(30, 40) for month in range(1, 13)]
    told = [Obligation("MOR", day) for day in days[: MOST_VALUES + more]]
    found = named(purpose(accepts=frozenset({"MOR"}), evidence=frozenset()), *told)
    assert found[0].values == tuple(days[more : MOST_VALUES + more])
