# SPDX-License-Identifier: Apache-2.0
"""Bring a granted application to its live permit, from wherever the last try stopped.

The steps: claim the try → tell what was ruled → freeze → sign → commit the intent (`issuing`) →
bind → commit `live`.
Each step can be lost and repeated: the intent is committed before the bind, the bind is
idempotent, and a freeze that is void or overtaken is replaced by a new one under the same permit
id. Nothing is held locked while consent_registry is asked.
"""

from dataclasses import replace
from typing import Final

from permit_service.domain.account import Account
from permit_service.domain.application import Application, ApplicationState
from permit_service.domain.cohort import Project
from permit_service.domain.document import permit_document
from permit_service.domain.errors import (
    ApplicationUnknown,
    CohortRefused,
    CohortsUnavailable,
    FreezeOvertaken,
    FreezeVoid,
    IssuedMeanwhile,
    UserUnknown,
)
from permit_service.domain.facts import permit_issued
from permit_service.domain.permit import Permit, PermitState, expiry, permit_body
from permit_service.domain.register import PERMIT_TYPE, Change, ChangeKind
from permit_service.ports import Ports, UnitOfWork
from permit_service.usecases.rule import tell
from shared.errors import AppError
from shared.ids import ApplicationId, PermitId

_FREEZES_PER_TRY: Final = 3


def issue(application_id: ApplicationId, *, trace_id: str, ports: Ports) -> Application:
    """Try once to issue the permit of a granted application; give the application as it then is.

    Does nothing when somebody else is trying, and nothing when there is nothing left to do. What
    stops the try is noted on the grant, for people to see, and tried again later.
    """
    if _claim(application_id, ports):
        try:
            _try(application_id, trace_id, ports)
        except (CohortsUnavailable, CohortRefused, FreezeVoid, FreezeOvertaken) as fault:
            _note(application_id, fault, ports)
    with ports.units() as work:
        return _known(work.applications.get(application_id))


def _try(application_id: ApplicationId, trace_id: str, ports: Ports) -> None:
    permit = _intent(application_id, ports)
    application, _, _ = _case(application_id, ports)
    for freezes_left in reversed(range(_FREEZES_PER_TRY)):
        if permit is None:
            return
        project = Project(
            title=application.title,
            organisation=application.organisation,
            until=permit.expires_at,
        )
        try:
            ports.cohorts.bind(permit.cohort.cohort_id, permit.permit_id, project)
        except (FreezeVoid, FreezeOvertaken):
            if not freezes_left:
                raise
            permit = _retake(permit, ports)
        else:
            _go_live(permit, trace_id, ports)
            return


def _claim(application_id: ApplicationId, ports: Ports) -> bool:
    now = ports.clock.now()
    with ports.units() as work:
        application = _known(work.applications.locked(application_id))
        grant = work.grants.get(application_id)
        if application.state is not ApplicationState.GRANTING or grant is None:
            return False
        if not grant.due(now):
            return False
        work.grants.put(grant.claimed(now, ports.policy.lease))
        work.commit()
    return True


def _intent(application_id: ApplicationId, ports: Ports) -> Permit | None:
    """Give the permit to bind: the one an earlier try left, or a new one; None when it lapsed."""
    application, account, found = _case(application_id, ports)
    if found is not None:
        return found if found.state is PermitState.ISSUING else None
    permit = _draw_up(application, account, PermitId(ports.ids.new()), ports)
    if permit is None:
        return None
    with ports.units() as work:
        try:
            work.permits.add(permit)
        except IssuedMeanwhile:
            return None
        work.commit()
    return permit


def _retake(stale: Permit, ports: Ports) -> Permit | None:
    """Replace a freeze that cannot be bound any more; None when others went on meanwhile."""
    application, account, _ = _case(stale.application_id, ports)
    fresh = _draw_up(application, account, stale.permit_id, ports)
    if fresh is None:
        return None
    with ports.units() as work:
        if not _untouched(work.permits.locked(stale.permit_id), stale):
            return None
        taken = replace(fresh, attempt=stale.attempt + 1)
        work.permits.put(taken)
        work.commit()
    return taken


