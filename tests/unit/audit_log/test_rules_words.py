# SPDX-License-Identifier: Apache-2.0
"""R14: who follows a register says in time that he enforces what ended there, or is found."""

import pytest

from audit_log.domain.rules.acknowledged import ENFORCED, PROPAGATED
from audit_log.domain.rules.memory import Memory
from audit_log.domain.rules.seen import Seen
from audit_log.domain.rules.stored import remembered, written
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.usecases.examine import Examiner
from tests.fakes.log_factories import NOON
from tests.unit.audit_log.test_rules import SECOND, codes, issued, revoked, seen, settle

NODE = "zz/clearinghouse/1"
REGISTRY = "zz/consent_registry/1"
SLA = Thresholds().acknowledgement


@pytest.fixture
def examiner() -> Examiner:
    return Examiner(Memory(), Thresholds())


def enforced(index: int, revision: int, seconds: float, **changes: object) -> Seen:
    at = NOON + seconds * SECOND
    values = {"type": ENFORCED, "decision": None, "at": at, "arrived": at, "actor": None}
    extra = {"permits_revision": revision}
    return seen(index, **{**values, "permit": None, "extra": extra, **changes})


def ended(index: int, revision: int, seconds: float, **changes: object) -> Seen:
    at = NOON + seconds * SECOND
    values = {"at": at, "arrived": at, "extra": {"revision": revision}}
    return revoked(index, **{**values, **changes})


def test_a_node_that_never_says_that_a_revocation_is_in_force_there_is_found(
    examiner: Examiner,
) -> None:
    examiner.take(enforced(0, 7, 0))
    examiner.take(ended(1, 8, 1))
    settle(examiner, 1 + SLA + 30)
    assert codes(examiner) == []
    settle(examiner, 1 + SLA + 31)
    (found,) = examiner.raised
    assert (found.rule, found.code) == ("R14", "revocation_not_acknowledged")
    assert (found.evidence, found.src) == ((1,), NODE)
    settle(examiner, 5 * SLA)
    assert len(examiner.raised) == 1


def test_a_word_that_was_late_stays_found_and_one_that_only_arrived_late_does_not(
    examiner: Examiner,
) -> None:
    other = "se/clearinghouse/1"
    for index, src in enumerate((NODE, other)):
        examiner.take(enforced(index, 7, 0, src=src))
    examiner.take(ended(2, 8, 1))
    settle(examiner, 2 * SLA)
    causes = {one.src: one.cause for one in examiner.raised}
    assert causes.keys() == {NODE, other}
    arrived = NOON + 2 * SLA * SECOND
    examiner.take(enforced(3, 8, SLA + 2, arrived=arrived))
    assert examiner.healed == []
    examiner.take(enforced(4, 8, SLA + 1, src=other, arrived=arrived))
    assert [one.cause for one in examiner.healed] == [causes[other]]


def test_a_late_word_is_found_though_nothing_was_settled_in_between(examiner: Examiner) -> None:
    """The log was away itself: everything comes at once, and in time it was not."""
    examiner.take(enforced(0, 7, 0))
    examiner.take(ended(1, 8, 1))
    examiner.take(enforced(2, 8, SLA + 2))
    assert codes(examiner) == ["revocation_not_acknowledged"]


def test_a_revocation_whose_entry_comes_after_the_word_is_held_against_its_time(
    examiner: Examiner,
) -> None:
    examiner.take(enforced(0, 7, 0))
    examiner.take(enforced(1, 9, SLA + 10))
    examiner.take(ended(2, 8, 10))
    assert codes(examiner) == []
    examiner.take(ended(3, 9, 9))
    assert codes(examiner) == ["revocation_not_acknowledged"]


def test_whoever_says_more_than_ended_lacks_nothing(examiner: Examiner) -> None:
    examiner.take(enforced(0, 50, 0))
    examiner.take(ended(1, 8, 1))
    settle(examiner, 9 * SLA)
    assert codes(examiner) == []


def test_a_new_node_is_asked_from_its_first_word_on(examiner: Examiner) -> None:
    examiner.take(ended(0, 8, 0))
    examiner.take(enforced(1, 7, 9 * SLA))
    examiner.take(enforced(2, 8, 9 * SLA + 5))
    settle(examiner, 20 * SLA)
    assert codes(examiner) == []


