# SPDX-License-Identifier: Apache-2.0
"""Which numbers about a cohort may be shown, so that no comparison of two gives one person away.

A number is never that of the set itself but of its stand-in: the earliest set already answered for
that differs from it in fewer people than the stand-in's reach. The empty set is the first stand-in
of every dataset, so small cells, empty ones among them, all look alike; so do cells that leave out
hardly anybody. A reach is drawn once for each stand-in, between the small-cell bound k and 2k, and
told to nobody: stand-ins are at least k people apart, and the step at which one number gives way to
the next says nothing exact. What is shown is rounded to a multiple of k. ADR 0011 has the reasons.
Deterministic: the same sets after the same answers give the same numbers.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from types import MappingProxyType
from typing import Final, TypeVar

from pyroaring import BitMap

from consent_registry.domain.bitmaps import union
from consent_registry.domain.cohort import Cohort
from consent_registry.domain.verdict import Matter, Obligation

_K = TypeVar("_K", bound=Hashable)
_NONE: Final[Mapping[Matter, BitMap]] = MappingProxyType({})
_NO_DUTIES: Final[Mapping[Obligation, BitMap]] = MappingProxyType({})
_NOBODY: Final = BitMap()
Figure = int | None
"""A multiple of the small-cell bound, or None for a cell too small to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """A set that was answered for, and how many people less one may differ from it unseen.

    `rank` orders stand-ins by when their number was first shown, None for those of today: one that
    lives on keeps its rank.
    """

    people: BitMap
    reach: int
    rank: int | None = None

    @property
    def order(self) -> float:
        """Where it stands among others, the earliest first."""
        return inf if self.rank is None else self.rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of one cohort as anybody may see them. `members` is public and exact.

    `reasons`, `awaiting_by_clause` and `matters` have no entry for a cell that may not be told.
    `duties` are those that so many ask for in the same words that the words may be told.
    """

    members: int
    within: Figure
    out: Figure
    awaiting: Figure
    reasons: Mapping[str, int]
    awaiting_by_clause: Mapping[str, int]
    matters: Mapping[Matter, int] = field(default_factory=dict)
    duties: frozenset[Obligation] = frozenset()

    def counts(self) -> dict[str, int]:
        """Give the totals, without those that may not be told."""
        told = {
            "members": self.members,
            "in": self.within,
            "out": self.out,
            "awaiting": self.awaiting,
        }
        return {name: figure for name, figure in told.items() if figure is not None}


def cells(cohort: Cohort, matters: Mapping[Matter, BitMap] = _NONE) -> list[BitMap]:
    """Give every set of a cohort that a number may be shown for."""
    return [
        cohort.within,
        _out(cohort),
        cohort.awaiting,
        *cohort.out.values(),
        *cohort.clauses.values(),
        *matters.values(),
    ]


class Discloser:
    """Finds stand-ins for one dataset, and notes the sets that become one.

    `known` are the stand-ins so far, earliest first; at least all those whose size is near enough
    (`widest_apart`). `draw(n)` gives a random number below n. `added` is what to remember, in
    order. `former` are stand-ins of the state before, since when all of `changed` may have changed:
    where one of them fits everybody else, it lives on, so that it is the first question ever that
    set the number.
    """

    def __init__(
        self,
        known: Sequence[StandIn],
        *,
        members: int,
        small_cell: int,
        draw: Callable[[int], int],
        former: Sequence[StandIn] = (),
        changed: BitMap = _NOBODY,
    ) -> None:
        self._known = sorted(known, key=lambda one: one.order)
        self._former = sorted(former, key=lambda one: one.order)
        self._changed = changed
        self._everybody = BitMap(range(members))
        self._small_cell = small_cell
        self._draw = draw
        self.added: list[StandIn] = []
        if not any(not one.people for one in known):
            self._remember(BitMap(), self._drawn())

    @property
    def least(self) -> int:
        """The size from which anything is told of a set of this dataset's people; drawn once."""
        return self._nobody().reach

    def figures(
        self,
        cohort: Cohort,
        matters: Mapping[Matter, BitMap] = _NONE,
        duties: Mapping[Obligation, BitMap] = _NO_DUTIES,
    ) -> Figures:
        """Give the numbers that may be shown about a cohort, what is open in it, what it owes."""
        return Figures(
            members=cohort.members,
            within=self.figure(cohort.within),
            out=self.figure(_out(cohort)),
            awaiting=self.figure(cohort.awaiting),
            reasons=self.told({reason.value: people for reason, people in cohort.out.items()}),
            awaiting_by_clause=self.told(cohort.clauses),
            matters=self.told(matters),
            duties=frozenset(duty for duty, people in duties.items() if self.tells(people)),
        )

    def tells(self, people: BitMap) -> bool:
        """Say whether anything is told of a set: exactly where a number of it would be."""
        return not self._stands_for(self._nobody(), people)

    def figure(self, people: BitMap) -> Figure:
        """Give the number to show for one set."""
        if not self.tells(people):
            return None
        if self._stands_for(self._nobody(), self._everybody - people):
            return self._rounded(len(self._everybody))
        found = self._lasting(people)
        if found is None:
            found = next((one for one in self._known if self._stands_for(one, people)), None)
        if found is None:
            found = self._remember(people, self._drawn())
        return self._rounded(len(found.people))

    def told(self, sets: Mapping[_K, BitMap]) -> dict[_K, int]:
        """Give the numbers of several sets, without those that may not be told."""
        found = {name: self.figure(people) for name, people in sets.items()}
        return {name: figure for name, figure in found.items() if figure is not None}

    def _lasting(self, people: BitMap) -> StandIn | None:
        """Give the former stand-in of a set as it is now: of who changed, as she who asks first.

        None where none was near, or the one that was is not any more.
        """
        for one in self._former:
            apart = abs(len(one.people) - len(people)) - len(self._changed)
            if apart < one.reach > len((one.people ^ people) - self._changed):
                now = self._as_it_is_now(one)
                if now is None:
                    asked = people & self._changed
                    lasting = (one.people - self._changed) | asked
                    return self._remember(lasting, one.reach, one.rank)
                if self._stands_for(now, people):
                    return now
        return None

    def _as_it_is_now(self, former: StandIn) -> StandIn | None:
        return next((one for one in self._known if one.rank == former.rank), None)

    def _nobody(self) -> StandIn:
        return next(one for one in self._known if not one.people)

    @staticmethod
    def _stands_for(one: StandIn, people: BitMap) -> bool:
        if abs(len(one.people) - len(people)) >= one.reach:
            return False  # sizes are known; to compare two sets takes a walk through both
        return one.people.symmetric_difference_cardinality(people) < one.reach

    def _drawn(self) -> int:
        return self._small_cell + self._draw(self._small_cell)

    def _remember(self, people: BitMap, reach: int, rank: int | None = None) -> StandIn:
        made = StandIn(people=people, reach=reach, rank=rank)
        self._known = sorted([*self._known, made], key=lambda one: one.order)
        self.added.append(made)
        return made

    def _rounded(self, count: int) -> int:
        bound = self._small_cell
        return max(bound, (count + bound // 2) // bound * bound)


def widest_apart(small_cell: int, changed: int) -> int:
    """Say how far apart in size a set and its stand-in are at most: others need no looking up.

    `changed` is how many may stand differently than in the state before: a stand-in that lives on
    has those of them whom its first question named, and the set may have all the others.
    """
    return 2 * small_cell - 1 + changed


def _out(cohort: Cohort) -> BitMap:
    parts: Iterable[BitMap] = cohort.out.values()
    return union(parts)
