# SPDX-License-Identifier: Apache-2.0
"""What readers and other writers of the log need: one transaction, what was read and said."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from audit_log.domain.chain import Chain
from audit_log.domain.cohorts import CohortAnswer, CohortKey
from audit_log.domain.copies import Copies
from audit_log.domain.reports import Cell, PermitUse, Reach, Use
from audit_log.domain.search import Dropped, Filter, Marks
from audit_log.ports.casework import Cases, SavedQueries
from audit_log.ports.exporting import Exports
from audit_log.ports.integrity import IntegrityRuns
from audit_log.ports.publishing import Published, TreeReader
from audit_log.ports.sequencing import Producer, StoredOffset
from shared.events import Fact, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedRange(Dropped):
    """Search rows and sealed parts that are there no more, `parts` of them.

    `terms` is the hash of the policy applied.
    """

    id: str
    parts: int
    terms: bytes
    at: datetime


class LogReader(TreeReader, Protocol):
    """The log as its readers see it; all of it committed, not all of it published."""

    def origin(self) -> str:
        """Give the log's name."""
        ...

    def newest(self) -> Published | None:
        """Give the newest published checkpoint."""
        ...

    def published(self, size: int) -> Published | None:
        """Give the published checkpoint of exactly this size."""
        ...

    def witnessed(self) -> Published | None:
        """Give the newest checkpoint with a quorum's cosignatures, with those in its note."""
        ...

    def signing(self) -> str:
        """Tell whether the log signs: `signing`, `waiting_for_witnesses` or `stopped`."""
        ...

    def is_published(self, smallest: int, largest: int) -> bool:
        """Tell whether a published checkpoint has a size between these, both included."""
        ...

    def bundle(self, index: int) -> Sequence[bytes]:
        """Give the entries of a bundle, as many as there are; LookupError when there are none."""
        ...

    def years(self) -> range:
        """Give the years in which entries were sequenced."""
        ...

    def search(
        self, wanted: Filter, *, marks: Marks, below: int, limit: int, above: int = 0
    ) -> Sequence[int]:
        """Give the indexes from `above` to below `below` of matching entries, newest first.

        `marks` are what the filter names as each year's rows have it.
        """
        ...

    def cohorts_named(self, dataset: str, below: int) -> Sequence[CohortKey]:
        """Give the cohorts of a dataset that entries below an index name, each once, in order."""
        ...

    def dropped(self, below: int) -> Sequence[DroppedRange]:
        """Give the ranges below an index whose search rows were dropped, the newest first."""
        ...

    def count(self, wanted: Filter, *, marks: Marks, below: int, most: int | None) -> int:
        """Tell how many entries below `below` match; with `most`, count no further than that."""
        ...

    def uses(self, people: Mapping[Subject, Sequence[CohortAnswer]], below: int) -> Sequence[Use]:
        """Give what happened to these people's data, a line for each day and way, newest first.

        With each comes what was answered about the cohorts of her dataset. Accesses only: what
        officers did stands in their own entries.
        """
        ...

    def activity(self, wanted: Filter, *, marks: Marks, below: int) -> Mapping[Cell, int]:
        """Count matching entries by month, dataset, type and decision."""
        ...

    def permits(
        self, wanted: Filter, *, marks: Marks, below: int, limit: int
    ) -> Sequence[PermitUse]:
        """Count matching entries by permit, month and dataset, the earliest first."""
        ...

    def reach(self, wanted: Filter, *, marks: Marks, below: int) -> Reach:
        """Say what matching entries reach."""
        ...

    def chains(self, src: str) -> Sequence[tuple[Chain, int]]:
        """Give a producer's chains, newest epoch first, each with its count of duplicates."""
        ...

    def producer(self, src: str) -> Producer | None:
        """Give a registered producer."""
        ...

    def sources_on(self, topic: str) -> Sequence[str]:
        """Give the sources of all producers registered on a topic, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shredding:
    """What to make unreadable, and on what ground: the key stored under `subject`.

    `pseudonyms` are an actor's numbers in the search rows of each year, `person` the (dataset,
    ordinal) of a person: where its parts are found.
    """

    id: str
    ground: str
    kind: str
    subject: bytes
    pseudonyms: tuple[int, ...] = ()
    person: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shredded:
    """What was destroyed: the key, and its parts at `places`, of entries below `below`."""

    kid: int
    made_at: datetime
    key: str
    below: int
    digest: bytes
    places: tuple[tuple[int, int], ...]

    @property
    def parts(self) -> int:
        """How many parts there were."""
        return len(self.places)


class Log(Protocol):
    """One transaction of a reader who leaves a trace: what was read and what was said, together."""

    @property
    def reader(self) -> LogReader:
        """The log; each answer is of one moment, and nothing once given is ever taken back."""
        ...

    @property
    def integrity(self) -> IntegrityRuns:
        """The runs in which search rows were recomputed."""
        ...

    @property
    def cases(self) -> Cases:
        """Officers' cases and their requests to open."""
        ...

    @property
    def queries(self) -> SavedQueries:
        """Officers' saved searches."""
        ...

    @property
    def exports(self) -> Exports:
        """The evidence packs on their way."""
        ...

    def record(self, fact: Fact) -> str:
        """Say something through the log's own producer; give the entry's id."""
        ...

    def producer_of(self, client_id: str) -> Producer | None:
        """Give the producer that this client may write as, locked until the transaction ends."""
        ...

    def take_in(self, src: str, entries: Sequence[tuple[bytes, bytes]], at: datetime) -> None:
        """Put entries with their sealed parts into the intake, in this order."""
        ...

    def add_producer(
        self, producer: Producer, offsets: Sequence[StoredOffset], at: datetime
    ) -> bool:
        """Register a producer and where its partitions begin; False when it is there already.

        Raises ProducerExists when it is there with other particulars. Offsets that are stored
        already stay as they are.
        """
        ...

    def shred(self, wanted: Shredding, at: datetime) -> Shredded:
        """Destroy a holder's key and everything sealed under it, and every search row's link to it.

        From the commit on no copy of the key is in the database, and no batch prepared with the
        key can be committed. Raises NothingToErase when there is no such key, ErasureHeld when a
        legal hold covers the person or any entry with such a part; then nothing was changed.
        """
        ...

    def postpone(self, wanted: Shredding, at: datetime) -> None:
        """Keep an erasure that a hold forbids, until the hold is lifted."""
        ...

    def copies(self) -> Copies:
        """Give what Kafka may still hold of what was sequenced, as last read."""
        ...


Transaction = Callable[[], AbstractContextManager[Log]]
"""Opens a Log: it commits when the block ends, and keeps nothing when the block raises."""