def test_a_node_that_has_never_said_anything_is_asked_for_nothing(examiner: Examiner) -> None:
    examiner.take(seen(0, extra={"permits_revision": 7}))
    examiner.take(ended(1, 8, 1))
    settle(examiner, 9 * SLA)
    assert "revocation_not_acknowledged" not in codes(examiner)


def test_each_revocation_that_is_lacking_is_found_once_the_one_before_was_acknowledged(
    examiner: Examiner,
) -> None:
    examiner.take(enforced(0, 7, 0))
    examiner.take(ended(1, 8, 1))
    examiner.take(ended(2, 9, 2))
    settle(examiner, 3 * SLA)
    assert [one.evidence for one in examiner.raised] == [(1,)]
    examiner.take(enforced(3, 8, 3 * SLA))
    settle(examiner, 3 * SLA + 1)
    assert [one.evidence for one in examiner.raised] == [(1,), (2,)]


def withdrew(index: int, revision: int, seconds: float, **changes: object) -> Seen:
    at = NOON + seconds * SECOND
    values = {
        "type": "placet.consent.withdrawn.v1",
        "src": REGISTRY,
        "decision": None,
        "actor": None,
        "permit": None,
        "at": at,
        "arrived": at,
        "extra": {"revision": revision, "narrows": True},
    }
    return seen(index, **{**values, **changes})


def propagated(index: int, revision: int, seconds: float, **changes: object) -> Seen:
    values = {"type": PROPAGATED, "client": "gateway", "extra": {"revision": revision}}
    return withdrew(index, revision, seconds, **{**values, **changes})


def test_a_withdrawal_that_no_reader_is_said_to_have_taken_over_is_found(
    examiner: Examiner,
) -> None:
    examiner.take(propagated(0, 7, 0))
    examiner.take(withdrew(1, 8, 1))
    settle(examiner, 1 + SLA + 31)
    (found,) = examiner.raised
    assert (found.code, found.evidence, found.src) == (
        "withdrawal_not_acknowledged",
        (1,),
        REGISTRY,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"extra": {"revision": 8}},
        {"extra": {"revision": 8, "narrows": 1}},
        {"dataset": "GDI-ZZ-DATASET-9"},
        {"type": "placet.cohort.narrowed.v1", "src": NODE},
    ],
)
def test_what_took_nobody_out_here_or_another_says_so_is_no_end(
    examiner: Examiner, changes: dict[str, object]
) -> None:
    examiner.take(propagated(0, 7, 0))
    examiner.take(withdrew(1, 8, 1, **changes))
    settle(examiner, 9 * SLA)
    assert "withdrawal_not_acknowledged" not in codes(examiner)


def test_a_cohort_narrowed_by_a_rule_is_waited_for_as_well(examiner: Examiner) -> None:
    examiner.take(propagated(0, 7, 0))
    examiner.take(withdrew(1, 8, 1, type="placet.cohort.narrowed.v1", extra={"revision": 8}))
    settle(examiner, 2 * SLA)
    assert codes(examiner) == ["withdrawal_not_acknowledged"]


def test_no_node_can_say_for_the_registry_what_reached_a_reader(examiner: Examiner) -> None:
    examiner.take(propagated(0, 7, 0))
    examiner.take(withdrew(1, 8, 1))
    examiner.take(propagated(2, 8, 2, src=NODE))
    settle(examiner, 2 * SLA)
    assert codes(examiner) == ["said_by_another", "withdrawal_not_acknowledged"]


def test_what_somebody_lacks_outlives_the_process(examiner: Examiner) -> None:
    examiner.take(issued(0))
    examiner.take(enforced(1, 7, 0))
    examiner.take(ended(2, 8, 1))
    rows = [
        (kind, key, written(value))
        for kind, key, value in examiner.memory.changes()
        if value is not None
    ]
    again = Examiner(remembered(rows), Thresholds())
    settle(again, 2 * SLA)
    assert codes(again) == ["revocation_not_acknowledged"]
