# SPDX-License-Identifier: Apache-2.0
"""The Data Use Ontology's permission and modifier terms, as a table of our own.

Identifiers, shorthands and the division into permissions and modifiers are those of the Data Use
Ontology, release 2021-02-23 (https://github.com/EBISPOT/DUO), CC BY 4.0, entered by hand; what
values a term takes is ours. The hierarchy is left out on purpose: NPU and NCU stand *below* the
stricter NPUNCU, and POA stands *beside* GRU, so that generic subclass reasoning gives wrong
answers. `consent_registry.domain.permissions` states what satisfies what.

This module never guesses: a code it does not know is None, an obsolete code is named as such.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from types import MappingProxyType
from typing import Final

DUO_RELEASE: Final = "2021-02-23"


class Role(Enum):
    """A permission says what for; a modifier narrows it, adds a duty, or (CC) adds a use."""

    PERMISSION = "permission"
    MODIFIER = "modifier"


class ValueKind(Enum):
    """What the values of a term are; how each is checked stands in `values.py`."""

    NONE = "none"
    DISEASES = "diseases"  # MONDO identifiers, in their own field
    RESEARCH_TYPES = "research types"
    REGIONS = "regions"  # ISO 3166-1 alpha-2, or EU, EEA, ADEQUATE
    INSTITUTIONS = "institutions"  # ROR identifiers
    USERS = "users"
    PROJECTS = "projects"
    MONTHS = "months"
    DATE = "date"
    NOTE = "note"  # optional: whom to contact, where to return to, which board


class Duo(Enum):
    """Every current term by its shorthand; the value is its identifier (a CURIE)."""

    NRES = "DUO:0000004"
    GRU = "DUO:0000042"
    HMB = "DUO:0000006"
    DS = "DUO:0000007"
    POA = "DUO:0000011"
    RS = "DUO:0000012"
    NMDS = "DUO:0000015"
    GSO = "DUO:0000016"
    NPUNCU = "DUO:0000018"
    PUB = "DUO:0000019"
    COL = "DUO:0000020"
    IRB = "DUO:0000021"
    GS = "DUO:0000022"
    MOR = "DUO:0000024"
    TS = "DUO:0000025"
    US = "DUO:0000026"
    PS = "DUO:0000027"
    IS = "DUO:0000028"
    RTN = "DUO:0000029"
    CC = "DUO:0000043"
    NPOA = "DUO:0000044"
    NPU = "DUO:0000045"
    NCU = "DUO:0000046"

    # Equal is the same, so the hash may be the object's: Enum's own is written in Python, and
    # deciding a cohort asks for it thousands of times.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term: its role, its label in DUO, what values it takes and whether it needs one."""

    code: Duo
    role: Role
    label: str
    values: ValueKind = ValueKind.NONE
    required: bool = False
    several: bool = False


def _permission(code: Duo, label: str, values: ValueKind = ValueKind.NONE) -> Term:
    needs = values is not ValueKind.NONE
    return Term(
        code=code,
        role=Role.PERMISSION,
        label=label,
        values=values,
        required=needs,
        several=needs,
    )


def _modifier(
    code: Duo, label: str, values: ValueKind = ValueKind.NONE, *, several: bool = False
) -> Term:
    needs = values not in {ValueKind.NONE, ValueKind.NOTE}
    return Term(
        code=code,
        role=Role.MODIFIER,
        label=label,
        values=values,
        required=needs,
        several=several,
    )


