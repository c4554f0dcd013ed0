# SPDX-License-Identifier: Apache-2.0
"""Whether a frozen cohort holds somebody: named as entries of the log name it, and the answer."""

from dataclasses import dataclass
from enum import Enum

from shared.ids import Revision


class Membership(Enum):
    """Whether somebody is among a frozen cohort's people.

    UNKNOWN for a cohort that is not of this dataset, or has another digest than was named; ERASED
    where nothing about the person may be told any more.
    """

    IN = "in"
    OUT = "out"
    UNKNOWN = "unknown"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortQuestion:
    """A cohort as an entry names it: by id and salted digest."""

    cohort_id: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortAnswer:
    """`left` is the revision at which somebody who was in left the live cohort; None: never."""

    membership: Membership
    left: Revision | None = None
