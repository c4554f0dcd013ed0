# SPDX-License-Identifier: Apache-2.0
"""The way back after the database was lost or restored: refill the tree from a copy of its bundles.

The copy is believed as far as our own signature reaches: its tree must have the root of a note that
this log signed, and the present tree must be a prefix of it. Only then anything is written, in the
order of the indexes, through the sequencer itself. Sealed parts come from the intake and from
Kafka, matched by leaf hash; those that nobody has any more stay away. So do those of people who
were erased: where their parts were is remembered outside the database. An entry of the copy may
speak of an erasure that is not: then no part from below it is believed to be anybody's still.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from audit_log.domain.batch import Batch
from audit_log.domain.chain import ChainKey, Link
from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.destroyed import SaidErasure
from audit_log.domain.edge import Edge, grow
from audit_log.domain.errors import Fenced, LogMismatch
from audit_log.domain.merkle import leaf_hash
from audit_log.domain.parts import group_code
from audit_log.domain.received import CopyPlace, IntakePlace, Received, claimed_source, received_of
from audit_log.domain.tiles import WIDTH, bundles_of
from audit_log.ports import (
    BundleCopy,
    EntrySource,
    HeadFile,
    OutsideErasures,
    OwnChain,
    Pseudonyms,
    Published,
    PublisherStore,
    SequencerStore,
    Standing,
    StoredKey,
    StoredOffset,
    Transaction,
    Trust,
    Vault,
)
from audit_log.usecases.announce import finding_fact
from audit_log.usecases.replay import Replayer, erasures_said, said_again
from audit_log.usecases.sequence import Sequencer
from shared.clock import Clock
from shared.events import Fact
from shared.sealing import open_sealed, pack_sealed

_ALL = 1 << 40
_POLL, _POLL_MS = 5_000, 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What was refilled: entries from `first` up to `size`, some of them without sealed parts.

    `erased` parts were there and were left away, because whom they were about was erased.
    """

    first: int
    size: int
    unsealed: int
    erased: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Everything a recovery works with; no process of the log may run meanwhile."""

    store: SequencerStore
    publisher: PublisherStore
    kafka: EntrySource | None
    own: OwnChain
    transaction: Transaction
    head_file: HeadFile
    trust: Trust
    vault: Vault
    pseudonyms: Pseudonyms
    clock: Clock
    replayer: Replayer
    outside: OutsideErasures
    src: str

    def refill(self, copy: BundleCopy, note: bytes) -> Recovered:
        """Refill the log up to a note of its own.

        Raises NoteInvalid or CheckpointInvalid when the note is not one, LogMismatch when copy,
        note, head file and database do not belong together, LookupError when the copy is not
        complete, Fenced when a sequencer runs. Then nothing was written.
        """
        target = self.trust.open(note)
        standing = self.store.load()
        self._require_newest(target)
        lost = _lost_entries(copy, target, standing)
        self.replayer.step()
        sealed = self._sealed_parts(standing, lost.leaves)
        wanted = range(standing.edge.size, target.size)
        source = _Copied(copy, wanted, sealed, self._erased(lost), self.clock)
        self._append(source, target)
        again = list(said_again(self.store.pending(_ALL), self.src))
        self.own.catch_up()
        self._publish(target, note)
        done = Recovered(
            first=standing.edge.size,
            size=target.size,
            unsealed=source.unsealed,
            erased=source.erased,
        )
        with self.transaction() as log:
            for fact in (*again, _recovered_fact(done, self.clock.now())):
                log.record(fact)
        self.outside.recovered(target.size)
        return done

    def _erased(self, lost: "_Lost") -> "_Gone":
        """Tell which sealed parts must not come back."""
        below = self.replayer.from_entries(one for one in lost.erasures if one.src == self.src)
        places: dict[int, set[int]] = {}
        for one in self.outside.known().erasures:
            for index, group in one.places:
                places.setdefault(index, set()).add(group)
        return _Gone(places=places, below=below)

    def _require_newest(self, target: Checkpoint) -> None:
        head = self.head_file.read()
        if head is not None and self.trust.open(head).size > target.size:
            raise LogMismatch("the head file names a larger tree: recover up to that note")

    def _sealed_parts(self, standing: Standing, lost: Collection[bytes]) -> dict[bytes, Received]:
        """Find what is still waiting with its sealed parts, by leaf hash."""
        found = {leaf_hash(one.raw): one for one in self.store.pending(_ALL)}
        if self.kafka is not None and lost:
            self.kafka.follow(standing.offsets, _sources(standing))
            while polled := self.kafka.poll(_POLL, _POLL_MS):
                came = map(received_of, polled)
                found |= {leaf_hash(one.raw): one for one in came}
        return {leaf: one for leaf, one in found.items() if leaf in lost}

    def _append(self, source: "_Copied", target: Checkpoint) -> None:
        sequencer = Sequencer(
            store=_Refilling(self.store, source),
            source=source,
            vault=self.vault,
            pseudonyms=self.pseudonyms,
            clock=self.clock,
            holder="recovery",
        )
        while sequencer.step():
            pass
        led = sequencer.leads
        sequencer.stop()
        if not led:
            raise Fenced("a sequencer leads: stop every process of the log first")
        if self.publisher.head() != (target.size, target.root):
            raise LogMismatch("the tree is not that of the note after all")

    def _publish(self, target: Checkpoint, note: bytes) -> None:
        """Show the note again, and write it into the head file, as when it was signed."""
        newest, now = self.publisher.newest(), self.clock.now()
        if newest is None or newest.size < target.size:
            kept = Published(size=target.size, root=target.root, note=note, signed_at=now)
            self.publisher.keep(kept)
        self.head_file.write(note)
        self.publisher.publish(target.size, now)


class _Lost(NamedTuple):
    """The leaf hashes that the present tree has not, and the erasures that its entries speak of."""

    leaves: frozenset[bytes]
    erasures: Sequence[SaidErasure]


class _Gone(NamedTuple):
    """The places whose parts were erased; below an index, all are as good as that."""

    places: Mapping[int, Collection[int]]
    below: int

    def without(self, index: int, sealed: bytes) -> tuple[bytes, int]:
        """Give what is left of an entry's sealed parts, and how many were left away."""
        gone = self.places.get(index, ())
        if index >= self.below and not gone:
            return sealed, 0
        parts = open_sealed(sealed)
        left = [
            part for part in parts if index >= self.below and group_code(part.group) not in gone
        ]
        return pack_sealed(left), len(parts) - len(left)