def _case(
    application_id: ApplicationId, ports: Ports
) -> tuple[Application, Account, Permit | None]:
    with ports.units() as work:
        application = _known(work.applications.get(application_id))
        account = work.accounts.find(application.applicant)
        if account is None:
            raise UserUnknown(context={"application_id": application_id})
        return application, account, work.permits.of_application(application_id)


def _untouched(present: Permit | None, seen: Permit) -> bool:
    """Say whether nobody replaced, revoked or finished the permit since it was seen."""
    return (
        present is not None
        and present.attempt == seen.attempt
        and present.state is PermitState.ISSUING
    )


def _draw_up(
    application: Application, account: Account, permit_id: PermitId, ports: Ports
) -> Permit | None:
    """Freeze the cohort and sign a permit over it; None when its validity has passed."""
    if expiry(application, ports.clock.now()) <= ports.clock.now():
        _lapse(application.application_id, ports)
        return None
    tell(application.application_id, ports=ports)
    frozen = ports.cohorts.freeze(
        application.dataset, application.purpose, application.application_id
    )
    now, profile = ports.clock.now(), ports.policy.profile
    permit = Permit(
        permit_id=permit_id,
        application_id=application.application_id,
        holder=application.applicant,
        holder_subject=account.own_subject,
        dataset=application.dataset,
        regime=ports.policy.regime,
        purpose=application.purpose,
        cohort=frozen,
        jws="",
        decided_at=application.decided_at(),
        issued_at=now,
        not_before=now,
        expires_at=expiry(application, now),
        members_now=frozen.counts.within,
        members_revision=frozen.revision,
    )
    body = permit_body(
        permit,
        application,
        issuer=profile.issuer,
        authority=profile.authority,
        dataset_url=profile.dataset_url(permit.dataset),
        document=permit_document(permit, authority=profile.authority),
    )
    return replace(permit, jws=ports.permit_signer.sign(body, typ=PERMIT_TYPE))


def _go_live(bound: Permit, trace_id: str, ports: Ports) -> None:
    now = ports.clock.now()
    with ports.units() as work:
        application = _known(work.applications.locked(bound.application_id))
        permit = work.permits.locked(bound.permit_id)
        # Another try, or a revocation, was quicker: what it wrote stands.
        if permit is None or not _untouched(permit, bound):
            return
        revision = work.register.advance()
        live = permit.go_live(revision, now)
        work.permits.put(live)
        work.register.append(
            Change(
                revision=revision,
                kind=ChangeKind.ISSUED,
                permit_id=live.permit_id,
                jws=live.jws,
            )
        )
        _finish(work, application, ApplicationState.GRANTED)
        work.record(permit_issued(live, node=ports.policy.node, at=now, trace_id=trace_id))
        work.commit()


def _lapse(application_id: ApplicationId, ports: Ports) -> None:
    with ports.units() as work:
        application = _known(work.applications.locked(application_id))
        if application.state is not ApplicationState.GRANTING:
            return
        seen = work.permits.of_application(application_id)
        permit = None if seen is None else work.permits.locked(seen.permit_id)
        if permit is not None:
            work.permits.put(permit.give_up())
        _finish(work, application, ApplicationState.LAPSED)
        work.commit()


def _finish(work: UnitOfWork, application: Application, state: ApplicationState) -> None:
    work.applications.put(application.move(state))
    work.grants.remove(application.application_id)


def _note(application_id: ApplicationId, fault: AppError, ports: Ports) -> None:
    with ports.units() as work:
        _known(work.applications.locked(application_id))
        grant = work.grants.get(application_id)
        if grant is not None:
            work.grants.put(grant.failed(ports.clock.now(), fault.code))
            work.commit()


def _known(application: Application | None) -> Application:
    if application is None:
        raise ApplicationUnknown
    return application
