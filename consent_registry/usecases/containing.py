# SPDX-License-Identifier: Apache-2.0
"""In which of these cohorts was this member? Asked by the log, which knows no bitmap and nobody.

Answered from the bitmaps as they were frozen, whatever is the case today; who left a cohort later
is in it up to the revision at which she left. Reads only: whoever asks the log about a person is on
record there, under that person, so this question is no second entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.stops import StopKind, standing_stops
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.ids import CohortId, DatasetId, Ordinal, Revision
from shared.principal import Principal

SCOPE: Final = "decisions.read"
MAX_COHORTS: Final = 200


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


def cohorts_with(
    dataset: DatasetId,
    ordinal: Ordinal,
    cohorts: Sequence[CohortQuestion],
    *,
    tools: Tools,
    principal: Principal,
) -> Sequence[CohortAnswer]:
    """Answer for each cohort, in order; raise ValidationFailed for more than 200."""
    principal.require(SCOPE)
    if len(cohorts) > MAX_COHORTS:
        fault = FieldFault("/cohorts", f"at most {MAX_COHORTS}")
        raise ValidationFailed("too many cohorts", faults=[fault])
    with tools.reads() as uow:
        return memberships(uow, dataset, ordinal, cohorts)


def memberships(
    uow: UnitOfWork, dataset: DatasetId, ordinal: Ordinal, cohorts: Sequence[CohortQuestion]
) -> list[CohortAnswer]:
    """Answer for each cohort, in order, from the state that this unit of work sees."""
    events = uow.stops.of_members(dataset, [ordinal]).get(ordinal, ())
    if StopKind.ERASURE in standing_stops(events):
        return [CohortAnswer(membership=Membership.ERASED) for _ in cohorts]
    wanted = {CohortId(one.cohort_id) for one in cohorts if is_own_id(one.cohort_id)}
    held = uow.cohorts.holding(dataset, ordinal, sorted(wanted))
    answers: list[CohortAnswer] = []
    for one in cohorts:
        found = held.get(CohortId(one.cohort_id))
        if found is None or found.digest != one.digest:
            answers.append(CohortAnswer(membership=Membership.UNKNOWN))
        elif found.within:
            answers.append(CohortAnswer(membership=Membership.IN, left=found.left))
        else:
            answers.append(CohortAnswer(membership=Membership.OUT))
    return answers
