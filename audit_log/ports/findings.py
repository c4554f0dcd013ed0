# SPDX-License-Identifier: Apache-2.0
"""What the log's own checks need: entries to examine, a memory, findings, and others' answers."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from audit_log.domain.chain import ChainKey
from audit_log.domain.findings import Finding, FindingFilter
from audit_log.domain.rules.cohort_uses import CohortQuestion, CohortVerdict
from audit_log.domain.rules.people import PersonAnswer, PersonQuestion
from audit_log.domain.rules.permit_uses import PermitQuestion, PermitVerdict
from audit_log.domain.rules.raised import Healed, Raised
from audit_log.ports.keys import StoredKey
from shared.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as stored: `arrived` is the time of the first published tree that holds it.

    `parts` are its sealed parts by group number, each with its wrapped key.
    """

    index: int
    raw: bytes
    arrived: datetime
    parts: Mapping[int, tuple[StoredKey, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A producer whose heartbeats can be verified, since when."""

    src: str
    vkey: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """How far the examination of entries has come, and what it remembers as (kind, key, value).

    `erasures` is how many there had been: what was remembered before one must not be written after.
    """

    next: int
    rows: Sequence[tuple[str, str, bytes]]
    erasures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step of the checks writes, all of it or nothing.

    The cursor `name` must stand at `before` and is moved to `next`; `changes` are (kind, key,
    value), None where something was forgotten. With `erasures`, nothing is written when there has
    been another since.
    """

    name: str
    before: int
    next: int
    changes: Sequence[tuple[str, str, bytes | None]] = ()
    raised: Sequence[Raised] = ()
    healed: Sequence[Healed] = ()
    erasures: int | None = None


class RuleStore(Protocol):
    """The log as its own checks see it."""

    def load(self) -> Remembered:
        """Give what the examination of entries remembers, all of one moment."""
        ...

    def erasures(self) -> int:
        """Give how many erasures there have been."""
        ...

    def cursor(self, name: str) -> int:
        """Give the index of the entry at which a check goes on."""
        ...

    def entries(self, first: int, limit: int) -> Sequence[StoredEntry]:
        """Give published entries from index `first` on, in order."""
        ...

    def uses(self, dataset: str | None, since: datetime, among: range) -> Sequence[StoredEntry]:
        """Give entries among these that are about a dataset and happened since then."""
        ...

    def producers(self) -> Sequence[Registered]:
        """Give the producers that must send heartbeats."""
        ...

    def missing(self) -> Mapping[ChainKey, int]:
        """Give the first place that nothing fills of each chain that has one."""
        ...

    def commit(self, step: Step, at: datetime) -> None:
        """Write a step and say in the log what was opened and closed.

        A cause that was ever raised before opens nothing. Raises RulesOvertaken, and writes
        nothing, when the cursor stands elsewhere.
        """
        ...

    def say_closed(self, at: datetime) -> int:
        """Say in the log which findings the sequencer has closed; give how many."""
        ...

    def open_about(self, rule: str, code: str, first: int, limit: int) -> Sequence[int]:
        """Give the entries, from `first` on, on which open findings of a code rest, in order."""
        ...

    def unwitnessed(self) -> tuple[int, datetime | None]:
        """Give the newest witnessed size, 0 for none, and when the first after it was signed.

        None where no published checkpoint is beyond it.
        """
        ...

    def counts(self) -> tuple[int, int]:
        """Give how many search rows there must be, and how many there are, of one moment.

        An entry has one until it is dropped at the end of its term.
        """
        ...


class PersonDecisions(Protocol):
    """The service that owns consents."""

    def decide(self, questions: Sequence[PersonQuestion]) -> Sequence[PersonAnswer]:
        """Answer each question, at its own time and as known then, in the same order.

        Raises DecisionsUnavailable when there is no whole answer.
        """
        ...

    def decide_cohorts(self, questions: Sequence[CohortQuestion]) -> Sequence[CohortVerdict]:
        """Answer each use of a cohort likewise."""
        ...


class PermitDecisions(Protocol):
    """The service that gives permits."""

    def decide_uses(self, questions: Sequence[PermitQuestion]) -> Sequence[PermitVerdict]:
        """Say of each use whether its permit covered it, as it stood then, in the same order.

        Raises DecisionsUnavailable when there is no whole answer.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a check has come: the next entry it will see, and since when that waits."""

    name: str
    next: int
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the checks have covered of the published log, and the open findings by rule."""

    size: int
    progress: Sequence[Progress]
    open: Mapping[str, int]


class FindingDesk(Protocol):
    """One transaction of somebody who works on findings."""

    def page(self, wanted: FindingFilter, before: int | None, limit: int) -> Sequence[Finding]:
        """Give matching findings with an id below `before`, newest first."""
        ...

    def hold(self, finding_id: int) -> Finding | None:
        """Give a finding that nobody else changes until the transaction ends."""
        ...

    def assign(self, finding_id: int, owner: str) -> None:
        """Give an open finding to somebody."""
        ...

    def close(self, finding_id: int, reason: str, at: datetime, closing: str) -> None:
        """Close an open finding; `closing` is the id of the entry that says so."""
        ...

    def record(self, fact: Fact) -> str:
        """Say something through the log's own producer; give the entry's id."""
        ...

    def coverage(self) -> Coverage:
        """Give what the checks have covered."""
        ...


FindingTransaction = Callable[[], AbstractContextManager[FindingDesk]]
"""Opens a FindingDesk: it commits when the block ends, and keeps nothing when the block raises."""
