# SPDX-License-Identifier: Apache-2.0
"""What consent_registry says about a cohort, and how its numbers may be shown and published.

Never holds a person, an ordinal or a bitmap, and never adds numbers up: consent_registry decides
who is in and counts them. Small cells are hidden here once more, so that no page and no permit
can show one by accident.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.ids import CohortId, DatasetId, Revision

SMALL_CELL: Final = 10
"""Counts from 1 to 9 single people out (consent.md section 2.7) and are never shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as it may be shown: exact, or only known to be below a bound."""

    value: int | None
    fewer_than: int | None = None

    @staticmethod
    def of(count: int) -> "Shown":
        """Hide a count of 1 to 9; zero says nothing about anyone and stays."""
        return Shown(None, SMALL_CELL) if 0 < count < SMALL_CELL else Shown(count)

    def text(self) -> str:
        """Say the count: `1,234` or `fewer than 10`."""
        return f"{self.value:,}" if self.value is not None else f"fewer than {self.fewer_than}"


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
        return {name: _published(count) for name, count in self.to_json().items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortView:
    """The answer to "who would be in?", for a person to read. Grants nothing."""

    dataset: DatasetId
    revision: Revision
    counts: CohortCounts
    reasons: Mapping[str, Shown]
    awaiting_by_clause: Mapping[str, Shown]


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


def _published(count: int) -> int | str:
    if 0 < count < SMALL_CELL:
        return f"<{SMALL_CELL}"
    return (count + SMALL_CELL // 2) // SMALL_CELL * SMALL_CELL
