# SPDX-License-Identifier: Apache-2.0
"""The questions people ask: the queue, one application, its cohort, one permit.

Answers are values as they stand; no count and no decision is worked out here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from permit_service.domain.application import Application, ApplicationState
from permit_service.domain.caller import Caller
from permit_service.domain.cohort import CohortView
from permit_service.domain.errors import ApplicationUnknown, PermitUnknown
from permit_service.domain.grant import Grant
from permit_service.domain.permit import Permit
from permit_service.domain.silence import due_on
from permit_service.ports import Ports
from shared.ids import ApplicationId, PermitId

SEE_ALL = "applications.read"
SEE_OWN = "applications.submit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One application with what became of it; `due_on` is the last day for a decision in time."""

    application: Application
    permit: Permit | None
    grant: Grant | None
    due_on: date | None


def applications(*, caller: Caller, ports: Ports) -> Sequence[Application]:
    """Give the whole queue to the authority, and to an applicant her own; longest waiting first.

    Raises Forbidden for a caller who is neither.
    """
    applicant = None if _sees_all(caller) else caller.key
    with ports.units() as work:
        return work.applications.listed(applicant)


def case(application_id: ApplicationId, *, caller: Caller, ports: Ports) -> Case:
    """Give one application with its permit and the progress of its grant.

    Raises ApplicationUnknown also for another applicant's application: whether it exists is not
    said. A permit that is not live yet is shown to the authority only.
    """
    sees_all = _sees_all(caller)
    with ports.units() as work:
        found = work.applications.get(application_id)
        if found is None or not (sees_all or found.applicant == caller.key):
            raise ApplicationUnknown
        permit = work.permits.of_application(application_id)
        settled = found.state is ApplicationState.GRANTED
        return Case(
            application=found,
            permit=permit if sees_all or settled else None,
            grant=work.grants.get(application_id),
            due_on=due(found, ports=ports),
        )


def due(application: Application, *, ports: Ports) -> date | None:
    """Give the last day on which an application is decided in time, None for a decided one."""
    if application.state is not ApplicationState.SUBMITTED:
        return None
    return due_on(application.submitted_at, ports.policy.national)


def cohort(application_id: ApplicationId, *, caller: Caller, ports: Ports) -> CohortView:
    """Ask consent_registry who would be in, out and awaiting now, in counts.

    For the authority only. Raises Forbidden, ApplicationUnknown, CohortsUnavailable, CohortRefused.
    """
    caller.principal.require(SEE_ALL)
    with ports.units() as work:
        found = work.applications.get(application_id)
    if found is None:
        raise ApplicationUnknown
    return ports.cohorts.evaluate(found.dataset, found.purpose, application_id)


def permit(permit_id: PermitId, *, caller: Caller, ports: Ports) -> Permit:
    """Give one permit. Raises Forbidden and PermitUnknown."""
    caller.principal.require("permits.read")
    with ports.units() as work:
        found = work.permits.get(permit_id)
    if found is None:
        raise PermitUnknown
    return found


def permit_of(application_id: ApplicationId, *, ports: Ports) -> Permit | None:
    """Give the live permit of an application just decided, for whoever decided it."""
    with ports.units() as work:
        found = work.permits.of_application(application_id)
    return found if found is not None and found.revision is not None else None


def due_grants(*, ports: Ports, limit: int = 20) -> Sequence[ApplicationId]:
    """Name the grants that `work` may try now."""
    with ports.units() as work:
        return work.grants.due(ports.clock.now(), limit)


def _sees_all(caller: Caller) -> bool:
    if SEE_ALL in caller.principal.scopes:
        return True
    caller.principal.require(SEE_OWN)
    return False
