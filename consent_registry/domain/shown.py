# SPDX-License-Identifier: Apache-2.0
"""The state of a dataset that its shown numbers are of, and how they are counted on it.

Numbers are decided on a state that stays until at least as many people as its reach stand
differently (ADR 0040). Between two such moves no question and no row of questions sees anybody
change: whoever changed is counted as she stood. Whom data are given out of is never decided here.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, fields
from typing import Final, TypeVar

from pyroaring import BitMap

from consent_registry.domain.bitmaps import union
from consent_registry.domain.cohort import Cohort
from consent_registry.domain.cohort_index import CohortIndex, Slot
from consent_registry.domain.manifest import AsOf
from shared.ids import DatasetId, Revision

_K = TypeVar("_K", bound=Hashable)
_NOBODY: Final = BitMap()
MOST_COMPARED: Final = 500
"""If more people than these were touched, the state moves without asking how each stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownState:
    """A state of a dataset: its revision and times, how many members it had, and its reach.

    `reach` is how many people stand differently when it moves on, drawn and told to nobody.
    `number` counts states; `touched` are all who may stand differently than in the one before,
    None where they were too many to be looked at.
    """

    number: int
    revision: Revision
    times: AsOf
    members: int
    reach: int
    touched: BitMap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What numbers are counted on: the state, and whoever changed since as she stood in it.

    `before` is the state that was kept when it was looked up; another one is to be kept now.
    `changed` are those who may stand differently, new members included; `then` is the index of
    them alone.
    """

    dataset: DatasetId
    state: ShownState
    before: ShownState | None
    changed: BitMap = field(default_factory=BitMap)
    then: CohortIndex = field(default_factory=CohortIndex)

    def people(self, now: BitMap, then: BitMap) -> BitMap:
        """Give a set as it was in the state, of the set now and that among those who changed."""
        return (now - self.changed) | (then & self.changed)

    def each(self, now: Mapping[_K, BitMap], then: Mapping[_K, BitMap]) -> dict[_K, BitMap]:
        """Do it for several sets."""
        names = {**now, **then}
        return {
            name: self.people(now.get(name, _NOBODY), then.get(name, _NOBODY)) for name in names
        }

    def cohort(self, now: Cohort, then: Cohort) -> Cohort:
        """Do it for a cohort. The number of members is that of now: it is public."""
        return Cohort(
            members=now.members,
            within=self.people(now.within, then.within),
            awaiting=self.people(now.awaiting, then.awaiting),
            out=self._kept(now.out, then.out),
            clauses=self._kept(now.clauses, then.clauses),
        )

    def _kept(self, now: Mapping[_K, BitMap], then: Mapping[_K, BitMap]) -> dict[_K, BitMap]:
        return {name: people for name, people in self.each(now, then).items() if people}


def standing_differently(then: CohortIndex, now: CohortIndex) -> BitMap:
    """Give everybody of two indexes of the same few people who is not in the same sets of both."""
    before, after = _sets(then), _sets(now)
    return union(
        before.get(name, _NOBODY) ^ after.get(name, _NOBODY) for name in before.keys() | after
    )


def _sets(held: CohortIndex | Slot) -> dict[Hashable, BitMap]:
    """Name every set there is, whatever is added to an index one day."""
    found: dict[Hashable, BitMap] = {}
    for name in (one.name for one in fields(held)):
        value = getattr(held, name)
        if isinstance(value, BitMap):
            found[name] = value
        elif isinstance(value, dict):
            found |= {(name, key): people for key, people in value.items()}
        elif isinstance(value, list):
            for number, slot in enumerate(value):
                found |= {(name, number, key): people for key, people in _sets(slot).items()}
    return found
