# SPDX-License-Identifier: Apache-2.0
"""The way back after the database was lost or restored: refill the tree from a copy of its bundles.

The copy is believed as far as our own signature reaches: its tree must have the root of a note that
this log signed, and the present tree must be a prefix of it. Only then anything is written, in the
order of the indexes, through the sequencer itself. Sealed parts come from the intake and from
Kafka, matched by leaf hash; those that nobody has any more stay away. So do those of people who
were erased: where their parts were is remembered outside the database. An entry of the copy may
speak of an erasure that is not: then no part from below it is believed to be anybody's still.
Input that was refused comes back the same way. What is lost for good is said, table by table.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from audit_log.domain.batch import Batch
from audit_log.domain.chain import ChainKey, Link
from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.destroyed import SaidErasure
from audit_log.domain.edge import Edge, grow
from audit_log.domain.errors import Fenced, LogMismatch
from audit_log.domain.merkle import leaf_hash
from audit_log.domain.received import Received, received_of
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
    Transaction,
    Trust,
    Vault,
)
from audit_log.usecases.announce import finding_fact
from audit_log.usecases.own_words import OwnWords, unmatched
from audit_log.usecases.refill import Copied, Found, Gone, Refusal
from audit_log.usecases.replay import Replayer, said_again
from audit_log.usecases.sequence import Sequencer
from shared.clock import Clock
from shared.events import JSON, Fact

_ALL = 1 << 40
_POLL, _POLL_MS = 5_000, 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What was refilled: entries from `first` up to `size`, some of them without sealed parts.

    `erased` parts were there and were left away, because whom they were about was erased. `refused`
    is how much quarantined input was found again. `lost` says of each other table how many rows the
    log speaks of that are not there as it says.
    """

    first: int
    size: int
    unsealed: int
    erased: int
    refused: int
    lost: Mapping[str, int]


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
        lost = self._lost_entries(copy, target, standing)
        self.replayer.step()
        wanted = range(standing.edge.size, target.size)
        source = Copied(
            copy,
            wanted,
            found=self._found(standing, lost),
            refusals=lost.refusals,
            gone=self._erased(lost),
            heads=standing.chains,
            clock=self.clock,
        )
        self._append(source, target)
        missing = dict(self.own.missing(lost.rows))
        if source.refused_lost:
            missing["quarantine"] = source.refused_lost
        again = list(said_again(self.store.pending(_ALL), self.src))
        self.own.catch_up()
        self.publisher.bar_witness(self.clock.now())  # no copy has what it saw of others
        self._publish(target, note)
        done = Recovered(
            first=standing.edge.size,
            size=target.size,
            unsealed=source.unsealed,
            erased=source.erased,
            refused=source.refused,
            lost=missing,
        )
        with self.transaction() as log:
            for fact in (*again, _recovered_fact(done, self.clock.now())):
                log.record(fact)
        self.outside.recovered(target.size)
        return done

    def _lost_entries(self, copy: BundleCopy, target: Checkpoint, standing: Standing) -> "_Lost":
        """Read what the copy has and the tree has not; see `_lost_tree` for what it raises."""
        leaves = _lost_tree(copy, target, standing)
        size = standing.edge.size
        said = OwnWords(self.src, size)
        for name in bundles_of(target.size):
            said.take(name.index * WIDTH, copy.bundle(name.index, name.width))
        return _Lost(
            leaves=leaves,
            erasures=said.erasures,
            refusals=unmatched(said.refusals, size, self.own.quarantined()),
            rows=said.rows,
        )

    def _erased(self, lost: "_Lost") -> Gone:
        """Tell which sealed parts must not come back."""
        below = self.replayer.from_entries(lost.erasures)
        places: dict[int, set[int]] = {}
        for one in self.outside.known().erasures:
            for index, group in one.places:
                places.setdefault(index, set()).add(group)
        return Gone(places=places, below=below)

    def _require_newest(self, target: Checkpoint) -> None:
        head = self.head_file.read()
        if head is not None and self.trust.open(head).size > target.size:
            raise LogMismatch("the head file names a larger tree: recover up to that note")

    def _found(self, standing: Standing, lost: "_Lost") -> Found:
        """Look through what still waits: for sealed parts, and for input that was refused."""
        digests = {one.digest for one in lost.refusals}
        found = Found()
        for one in self.store.pending(_ALL):
            found.take(one, lost.leaves, digests)
        if self.kafka is not None and lost.leaves:
            self.kafka.follow(standing.offsets, _sources(standing))
            while polled := self.kafka.poll(_POLL, _POLL_MS):
                for one in map(received_of, polled):
                    found.take(one, lost.leaves, digests)
        return found

    def _append(self, source: Copied, target: Checkpoint) -> None:
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
    """What the present tree has not.

    `leaves` are hashes; `erasures` and `refusals` are what the lost entries speak of; `rows` are
    the hashes of rows that they say, by table and hash of the key.
    """

    leaves: frozenset[bytes]
    erasures: Sequence[SaidErasure]
    refusals: Sequence[Refusal]
    rows: Mapping[tuple[str, bytes], bytes]


def _recovered_fact(done: Recovered, at: datetime) -> Fact:
    detail = {
        "erased": done.erased,
        "first": done.first,
        "refused": done.refused,
        "size": done.size,
        "unsealed": done.unsealed,
    }
    said = finding_fact("R15", "log_recovered", detail, at)
    lost: list[JSON] = [[table, rows] for table, rows in sorted(done.lost.items())]
    return replace(said, extra={**said.extra, "lost": lost})


def _lost_tree(copy: BundleCopy, target: Checkpoint, standing: Standing) -> frozenset[bytes]:
    """Rebuild the tree of the copy; give the leaf hashes that the present tree has not.

    Raises LogMismatch unless the copy has the note's root and the present tree is a prefix of it.
    """
    size, root, edge = standing.edge.size, standing.edge.root(), Edge()
    if size > target.size:
        raise LogMismatch("the tree is larger than the note: nothing is lost up to there")
    lost: list[bytes] = []
    matches = size == 0
    for name in bundles_of(target.size):
        leaves = [leaf_hash(entry) for entry in copy.bundle(name.index, name.width)]
        inside = size - edge.size
        if 0 < inside <= len(leaves):
            matches = grow(edge, leaves[:inside]).edge.root() == root
        lost += leaves[max(inside, 0) :]
        edge = grow(edge, leaves).edge
    if edge.root() != target.root:
        raise LogMismatch("the copy is not that of the note")
    if not matches:
        raise LogMismatch("the tree went on without the copy: restore the database anew first")
    return frozenset(lost)


def _sources(standing: Standing) -> Mapping[str, frozenset[str]]:
    topics = {one.topic for one in standing.producers if one.topic is not None}
    return {
        topic: frozenset(one.src for one in standing.producers if one.topic == topic)
        for topic in topics
    }


class _Refilling:
    """A `SequencerStore` that takes nothing but the copy, whole, and says nothing new about it."""

    def __init__(self, inner: SequencerStore, source: Copied) -> None:
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
        refused = len(batch.quarantined) > self._source.refused_given
        if len(batch.entries) != self._source.given or refused:
            raise LogMismatch("an entry of the copy is refused by the producers' chains")
        self._inner.commit(replace(batch, facts=[]), seconds)

    def report(self, rule: str, code: str, fact: Fact, detail: Mapping[str, int | str]) -> None:
        self._inner.report(rule, code, fact, detail)
