# SPDX-License-Identifier: Apache-2.0
"""What one consent allows: a list of alternatives, each one permission with its modifiers.

The participant allows what any one alternative allows (DUO's own rule of one primary category was
dropped in 2020; alternatives keep modifiers with the permission they belong to). Terms have one
canonical JSON form, so that equal consents are equal bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

import orjson

from consent_registry.domain import duo
from consent_registry.domain.activities import canonical_scopes, is_scope, on_day, scopes_of
from consent_registry.domain.data_categories import ANY, Categories, read_categories
from consent_registry.domain.diseases import MONDO_ID, Diseases
from consent_registry.domain.duo import Duo, Role
from consent_registry.domain.limits import activity_faults, category_faults, read_ends
from consent_registry.domain.national import (
    NO_VOCABULARY,
    Code,
    NationalCode,
    Vocabulary,
    find_national,
)
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.values import MAX_VALUES, check_values
from consent_registry.domain.windows import Window, read_window

MAX_ALTERNATIVES: Final = 20
_MODIFIERS_REMEMBERED: Final = 65_536
_PERMISSIONS_REMEMBERED: Final = 64
_TEXT_ALONE: Final = frozenset({str})


class UnreadableTerms(ValueError):
    """Stored terms cannot be read. The person is left out and an alarm is raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier:
    """One modifier term with its values in canonical form and order."""

    code: Code
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One permission, its modifiers by code, and (for DS) its diseases; all in canonical order.

    `activities` are its scopes, with their ends, as `activities.canonical_scopes` writes them;
    `data` is the window of collected data that it covers, None for all; `data_categories` are the
    kinds of data, none for all. National codes follow DUO's, by name.
    """

    permission: Duo
    modifiers: tuple[Modifier, ...] = ()
    diseases: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    data: Window | None = None
    data_categories: Categories = ANY

    def has(self, code: Duo) -> bool:
        """Say whether this modifier stands in the alternative."""
        return any(modifier.code is code for modifier in self.modifiers)


Terms = tuple[Alternative, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawModifier:
    """A modifier as handed in: any text, unchecked."""

    code: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAlternative:
    """An alternative as handed in: any texts, unchecked. `data` are the ends of its window."""

    permission: str
    modifiers: tuple[RawModifier, ...] = ()
    diseases: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    data: tuple[str, str] = ("", "")
    data_categories: tuple[str, ...] = ()


def read_alternative(
    raw: RawAlternative, diseases: Diseases, vocabulary: Vocabulary = NO_VOCABULARY
) -> tuple[Alternative | None, tuple[Fault, ...]]:
    """Check one alternative as handed in. Gives it in canonical form, or every fault it has.

    `vocabulary` are the national codes of the policy in force.
    """
    permission, faults = _permission(raw.permission)
    modifiers: dict[Code, Modifier] = {}
    for item in raw.modifiers:
        modifier, found = _modifier(item, vocabulary)
        faults += found
        if modifier is None:
            continue
        if modifier.code in modifiers:
            faults += (Fault("modifiers", RowCode.MODIFIER_REPEATED, modifier.code.name),)
        modifiers[modifier.code] = modifier
    illnesses, found = _diseases(raw.diseases, permission, diseases)
    faults += found
    faults += activity_faults(raw.activities)
    window, found = read_ends(raw.data)
    faults += found + category_faults(raw.data_categories)
    if faults or permission is None:
        return None, faults
    alternative = Alternative(
        permission=permission,
        modifiers=tuple(modifiers[code] for code in in_order(modifiers)),
        diseases=illnesses,
        activities=canonical_scopes(raw.activities),
        data=window,
        data_categories=read_categories(raw.data_categories),
    )
    return alternative, ()


def written_again(terms: Terms) -> tuple[RawAlternative, ...]:
    """Give terms as they could be handed in: reading them gives the same terms."""
    return tuple(
        RawAlternative(
            permission=one.permission.value,
            modifiers=tuple(RawModifier(code=m.code.value, values=m.values) for m in one.modifiers),
            diseases=one.diseases,
            activities=one.activities,
            data=one.data.written() if one.data else ("", ""),
            data_categories=one.data_categories,
        )
        for one in terms
    )


def in_order(codes: Iterable[Code]) -> list[Code]:
    """Order modifiers: DUO's as in its table, then national ones by name."""
    return sorted(codes, key=lambda code: (_RANK.get(code, len(_RANK)), code.value))


