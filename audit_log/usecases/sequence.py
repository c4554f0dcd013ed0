# SPDX-License-Identifier: Apache-2.0
"""Sequencing: from what arrived to leaves of the tree, one transaction a batch.

One sequencer leads, by a lease in the log's own state. A batch is prepared in memory, on top of the
one before, which may still be on its way to disk. It is committed whole or forgotten, with all that
was prepared on top of it; after any failure the next step begins from what is stored.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from audit_log.domain.batch import Batch, OffsetMove
from audit_log.domain.chain import ChainKey, Link
from audit_log.domain.edge import grow
from audit_log.domain.errors import KeysErased
from audit_log.domain.received import Input, IntakePlace, KafkaPlace, Received, received_of
from audit_log.domain.tiles import WIDTH, encode_bundle
from audit_log.ports import (
    CommitLine,
    EntrySource,
    Pseudonyms,
    SequencerStore,
    SourceBroken,
    Standing,
    StoredOffset,
    Vault,
)
from audit_log.usecases import announce
from audit_log.usecases.admit import admit
from audit_log.usecases.commit import CommitAtOnce
from audit_log.usecases.index import Indexer, TermBook
from audit_log.usecases.protect import (
    Drawn,
    KeyRing,
    holders_of,
    quarantine_row,
)
from shared.clock import Clock

_KAFKA_SHARE: Final = 4
"""A full intake is asked first, and yet a quarter of a batch comes from the topics beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much a batch takes, and how long a lease runs (seconds of the database's clock).

    A sequencer that is never idle looks after `look_seconds` what was registered meanwhile.
    """

    batch: int = 5_120
    wait_ms: int = 200
    lease_seconds: float = 8.0
    renew_seconds: float = 1.0
    look_seconds: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A batch, the keys it drew, and the tail of entries after it."""

    batch: Batch
    drawn: Drawn
    tail: tuple[bytes, ...]


class Sequencer:
    """The log's one writer; call `step` again and again.

    `line` is where batches are committed; without one, `step` ends with the commit of its batch.
    `source` is None when entries come over HTTP alone: the intake table is drained either way.
    """

    def __init__(
        self,
        *,
        store: SequencerStore,
        source: EntrySource | None,
        vault: Vault,
        pseudonyms: Pseudonyms,
        clock: Clock,
        holder: str,
        pace: Pace = Pace(),
        line: CommitLine | None = None,
    ) -> None:
        self._store = store
        self._line = line or CommitAtOnce(store)
        self._empties_intake = False
        self._source = source
        self._pseudonyms = pseudonyms
        self._ring = KeyRing(store, vault, pseudonyms)
        self._clock = clock
        self._holder = holder
        self._pace = pace
        self._epoch: int | None = None
        self._standing: Standing | None = None
        self._renewed = self._looked = 0.0
        # Topics that are read no more, each until somebody has moved its stored offsets.
        self._broken: dict[str, Sequence[StoredOffset]] = {}
        self._reads = True

    @property
    def leads(self) -> bool:
        """Whether this sequencer held the lease when it last looked."""
        return self._epoch is not None

    def step(self) -> bool:
        """Sequence one batch; True when there was one.

        With a line that commits ahead, the batch is committed by the end of the next step.
        False when there is nothing to do or another sequencer leads. Raises what the store raises;
        the next call begins anew from what is stored.
        """
        try:
            return self._step()
        except BaseException:
            self._line.abandon()
            self._epoch = self._standing = None
            self._ring.forget()
            raise

    def stop(self) -> None:
        """Give up the lead, if it is held."""
        self._line.settle()
        epoch, self._epoch, self._standing = self._epoch, None, None
        if epoch is not None:
            self._store.release(epoch)

    def _step(self) -> bool:
        if self._epoch is None and not self._lead():
            return False
        standing = self._look() or self._load()
        try:
            received = self._gather(standing)
            if not received:
                return self._rest()
            prepared = self._prepare(standing, received)
            self._line.settle()
            self._line.begin(prepared.batch, self._pace.lease_seconds)
        except KeysErased:  # a person was erased meanwhile: the next step prepares all of it anew
            self._line.abandon()
            self._standing = None
            self._ring.forget()
            return True
        self._adopt(standing, prepared)
        return True

    def _rest(self) -> bool:
        """Nothing came: see the last batch through, if it is under way, or hold on to the lead."""
        if self._line.settle():
            return True
        self._renew()
        return False

    def _lead(self) -> bool:
        now = self._clock.now()
        self._epoch = self._store.lead(
            self._holder, self._pace.lease_seconds, lambda epoch: announce.started(epoch, now)
        )
        self._renewed = self._clock.monotonic()
        return self._epoch is not None

    def _look(self) -> Standing | None:
        """Give what is known, unless it was long ago that it was read: then nothing under way."""
        due = self._looked + self._pace.look_seconds
        if self._source is not None and self._clock.monotonic() >= due:
            self._line.settle()
            self._standing = None
        return self._standing

    def _load(self) -> Standing:
        self._looked = self._clock.monotonic()
        standing = self._store.load()
        self._follow(standing)
        self._standing = standing
        return standing

    def _follow(self, standing: Standing) -> None:
        """Read every topic with a producer on, but those that broke and stand as they did."""
        if self._source is None:
            return
        self._broken = {
            topic: then for topic, then in self._broken.items() if then == _of(topic, standing)
        }
        sources: dict[str, frozenset[str]] = {}
        for producer in standing.producers:
            if producer.topic is not None and producer.topic not in self._broken:
                others = sources.get(producer.topic, frozenset())
                sources[producer.topic] = others | {producer.src}
        self._reads = bool(sources) or not self._broken  # with no producer at all, it complains
        if self._reads:
            self._source.follow(standing.offsets, sources)

    def _renew(self) -> None:
        """Prolong the lease of an idle sequencer, and see what was registered meanwhile."""
        now = self._clock.monotonic()
        if self._epoch is None or now - self._renewed < self._pace.renew_seconds:
            return
        self._store.renew(self._epoch, self._pace.lease_seconds)
        self._renewed = now
        if self._source is not None:
            self._standing = None

    def _links(
        self, wanted: Mapping[ChainKey, Collection[int]]
    ) -> Mapping[ChainKey, Mapping[int, Link]]:
        """Look places of chains up, after the batch that may be filling them."""
        self._line.settle()
        return self._store.links(wanted)

    def _gather(self, standing: Standing) -> Sequence[Input]:
        if self._empties_intake:  # its rows are there until it is committed
            self._line.settle()
        waiting: list[Input] = list(self._store.pending(self._pace.batch))
        if self._source is None or not self._reads:
            return waiting
        room = max(self._pace.batch - len(waiting), self._pace.batch // _KAFKA_SHARE, 1)
        try:
            return waiting + list(self._source.poll(room, 0 if waiting else self._pace.wait_ms))
        except SourceBroken as broken:
            topic = str(broken.numbers["topic"])
            self._broken[topic] = _of(topic, standing)
            self._follow(standing)
            fact = announce.finding_fact("R0", broken.code, broken.numbers, self._clock.now())
            self._store.report("R0", broken.code, fact, broken.numbers)
            return waiting

    def _prepare(self, standing: Standing, inputs: Sequence[Input]) -> Prepared:
        at = self._clock.now()
        received = [received_of(one) for one in inputs]
        if standing.set_apart:
            inputs = [one for one in inputs if not _is_set_apart(received_of(one), standing)]
        admission = admit(inputs, standing.chains, self._links)
        accepted = admission.accepted
        first = standing.edge.size
        growth = grow(standing.edge, [sound.leaf for sound in accepted])
        entries = tuple(sound.received.raw for sound in accepted)
        bundles, tail = _bundled(first, standing.tail, entries)
        drawn = self._ring.draw(holders_of(accepted, admission.quarantined), at)
        book = TermBook(standing.terms)
        indexed = Indexer(book, self._pseudonyms, at).index(accepted, first)
        quarantined = [
            quarantine_row(kept, sha256(kept.poison.received.raw).digest(), drawn.held)
            for kept in admission.quarantined
        ]
        batch = Batch(
            epoch=self._epoch or 0,
            erasures=standing.erasures,
            at=at,
            before=standing.edge,
            after=growth.edge,
            full=growth.full,
            bundles=bundles,
            entries=entries,
            search=indexed.search,
            people=indexed.people,
            cohorts=indexed.cohorts,
            sealed=self._ring.sealed_rows(accepted, first, drawn, at),
            keys=drawn.rows,
            terms=book.fresh,
            runs=admission.runs(first),
            chains=admission.chains.changed(),
            gaps=admission.chains.gaps_moved(),
            last_seen=admission.last_seen,
            duplicates=admission.chains.duplicates(),
            breaches=admission.breaches,
            quarantined=quarantined,
            taken=[one.place.id for one in received if isinstance(one.place, IntakePlace)],
            offsets=_moves(standing, received),
            facts=[announce.breach_fact(breach, at) for breach in admission.breaches]
            + [announce.quarantine_fact(row, at) for row in quarantined],
        )
        return Prepared(batch=batch, drawn=drawn, tail=tail)

    def _adopt(self, standing: Standing, prepared: Prepared) -> None:
        """Go on from a batch without reading it back."""
        batch = prepared.batch
        self._empties_intake = bool(batch.taken)
        self._ring.keep(prepared.drawn)
        moved = {(move.topic, move.partition): move.new for move in batch.offsets}
        self._standing = replace(
            standing,
            edge=batch.after,
            tail=prepared.tail,
            chains={**standing.chains, **batch.chains},
            terms={**standing.terms, **batch.terms} if batch.terms else standing.terms,
            offsets=tuple(
                replace(one, next=moved.get((one.topic, one.partition), one.next))
                for one in standing.offsets
            ),
        )
        self._renewed = self._clock.monotonic()


def _is_set_apart(one: Received, standing: Standing) -> bool:
    return (one.place, sha256(one.raw).digest()) in standing.set_apart


def _of(topic: str, standing: Standing) -> Sequence[StoredOffset]:
    return [one for one in standing.offsets if one.topic == topic]


def _bundled(
    size: int, tail: tuple[bytes, ...], entries: tuple[bytes, ...]
) -> tuple[list[tuple[int, bytes]], tuple[bytes, ...]]:
    """Cut the bundles that are full now; give them, and the entries after them."""
    waiting = tail + entries
    first = (size - len(tail)) // WIDTH
    whole = len(waiting) // WIDTH
    bundles = [
        (first + n, encode_bundle(waiting[n * WIDTH : (n + 1) * WIDTH])) for n in range(whole)
    ]
    return bundles, waiting[whole * WIDTH :]


def _moves(standing: Standing, received: Sequence[Received]) -> list[OffsetMove]:
    """Give how far each partition's stored offset moves: behind the last record taken."""
    last: dict[tuple[str, int], int] = {}
    for one in received:
        if isinstance(one.place, KafkaPlace):
            last[one.place.topic, one.place.partition] = one.place.offset
    stored = {(one.topic, one.partition): one.next for one in standing.offsets}
    return [
        OffsetMove(topic=topic, partition=partition, old=stored[topic, partition], new=at + 1)
        for (topic, partition), at in last.items()
    ]
