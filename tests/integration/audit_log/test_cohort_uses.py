# SPDX-License-Identifier: Apache-2.0
"""A use of more people than an entry seals: the registry is asked, and unasked nothing passes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from audit_log.domain.rules.cohort_uses import CohortQuestion, CohortVerdict
from audit_log.domain.rules.seen import READS
from audit_log.usecases.ask_people import MAX_COHORTS
from shared.events import Fact, Subject
from tests.fakes.kernel import START
from tests.fakes.log_factories import DATASET, cohort_name, fact
from tests.integration.audit_log.test_asked_too_late import forget
from tests.integration.audit_log.test_checks import PERMITS, Checked, issued
from tests.support.log_world import SRC, PostgresWorld

PERMIT = {"permit_id": "P-1", "jti": "j"}
MANY = 64
LATER = START + timedelta(seconds=1)
COHORT = cohort_name(1, revision=7)
WHO = "d2hv"
LEFT = CohortVerdict(answer="out", causes=("withdrawn",), who=WHO)
AFTER = ("R8", "used_after_withdrawal", False)
DECISION: Final = "placet.access.decision.v1"


@pytest.fixture
def log() -> Iterator[Checked]:
    world = PostgresWorld()
    made = Checked(world)
    made.take(made.permits.say(issued()), src=PERMITS)
    yield made
    world.close()


def of_cohort(type_: str = DECISION, decision: str = "permit") -> Fact:
    return fact(type_=type_, at=LATER, permit=PERMIT, cohort=COHORT, decision=decision)


def of_nobody(**said: Any) -> Fact:
    return replace(fact(type_=DECISION, at=LATER, permit=PERMIT, subjects=()), **said)


def ask(log: Checked) -> None:
    asker = log.asker()
    while asker.step():
        log.settle()


def people_found(log: Checked) -> list[tuple[str, str, bool]]:
    return [one for one in log.findings() if one[0] in {"R8", "R9"}]


def test_the_registry_is_asked_about_the_cohort_at_the_time_of_the_use(log: Checked) -> None:
    log.take(log.node.say(of_cohort()))
    ask(log)
    (asked,) = log.registry.uses
    assert asked == CohortQuestion(
        index=asked.index,
        src=SRC,
        dataset=DATASET,
        cohort=COHORT,
        revision=7,
        at=LATER,
        permit_id="P-1",
        purposes=("DUO:0000006",),
    )
    assert people_found(log) == []


def test_a_use_of_a_cohort_that_somebody_had_left_is_found_and_says_by_digest_who(
    log: Checked,
) -> None:
    """Naming the cohort would be the way around the check that names of people do not have."""
    log.registry.verdicts[COHORT.cohort_id] = LEFT
    log.take(log.node.say(of_cohort()), log.node.say(of_cohort()))
    ask(log)
    assert log.registry.asked == []
    assert people_found(log) == [AFTER, AFTER]
    first, second = log.said("opened")
    assert second["evidence"] == [first["evidence"][0] + 1]
    assert first["who"] == second["who"] == WHO
    ask(log)
    assert people_found(log) == [AFTER, AFTER]  # none is doubled


@pytest.mark.parametrize(
    ("verdict", "found"),
    [
        (CohortVerdict(answer="unknown", reason="cohort_unknown"), [("R8", "cohort_unknown")]),
        (CohortVerdict(answer="unknown", reason="revision_unknown"), [("R8", "revision_unknown")]),
        (CohortVerdict(answer="unknown"), [("R8", "cohort_unknown")]),
        (CohortVerdict(answer="perhaps"), [("R8", "cohort_perhaps")]),
        (CohortVerdict(answer="out"), [("R9", "cohort_out")]),
        (
            CohortVerdict(answer="out", reason="purpose_not_in_permit"),
            [("R9", "purpose_not_in_permit")],
        ),
        (replace(LEFT, causes=("changed",)), [("R9", "person_changed")]),
        (
            replace(LEFT, causes=("expired", "opted_out")),
            [("R8", "used_after_withdrawal"), ("R9", "person_expired")],
        ),
        (
            replace(LEFT, reason="purpose_not_in_permit"),
            [("R8", "used_after_withdrawal"), ("R9", "purpose_not_in_permit")],
        ),
        (CohortVerdict(answer="in"), []),
    ],
)
def test_what_is_answered_is_what_is_found(
    log: Checked, verdict: CohortVerdict, found: list[tuple[str, str]]
) -> None:
    log.registry.verdicts[COHORT.cohort_id] = verdict
    log.take(log.node.say(of_cohort()))
    ask(log)
    assert [one[:2] for one in people_found(log)] == found


def test_every_kind_of_use_is_asked_about_and_a_refusal_is_none(log: Checked) -> None:
    log.take(*(log.node.say(of_cohort(one)) for one in sorted(READS)))
    log.take(log.node.say(of_cohort(decision="deny")))
    ask(log)
    assert len(log.registry.uses) == len(READS)


def test_as_many_people_as_are_sealed_are_asked_about_as_ever(log: Checked) -> None:
    people = tuple(Subject(dataset=DATASET, ordinal=number) for number in range(MANY))
    log.take(log.node.say(fact(at=LATER, permit=PERMIT, subjects=people)))
    ask(log)
    assert sorted(one.ordinal for one in log.registry.asked) == list(range(MANY))
    assert (log.registry.uses, people_found(log)) == ([], [])


def test_while_nobody_answers_it_stays_open_and_after_that_is_answered_as_of_then(
    log: Checked,
) -> None:
    log.registry.away = True
    log.registry.verdicts[COHORT.cohort_id] = LEFT
    log.take(log.node.say(of_cohort()))
    ask(log)
    assert people_found(log) == []
    log.pass_time(400)
    ask(log)
    assert people_found(log) == [("R8", "check_unanswered", False)]
    log.registry.away = False
    ask(log)
    assert people_found(log) == [("R8", "check_unanswered", True), AFTER]
    assert [one.at for one in log.registry.uses] == [LATER]


def test_more_uses_than_are_asked_about_at_once_are_each_asked_about_once(log: Checked) -> None:
    log.take(*(log.node.say(of_cohort()) for _ in range(MAX_COHORTS + 1)))
    assert log.asker().step()
    assert len(log.registry.uses) == MAX_COHORTS
    ask(log)
    indexes = [one.index for one in log.registry.uses]
    assert len(set(indexes)) == len(indexes) == MAX_COHORTS + 1


def test_a_use_that_names_nobody_is_of_its_permits_cohort(log: Checked) -> None:
    """As a clearinghouse says it of a whole dataset's files: by the revision that it went by."""
    log.registry.verdicts["P-1"] = LEFT
    log.take(log.node.say(of_nobody(extra={"dataset_revision": 9})))
    ask(log)
    (asked,) = log.registry.uses
    assert (asked.cohort, asked.revision, asked.permit_id) == (None, 9, "P-1")
    assert people_found(log) == [AFTER]


@pytest.mark.parametrize(
    "said", [{}, {"permit": None, "extra": {"dataset_revision": 9}}, {"dataset": None}]
)
def test_a_use_of_nobody_that_rests_on_nothing_is_found_once_for_source_and_hour(
    log: Checked, said: dict[str, Any]
) -> None:
    log.take(*(log.node.say(of_nobody(**said)) for _ in range(2)))
    ask(log)
    assert log.registry.uses == []
    assert people_found(log) == [("R8", "people_not_named", False)]


def test_a_refusal_of_nobody_is_no_finding(log: Checked) -> None:
    log.take(log.node.say(of_nobody(decision="deny")))
    ask(log)
    assert people_found(log) == []


def test_somebody_erased_first_makes_her_use_no_use_of_nobody(log: Checked) -> None:
    her = Subject(dataset=DATASET, ordinal=7)
    log.registry.away = True
    log.take(log.node.say(fact(at=LATER, permit=PERMIT, subjects=(her,))))
    ask(log)
    forget(log, her)
    log.registry.away = False
    ask(log)
    assert people_found(log) == [("R8", "erased_before_the_check", False)]
