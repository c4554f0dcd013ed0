# SPDX-License-Identifier: Apache-2.0
"""What another release of the disease hierarchy changes in the decisions of consents given.

A consent to an illness covers the purposes that name it or something within it. For each illness
that consents name, the purposes it covers before and after are compared. How many people name an
illness, and whether that may be told at all, is decided elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from consent_registry.domain.diseases import Diseases

EXAMPLES: Final = 20


class Fate(Enum):
    """What became of an illness that consents name."""

    CURRENT = "current"
    REPLACED = "replaced"  # read as its replacement from then on
    NEEDS_RULING = "needs_ruling"  # obsolete with nothing in its place
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeChange:
    """One illness in consents: what became of it, and which purposes it covers no more or newly.

    `consider` are the terms that the release names for a person to choose from.
    """

    code: str
    label: str
    fate: Fate
    replaced_by: str | None
    consider: tuple[str, ...]
    gains: tuple[str, ...]
    losses: tuple[str, ...]


def changes(codes: Iterable[str], before: Diseases, after: Diseases) -> tuple[CodeChange, ...]:
    """Compare two releases for the illnesses that consents name.

    Only illnesses whose fate or coverage differs are given, by code.
    """
    held = sorted(set(codes))
    now, then = _covered(held, before), _covered(held, after)
    found = (_change(code, now[code], then[code], after) for code in held)
    return tuple(
        change
        for change in found
        if change.gains or change.losses or change.fate is not _fate(change.code, before)
    )


def _covered(codes: Iterable[str], diseases: Diseases) -> dict[str, set[str]]:
    """Give for each consented illness the purposes it covers."""
    covered: dict[str, set[str]] = {code: set() for code in codes}
    for term in diseases.terms:
        for code in diseases.covering(term) & covered.keys():
            covered[code].add(term)
    return covered


def _change(code: str, before: set[str], now: set[str], after: Diseases) -> CodeChange:
    fate, known = _fate(code, after), after.terms.get(code)
    return CodeChange(
        code=code,
        label=after.label(code),
        fate=fate,
        replaced_by=after.current(code) if fate is Fate.REPLACED else None,
        consider=known.consider if known else (),
        gains=tuple(sorted(now - before)),
        losses=tuple(sorted(before - now)),
    )


def _fate(code: str, diseases: Diseases) -> Fate:
    if code not in diseases:
        return Fate.MISSING
    current = diseases.current(code)
    if current == code:
        return Fate.CURRENT
    return Fate.NEEDS_RULING if current is None else Fate.REPLACED
