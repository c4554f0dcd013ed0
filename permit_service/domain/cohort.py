# SPDX-License-Identifier: Apache-2.0
"""What consent_registry says about a cohort, and how its numbers may be shown and published.

Never holds a person, an ordinal or a bitmap, and never adds numbers up: consent_registry decides
who is in and counts them. Small cells are hidden here, so that no page, no answer and no permit
can show one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.ids import CohortId, DatasetId, Revision

SMALL_CELL: Final = 10
"""Counts from 1 to 9 single people out (consent.md section 2.7) and are never shown.

consent_registry may ask for a higher bound with its counts, never for a lower one.
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as it may be shown: exact, rounded to tens, or only known to be below a bound."""

    value: int | None
    fewer_than: int | None = None
    rounded: bool = False

    def text(self) -> str:
        """Say the count: `1,234`, `about 1,230` or `fewer than 10`."""
        if self.value is None:
            return f"fewer than {self.fewer_than}"
        return f"about {self.value:,}" if self.rounded else f"{self.value:,}"

    def to_json(self) -> int | str:
        """Write the count as a permit's body does: a number, or `<10`."""
        return f"<{self.fewer_than}" if self.value is None else self.value


def shown(parts: Mapping[str, int], small_cell: int = SMALL_CELL) -> dict[str, Shown]:
    """Give the parts of one whole as they may be shown.

    Parts below `small_cell` are hidden, and where one is, the others are rounded: otherwise the
    whole less the other parts would give it back (consent.md section 2.7, "suppression is
    secondary too").
    """
    hides = any(0 < count < small_cell for count in parts.values())
    return {name: _shown(count, small_cell, rounded=hides) for name, count in parts.items()}


def published(count: int) -> int | str:
    """Write a count of people for readers outside the authority: rounded to tens, or `<10`."""
    return _shown(count, SMALL_CELL, rounded=True).to_json()


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortCounts:
    """How many people a dataset has, and how many are in, out and awaiting a ruling."""

    members: int
    within: int
    out: int
    awaiting: int

    def to_json(self) -> dict[str, int]:
        """Write the counts under consent_registry's names."""
        return {
            "members": self.members,
            "in": self.within,
            "out": self.out,
            "awaiting": self.awaiting,
        }

    def published(self) -> dict[str, int | str]:
        """Write the counts as a public permit may state them.

        Each is rounded to tens on its own, and 1 to 9 becomes `<10`: no subtraction of two
        published numbers gives back an exact small one.
        """
        return {name: published(count) for name, count in self.to_json().items()}

    def shown(self, small_cell: int = SMALL_CELL) -> dict[str, Shown]:
        """Give the counts for a person of the authority to read."""
        parts = {"in": self.within, "out": self.out, "awaiting": self.awaiting}
        return {"members": Shown(self.members), **shown(parts, small_cell)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortView:
    """The answer to "who would be in?", in counts. Grants nothing.

    `reasons` are the parts of those who are out, `awaiting_by_clause` of those who await a ruling.
    Counts below `small_cell` are for nobody's eyes.
    """

    dataset: DatasetId
    revision: Revision
    counts: CohortCounts
    reasons: Mapping[str, int]
    awaiting_by_clause: Mapping[str, int]
    small_cell: int = SMALL_CELL


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenCohort:
    """One freeze: the bytes every signature of the permit covers are `digest` and `revision`.

    `digest` is salted and base64; `manifest` is consent_registry's JWS over the cohort. A freeze
    that is not bound by `void_at` opens nothing.
    """

    cohort_id: CohortId
    revision: Revision
    frozen_at: datetime
    void_at: datetime
    counts: CohortCounts
    digest: str
    manifest: str


def _shown(count: int, small_cell: int, *, rounded: bool) -> Shown:
    if 0 < count < small_cell:
        return Shown(None, small_cell)
    near = (count + small_cell // 2) // small_cell * small_cell
    return Shown(near if rounded else count, rounded=rounded and near != 0)