_RANK: Final[Mapping[Code, int]] = {code: rank for rank, code in enumerate(duo.MODIFIERS)}


def _permission(text: str) -> tuple[Duo | None, tuple[Fault, ...]]:
    if not text.strip():
        return None, (Fault("permission", RowCode.NOT_A_PERMISSION, "NRES, GRU, HMB, DS or POA"),)
    code, fault = _code(text, "permission")
    if code is None:
        return None, fault
    if duo.TERMS[code].role is not Role.PERMISSION:
        return None, (Fault("permission", RowCode.NOT_A_PERMISSION, f"{code.name} is a modifier"),)
    return code, ()


def _modifier(
    raw: RawModifier, vocabulary: Vocabulary
) -> tuple[Modifier | None, tuple[Fault, ...]]:
    national = find_national(raw.code)
    if national is not None:
        return _national(national, raw.values, vocabulary)
    code, faults = _code(raw.code, "modifiers")
    if code is None:
        return None, faults
    term = duo.TERMS[code]
    if term.role is Role.PERMISSION:
        return None, (Fault("modifiers", RowCode.TWO_PERMISSIONS, f"{code.name} is a permission"),)
    values, faults = check_values(term, raw.values, "modifiers")
    return (None, faults) if faults else (Modifier(code=code, values=values), ())


def _national(
    code: NationalCode, raw: tuple[str, ...], vocabulary: Vocabulary
) -> tuple[Modifier | None, tuple[Fault, ...]]:
    term = vocabulary.get(code.value)
    if term is None:
        known = ", ".join(sorted(vocabulary)) or "it defines none"
        return None, (Fault("modifiers", RowCode.UNKNOWN_NATIONAL, known),)
    values, faults = check_values(term, raw, "modifiers")
    return (None, faults) if faults else (Modifier(code=code, values=values), ())


def _code(text: str, column: str) -> tuple[Duo | None, tuple[Fault, ...]]:
    code = duo.find(text)
    if code is not None:
        return code, ()
    instead = duo.replacement(text)
    if instead is not None:
        return None, (Fault(column, RowCode.OBSOLETE_CODE, f"use {instead}"),)
    return None, (Fault(column, RowCode.UNKNOWN_CODE),)


def _diseases(
    raw: Sequence[str], permission: Duo | None, known: Diseases
) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
    given = [text.strip() for text in raw if text.strip()]
    if permission is not Duo.DS:
        misplaced = given and permission is not None
        return (), (Fault("diseases", RowCode.VALUE_NOT_ALLOWED, "DS only"),) if misplaced else ()
    if not given:
        return (), (Fault("diseases", RowCode.VALUE_MISSING, "DS"),)
    if len(given) > MAX_VALUES:
        return (), (Fault("diseases", RowCode.VALUE_INVALID, f"at most {MAX_VALUES}"),)
    faults = tuple(fault for text in given if (fault := _disease_fault(text, known)) is not None)
    return (() if faults else tuple(sorted(set(given)))), faults


def _disease_fault(text: str, known: Diseases) -> Fault | None:
    if not MONDO_ID.fullmatch(text) or text not in known:
        return Fault("diseases", RowCode.UNKNOWN_DISEASE, f"MONDO release {known.release}")
    disease = known.terms[text]
    if not disease.obsolete:
        return None
    instead = known.current(text)
    if instead is not None:
        return Fault("diseases", RowCode.OBSOLETE_DISEASE, f"use {instead}")
    consider = ", ".join(disease.consider)
    return Fault("diseases", RowCode.OBSOLETE_DISEASE, f"consider {consider}" if consider else "")


def to_json(terms: Terms) -> list[dict[str, object]]:
    """Write terms as JSON values, with identifiers instead of shorthands.

    A grant for secondary use alone names no activities, as it did before there were others, one
    for data of any time no window, and one for data of any kind no categories.
    """
    return [
        {
            "permission": alternative.permission.value,
            "modifiers": [
                {"code": modifier.code.value, "values": list(modifier.values)}
                for modifier in alternative.modifiers
            ],
            "diseases": list(alternative.diseases),
            **({"activities": list(alternative.activities)} if alternative.activities else {}),
            **({"data": list(alternative.data.written())} if alternative.data else {}),
            **(
                {"data_categories": list(alternative.data_categories)}
                if alternative.data_categories
                else {}
            ),
        }
        for alternative in terms
    ]


