# SPDX-License-Identifier: Apache-2.0
"""R14 where very many withdraw at once: whoever decides on what was long before is found."""

from datetime import timedelta

import pytest

from audit_log.domain.rules.memory import Memory
from audit_log.domain.rules.reached import KEPT, End, Register, ended, judge
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.usecases.examine import Examiner
from tests.fakes.log_factories import DATASET, NOON
from tests.unit.audit_log.test_rules import SECOND, issued, seen

LIMITS = Thresholds()
SLA = LIMITS.span("propagation")


def flood(number: int, apart: timedelta) -> Register:
    """Let so many people withdraw, one after the other, each at a revision of its own."""
    register: Register | None = None
    for n in range(number):
        register = ended(register, End(revision=n + 1, at=NOON + n * apart, index=n))
    assert register is not None
    return register


def is_found(register: Register, at: timedelta, revision: int) -> bool:
    decision = seen(9, at=NOON + at)
    return judge(decision, DATASET, revision, register, LIMITS) is not None


@pytest.mark.parametrize("apart", [SECOND / 20, SECOND, 7 * SECOND])
def test_however_many_end_a_node_that_is_behind_is_found_in_good_time(apart: timedelta) -> None:
    number = 2_000
    register, last = flood(number, apart), (number - 1) * apart
    assert len(register.ends) == KEPT
    for revision in (0, 1, number // 3, number // 2, number - 1):
        lacked = revision * apart  # when the first end after that revision was
        for at in (lacked + SLA, lacked + SLA / 2):
            assert not is_found(register, at, revision)
        late = max(lacked + SLA * 1.1, last)
        assert is_found(register, late, revision) == (late - lacked > SLA), (apart, revision)
    assert not is_found(register, last + 10 * SLA, number)


def test_as_long_as_all_are_remembered_the_instant_is_exact() -> None:
    register = flood(KEPT, SECOND)
    for revision in range(KEPT):
        at = revision * SECOND + SLA
        assert not is_found(register, at, revision)
        assert is_found(register, at + SECOND / 1000, revision)


def test_a_flood_reaches_the_rules_through_the_entries_of_it() -> None:
    examiner = Examiner(Memory(), LIMITS)
    examiner.take(issued(0))
    for n in range(400):
        at = NOON + n * SECOND
        gone = {"type": "placet.consent.withdrawn.v1", "src": "zz/consent_registry/1"}
        told = {"decision": None, "actor": None, "permit": None, "extra": {"revision": n + 1}}
        examiner.take(seen(n + 1, **gone, **told, at=at, arrived=at))
    at = NOON + 400 * SECOND
    examiner.take(seen(500, at=at, arrived=at, extra={"dataset_revision": 20}))
    assert [one.code for one in examiner.raised] == ["withdrawal_not_reached"]
