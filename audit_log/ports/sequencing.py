# SPDX-License-Identifier: Apache-2.0
"""What the log's one writer needs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from audit_log.domain.batch import Batch, Term
from audit_log.domain.chain import Chain, ChainKey, Link
from audit_log.domain.edge import Edge
from audit_log.domain.received import Input, KafkaPlace, Received
from audit_log.ports.keys import StoredKey
from shared.events import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOffset:
    """How far a partition was sequenced, and of which topic of which cluster."""

    topic: str
    partition: int
    next: int
    cluster_id: str
    topic_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer:
    """Who may write: one source, one client, at most one topic; `vkey` verifies its heartbeats."""

    src: str
    client_id: str
    vkey: str
    topic: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that a sequencer must know to append: how the log stood at one committed moment.

    `tail` are the entries after the last full bundle. `set_apart` are records that come again after
    a recovery, and were quarantined by it.
    """

    erasures: int
    edge: Edge
    tail: tuple[bytes, ...]
    chains: Mapping[ChainKey, Chain]
    terms: Mapping[Term, int]
    producers: tuple[Producer, ...]
    offsets: tuple[StoredOffset, ...]
    set_apart: frozenset[tuple[KafkaPlace, bytes]] = frozenset()


class SequencerStore(Protocol):
    """The log as its one writer sees it."""

    def lead(self, holder: str, seconds: float, announce: Callable[[int], Fact]) -> int | None:
        """Take or retake the lease; give the new epoch, None while another holder's lease runs.

        With the new epoch the announcement is said. A commit under an earlier epoch fails from
        then on, also one that waits inside its transaction.
        """
        ...

    def renew(self, epoch: int, seconds: float) -> None:
        """Prolong the lease; raise Fenced when this epoch no longer leads."""
        ...

    def release(self, epoch: int) -> None:
        """Give the lease back at a planned end, so that another need not wait for it to run out."""
        ...

    def load(self) -> Standing:
        """Give the present state, all of one moment."""
        ...

    def pending(self, limit: int) -> Sequence[Received]:
        """Give the oldest rows of the intake, in order; they stay until a commit takes them."""
        ...

    def links(
        self, wanted: Mapping[ChainKey, Collection[int]]
    ) -> Mapping[ChainKey, Mapping[int, Link]]:
        """Give what fills these places of chains; places that nothing fills are left out."""
        ...

    def keys(self, subjects: Collection[bytes]) -> Mapping[bytes, StoredKey]:
        """Give the living keys of these holders' pseudonyms; absent ones are left out."""
        ...

    def key_numbers(self, count: int) -> Sequence[int]:
        """Give numbers for new keys, never given before, whatever becomes of them."""
        ...

    def commit(self, batch: Batch, seconds: float) -> None:
        """Write all of a batch in one transaction and prolong the lease, or write nothing.

        Raises Fenced when another epoch leads or the tree has another size, KeysErased when keys
        were destroyed since the batch's `erasures`, and LogMismatch when rows to be taken or
        offsets to be moved are not what the batch expects.
        """
        ...

    def report(self, rule: str, code: str, fact: Fact, detail: Mapping[str, int | str]) -> None:
        """Open a finding and say it, unless the same one is open already."""
        ...


class CommitLine(Protocol):
    """Where batches are committed, one at a time and in the order they were prepared.

    A commit may be under way while the next batch is prepared on top of it. Both `begin` and
    `settle` raise what a commit raises (`SequencerStore.commit`); whatever was prepared on top of a
    failed batch is to be forgotten.
    """

    def begin(self, batch: Batch, seconds: float) -> None:
        """Commit a batch, or start to, after the one before it."""
        ...

    def settle(self) -> bool:
        """Wait until nothing is under way; tell whether anything was."""
        ...

    def abandon(self) -> None:
        """Wait until nothing is under way, and raise nothing: the caller starts anew."""
        ...


class EntrySource(Protocol):
    """Entries that come over Kafka."""

    def follow(
        self, offsets: Sequence[StoredOffset], sources: Mapping[str, frozenset[str]]
    ) -> None:
        """Read from exactly these offsets next; `sources` says who speaks through each topic."""
        ...

    def poll(self, limit: int, wait_ms: int) -> Sequence[Input]:
        """Give the next inputs, in order within each partition, waiting at most so long.

        A source may have read them already (`Reader.read`), as theirs who speak through its topics.

        Gives none while the broker is away. Raises OffsetMissing when a followed topic has no
        stored offset, SourceBroken when reading on would skip, mix or overlook records.
        """
        ...


class SourceBroken(Exception):
    """Kafka does not hold what the stored offsets of a topic name, or holds more partitions.

    `code` says what is wrong, and `numbers` exactly where, its `topic` among them; other topics
    can be read on.
    """

    def __init__(self, code: str, numbers: Mapping[str, int | str]) -> None:
        super().__init__(code)
        self.code = code
        self.numbers = dict(numbers)