def terms_on(terms: Terms, day: date) -> Terms:
    """Give what is left of terms on a day: an activity that has ended is not named any more."""
    if not ends_of(terms):
        return terms
    left = ((one, on_day(one.activities, day)) for one in terms)
    return tuple(replace(one, activities=held) for one, held in left if held is not None)


def ended_by(alternative: Alternative, day: date) -> Alternative:
    """End every activity of an alternative on a day, unless it ends before."""
    scopes = scopes_of(alternative.activities)
    ended = [one._replace(ends=day) if one.outlasts(day) else one for one in scopes]
    return replace(alternative, activities=canonical_scopes(one.written() for one in ended))


def ends_of(terms: Terms) -> frozenset[date]:
    """Give the days on which something of these terms ends by itself."""
    if not any(one.activities for one in terms):
        return _NEVER
    scopes = (scope for one in terms for scope in scopes_of(one.activities))
    return frozenset(scope.ends for scope in scopes if scope.ends is not None)


_NEVER: Final[frozenset[date]] = frozenset()


class Written(tuple[Alternative, ...]):
    """Terms together with their canonical text, for those who read millions of them.

    Equal to the same terms without it. The text is taken at its word: only what `canonical_text`
    wrote may be given.
    """

    text: str


def read_written(texts: Sequence[str]) -> Written | None:
    """Read terms whose alternatives were written one by one by `canonical_text`; of none, None.

    Raises UnreadableTerms on anything else.
    """
    text = ",".join(text[1:-1] for text in texts if text)
    if not text:
        return None
    found = Written(from_json(orjson.loads(f"[{text}]")))
    found.text = f"[{text}]"
    return found


def canonical_text(terms: Terms) -> str:
    """Write terms in their one canonical JSON form."""
    if isinstance(terms, Written):
        return terms.text
    return text_of(to_json(terms))


def text_of(stored: object) -> str:
    """Write what `to_json` gave, or a database gave back, in the canonical form."""
    return orjson.dumps(stored, option=orjson.OPT_SORT_KEYS).decode()


def from_json(value: object) -> Terms:
    """Read terms that were stored by `to_json`.

    Raises UnreadableTerms on anything else, an unknown code included: what cannot be read
    permits nothing.
    """
    if not isinstance(value, list) or not value:
        raise UnreadableTerms("terms are a list of alternatives")
    try:
        return tuple(_stored_alternative(item) for item in value)
    except (KeyError, TypeError, ValueError) as unreadable:
        raise UnreadableTerms("stored terms cannot be read") from unreadable


def _stored_alternative(item: Mapping[str, object]) -> Alternative:
    modifiers = item["modifiers"]
    if not isinstance(modifiers, list):
        raise UnreadableTerms("modifiers are a list")
    activities = _texts(item["activities"]) if "activities" in item else ()
    if not all(map(is_scope, activities)):
        raise UnreadableTerms("an unknown activity")
    return Alternative(
        permission=_stored_permission(item["permission"]),
        modifiers=tuple([_stored_modifier(m["code"], _texts(m["values"])) for m in modifiers]),
        diseases=_texts(item["diseases"]),
        activities=activities,
        data=read_window(_texts(item["data"])) if "data" in item else None,
        data_categories=_limit(item["data_categories"]) if "data_categories" in item else ANY,
    )


def _limit(value: object) -> Categories:
    """Read a limit that was stored: an empty one would read as none."""
    found = read_categories(_texts(value))
    if not found:
        raise UnreadableTerms("a limit to no data")
    return found


@lru_cache(maxsize=_MODIFIERS_REMEMBERED)
def _stored_modifier(code: object, values: tuple[str, ...]) -> Modifier:
    """Read a modifier, a national one whether or not a policy defines it today.

    Remembered: a million consents share a few thousand.
    """
    national = find_national(code) if isinstance(code, str) else None
    return Modifier(code=national or _stored_code(code, Role.MODIFIER), values=values)


@lru_cache(maxsize=_PERMISSIONS_REMEMBERED)
def _stored_permission(value: object) -> Duo:
    return _stored_code(value, Role.PERMISSION)


def _stored_code(value: object, role: Role) -> Duo:
    code = Duo(value)
    if duo.TERMS[code].role is not role:
        raise UnreadableTerms("a code in the wrong place")
    return code


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not _TEXT_ALONE.issuperset(map(type, value)):
        raise UnreadableTerms("values are texts")
    return tuple(value)
