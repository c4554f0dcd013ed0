# SPDX-License-Identifier: Apache-2.0
"""Producers' hash chains: what is next, what was seen, what is missing, what contradicts.

A chain is all entries of one (src, epoch), numbered from 1 without a gap, each naming the leaf hash
of the one before. Pure: what is already in the log is handed in; what a batch adds is kept here
until the batch is committed or forgotten. No verdict ever discards an entry's bytes.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final, NamedTuple

FIRST_SEQ: Final = 1
_NO_END: Final = 1 << 63  # above the last place of any gap


class ChainKey(NamedTuple):
    """One producer's chain of one epoch."""

    src: str
    epoch: int


class Link(NamedTuple):
    """One place of a chain: its leaf hash, and the leaf hash it names as its predecessor.

    `previous` is None for the first of an epoch. Quarantined input that holds its place is not
    `readable`: what it names before it is unknown. `apart` are the leaf hashes of what claimed the
    place, too, and was quarantined: the same lie told again is no news. A tuple, because one is
    made for every entry.
    """

    leaf: bytes
    previous: bytes | None
    readable: bool = True
    apart: frozenset[bytes] = frozenset()

    def knows(self, leaf: bytes) -> bool:
        """Tell whether this has come to the place before."""
        return leaf == self.leaf or leaf in self.apart


class Gap(NamedTuple):
    """Places that nothing has filled yet, both ends included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """How far a chain has come: the highest place seen, its leaf hash, and the open gaps."""

    key: ChainKey
    seq: int = FIRST_SEQ - 1
    head: bytes = b""
    gaps: tuple[Gap, ...] = ()


class GapMove(NamedTuple):
    """How the open gaps of one chain moved, so that those that did not are left alone.

    `gone` are no more as they were before, `new` are there now; `filled` is from the first to the
    last place that came late, None when none did.
    """

    gone: tuple[Gap, ...]
    new: tuple[Gap, ...]
    filled: Gap | None


class Verdict(Enum):
    """What is to be done with an entry."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    EQUIVOCATION = "equivocation"


