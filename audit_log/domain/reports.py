# SPDX-License-Identifier: Apache-2.0
"""Reports by counts: who used one person's data, what was done in a time, what a breach reaches.

Every figure is a number of entries, or of people as tens (`tens`), and equals what a recount of the
entries gives.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from shared.entries import Entry

SMALL_CELL: Final = 10
"""Below this number of people or public entries no figure is told (ADR 0011)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What happened to one person's data on one day, in one way: how many entries say so.

    `newest` is the index of the latest of them. The day is that of UTC.
    """

    day: date
    dataset: str
    type: str
    src: str
    decision: str | None
    purposes: tuple[str, ...]
    count: int
    newest: int


class Cell(NamedTuple):
    """What a figure of the activity report is about; the month is written `2026-11`."""

    month: str
    dataset: str
    type: str
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitUse:
    """Entries under one permit; `mark` stands for its id in one year's search rows.

    `first` is the index of the earliest of them: its sealed part holds the id.
    """

    mark: int
    dataset: str
    month: str
    entries: int
    first: int


class Reached(NamedTuple):
    """What of one dataset is reached.

    `people` are those whom entries seal; those of `cohorts`, which entries name instead, come on
    top, and only consent_registry knows how many they are.
    """

    entries: int
    people: int
    cohorts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What entries that match a filter reach: times, and what of each dataset."""

    entries: int
    first_at: datetime | None
    last_at: datetime | None
    datasets: Mapping[str, Reached]
    actors: int


def tens(count: int, small: int = SMALL_CELL) -> int | str:
    """Write a count of people for a report: rounded to tens, `<10` for 1 to 9, 0 for none."""
    if 0 < count < small:
        return f"<{small}"
    return (count + 5) // 10 * 10


def published(cells: Mapping[Cell, int], small: int = SMALL_CELL) -> dict[Cell, int | str]:
    """Give figures that anybody may see: small ones hidden, all others rounded.

    Each is rounded on its own, so that no difference of two gives a hidden one away.
    """
    return {cell: tens(count, small) for cell, count in cells.items()}


def cell_of(entry: Entry) -> Cell:
    """Tell where an entry counts."""
    month = f"{entry.occurred_at:%Y-%m}"
    return Cell(month, entry.dataset or "", entry.type, entry.decision or "")


def counted(entries: Iterable[Entry]) -> dict[Cell, int]:
    """Count entries: the activity report from the entries alone."""
    return dict(Counter(map(cell_of, entries)))
