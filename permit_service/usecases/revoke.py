# SPDX-License-Identifier: Apache-2.0
"""End a permit for good. Needs no other service: a revocation is accepted whatever is down."""

from dataclasses import dataclass

from permit_service.domain.application import ApplicationState, checked_reasons
from permit_service.domain.caller import Caller
from permit_service.domain.errors import PermitUnknown
from permit_service.domain.facts import permit_revoked
from permit_service.domain.permit import Permit, PermitState, Revocation
from permit_service.domain.register import Change, ChangeKind
from permit_service.ports import Ports, UnitOfWork
from shared.ids import PermitId, Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Which permit ends, and why."""

    permit_id: PermitId
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """The ended permit, and the revision of the register from which it opens nothing."""

    permit: Permit
    revision: Revision


def revoke(ending: Ending, *, caller: Caller, ports: Ports) -> Revoked:
    """End the permit and put the change into the register in the same transaction.

    A permit that is still being issued can be ended too: it then never enters the register.
    Raises Forbidden, ValidationFailed, PermitUnknown and PermitNotLive.
    """
    caller.principal.require("permits.revoke")
    reasons, now = checked_reasons(ending.reasons), ports.clock.now()
    revocation = Revocation(by=caller.key, reasons=reasons, revoked_at=now)
    with ports.units() as work:
        permit = _locked(ending.permit_id, work)
        revoked = permit.revoke(revocation, _left(permit, work))
        work.permits.put(revoked)
        work.permits.tell_end(revoked.permit_id)
        work.record(permit_revoked(revoked, caller, at=now))
        work.commit()
    if revoked.revision is not None:
        return Revoked(permit=revoked, revision=revoked.revision)
    with ports.units() as work:
        return Revoked(permit=revoked, revision=work.register.revision())


def _left(permit: Permit, work: UnitOfWork) -> Revision | None:
    """Take a live permit out of the register; give the revision, None if it was never in it."""
    if permit.state is not PermitState.LIVE:
        return None
    revision = work.register.advance()
    work.register.append(
        Change(revision=revision, kind=ChangeKind.REVOKED, permit_id=permit.permit_id)
    )
    return revision


def _locked(permit_id: PermitId, work: UnitOfWork) -> Permit:
    """Lock the application before the permit, as issuing does, and close a grant under way."""
    seen = work.permits.get(permit_id)
    if seen is None:
        raise PermitUnknown
    application = work.applications.locked(seen.application_id)
    permit = work.permits.locked(permit_id)
    if application is None or permit is None:
        raise PermitUnknown
    if application.state is ApplicationState.GRANTING:
        work.applications.put(application.move(ApplicationState.GRANTED))
        work.grants.remove(application.application_id)
    return permit
