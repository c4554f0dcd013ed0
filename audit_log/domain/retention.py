# SPDX-License-Identifier: Apache-2.0
"""How long an entry's search row and sealed parts are kept, by the type of the entry.

The tree keeps every entry for ever; what may be dropped after its time is the search row and the
sealed parts. They are kept apart by class and by month of sequencing, so that a whole class and
month can be dropped at once. Rows that outlive their month, because their type has a longer term or
a legal hold covers them, move to the class `HELD`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final, NamedTuple

from shared.canonical import canonical
from shared.entry_forms import is_entry_type


class Retention(IntEnum):
    """Classes with terms of their own; numbers are stored and never change their meaning."""

    HELD = 0  # what outlives its class's month
    ACCESS = 1  # who used whose data: EHDS Art. 73(1)(e), at least one year
    GOVERNANCE = 2  # consents, applications, permits, visas: as long as a claim may rest on them
    OVERSIGHT = 3  # what officers and administrators did
    SYSTEM = 4  # the log's and the producers' own signals


_CLASSES: Final = {
    "access": Retention.ACCESS,
    "admin": Retention.OVERSIGHT,
    "audit": Retention.OVERSIGHT,
    "finding": Retention.OVERSIGHT,
    "sys": Retention.SYSTEM,
}


class Bounds(NamedTuple):
    """A class's terms in whole months: the least and the most that may be set, and the usual."""

    floor: int
    usual: int
    ceiling: int


BOUNDS: Final[Mapping[Retention, Bounds]] = MappingProxyType(
    {
        Retention.ACCESS: Bounds(12, 13, 120),
        Retention.GOVERNANCE: Bounds(12, 120, 360),
        Retention.OVERSIGHT: Bounds(12, 60, 120),
        Retention.SYSTEM: Bounds(3, 13, 120),
    }
)
_NAMES: Final = {one.name.lower(): one for one in BOUNDS}


def retention_of(entry_type: str) -> Retention:
    """Give the class of an entry type; an unknown group is kept as governance is."""
    return _CLASSES.get(entry_type.split(".")[1], Retention.GOVERNANCE)


def month_of(moment: datetime) -> int:
    """Give the number of a month: twelve times the year plus the month from 0."""
    return moment.year * 12 + moment.month - 1


def year_of(month: int) -> int:
    """Give the year of a numbered month."""
    return month // 12


def month_text(month: int) -> str:
    """Write a numbered month as people do: `2026-11`."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """A node's terms in months: of classes by name (`access`), of entry types in full."""

    months: Mapping[str, int] = field(default_factory=dict)

    def of_class(self, kept: Retention) -> int:
        """Give the term of a class's types that have none of their own."""
        return self.months.get(kept.name.lower(), BOUNDS[kept].usual)

    def of_type(self, entry_type: str) -> int:
        """Give the term of an entry type."""
        return self.months.get(entry_type, self.of_class(retention_of(entry_type)))

    def least(self, kept: Retention) -> int:
        """Give the shortest term within a class: when its months are looked at first."""
        own = [
            months
            for name, months in self.months.items()
            if name not in _NAMES and retention_of(name) is kept
        ]
        return min(self.of_class(kept), *own) if own else self.of_class(kept)

    def digest(self) -> bytes:
        """Give the SHA-256 of every class's term and every type's own, in canonical JSON."""
        said = {kept.name.lower(): self.of_class(kept) for kept in BOUNDS} | dict(self.months)
        return sha256(canonical(said)).digest()


def has_passed(month: int, months: int, now: datetime) -> bool:
    """Tell whether all of a month is older than a term: whole months after the month's end."""
    return month_of(now) > month + months


def policy_from(given: object) -> tuple[RetentionPolicy, list[str]]:
    """Read a policy; give it with every fault: unknown names, and terms outside their bounds."""
    if not isinstance(given, dict):
        return RetentionPolicy(), ["not an object of names and whole months"]
    faults: list[str] = []
    months: dict[str, int] = {}
    for name, value in given.items():
        kept = _NAMES.get(name)
        if kept is None and not is_entry_type(name):
            faults.append(f"{name}: neither a class ({', '.join(_NAMES)}) nor an entry type")
            continue
        bounds = BOUNDS[kept or retention_of(name)]
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not bounds.floor <= value <= bounds.ceiling:
            faults.append(f"{name}: whole months from {bounds.floor} to {bounds.ceiling}")
            continue
        months[name] = value
    return RetentionPolicy(months=MappingProxyType(months)), faults
