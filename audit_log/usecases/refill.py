# SPDX-License-Identifier: Apache-2.0
"""What a recovery puts into the log, through the sequencer itself: its source.

The lost entries come in the order of their indexes. Input that had been refused comes between
them, where it stood: before the entry after it in its chain, at the latest before the entry that
speaks of it. So a place that it held is no gap.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from audit_log.domain.chain import Chain, ChainKey
from audit_log.domain.merkle import leaf_hash
from audit_log.domain.parts import group_code
from audit_log.domain.received import (
    CopyPlace,
    Fault,
    IntakePlace,
    KafkaPlace,
    Poison,
    Received,
    claimed_source,
    read,
)
from audit_log.domain.tiles import WIDTH, bundles_of
from audit_log.ports import BundleCopy, StoredOffset
from shared.clock import Clock
from shared.entries import parse_entry
from shared.sealing import open_sealed, pack_sealed

Place = tuple[str, int, int]
"""Source, epoch and number of an entry."""


class Refusal(NamedTuple):
    """What the entry at index `at` says of input that was refused; `place` is what it claimed."""

    at: int
    digest: bytes
    reason: str
    place: Place | None


@dataclass(slots=True)
class Found:
    """What waits in the intake and in Kafka: of lost entries by leaf hash, of refused input."""

    sealed: dict[bytes, Received] = field(default_factory=dict)
    refused: dict[bytes, list[Received]] = field(default_factory=dict)

    def take(self, one: Received, leaves: Collection[bytes], digests: Collection[bytes]) -> None:
        """Keep what was looked for."""
        leaf = leaf_hash(one.raw)
        if leaf in leaves:
            self.sealed[leaf] = one
        digest = sha256(one.raw).digest()
        if digest in digests:
            self.refused.setdefault(digest, []).append(one)

    def refusal(self, said: Refusal) -> Received | None:
        """Give the next input that was refused so; None when there is none any more."""
        waiting = self.refused.get(said.digest, [])
        while waiting:
            one = waiting.pop(0)
            is_poison = isinstance(read(one), Poison)
            if is_poison != (said.reason == Fault.EQUIVOCATION):
                return one
        return None


class Gone(NamedTuple):
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


class Copied:
    """An `EntrySource` over the copy: the lost entries in the order of their indexes."""

    def __init__(
        self,
        copy: BundleCopy,
        wanted: range,
        *,
        found: Found,
        refusals: Sequence[Refusal],
        gone: Gone,
        heads: Mapping[ChainKey, Chain],
        clock: Clock,
    ) -> None:
        self._copy = copy
        self._sealed = found.sealed
        self._gone = gone
        self._heads = {tuple(key): chain.seq for key, chain in heads.items()}
        self._clock = clock
        self._waiting = self._all(wanted.start, wanted.stop)
        self._refused = [(said, found.refusal(said)) for said in refusals]
        self.unsealed = 0
        self.erased = 0
        self.given = 0
        self.refused_given = 0
        self.refused = sum(one is not None for _, one in self._refused)
        self.refused_lost = len(self._refused) - self.refused

    def follow(
        self, offsets: Sequence[StoredOffset], sources: Mapping[str, frozenset[str]]
    ) -> None:
        """Do nothing: offsets move when the sequencer reads Kafka again and drops duplicates."""

    def poll(self, limit: int, wait_ms: int) -> Sequence[Received]:
        """Give the next lost entries."""
        found = list(islice(self._waiting, limit))
        self.given = sum(one.recovered for one in found)
        self.refused_given = len(found) - self.given
        return found

    def _all(self, first: int, end: int) -> Iterator[Received]:
        """Give refused input, and then the entry that it comes before."""
        for index, raw in self._entries(first, end):
            for said, one in self._due(index, raw):
                if one is not None and self._fits(said):
                    yield _placed(one, said.at)
            yield self._received(index, raw)

    def _due(self, index: int, raw: bytes) -> Sequence[tuple[Refusal, Received | None]]:
        """Take what comes before an entry: what stood before it in its chain, or what it says."""
        if not self._refused:
            return ()
        entry = parse_entry(raw)
        due = [
            (said, one)
            for said, one in self._refused
            if said.at == index or _stood_before(said, (entry.src, entry.epoch, entry.seq))
        ]
        self._refused = [each for each in self._refused if each not in due]
        chain = (entry.src, entry.epoch)
        self._heads[chain] = max(self._heads.get(chain, 0), entry.seq)
        return sorted(due, key=lambda each: (each[0].place or ("", 0, 0))[2])

    def _fits(self, said: Refusal) -> bool:
        """Tell whether it is refused again: what contradicts nobody would be taken."""
        if said.reason != Fault.EQUIVOCATION or said.place is None:
            return True
        fits = self._heads.get(said.place[:2], 0) >= said.place[2]
        self.refused -= not fits
        self.refused_lost += not fits
        return fits

    def _entries(self, first: int, end: int) -> Iterator[tuple[int, bytes]]:
        for name in bundles_of(end):
            start = name.index * WIDTH
            if start + WIDTH <= first:
                continue
            for index, raw in enumerate(self._copy.bundle(name.index, name.width), start=start):
                if index >= first:
                    yield index, raw

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


def _stood_before(said: Refusal, place: Place) -> bool:
    """Tell whether refused input held a place before this one of the same chain."""
    if said.place is None or said.reason == Fault.EQUIVOCATION:
        return False
    return said.place[:2] == place[:2] and said.place[2] < place[2]


def _placed(one: Received, index: int) -> Received:
    """Leave offsets of Kafka alone; a row of the intake is taken."""
    if isinstance(one.place, KafkaPlace):
        return one._replace(place=CopyPlace(index=index, came_from=one.place))
    return one
