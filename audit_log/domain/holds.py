# SPDX-License-Identifier: Apache-2.0
"""Legal holds: what must stay readable, and where a hold stands.

A hold covers every entry about what it names, those to come included. It beats retention and
erasure, and is lifted by two: one asks, another does it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from audit_log.domain.cohorts import CohortKey
from audit_log.domain.errors import HoldLifted, HoldNeedsAnother

MAX_ENTRIES: Final = 10_000
"""How many entries one hold of a case names."""


class HoldKind(StrEnum):
    """What a hold covers entries by."""

    PERSON = "person"
    PERMIT = "permit"
    DATASET = "dataset"
    CASE = "case"


class HoldState(StrEnum):
    """Where a hold stands: it counts until it is lifted."""

    IN_FORCE = "in_force"
    LIFT_ASKED = "lift_asked"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHers:
    """Entries that name a cohort and are not about the person that a hold is of.

    Those at revision `since` and after, at which she had left it; None: all, she was never in it.
    """

    hold: str
    cohort: CohortKey
    since: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A legal hold.

    `authority` is a code for who ordered it and why; `permits` are a permit's numbers in the search
    rows of each year, `matter` names a case by id or code, `entries` are the indexes it holds.
    """

    id: str
    kind: HoldKind
    authority: str
    placed_by: str
    placed_at: datetime
    dataset: str | None = None
    ordinal: int | None = None
    permits: tuple[int, ...] = ()
    matter: str | None = None
    entries: tuple[int, ...] = ()
    lift_asked_by: str | None = None
    lift_asked_at: datetime | None = None
    lifted_by: str | None = None
    lifted_at: datetime | None = None

    @property
    def state(self) -> HoldState:
        """Where it stands."""
        if self.lifted_at is not None:
            return HoldState.LIFTED
        return HoldState.IN_FORCE if self.lift_asked_at is None else HoldState.LIFT_ASKED

    def require_in_force(self) -> None:
        """Raise HoldLifted when it no longer counts."""
        if self.lifted_at is not None:
            raise HoldLifted("the hold is lifted")

    def require_another(self, who: str) -> None:
        """Raise HoldNeedsAnother unless somebody else asked before for it to be lifted."""
        if self.lift_asked_by is None or self.lift_asked_by == who:
            raise HoldNeedsAnother("another officer must have asked for it")
