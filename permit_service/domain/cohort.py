# SPDX-License-Identifier: Apache-2.0
"""What consent_registry says about a cohort, in the numbers that may be shown.

Never holds a person, an ordinal or a bitmap, and never adds numbers up or rounds them:
consent_registry decides who is in and which number stands for them (ADR 0011), so that no two
numbers, here or there, give one person away. A number that may not be told is None.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from permit_service.domain.duty import Annex, Duty, read_duties
from permit_service.domain.ruling import Matter
from shared.ids import CohortId, DatasetId, Revision

SMALL_CELL: Final = 10
"""The bound k of a cell that singles people out (consent.md section 2.7), where nobody says more.

A cell of fewer than 2k people may not be told: consent_registry keeps secret where between k and 2k
it draws the line.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the people of a cohort are told of its permit (GDPR 13(1)(e), 15(1)(c))."""

    title: str
    organisation: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A number that may be shown, None for one that may only be said to be small."""

    value: int | None
    small_cell: int = SMALL_CELL

    def text(self) -> str:
        """Say the number: `about 1,230` or `fewer than 20`."""
        if self.value is None:
            return f"fewer than {2 * self.small_cell}"
        return f"about {self.value:,}"

    def to_json(self) -> int | str:
        """Write the number as a permit's body does: a number, or `<20`."""
        return f"<{2 * self.small_cell}" if self.value is None else self.value


def shown(parts: Mapping[str, int | None], small_cell: int = SMALL_CELL) -> dict[str, Shown]:
    """Give numbers with how to say them."""
    return {name: Shown(count, small_cell) for name, count in parts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortCounts:
    """How many people a dataset has, and about how many are in, out and awaiting a ruling.

    `members` is public and exact.
    """

    members: int
    within: int | None
    out: int | None
    awaiting: int | None
    small_cell: int = SMALL_CELL

    def parts(self) -> dict[str, int | None]:
        """Give the numbers of people under consent_registry's names."""
        return {"in": self.within, "out": self.out, "awaiting": self.awaiting}

    def published(self) -> dict[str, int | str]:
        """Write the counts as a public permit may state them."""
        told = {name: cell.to_json() for name, cell in self.shown().items()}
        return {"members": self.members, **told}

    def shown(self) -> dict[str, Shown]:
        """Give the numbers of people with how to say them."""
        return shown(self.parts(), self.small_cell)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMatter:
    """Something a ruling can be given on, and about how many people await it."""

    matter: Matter
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionView:
    """What stands against a claim under EHDS Article 71(4), and the law that makes the exception.

    `applied`: nothing does, and the authority ruled so.
    """

    applied: bool
    lacking: tuple[str, ...]
    law: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortView:
    """The answer to "who would be in?", in counts. Grants nothing.

    `reasons` are the parts of those who are out, `awaiting_by_clause` of those who await a ruling;
    `matters` is what they await. What is too small to be told is in none of them.
    `purpose_sha256` names the purpose that was asked, for a ruling on it. `exception` is what
    became of a claim under EHDS Article 71(4), None where the purpose makes none. `duties` are what
    a permit would owe to those who are in.
    """

    dataset: DatasetId
    counts: CohortCounts
    reasons: Mapping[str, int]
    awaiting_by_clause: Mapping[str, int]
    purpose_sha256: str
    matters: tuple[OpenMatter, ...] = field(default=())
    exception: ExceptionView | None = None
    duties: tuple[Duty, ...] = ()


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

    def exception_law(self) -> str | None:
        """Say under which law people are in who had opted out, as the manifest does; None: no."""
        applied = self._stated().get("exception_71_4")
        return str(applied.get("law")) if isinstance(applied, dict) else None

    def annex(self) -> Annex | None:
        """Give the duties that the manifest names; None where it names none.

        The salt is made of the manifest: it stays within the services, and its signature cannot be
        guessed.
        """
        try:
            duties = read_duties(self._stated().get("obligations"))
        except ValueError:
            return None
        salt = hashlib.sha256(self.manifest.encode()).digest()
        return Annex(duties=duties, salt=salt) if duties else None

    def _stated(self) -> Mapping[str, object]:
        """Give what the manifest states; nothing where it is none."""
        try:
            middle = self.manifest.split(".")[1]
            stated = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        except (IndexError, ValueError):
            return {}
        return stated if isinstance(stated, dict) else {}
