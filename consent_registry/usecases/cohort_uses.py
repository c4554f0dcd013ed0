# SPDX-License-Identifier: Apache-2.0
"""Could this cohort be used so, at that time? Asked afterwards, by those who check what was used.

Many uses at once, each at its own instant and as known at another. Who leaves a cohort is written
down when it happens, by the rules that decide about each person; here those who left are looked up,
and nobody is decided about again.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from consent_registry.domain.cohort_uses import (
    CohortUse,
    CohortVerdict,
    NamedCohort,
    flaw_of,
    verdict,
)
from consent_registry.domain.identifiers import is_name, is_own_id
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.decisions import SCOPE
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.ids import CohortId, PermitId
from shared.principal import Principal

MAX_USES: Final = 200


def decide_cohorts(
    uses: Sequence[CohortUse], *, tools: Tools, principal: Principal
) -> Sequence[CohortVerdict]:
    """Answer for each use, in order; raise ValidationFailed for more than 200."""
    principal.require(SCOPE)
    if len(uses) > MAX_USES:
        fault = FieldFault("/questions", f"at most {MAX_USES}")
        raise ValidationFailed("too many questions", faults=[fault])
    with tools.reads() as uow:
        cohorts = _cohorts(uow, uses)
        datasets = {name: uow.datasets.get(name) for name in {one.dataset for one in uses}}
        revisions = {name: one.revision for name, one in datasets.items() if one is not None}
        gone = uow.cohorts.left_unread(
            {
                number: (cohort.cohort_id, use)
                for number, (use, cohort) in enumerate(zip(uses, cohorts, strict=True))
                if cohort is not None
            }
        )
        lapses = _lapses(uow, [cohorts[number] for number in gone])
        answers: list[CohortVerdict] = []
        for number, (use, cohort) in enumerate(zip(uses, cohorts, strict=True)):
            flaw = flaw_of(use, cohort, revisions.get(use.dataset, 0))
            if cohort is None or (flaw is not None and flaw.untold):
                answers.append(CohortVerdict(flaw=flaw))
                continue
            ends = lapses.get(cohort.permit_id, ())
            answers.append(verdict(use, cohort, flaw, gone.get(number, {}), ends))
    return answers


def _cohorts(uow: UnitOfWork, uses: Sequence[CohortUse]) -> Sequence[NamedCohort | None]:
    """Find the cohort of each use, named or its permit's."""
    named = {one.cohort_id for one in uses if one.cohort_id is not None}
    permits = {one.permit_id for one in uses if one.cohort_id is None and one.permit_id is not None}
    found = uow.cohorts.named(
        [CohortId(one) for one in sorted(named) if is_own_id(one)],
        sorted(filter(is_name, permits)),
    )
    by_id: dict[str | None, NamedCohort] = {one.cohort_id: one for one in found}
    by_permit = {one.permit_id: one for one in found}
    return [
        by_permit.get(one.permit_id) if one.cohort_id is None else by_id.get(one.cohort_id)
        for one in uses
    ]


def _lapses(
    uow: UnitOfWork, cohorts: Sequence[NamedCohort | None]
) -> Mapping[PermitId | None, Sequence[tuple[str, int]]]:
    """Load the ends known in advance of those cohorts of which somebody is out, by permit."""
    permits = {one.permit_id for one in cohorts if one is not None and one.permit_id is not None}
    return {
        permit: bound.lapses
        for permit in permits
        if (bound := uow.cohorts.of_permit(permit)) is not None
    }
