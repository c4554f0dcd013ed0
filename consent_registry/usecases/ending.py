# SPDX-License-Identifier: Apache-2.0
"""Learn that a permit ended early, so that the people of its cohort are told the day.

It decides nothing: who may read is decided from permit_service's own signed feed, which needs
nobody to be told first. So no revision moves and no node hears of it from here.
"""

from dataclasses import replace
from datetime import datetime

from consent_registry.domain.errors import CohortUnknown
from consent_registry.domain.identifiers import is_own_id
from consent_registry.usecases.cohorts import FROZEN, named_in_entry, require_name
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.clock import to_rfc3339
from shared.ids import CohortId, PermitId
from shared.principal import Principal


def end_permit(
    cohort_id: CohortId,
    permit_id: PermitId,
    ended_at: datetime,
    *,
    tools: Tools,
    principal: Principal,
) -> datetime:
    """Keep when the permit of a cohort ended; give the day kept, the first that was said.

    Raises CohortUnknown for a cohort that is not bound to this permit.
    """
    require_name(permit_id, "/permit_id")
    with tools.units() as uow:
        cohort = uow.cohorts.get(cohort_id) if is_own_id(cohort_id) else None
        if cohort is None:
            raise CohortUnknown
        uow.datasets.hold([cohort.dataset])
        cohort = uow.cohorts.get(cohort_id) or cohort
        if cohort.permit_id != permit_id:
            raise CohortUnknown
        if cohort.ended_at is not None:
            return cohort.ended_at
        uow.cohorts.end(cohort_id, ended_at)
        made = fact(
            FROZEN,
            tools.clock.now(),
            actor=principal,
            dataset=cohort.dataset,
            reason="permit_ended",
            extra={**named_in_entry(cohort), "ended_at": to_rfc3339(ended_at)},
        )
        uow.record(replace(made, permit={"permit_id": permit_id}))
        uow.commit()
    return ended_at
