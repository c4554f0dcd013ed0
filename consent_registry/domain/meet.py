# SPDX-License-Identifier: Apache-2.0
"""The codes of a whole dataset: what every consent in it allows, and nothing that one does not.

Published are the codes of nearly everybody (`meet_of_most`), which no single person moves.
The meet permits a purpose exactly when each consent permits it by itself, as long as the policy is
no more lenient on methods for DS or POA than for HMB and approves neither (DUO has no code for
"methods and nothing else"). An empty meet has no codes: such a dataset is asked person by person.
Diseases meet in their maximal common descendants, because MONDO gives terms several parents. NRES
allows clinical care without saying so, hence counts as having CC; everybody else must have it.
Equal consents in any order give equal codes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from consent_registry.domain import data_categories, windows
from consent_registry.domain.activities import Scope, canonical_scopes, in_both, scopes_of, widest
from consent_registry.domain.data_categories import Categories
from consent_registry.domain.diseases import Diseases
from consent_registry.domain.duo import Duo
from consent_registry.domain.national import Code
from consent_registry.domain.places import GROUPS
from consent_registry.domain.terms import (
    MAX_ALTERNATIVES,
    Alternative,
    Modifier,
    Terms,
    in_order,
)
from consent_registry.domain.windows import Window

_Values = frozenset[str]
_Bound = Callable[[_Values, _Values], _Values]
# Permissions from the widest to the narrowest; POA stands below GRU and beside the last two.
_WIDER: Final = (Duo.NRES, Duo.GRU, Duo.HMB, Duo.DS)


@dataclass(frozen=True, slots=True)
class _Part:
    """An alternative in a form that meets well: diseases current and maximal, places expanded."""

    permission: Duo
    diseases: _Values
    modifiers: frozenset[tuple[Code, _Values]]
    activities: frozenset[Scope]
    data: Window | None
    categories: Categories

    @property
    def cares(self) -> bool:
        return self.permission is Duo.NRES or any(code is Duo.CC for code, _ in self.modifiers)


def meet(consents: Iterable[Terms], diseases: Diseases) -> Terms:
    """Give the codes that all these consents have in common.

    Gives no alternative when there is no consent, when they have nothing in common, or when the
    codes would be more than the alternatives that a consent may have.
    """
    return meet_of_most(((terms, 1) for terms in consents), diseases, least=1)


def meet_of_most(held: Iterable[tuple[Terms, int]], diseases: Diseases, *, least: int) -> Terms:
    """Give the codes that as good as everybody allows, of consents with how many people have each.

    Only what at least `least` people said alike is in the codes, so that they tell of nobody in
    particular; and fewer than `least` do not allow them. Gives no alternative when there are more.
    """
    meeting = _Meeting(diseases)
    alike: Counter[frozenset[_Part]] = Counter()
    for terms, people in held:
        alike[meeting.normal(terms)] += people
    found = meeting.all(parts for parts, people in alike.items() if people >= least)
    left_out = 0
    for parts, people in alike.items():
        if people < least and not meeting.covers(parts, found):
            left_out += people
        if left_out >= least:
            return ()
    return tuple(sorted((_written(part) for part in found), key=_alternative_order))


class _Meeting:
    """Meets over one release of the hierarchy, each pair of disease sets compared once."""

    def __init__(self, diseases: Diseases) -> None:
        self._diseases = diseases
        self._common = cache(self._find_common)

    def normal(self, terms: Terms) -> frozenset[_Part]:
        """Give the alternatives that can permit or await something, the implied ones left out."""
        parts = (self._part(alternative) for alternative in terms)
        return self._widest({part for part in parts if part is not None})

    def all(self, consents: Iterable[frozenset[_Part]]) -> frozenset[_Part]:
        """Give what all of these allow; nothing when that is more than a consent may have."""
        found: frozenset[_Part] | None = None
        for parts in sorted(consents, key=_order):
            found = parts if found is None else self.both(found, parts)
            if not found or len(found) > MAX_ALTERNATIVES:
                return frozenset()
        return found or frozenset()

    def covers(self, wide: frozenset[_Part], narrow: frozenset[_Part]) -> bool:
        """Say whether one consent allows all that another does, and asks no more of anybody."""
        return all(any(self.within(one, other) for other in wide) for one in narrow)

    def both(self, ones: frozenset[_Part], others: frozenset[_Part]) -> frozenset[_Part]:
        """Give what both consents allow: every alternative of one with every one of the other."""
        met = (self._meet(one, other) for one in ones for other in others)
        return self._widest({part for part in met if part is not None})

    def _widest(self, parts: set[_Part]) -> frozenset[_Part]:
        return frozenset(
            part
            for part in parts
            if not any(other != part and self.within(part, other) for other in parts)
        )

    def within(self, one: _Part, other: _Part) -> bool:
        """Say whether one part allows nothing that the other does not."""
        return self._meet(one, other) == one

    def _part(self, alternative: Alternative) -> _Part | None:
        current = (self._diseases.current(term) for term in alternative.diseases)
        known = frozenset(term for term in current if term is not None)
        if alternative.permission is Duo.DS and not known:
            return None
        return _Part(
            alternative.permission,
            frozenset(t for t in known if not (self._diseases.covering(t) & known) - {t}),
            frozenset((m.code, _expanded(m.code, m.values)) for m in alternative.modifiers),
            widest(scopes_of(alternative.activities)),
            alternative.data,
            alternative.data_categories,
        )

    def _meet(self, one: _Part, other: _Part) -> _Part | None:
        permission = _narrower(one.permission, other.permission)
        modifiers = _modifiers(one, other)
        activities = in_both(one.activities, other.activities)
        days, some_day = windows.in_both(one.data, other.data)
        kinds, some_kind = data_categories.in_both(one.categories, other.categories)
        if permission is None or modifiers is None or not activities:
            return None
        if not some_day or not some_kind:
            return None
        if permission is not Duo.DS:
            return _Part(permission, frozenset(), modifiers, activities, days, kinds)
        illnesses = one.diseases or other.diseases
        if one.diseases and other.diseases:
            illnesses = self._common(*sorted((one.diseases, other.diseases), key=sorted))
        if not illnesses:
            return None
        return _Part(permission, illnesses, modifiers, activities, days, kinds)

    def _find_common(self, ones: _Values, others: _Values) -> _Values:
        """Give the widest illnesses that lie within one of each."""
        covering = self._diseases.covering
        for inner, outer in ((ones, others), (others, ones)):
            if all(not covering(term).isdisjoint(outer) for term in inner):
                return inner
        common = {
            term
            for term, disease in self._diseases.terms.items()
            if not disease.obsolete
            and not (around := covering(term)).isdisjoint(ones)
            and not around.isdisjoint(others)
        }
        # What lies within a common term is common too, so that a wider one shows in a parent.
        return frozenset(
            term for term in common if common.isdisjoint(self._diseases.terms[term].parents)
        )


class Comparison:
    """Says which consents are wider than which, over one release of the hierarchy."""

    def __init__(self, diseases: Diseases) -> None:
        self._meeting = _Meeting(diseases)
        self._normal = cache(self._meeting.normal)

    def widens(self, before: Terms, after: Terms) -> bool:
        """Say whether `after` allows anything, or asks less of anybody, than `before` did.

        It does not exactly when `after` is all that the two have in common.
        """
        return not self._meeting.covers(self._normal(before), self._normal(after))


def _narrower(one: Duo, other: Duo) -> Duo | None:
    if Duo.POA in {one, other}:
        return Duo.POA if {one, other} <= {Duo.POA, Duo.NRES, Duo.GRU} else None
    return max(one, other, key=_WIDER.index)


def _modifiers(one: _Part, other: _Part) -> frozenset[tuple[Code, _Values]] | None:
    """Join the restrictions and duties of both; None when their values leave nobody."""
    first, second = dict(one.modifiers), dict(other.modifiers)
    joined: dict[Code, _Values] = {}
    for code in {*first, *second} - {Duo.CC}:
        if code not in first or code not in second:
            joined[code] = first.get(code, second.get(code, frozenset()))
            continue
        values = _both_values(code, first[code], second[code])
        if values is None:
            return None
        joined[code] = values
    if one.cares and other.cares and Duo.CC in {*first, *second}:
        joined[Duo.CC] = frozenset()
    return frozenset(joined.items())


def _both_values(code: Code, one: _Values, other: _Values) -> _Values | None:
    if code in _LISTS or code in _BOUNDS:
        if not one or not other:
            return frozenset()  # a value is missing, and what needs a ruling goes on needing it
        if code in _BOUNDS:
            return _BOUNDS[code](one, other)
        return (one & other) or None
    return one | other


def _least(one: _Values, other: _Values) -> _Values:
    return min(one, other, key=lambda values: int(min(values)))


def _latest(one: _Values, other: _Values) -> _Values:
    return max(one, other, key=max)


_LISTS: Final[frozenset[Code]] = frozenset({Duo.US, Duo.PS, Duo.IS, Duo.GS})
_BOUNDS: Final[Mapping[Code, _Bound]] = MappingProxyType({Duo.TS: _least, Duo.MOR: _latest})


def _expanded(code: Code, values: tuple[str, ...]) -> _Values:
    if code is not Duo.GS:
        return frozenset(values)
    return frozenset().union(*(GROUPS.get(region, frozenset({region})) for region in values))


def _regions(countries: _Values) -> tuple[str, ...]:
    """Name places by their widest groups and the countries that are left."""
    named: list[str] = []
    for group, members in sorted(GROUPS.items(), key=lambda item: -len(item[1])):
        if members <= countries:
            named.append(group)
            countries -= members
    return tuple(sorted([*named, *countries]))


def _written(part: _Part) -> Alternative:
    values: Mapping[Code, _Values] = dict(part.modifiers)
    return Alternative(
        permission=part.permission,
        modifiers=tuple(
            Modifier(
                code=code,
                values=_regions(values[code]) if code is Duo.GS else tuple(sorted(values[code])),
            )
            for code in in_order(values)
        ),
        diseases=tuple(sorted(part.diseases)),
        activities=canonical_scopes(one.written() for one in part.activities),
        data=part.data,
        data_categories=part.categories,
    )


def _order(parts: frozenset[_Part]) -> list[tuple[object, ...]]:
    return sorted(_alternative_order(_written(part)) for part in parts)


def _alternative_order(alternative: Alternative) -> tuple[object, ...]:
    return (
        alternative.permission.value,
        alternative.diseases,
        alternative.activities,
        tuple((modifier.code.value, modifier.values) for modifier in alternative.modifiers),
        alternative.data.written() if alternative.data else (),
        alternative.data_categories,
    )
