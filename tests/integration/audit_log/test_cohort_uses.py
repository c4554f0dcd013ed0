# SPDX-License-Identifier: Apache-2.0
"""A use of more people than an entry seals: nobody is asked about them, and it never passes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from audit_log.domain.rules.seen import READS
from shared.events import Fact, Subject
from tests.fakes.kernel import START
from tests.fakes.log_factories import DATASET, cohort_name, fact
from tests.integration.audit_log.test_checks import PERMITS, Checked, issued
from tests.support.log_world import PostgresWorld

PERMIT = {"permit_id": "P-1", "jti": "j"}
MANY = 64
NOT_CHECKED = ("R8", "cohort_not_checked", False)
LATER = START + timedelta(seconds=1)


@pytest.fixture
def log() -> Iterator[Checked]:
    world = PostgresWorld()
    made = Checked(world)
    made.take(made.permits.say(issued()), src=PERMITS)
    yield made
    world.close()


def of_cohort(type_: str = "placet.access.decision.v1", decision: str = "permit") -> Fact:
    return fact(
        type_=type_, at=LATER, permit=PERMIT, cohort=cohort_name(1, revision=0), decision=decision
    )


def ask(log: Checked) -> None:
    asker = log.asker()
    while asker.step():
        log.settle()


def people_found(log: Checked) -> list[tuple[str, str, bool]]:
    return [one for one in log.findings() if one[0] in {"R8", "R9"}]


def test_a_use_of_a_cohort_that_everybody_left_does_not_pass(log: Checked) -> None:
    """Naming the cohort would be the way around the check that names of people do not have."""
    log.registry.withdrawn |= {(number, START) for number in range(MANY + 1)}
    log.take(log.node.say(of_cohort()), log.node.say(of_cohort()))
    ask(log)
    assert log.registry.asked == []
    assert people_found(log) == [NOT_CHECKED, NOT_CHECKED]
    first, second = (one["evidence"] for one in log.said("opened"))
    assert second == [first[0] + 1]
    ask(log)
    log.pass_time(100_000)
    assert people_found(log) == [NOT_CHECKED, NOT_CHECKED]  # time closes none, none is doubled


def test_every_kind_of_use_is_held_to_it_and_a_refusal_is_none(log: Checked) -> None:
    log.take(*(log.node.say(of_cohort(one)) for one in sorted(READS)))
    log.take(log.node.say(of_cohort(decision="deny")))
    ask(log)
    assert people_found(log) == [NOT_CHECKED] * len(READS)


def test_as_many_people_as_are_sealed_are_asked_about_as_ever(log: Checked) -> None:
    people = tuple(Subject(dataset=DATASET, ordinal=number) for number in range(MANY))
    log.take(log.node.say(fact(at=LATER, permit=PERMIT, subjects=people)))
    ask(log)
    assert sorted(one.ordinal for one in log.registry.asked) == list(range(MANY))
    assert people_found(log) == []


def test_a_cohort_waits_behind_people_who_are_not_answered_for(log: Checked) -> None:
    """It is found when the registry answers again; till then the wait itself is the finding."""
    log.registry.away = True
    one = fact(at=LATER, permit=PERMIT, subjects=(Subject(dataset=DATASET, ordinal=1),))
    log.take(log.node.say(one), log.node.say(of_cohort()))
    ask(log)
    log.pass_time(400)
    ask(log)
    assert people_found(log) == [("R8", "check_unanswered", False)]
    log.registry.away = False
    ask(log)
    assert people_found(log) == [("R8", "check_unanswered", True), NOT_CHECKED]
