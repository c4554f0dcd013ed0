# SPDX-License-Identifier: Apache-2.0
"""In which of these cohorts was this member? Asked by the log, which knows no bitmap and nobody.

Answered from the bitmaps as they were frozen, whatever is the case today; who left a cohort later
is in it up to the revision at which she left. Reads only: whoever asks the log about a person is on
record there, under that person, so this question is no second entry.
"""

from collections.abc import Sequence
from typing import Final

from consent_registry.domain.containing import CohortAnswer, CohortQuestion, Membership
from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.stops import StopKind, standing_stops
from consent_registry.ports import UnitOfWork
from consent_registry.ports.who_used import AnswerCohorts
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.ids import CohortId, DatasetId, Ordinal
from shared.principal import Principal

SCOPE: Final = "decisions.read"
MAX_COHORTS: Final = 200


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


def answers_by(tools: Tools) -> AnswerCohorts:
    """Give what answers for one member, each time from a look of its own."""

    def answer(
        dataset: DatasetId, ordinal: int, cohorts: Sequence[CohortQuestion]
    ) -> Sequence[CohortAnswer]:
        found: list[CohortAnswer] = []
        for start in range(0, len(cohorts), MAX_COHORTS):
            with tools.reads() as uow:
                some = cohorts[start : start + MAX_COHORTS]
                found += memberships(uow, dataset, Ordinal(ordinal), some)
        return found

    return answer