_ALL: Final = (
    _permission(Duo.NRES, "no restriction"),
    _permission(Duo.GRU, "general research use"),
    _permission(Duo.HMB, "health or medical or biomedical research"),
    _permission(Duo.DS, "disease specific research", ValueKind.DISEASES),
    _permission(Duo.POA, "population origins or ancestry research only"),
    _modifier(Duo.RS, "research specific restrictions", ValueKind.RESEARCH_TYPES, several=True),
    _modifier(Duo.NMDS, "no general methods research"),
    _modifier(Duo.GSO, "genetic studies only"),
    _modifier(Duo.NPUNCU, "not for profit, non commercial use only"),
    _modifier(Duo.PUB, "publication required"),
    _modifier(Duo.COL, "collaboration required", ValueKind.NOTE),
    _modifier(Duo.IRB, "ethics approval required", ValueKind.NOTE),
    _modifier(Duo.GS, "geographical restriction", ValueKind.REGIONS, several=True),
    _modifier(Duo.MOR, "publication moratorium", ValueKind.DATE),
    _modifier(Duo.TS, "time limit on use", ValueKind.MONTHS),
    _modifier(Duo.US, "user specific restriction", ValueKind.USERS, several=True),
    _modifier(Duo.PS, "project specific restriction", ValueKind.PROJECTS, several=True),
    _modifier(Duo.IS, "institution specific restriction", ValueKind.INSTITUTIONS, several=True),
    _modifier(Duo.RTN, "return to database or resource", ValueKind.NOTE),
    _modifier(Duo.CC, "clinical care use"),
    _modifier(Duo.NPOA, "population origins or ancestry research prohibited"),
    _modifier(Duo.NPU, "not for profit organisation use only"),
    _modifier(Duo.NCU, "non-commercial use only"),
)

TERMS: Final[Mapping[Duo, Term]] = MappingProxyType({term.code: term for term in _ALL})
PERMISSIONS: Final = tuple(t.code for t in _ALL if t.role is Role.PERMISSION)
MODIFIERS: Final = tuple(t.code for t in _ALL if t.role is Role.MODIFIER)

# Terms that releases up to 2021-02-23 made obsolete, and what to write instead.
OBSOLETE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "DUO:0000002": "a permission term",
        "DUO:0000003": "a modifier term",
        "DUO:0000005": "DUO:0000042 with DUO:0000043",
        "DUO:0000014": "DUO:0000042 or DUO:0000012",
        "GRU-CC": "DUO:0000042 with DUO:0000043",
        "RU": "DUO:0000042 or DUO:0000012",
    }
)

MOVED_AT: Final = datetime(2021, 2, 23, tzinfo=UTC)
"""The release in which a shorthand passed from one term to another."""
_MOVED: Final = frozenset({"NPU"})  # DUO:0000018 until then, which is NPUNCU today

_BY_ID: Final = MappingProxyType({code.value: code for code in Duo})
_BY_SHORTHAND: Final = MappingProxyType({code.name: code for code in Duo})
_IDENTIFIER: Final = re.compile(
    r"(?:https?://purl\.obolibrary\.org/obo/)?DUO[:_]([0-9]{7,8})", re.ASCII
)
_MAX_CODE_CHARS: Final = 64


def normal_form(text: str) -> str:
    """Write a DUO code the way the tables here do, whether or not they know it.

    CURIE, underscore and IRI forms become `DUO:nnnnnnn`. The ontology file writes NPOA with eight
    digits (`DUO_00000044`) while its own list has seven: a spare leading zero is dropped.
    """
    stripped = text.strip()
    found = _IDENTIFIER.fullmatch(stripped)
    if found is None:
        return stripped.upper()
    digits = found.group(1)
    if len(digits) > len("0000044") and digits.startswith("0"):
        digits = digits[1:]
    return f"DUO:{digits}"


def find(text: str) -> Duo | None:
    """Find a current term by CURIE, IRI or shorthand; None when there is none."""
    if len(text) > _MAX_CODE_CHARS:
        return None
    normal = normal_form(text)
    return _BY_ID.get(normal) or _BY_SHORTHAND.get(normal)


def has_moved(text: str) -> bool:
    """Say whether a code is a shorthand that stood for another term before `MOVED_AT`."""
    return text.strip().upper() in _MOVED


def replacement(text: str) -> str | None:
    """Say what to write instead of an obsolete code; None when the code is not obsolete."""
    if len(text) > _MAX_CODE_CHARS:
        return None
    return OBSOLETE.get(normal_form(text))
