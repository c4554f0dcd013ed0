# SPDX-License-Identifier: Apache-2.0
"""What keeping, holding and dropping need: months, holds, erasures, and copies elsewhere."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from audit_log.domain.cohorts import CohortKey
from audit_log.domain.copies import Copies, TopicCopy
from audit_log.domain.destroyed import Destroyed, Outside, SaidErasure
from audit_log.domain.holds import Hold, NotHers
from audit_log.ports.exporting import Exports
from audit_log.ports.keys import Pseudonyms
from audit_log.ports.reading import DroppedRange, Shredded, Shredding
from shared.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMonth:
    """One class's rows of one month of sequencing; `types` where they were asked for."""

    retention: int
    month: int
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRecord:
    """An erasure that was done, or one that waits: then `parts` is None until it ends."""

    id: str
    kind: str
    ground: str
    asked_at: datetime
    done_at: datetime | None
    outcome: str
    parts: int | None


class KeepingDesk(Protocol):
    """One transaction about what is kept, held and dropped."""

    @property
    def exports(self) -> Exports:
        """The evidence packs on their way."""
        ...

    def add_months(self, first: int, count: int) -> int:
        """See to it that each class has these months; give how many were not there yet.

        Rows that came before their month was there are moved into it.
        """
        ...

    def months(self) -> Sequence[KeptMonth]:
        """Give every month that has its own place, the oldest first."""
        ...

    def types(self, kept: KeptMonth) -> Sequence[str]:
        """Give the entry types that a month has."""
        ...

    def held_months(self) -> Sequence[KeptMonth]:
        """Give the months of which rows are held, by class and month, with the types held."""
        ...

    def cohorts_named(self, dataset: str) -> Sequence[CohortKey]:
        """Give the cohorts that entries about a dataset name."""
        ...

    def drop(
        self,
        kept: KeptMonth,
        longer: Sequence[str],
        told: Sequence[NotHers],
        *,
        drop_id: str,
        terms: bytes,
        at: datetime,
    ) -> DroppedRange | None:
        """Drop a month's search rows and sealed parts; None when there was none.

        What a hold covers, and the rows of the types in `longer`, are held first, in the same
        transaction. A hold of a person covers each entry that names a cohort of her dataset but
        those that `told` speaks of.
        """
        ...

    def drop_held(
        self,
        kept: KeptMonth,
        passed: Sequence[str],
        told: Sequence[NotHers],
        *,
        drop_id: str,
        terms: bytes,
        at: datetime,
    ) -> DroppedRange | None:
        """Drop held rows of these types that no hold covers; None when there was none."""
        ...

    def empty_quarantine(self, before: datetime) -> int:
        """Empty what was quarantined before; its hash and place stay. Give how many."""
        ...

    def dropped(self) -> Sequence[DroppedRange]:
        """Give everything that was ever dropped, the newest first."""
        ...

    def holds(self) -> Sequence[Hold]:
        """Give every hold, the newest first."""
        ...

    def hold(self, hold_id: str) -> Hold | None:
        """Give a hold, locked."""
        ...

    def case_entries(self, case_id: str) -> Sequence[int] | None:
        """Give the entries that a case's requests to open name; None when there is no such case."""
        ...

    def add_hold(self, hold: Hold) -> None:
        """Keep a new hold."""
        ...

    def change_hold(self, hold: Hold) -> None:
        """Keep where a hold stands."""
        ...

    def erasures(self) -> Sequence[ErasureRecord]:
        """Give every erasure, done and waiting, the newest first."""
        ...

    def waiting(self) -> Sequence[Shredding]:
        """Give the erasures that wait, the oldest first."""
        ...

    def shred(self, wanted: Shredding, at: datetime, told: Sequence[NotHers]) -> Shredded:
        """Do an erasure; see `Log.shred`. What `told` speaks of is under no hold."""
        ...

    def lacking(self, erasures: Sequence[Destroyed]) -> Sequence[Destroyed]:
        """Give those of these erasures that are not done here, or whose key is here again."""
        ...

    def shred_again(self, one: Destroyed, pseudonyms: Pseudonyms) -> int:
        """Do an erasure that was done before; give how many parts were here again.

        A legal hold does not stop it: none did when it was done. Nobody is given the number of the
        key any more. Raises LogMismatch when another key has it.
        """
        ...

    def destroyed_by(self, said: SaidErasure) -> Destroyed | None:
        """Find by its hash the key of which an entry says that it was destroyed, and its parts."""
        ...

    def done_before(self) -> Sequence[Destroyed]:
        """Give every erasure that is done here, the oldest first; their keys are nameless."""
        ...

    def size(self) -> int:
        """Give the size of the tree."""
        ...

    def end_waiting(self, erasure_id: str, outcome: str, at: datetime) -> None:
        """End a waiting erasure, and forget whom it was about."""
        ...

    def copies(self) -> Copies:
        """Give what Kafka may still hold, as last read."""
        ...

    def say_copies(self, topics: Sequence[TopicCopy]) -> None:
        """Keep what was read of the topics."""
        ...

    def topics(self) -> Sequence[str]:
        """Give the topics of the registered producers."""
        ...

    def first_year(self) -> int | None:
        """Give the year of the oldest search row."""
        ...

    def record(self, fact: Fact) -> str:
        """Say something through the log's own producer; give the entry's id."""
        ...


KeepingTransaction = Callable[[], AbstractContextManager[KeepingDesk]]
"""Opens a KeepingDesk: it commits when the block ends, and keeps nothing when the block raises."""

ReadCopies = Callable[[Sequence[str]], dict[str, timedelta | None]]
"""Asks the broker how long these topics' records live; raises TransportError when it is away."""


class OutsideErasures(Protocol):
    """Erasures as they are remembered outside the database and outside its backups."""

    def known(self) -> Outside:
        """Give all that is remembered; raises ErasuresUnreadable."""
        ...

    def remember(self, erasures: Sequence[Destroyed]) -> None:
        """Keep erasures; they outlive a power cut when this returns. Known ones change nothing.

        Raises ErasuresUnreadable when they cannot be kept.
        """
        ...

    def recovered(self, size: int) -> None:
        """Keep that the tree was recovered up to a size, and what was erased is gone from it."""
        ...
