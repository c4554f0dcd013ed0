# SPDX-License-Identifier: Apache-2.0
"""What people are told of the permits of their datasets: whose project, and whether they are in it.

A participant may know who receives her data (GDPR 15(1)(c)) and why somebody does not. Values only.
"""

from dataclasses import dataclass
from datetime import datetime

from consent_registry.domain.purpose import Purpose
from consent_registry.domain.register import BoundCohort, Project
from consent_registry.domain.verdict import Reason
from shared.ids import DatasetId, PermitId


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitFor:
    """A bound cohort and one member: whether it was frozen with her, and when she left it."""

    bound: BoundCohort
    within: bool
    left_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectOf:
    """One permit as one member stands to it.

    `within` says whether it was given over her data; `left_at` when it lost them again. `why` is
    the first reason why it never had them, as decided by what was known at its freeze; None where
    she was in it, and where that cannot be told any more. `awaiting` is said where the authority
    left open a clause of her consent, which counts as out. `ended_at` is when the permit ended
    early, as its service said.
    """

    dataset: DatasetId
    permit_id: PermitId
    project: Project | None
    purpose: Purpose
    begun_at: datetime
    within: bool
    left_at: datetime | None
    why: Reason | None
    awaiting: bool
    ended_at: datetime | None = None
