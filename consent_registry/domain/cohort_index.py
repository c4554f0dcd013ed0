# SPDX-License-Identifier: Apache-2.0
"""The consents of one dataset at one instant, turned sideways: for each clause, who has it.

A projection: built from standings, changed by standings, and equal however it was built. It holds
ordinals only. What a clause says to a purpose is not decided here.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pyroaring import BitMap

from consent_registry.domain.bars import Bars, Cause
from consent_registry.domain.bitmaps import union
from consent_registry.domain.data_categories import CATEGORIES, Categories
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import Standing, State
from consent_registry.domain.national import Code
from consent_registry.domain.terms import Alternative
from consent_registry.domain.windows import Window

_K = TypeVar("_K", bound=Hashable)
_Parts = defaultdict[_K, list[BitMap]]


@dataclass(slots=True)
class Slot:
    """The n-th alternative of everybody who has one: their permission, diseases, modifiers."""

    present: BitMap = field(default_factory=BitMap)
    permissions: dict[Duo, BitMap] = field(default_factory=dict)
    clinical_care: BitMap = field(default_factory=BitMap)
    diseases: dict[str, BitMap] = field(default_factory=dict)
    without_disease: BitMap = field(default_factory=BitMap)
    modifiers: dict[tuple[Code, tuple[str, ...]], BitMap] = field(default_factory=dict)
    activities: dict[tuple[str, ...], BitMap] = field(default_factory=dict)
    windows: dict[Window, BitMap] = field(default_factory=dict)
    categories: dict[Categories, BitMap] = field(default_factory=dict)

    def put_all(self, held: Iterable[tuple[BitMap, Alternative]]) -> None:
        """Note who has which alternative here."""
        permissions: _Parts[Duo] = defaultdict(list)
        diseases: _Parts[str] = defaultdict(list)
        modifiers: _Parts[tuple[Code, tuple[str, ...]]] = defaultdict(list)
        activities: _Parts[tuple[str, ...]] = defaultdict(list)
        windows: _Parts[Window] = defaultdict(list)
        categories: _Parts[Categories] = defaultdict(list)
        without_disease: list[BitMap] = []
        for people, alternative in held:
            permissions[alternative.permission].append(people)
            activities[alternative.activities].append(people)
            if alternative.data is not None:
                windows[alternative.data].append(people)
            if alternative.data_categories:
                categories[alternative.data_categories].append(people)
            if alternative.permission is Duo.DS:
                for disease in alternative.diseases:
                    diseases[disease].append(people)
                if not alternative.diseases:
                    without_disease.append(people)
            for modifier in alternative.modifiers:
                modifiers[modifier.code, modifier.values].append(people)
        self.present |= _join(self.permissions, permissions)
        _join(self.activities, activities)
        _join(self.windows, windows)
        _join(self.categories, categories)
        _join(self.diseases, diseases)
        self.without_disease |= union(without_disease)
        _join(self.modifiers, modifiers)
        self.clinical_care |= union(
            people for (code, _), sets in modifiers.items() if code is Duo.CC for people in sets
        )

    def bitmaps(self) -> Iterator[BitMap]:
        """Give every set of this slot, to be changed in place."""
        yield self.present
        yield self.clinical_care
        yield self.without_disease
        yield from self.permissions.values()
        yield from self.diseases.values()
        yield from self.modifiers.values()
        yield from self.activities.values()
        yield from self.windows.values()
        yield from self.categories.values()


@dataclass(slots=True)
class CohortIndex:
    """Everybody of one dataset by state and clause. `members` counts ordinals from 0.

    `opted_out`, `objecting`, `restricted`, `erased` and `bars` are axes of their own, beside
    whatever the consents say. `lacking` are the people of whom the dataset has fewer data than of
    others, by the data category they lack.
    """

    members: int = 0
    states: dict[State, BitMap] = field(default_factory=dict)
    unreadable: BitMap = field(default_factory=BitMap)
    opted_out: BitMap = field(default_factory=BitMap)
    objecting: BitMap = field(default_factory=BitMap)
    bars: dict[Cause, BitMap] = field(default_factory=dict)
    restricted: BitMap = field(default_factory=BitMap)
    erased: BitMap = field(default_factory=BitMap)
    lacking: dict[str, BitMap] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)

    def in_state(self, state: State) -> BitMap:
        """Give the people in a consent state; a copy. Whoever has no event was not asked."""
        if state is State.NOT_ASKED:
            asked = (people for known, people in self.states.items() if known is not state)
            return BitMap(range(self.members)) - union(asked)
        return self.states.get(state, BitMap()).copy()

    def put(self, ordinals: BitMap, standing: Standing) -> None:
        """Note that this standing holds for these people, who must not be in the index yet."""
        self.put_all([(ordinals, standing)])

    def put_all(self, held: Iterable[tuple[BitMap, Standing]]) -> None:
        """Note many standings and for whom each holds, nobody of whom is in the index yet.

        Whoever shares a clause is gathered first and joined once: a set that grows with each of
        thousands of standings is written thousands of times.
        """
        states: _Parts[State] = defaultdict(list)
        unreadable: list[BitMap] = []
        by_slot: list[list[tuple[BitMap, Alternative]]] = []
        for people, standing in held:
            states[standing.state].append(people)
            if standing.state is not State.GIVEN:
                continue
            if standing.terms is None:
                unreadable.append(people)
                continue
            by_slot += [[] for _ in range(len(standing.terms) - len(by_slot))]
            for here, alternative in zip(by_slot, standing.terms, strict=False):
                here.append((people, alternative))
        _join(self.states, states)
        self.unreadable |= union(unreadable)
        self.slots += [Slot() for _ in range(len(by_slot) - len(self.slots))]
        for slot, alternatives in zip(self.slots, by_slot, strict=False):
            slot.put_all(alternatives)

    def bar(self, ordinals: BitMap, bars: Bars) -> None:
        """Note that these bars hold for these people."""
        for cause in bars:
            _join(self.bars, {cause: [ordinals]})

    def hold_only(self, ordinals: BitMap, held: Categories) -> None:
        """Note which data there are of these people, where they are not all that there are."""
        for category in CATEGORIES if held else ():
            if category not in held:
                _join(self.lacking, {category: [ordinals]})

    def lack(self, asked: Categories, held: Categories) -> BitMap:
        """Give who has not all that is asked for, in a dataset that holds these data; a copy.

        Everybody where the dataset does not hold it, or does not say what it holds.
        """
        if not set(asked) <= set(held):
            return BitMap(range(self.members))
        return union(self.lacking[name] for name in asked if name in self.lacking)

    def forget(self, ordinals: BitMap) -> None:
        """Take these people out of every set, so that their new standing can be put in."""
        if not ordinals:
            return  # to visit thousands of sets for nobody takes as long as to decide
        for bitmap in self._bitmaps():
            bitmap.difference_update(ordinals)

    def replace(self, ordinal: int, standing: Standing, bars: Bars) -> None:
        """Put one person's standing and bars in the place of those she has.

        Opt-outs, stops and what data there are stay: they are no part of either.
        """
        who = BitMap([ordinal])
        stopped = (self.opted_out, self.objecting, self.restricted, self.erased)
        beside = (*stopped, *self.lacking.values())
        stays = [bitmap for bitmap in beside if ordinal in bitmap]
        self.forget(who)
        for bitmap in stays:
            bitmap.add(ordinal)
        if standing.state is not State.NOT_ASKED:
            self.put(who, standing)
        self.bar(who, bars)

    def _bitmaps(self) -> Iterator[BitMap]:
        yield self.unreadable
        yield self.opted_out
        yield self.objecting
        yield from self.bars.values()
        yield from self.lacking.values()
        yield self.restricted
        yield self.erased
        yield from self.states.values()
        for slot in self.slots:
            yield from slot.bitmaps()


def _join(into: dict[_K, BitMap], parts: Mapping[_K, list[BitMap]]) -> BitMap:
    """Add to the set of each key what was gathered for it; gives all that was added."""
    added = {key: union(sets) for key, sets in parts.items()}
    everybody = union(added.values())
    for key, people in added.items():
        held = into.get(key)
        if held is None:
            into[key] = people
        else:
            held |= people
    return everybody
