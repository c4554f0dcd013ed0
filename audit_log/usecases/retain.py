# SPDX-License-Identifier: Apache-2.0
"""What the log does about its own memory: months ahead, terms that pass, erasures that waited.

The tree is not touched: leaves, tiles, bundles and proofs stay for ever. What goes are search rows
and sealed parts whose term has passed and that no legal hold covers. Each drop is an entry.
"""

from base64 import b64encode
from datetime import datetime, timedelta
from typing import Final

from audit_log.domain.copies import TopicCopy
from audit_log.domain.errors import ErasureHeld, NothingToErase
from audit_log.domain.retention import (
    Retention,
    RetentionPolicy,
    has_passed,
    month_of,
    month_text,
)
from audit_log.ports import (
    CohortMembers,
    DroppedRange,
    KeepingTransaction,
    KeptMonth,
    OutsideErasures,
    Pseudonyms,
    ReadCopies,
    Shredding,
    Vault,
)
from audit_log.usecases.erase import CopiesKept, destroyed, erased_fact
from audit_log.usecases.forget_packs import forget_packs
from audit_log.usecases.held_cohorts import HeldCohorts
from shared.clock import Clock
from shared.events import Fact
from shared.ids import IdSource
from shared.tracing import current_trace_id

MONTHS_AHEAD: Final = 3
_READ_AGAIN: Final = timedelta(hours=1)
DROP: Final = "placet.audit.drop.v1"
_PASSED: Final = "term_passed"


class Retainer:
    """Call `step` now and then; it does one thing at a time, each in a transaction of its own.

    `read_copies` asks the broker how long records live; None where entries do not come over Kafka.
    """

    def __init__(
        self,
        *,
        transaction: KeepingTransaction,
        policy: RetentionPolicy,
        kept: CopiesKept,
        outside: OutsideErasures,
        read_copies: ReadCopies | None,
        members: CohortMembers,
        vault: Vault,
        pseudonyms: Pseudonyms,
        ids: IdSource,
        clock: Clock,
    ) -> None:
        self._transaction = transaction
        self._policy = policy
        self._kept = kept
        self._outside = outside
        self._read_copies = read_copies
        self._held = HeldCohorts(transaction, members)
        self._vault = vault
        self._pseudonyms = pseudonyms
        self._ids = ids
        self._clock = clock
        self._read_at: datetime | None = None

    def step(self) -> bool:
        """Do what is due; True when more may be."""
        now = self._clock.now()
        with self._transaction() as desk:
            desk.add_months(month_of(now), MONTHS_AHEAD)
        return (
            self._run_waiting(now)
            or self._drop_month(now)
            or self._drop_held(now)
            or self._empty_quarantine(now)
            or self._ask_broker(now)
        )

    def _run_waiting(self, now: datetime) -> bool:
        with self._transaction() as desk:
            waiting = desk.waiting()
        ran = [self._run(one, now) for one in waiting]
        return any(ran)

    def _run(self, wanted: Shredding, now: datetime) -> bool:
        """Do an erasure that waited, unless a hold still forbids it."""
        told = self._held.told(now)
        try:
            with self._transaction() as desk:
                shredded = desk.shred(wanted, now, told)
                said = self._kept.completeness(now, desk.copies())
                desk.record(erased_fact(wanted, shredded, said, now, actor=None))
                desk.end_waiting(wanted.id, "done", now)
                self._outside.remember([destroyed(wanted, shredded, now)])
            with self._transaction() as desk:
                forget_packs(wanted.subject, desk.exports, self._vault, self._pseudonyms)
        except ErasureHeld:
            return False
        except NothingToErase:
            with self._transaction() as desk:
                desk.end_waiting(wanted.id, "nothing_to_erase", now)
        return True

    def _drop_month(self, now: datetime) -> bool:
        with self._transaction() as desk:
            months = desk.months()
        for kept in months:
            if not has_passed(kept.month, self._policy.least(Retention(kept.retention)), now):
                continue
            told = self._held.told(now)
            with self._transaction() as desk:
                longer = [one for one in desk.types(kept) if not self._has_passed(one, kept, now)]
                done = desk.drop(
                    kept, longer, told, drop_id=self._ids.new(), terms=self._policy.digest(), at=now
                )
                if done is not None:  # a month without a row goes without a word
                    desk.record(dropped_fact(done))
            return True
        return False

    def _drop_held(self, now: datetime) -> bool:
        with self._transaction() as desk:
            held = desk.held_months()
        for kept in held:
            passed = [one for one in kept.types if self._has_passed(one, kept, now)]
            if not passed:
                continue
            told = self._held.told(now)
            with self._transaction() as desk:
                done = desk.drop_held(
                    kept, passed, told, drop_id=self._ids.new(), terms=self._policy.digest(), at=now
                )
                if done is not None:
                    desk.record(dropped_fact(done))
                    return True
        return False

    def _has_passed(self, entry_type: str, kept: KeptMonth, now: datetime) -> bool:
        return has_passed(kept.month, self._policy.of_type(entry_type), now)

    def _empty_quarantine(self, now: datetime) -> bool:
        with self._transaction() as desk:
            emptied = desk.empty_quarantine(now - self._kept.terms.quarantine)
            if emptied:
                desk.record(_emptied(emptied, now))
        return emptied > 0

    def _ask_broker(self, now: datetime) -> bool:
        """Read now and then how long the broker keeps what it was sent."""
        if self._read_copies is None:
            return False
        with self._transaction() as desk:
            topics, unread = desk.topics(), desk.copies().unread
        if not unread and self._read_at and now - self._read_at < _READ_AGAIN:
            return False
        lives = self._read_copies(topics) if topics else {}
        with self._transaction() as desk:
            desk.say_copies(
                [TopicCopy(topic=name, lives=lives[name], read_at=now) for name in sorted(lives)]
            )
        self._read_at = now
        return False


def dropped_fact(done: DroppedRange) -> Fact:
    """Say a drop; by the same words verification knows it again."""
    return Fact(
        type=DROP,
        occurred_at=done.at,
        trace_id=current_trace_id(),
        reason=_PASSED,
        counts={"held": done.held, "openings": done.parts, "rows": done.rows},
        extra={
            "class": Retention(done.retention).name.lower(),
            "drop": done.id,
            "first": done.first,
            "last": done.last,
            "month": month_text(done.month),
            "terms": b64encode(done.terms).decode("ascii"),
        },
    )


def _emptied(number: int, at: datetime) -> Fact:
    return Fact(
        type=DROP,
        occurred_at=at,
        trace_id=current_trace_id(),
        reason=_PASSED,
        counts={"rows": number},
        extra={"class": "quarantine"},
    )
