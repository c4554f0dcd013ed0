# SPDX-License-Identifier: Apache-2.0
"""How the value of each DUO modifier is checked and written in one form.

Values are texts in canonical order, so that equal consents are equal bytes. Nothing is guessed:
a value that does not fit is a fault, never dropped and never mended beyond letter case.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from consent_registry.domain.duo import Term, ValueKind
from consent_registry.domain.national import NationalTerm
from consent_registry.domain.places import COMMON_MISTAKES, is_region
from consent_registry.domain.row_codes import Fault, RowCode

MIN_MONTHS: Final = 1
MAX_MONTHS: Final = 1200
MAX_VALUES: Final = 64
MAX_VALUE_CHARS: Final = 200

_PRINTABLE: Final = re.compile(r"[^\x00-\x1f\x7f]+")
_ROR: Final = re.compile(r"(?:https://ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})", re.ASCII)
_DURATION: Final = re.compile(r"P(?:([0-9]{1,3})Y)?(?:([0-9]{1,4})M)?", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,5}", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def check_values(
    term: Term | NationalTerm, raw: tuple[str, ...], column: str
) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
    """Give the values in canonical form and order, or the faults that stop them."""
    given = tuple(text.strip() for text in raw if text.strip())
    if not given:
        missing = (Fault(column, RowCode.VALUE_MISSING, term.code.name),)
        return (), missing if term.required else ()
    if term.values is ValueKind.NONE:
        return (), (Fault(column, RowCode.VALUE_NOT_ALLOWED, term.code.name),)
    if len(given) > (MAX_VALUES if term.several else 1):
        return (), (Fault(column, RowCode.VALUE_INVALID, f"{term.code.name} has too many values"),)
    check = _CHECKS[term.values]
    values: set[str] = set()
    faults: list[Fault] = []
    for text in given:
        checked = _bounded(text, check)
        if isinstance(checked, str):
            values.add(checked)
        else:
            code, hint = checked
            faults.append(Fault(column, code, f"{term.code.name}: {hint}" if hint else ""))
    return (() if faults else tuple(sorted(values))), tuple(faults)


_Checked = str | tuple[RowCode, str]


def _bounded(text: str, check: Callable[[str], _Checked]) -> _Checked:
    if len(text) > MAX_VALUE_CHARS or not _PRINTABLE.fullmatch(text):
        return RowCode.VALUE_INVALID, "at most 200 printable characters"
    return check(text)


def _note(text: str) -> _Checked:
    return text


def _region(text: str) -> _Checked:
    code = text.upper()
    if is_region(code):
        return code
    meant = COMMON_MISTAKES.get(code)
    return RowCode.UNKNOWN_REGION, f"use {meant}" if meant else "two letters, or EU, EEA, ADEQUATE"


def _institution(text: str) -> _Checked:
    found = _ROR.fullmatch(text)
    if found is None:
        return RowCode.VALUE_INVALID, "a ROR identifier, https://ror.org/0…"
    return f"https://ror.org/{found.group(1)}"


def _months(text: str) -> _Checked:
    if _DATE.fullmatch(text):
        return RowCode.VALUE_INVALID, "a number of months; the end of a consent is effective_to"
    number = int(text) if _NUMBER.fullmatch(text) else _duration(text)
    if number is None or not MIN_MONTHS <= number <= MAX_MONTHS:
        return RowCode.VALUE_INVALID, "months from 1 to 1200, or an ISO 8601 duration such as P2Y"
    return str(number)


def _duration(text: str) -> int | None:
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    return 12 * int(found.group(1) or 0) + int(found.group(2) or 0)


def _date(text: str) -> _Checked:
    try:
        return date.fromisoformat(text).isoformat() if _DATE.fullmatch(text) else _no_date()
    except ValueError:
        return _no_date()


def _no_date() -> _Checked:
    return RowCode.DATE_INVALID, "a date such as 2026-11-22"


_CHECKS: Final[Mapping[ValueKind, Callable[[str], _Checked]]] = MappingProxyType(
    {
        ValueKind.RESEARCH_TYPES: _note,
        ValueKind.REGIONS: _region,
        ValueKind.INSTITUTIONS: _institution,
        ValueKind.USERS: _note,
        ValueKind.PROJECTS: _note,
        ValueKind.MONTHS: _months,
        ValueKind.DATE: _date,
        ValueKind.NOTE: _note,
    }
)
