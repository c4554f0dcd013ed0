# SPDX-License-Identifier: Apache-2.0
"""The policy of a country or an institution: what it decides for itself, as data.

A policy is read whole from the text of a TOML file (`consent_registry.domain.policy_file`), and its
digest stands in every decision made under it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Final

from consent_registry.domain.ahead import Ahead
from consent_registry.domain.dating import FARTHEST
from consent_registry.domain.levels import Level
from consent_registry.domain.national import Vocabulary
from consent_registry.domain.regimes import EVERY_NO_BINDS, ConsentRole, Regime, Rules
from consent_registry.domain.supervision import Authority
from shared.periods import WEEKENDS_ONLY, Calendar

REGIMES: Final = tuple(regime.value for regime in Regime)
CONSENT_ROLES: Final = tuple(role.value for role in ConsentRole)


class OnRestricted(Enum):
    """What a purpose of methods alone gets from a permission that is silent about methods."""

    APPROVE = "approve"
    MANUAL = "manual"
    DENY = "deny"


class Breadth(Enum):
    """What one opt-out may be about (TEHDAS2 M8.1): everything, genomic data, or one holder."""

    EVERYTHING = "all"
    GENOMIC = "genomic"
    HOLDER = "holder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A stricter national measure under EHDS Article 51(4): its law and its notification."""

    law: str
    notified: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minors:
    """Ages in years of a minor's own will; None is never.

    From `needed_from` a guardian's consent counts only with her yes; from `dissent_from` her no
    excludes.
    """

    needed_from: int | None = 0
    dissent_from: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One loaded policy.

    `table` has the rules of each (regime, role of consent) it decides about.
    `methods_on_restricted` has HMB, DS and POA; `digest` is the SHA-256 of the file's bytes in hex,
    named in every decision. `levels` are how far a withdrawal may go (law.md C-3). `exception_law`
    is the national law under EHDS Article 71(4), if any. `vocabulary` has the national codes it
    defines. Guardians decide until `age_of_majority`, in years; `minors` says from which age their
    own will counts. `yes_ahead` says how far ahead a yes may begin. `calendar`
    has the public holidays by which periods are counted. `ahead` says how long before an
    end people are told of it, `authority` is where they complain. It is in force from the day
    `effective_from` until a later one takes its place.
    """

    version: str
    digest: str
    country: str
    effective_from: date
    small_cell: int
    methods_on_restricted: Mapping[str, OnRestricted]
    table: Mapping[tuple[Regime, ConsentRole], Rules]
    breadths: tuple[Breadth, ...] = (Breadth.EVERYTHING,)
    levels: tuple[Level, ...] = tuple(Level)
    measure: Measure | None = None
    exception_law: str = ""
    vocabulary: Vocabulary = field(default_factory=dict)
    age_of_majority: int = 18
    authority: Authority | None = None
    minors: Minors = Minors()
    ahead: Ahead = Ahead()  # noqa: RUF009 - frozen
    yes_ahead: timedelta = FARTHEST
    calendar: Calendar = WEEKENDS_ONLY
    example: bool = False
    sources: tuple[str, ...] = field(default=())

    def rules(self, regime: str, role: str) -> Rules:
        """Give the rules for a dataset; where this policy has none, every no binds."""
        try:
            cell = (Regime(regime), ConsentRole(role))
        except ValueError:
            return EVERY_NO_BINDS
        return self.table.get(cell, EVERY_NO_BINDS)

    def decides(self, regime: str, role: str) -> bool:
        """Say whether this policy has rules for such datasets."""
        return any((r.value, c.value) == (regime, role) for r, c in self.table)