class BreachCode(StrEnum):
    """What a chain shows, by the rule that watches it (audit.md section 6)."""

    GAP = "gap"  # R1
    CHAIN_BROKEN = "chain_broken"  # R2
    EQUIVOCATION = "equivocation"  # R3


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """Something a chain shows that somebody must know; `last` is above `seq` for a gap."""

    code: BreachCode
    key: ChainKey
    seq: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The verdict on one entry, and what it brought to light."""

    verdict: Verdict
    breaches: tuple[Breach, ...] = ()


_IN_ORDER: Final = Placement(verdict=Verdict.ACCEPTED)  # nearly every entry's placement


class _Working:
    """A chain while a batch is judged."""

    __slots__ = (
        *("before", "filled", "gaps", "gone", "head"),
        *("key", "known", "new", "seq", "touched"),
    )

    def __init__(self, chain: Chain, known: Mapping[int, Link]) -> None:
        self.key = chain.key
        self.seq = chain.seq
        self.head = chain.head
        self.before = chain.gaps
        self.gaps = list(chain.gaps)  # in order; a chain may have a hundred thousand
        self.gone: set[Gap] = set()
        self.new: set[Gap] = set()
        self.filled: Gap | None = None
        self.known = dict(known)
        self.touched = False
        if chain.seq >= FIRST_SEQ:
            # Enough to compare with; what the head names before it was checked when it came.
            head = Link(leaf=chain.head, previous=None, readable=False)
            self.known.setdefault(chain.seq, head)

    def missing(self, seq: int) -> bool:
        return self._gap_at(seq) is not None

    def after(self) -> Chain:
        """Give the chain as it is now; gaps that did not move are the same object as before."""
        gaps = tuple(self.gaps) if self.gone or self.new else self.before
        return Chain(key=self.key, seq=self.seq, head=self.head, gaps=gaps)

    def breaches(self, seq: int, link: Link) -> tuple[Breach, ...]:
        """Hold an entry against its neighbours, as far as they are there."""
        if seq == self.seq + 1 and self._follows(seq, link):
            return ()  # nothing can come after the head
        found: list[Breach] = []
        if seq > self.seq + 1:
            found.append(_breach(BreachCode.GAP, self.key, self.seq + 1, seq - 1))
        if not self._follows(seq, link):
            found.append(_breach(BreachCode.CHAIN_BROKEN, self.key, seq))
        after = self.known.get(seq + 1)
        if after is not None and after.readable and after.previous != link.leaf:
            found.append(_breach(BreachCode.CHAIN_BROKEN, self.key, seq + 1))
        return tuple(found)

    def take(self, seq: int, link: Link) -> None:
        self.known[seq] = link
        self.touched = True
        if seq <= self.seq:
            self._fill(seq)
            return
        if seq > self.seq + 1:
            gap = Gap(self.seq + 1, seq - 1)
            self.gaps.append(gap)
            self.new.add(gap)
        self.seq, self.head = seq, link.leaf

    def _gap_at(self, seq: int) -> int | None:
        at = bisect_right(self.gaps, Gap(seq, _NO_END)) - 1
        return at if at >= 0 and seq <= self.gaps[at].last else None

    def _fill(self, seq: int) -> None:
        at = self._gap_at(seq)
        if at is None:
            return
        gap = self.gaps[at]
        left = tuple(_without(gap, seq))
        self.gaps[at : at + 1] = left
        if gap in self.new:
            self.new.remove(gap)
        else:
            self.gone.add(gap)
        self.new.update(left)
        filled = self.filled or Gap(seq, seq)
        self.filled = Gap(min(filled.first, seq), max(filled.last, seq))

    def _follows(self, seq: int, link: Link) -> bool:
        if not link.readable:
            return True
        if seq == FIRST_SEQ:
            return link.previous is None
        before = self.known.get(seq - 1)
        return before is None or link.previous == before.leaf


class Chains:
    """All chains as they stand, and as one batch changes them.

    `known` holds the links at those places which `wanted_links` named; a place that is absent there
    is one that nothing fills.
    """

    def __init__(
        self,
        chains: Mapping[ChainKey, Chain],
        known: Mapping[ChainKey, Mapping[int, Link]],
    ) -> None:
        self._chains = chains
        self._known = known
        self._working: dict[ChainKey, _Working] = {}
        self._duplicates: dict[ChainKey, int] = {}

    def changed(self) -> Mapping[ChainKey, Chain]:
        """Give the chains that are not what they were."""
        return {key: work.after() for key, work in self._working.items() if work.touched}

    def gaps_moved(self) -> Mapping[ChainKey, GapMove]:
        """Give how the gaps moved, of those chains whose gaps did."""
        return {
            key: GapMove(tuple(sorted(work.gone)), tuple(sorted(work.new)), work.filled)
            for key, work in self._working.items()
            if work.gone or work.new or work.filled
        }

    def duplicates(self) -> Mapping[ChainKey, int]:
        """Give how many entries of each chain were dropped because they were there already."""
        return self._duplicates

    def place(self, key: ChainKey, seq: int, link: Link) -> Placement:
        """Judge an entry at the place it claims (from 1), and take it unless it is refused.

        Raises LookupError when the log's own record of the chain contradicts itself.
        """
        work = self._work(key)
        there = work.known.get(seq)
        if there is not None:
            if not (same := there.knows(link.leaf)):
                work.known[seq] = there._replace(apart=there.apart | {link.leaf})
            return self._second(key, seq, same=same)
        if seq <= work.seq and not work.missing(seq):
            raise LookupError("a place of a chain is neither filled nor missing")
        breaches = work.breaches(seq, link)
        work.take(seq, link)
        if not breaches:
            return _IN_ORDER
        return Placement(verdict=Verdict.ACCEPTED, breaches=breaches)

    def go_on(
        self,
        key: ChainKey,
        seqs: Sequence[int],
        leaves: Sequence[bytes],
        previous: Sequence[bytes | None],
    ) -> bool:
        """Take entries that go on from a chain's head, each naming the one before it, all or none.

        What `place` would find of each is then known beforehand: accepted, and no breach. False
        when any is out of order. Where it is True, no more entries of the chain may be placed.
        """
        work = self._work(key)
        head = work.head if work.seq >= FIRST_SEQ else None
        first = work.seq + 1
        if tuple(seqs) != tuple(range(first, first + len(seqs))):
            return False
        if tuple(previous) != (head, *leaves[:-1]):
            return False
        work.seq, work.head, work.touched = seqs[-1], leaves[-1], True
        return True

    def may_occupy(self, key: ChainKey, seq: int) -> bool:
        """Tell whether unreadable input may hold this place: only one filled, next or missing."""
        work = self._work(key)
        return seq in work.known or seq == work.seq + 1 or work.missing(seq)

    def _work(self, key: ChainKey) -> _Working:
        work = self._working.get(key)
        if work is None:
            work = _Working(self._chains.get(key) or Chain(key=key), self._known.get(key, {}))
            self._working[key] = work
        return work

    def _second(self, key: ChainKey, seq: int, *, same: bool) -> Placement:
        if same:
            self._duplicates[key] = self._duplicates.get(key, 0) + 1
            return Placement(verdict=Verdict.DUPLICATE)
        return Placement(
            verdict=Verdict.EQUIVOCATION,
            breaches=(_breach(BreachCode.EQUIVOCATION, key, seq),),
        )


def wanted_links(
    chains: Mapping[ChainKey, Chain], places: Iterable[tuple[ChainKey, int]]
) -> Mapping[ChainKey, set[int]]:
    """Name the places of the log that must be looked up before these entries can be judged.

    Entries at the head need none. One at or below it is compared with what is there; one that
    fills a gap also with its neighbours.
    """
    wanted: dict[ChainKey, set[int]] = {}
    for key, seq in places:
        chain = chains.get(key)
        if chain is not None and FIRST_SEQ <= seq <= chain.seq:
            wanted.setdefault(key, set()).update((max(seq - 1, FIRST_SEQ), seq, seq + 1))
    return wanted


def _without(gap: Gap, seq: int) -> Iterator[Gap]:
    if gap.first < seq:
        yield Gap(gap.first, seq - 1)
    if seq < gap.last:
        yield Gap(seq + 1, gap.last)


def _breach(code: BreachCode, key: ChainKey, seq: int, last: int | None = None) -> Breach:
    return Breach(code=code, key=key, seq=seq, last=seq if last is None else last)
