# SPDX-License-Identifier: Apache-2.0
"""A hold of a person covers what was done with her in a cohort, and no answer drops nothing."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from audit_log.domain.holds import HoldKind
from audit_log.domain.search import Account
from audit_log.usecases.erase import Erased
from shared.events import Fact, NamedCohort
from tests.fakes.log_factories import DATASET, RITA, cohort_name, fact
from tests.support.keeping_node import OTHER, PERSON, READ, KeepingNode, keeping_node
from tests.support.log_world import erase_in

HERS, NOT_HERS, UNKNOWN = (cohort_name(number, revision=5) for number in (1, 2, 3))
HELD: Final = "SELECT idx FROM held_ev ORDER BY idx"


@pytest.fixture
def node() -> Iterator[KeepingNode]:
    with keeping_node() as made:
        made.members.freeze(HERS, DATASET, [PERSON.ordinal, 8])
        made.members.freeze(NOT_HERS, DATASET, [8, 9])
        yield made


def read(cohort: NamedCohort, dataset: str = DATASET) -> Fact:
    return fact(type_=READ, dataset=dataset, cohort=cohort, permit={"permit_id": "p1"})


def a_year_on(node: KeepingNode) -> list[int]:
    """Let the term pass and give what is still held."""
    node.pass_months(15)
    node.retain()
    node.settle()
    return [int(str(index)) for (index,) in node.rows(HELD)]


def her_hold(node: KeepingNode, *, dataset: str = DATASET, ordinal: int = PERSON.ordinal) -> None:
    node.hold(HoldKind.PERSON, dataset=dataset, ordinal=ordinal)


def test_what_names_a_cohort_that_she_is_in_is_held_and_what_she_is_not_in_goes(
    node: KeepingNode,
) -> None:
    node.say(read(HERS), read(NOT_HERS), read(HERS, OTHER.dataset))
    her_hold(node)
    assert a_year_on(node) == [0]
    parts = node.rows("SELECT count(*) FROM held_sealed WHERE idx = 0")
    assert parts[0][0] != 0
    assert node.rows("SELECT idx FROM ev_cohort") == [(0,)]
    assert node.flaws() == []


def test_what_was_read_after_she_had_left_is_not_held(node: KeepingNode) -> None:
    key = node.members.freeze(HERS, DATASET, [PERSON.ordinal])
    node.members.left[key, PERSON] = 6
    before, after = replace(HERS, revision=5), replace(HERS, revision=6)
    node.say(read(before), read(after), read(replace(HERS, revision=None)))
    her_hold(node)
    assert a_year_on(node) == [0, 2]


def test_without_an_answer_all_that_may_be_hers_is_held_and_let_go_when_it_is_told(
    node: KeepingNode,
) -> None:
    node.say(read(HERS), read(NOT_HERS), read(UNKNOWN), read(HERS, OTHER.dataset))
    her_hold(node)
    node.members.away = True
    assert a_year_on(node) == [0, 1, 2]
    node.members.away = False
    node.retain()
    node.settle()
    assert node.rows(HELD) == [(0,), (2,)]  # what nobody knows a thing of stays
    node.members.erased.add(PERSON)
    node.retain()
    assert node.rows(HELD) == [(0,), (2,)]
    assert node.flaws() == []


def test_a_hold_that_is_lifted_lets_go_of_it(node: KeepingNode) -> None:
    node.say(read(HERS))
    hold = node.hold(HoldKind.PERSON, dataset=DATASET, ordinal=PERSON.ordinal)
    assert a_year_on(node) == [0]
    node.lift(hold)
    node.retain()
    assert node.rows(HELD) == []


def test_of_two_people_held_each_holds_her_own(node: KeepingNode) -> None:
    node.say(read(HERS), read(NOT_HERS))
    her_hold(node)
    her_hold(node, ordinal=9)
    assert a_year_on(node) == [0, 1]


def test_without_a_hold_of_a_person_nobody_is_asked(node: KeepingNode) -> None:
    node.say(read(HERS))
    node.hold(HoldKind.PERMIT, permit="p2")
    assert a_year_on(node) == []
    assert node.members.asked == []


def forget_rita(node: KeepingNode) -> Erased:
    return erase_in(node.world, Account(issuer=RITA.issuer, subject=RITA.subject))


@pytest.mark.parametrize(("cohort", "outcome"), [(HERS, "waiting"), (NOT_HERS, "done")])
def test_who_read_the_cohort_is_erased_when_it_is_told_that_she_is_not_in_it(
    node: KeepingNode, cohort: NamedCohort, outcome: str
) -> None:
    node.say(replace(read(cohort), actor=RITA))
    her_hold(node)
    assert forget_rita(node).complete is None
    node.retain()
    assert node.rows("SELECT coalesce(outcome, 'waiting') FROM erasure_waiting") == [(outcome,)]