def _recovered_fact(done: Recovered, at: datetime) -> Fact:
    detail = {
        "erased": done.erased,
        "first": done.first,
        "size": done.size,
        "unsealed": done.unsealed,
    }
    return finding_fact("R15", "log_recovered", detail, at)


def _lost_entries(copy: BundleCopy, target: Checkpoint, standing: Standing) -> _Lost:
    """Rebuild the tree of the copy; give what the present tree has not.

    Raises LogMismatch unless the copy has the note's root and the present tree is a prefix of it.
    """
    size, root, edge = standing.edge.size, standing.edge.root(), Edge()
    if size > target.size:
        raise LogMismatch("the tree is larger than the note: nothing is lost up to there")
    lost: list[bytes] = []
    erasures: list[SaidErasure] = []
    matches = size == 0
    for name in bundles_of(target.size):
        entries = copy.bundle(name.index, name.width)
        erasures += erasures_said(entries)
        leaves = [leaf_hash(entry) for entry in entries]
        inside = size - edge.size
        if 0 < inside <= len(leaves):
            matches = grow(edge, leaves[:inside]).edge.root() == root
        lost += leaves[max(inside, 0) :]
        edge = grow(edge, leaves).edge
    if edge.root() != target.root:
        raise LogMismatch("the copy is not that of the note")
    if not matches:
        raise LogMismatch("the tree went on without the copy: restore the database anew first")
    return _Lost(frozenset(lost), erasures)


def _sources(standing: Standing) -> Mapping[str, frozenset[str]]:
    topics = {one.topic for one in standing.producers if one.topic is not None}
    return {
        topic: frozenset(one.src for one in standing.producers if one.topic == topic)
        for topic in topics
    }


class _Copied:
    """An `EntrySource` over the copy: the lost entries in the order of their indexes."""

    def __init__(
        self,
        copy: BundleCopy,
        wanted: range,
        sealed: Mapping[bytes, Received],
        gone: _Gone,
        clock: Clock,
    ) -> None:
        self._copy = copy
        self._sealed = sealed
        self._gone = gone
        self._clock = clock
        self._waiting = self._entries(wanted.start, wanted.stop)
        self.unsealed = 0
        self.erased = 0
        self.given = 0

    def follow(
        self, offsets: Sequence[StoredOffset], sources: Mapping[str, frozenset[str]]
    ) -> None:
        """Do nothing: offsets move when the sequencer reads Kafka again and drops duplicates."""

    def poll(self, limit: int, wait_ms: int) -> Sequence[Received]:
        """Give the next lost entries."""
        found = list(islice(self._waiting, limit))
        self.given = len(found)
        return found

    def _entries(self, first: int, end: int) -> Iterator[Received]:
        for name in bundles_of(end):
            start = name.index * WIDTH
            if start + WIDTH <= first:
                continue
            for index, raw in enumerate(self._copy.bundle(name.index, name.width), start=start):
                if index >= first:
                    yield self._received(index, raw)

    def _received(self, index: int, raw: bytes) -> Received:
        sources = frozenset((claimed_source(raw) or "",))
        found = self._sealed.get(leaf_hash(raw))
        self.unsealed += found is None
        # A row of the intake is taken; offsets of Kafka are left for the sequencer, which reads
        # everything again and drops what is here already.
        waits = found is not None and isinstance(found.place, IntakePlace)
        parts, erased = (b"", 0) if found is None else self._gone.without(index, found.sealed)
        self.erased += erased
        return Received(
            place=found.place if found is not None and waits else CopyPlace(index=index),
            raw=raw,
            sealed=parts,
            received_at=self._clock.now() if found is None else found.received_at,
            sources=sources,
            recovered=True,
        )


class _Refilling:
    """A `SequencerStore` that takes nothing but the copy, whole, and says nothing new about it."""

    def __init__(self, inner: SequencerStore, source: _Copied) -> None:
        self._inner = inner
        self._source = source

    def lead(self, holder: str, seconds: float, announce: Callable[[int], Fact]) -> int | None:
        return self._inner.lead(holder, seconds, announce)

    def renew(self, epoch: int, seconds: float) -> None:
        self._inner.renew(epoch, seconds)

    def release(self, epoch: int) -> None:
        self._inner.release(epoch)

    def load(self) -> Standing:
        return self._inner.load()

    def pending(self, limit: int) -> Sequence[Received]:
        return ()

    def links(
        self, wanted: Mapping[ChainKey, Collection[int]]
    ) -> Mapping[ChainKey, Mapping[int, Link]]:
        return self._inner.links(wanted)

    def keys(self, subjects: Collection[bytes]) -> Mapping[bytes, StoredKey]:
        return self._inner.keys(subjects)

    def key_numbers(self, count: int) -> Sequence[int]:
        return self._inner.key_numbers(count)

    def commit(self, batch: Batch, seconds: float) -> None:
        if len(batch.entries) != self._source.given or batch.quarantined:
            raise LogMismatch("an entry of the copy is refused by the producers' chains")
        self._inner.commit(replace(batch, facts=[]), seconds)

    def report(self, rule: str, code: str, fact: Fact, detail: Mapping[str, int | str]) -> None:
        self._inner.report(rule, code, fact, detail)
