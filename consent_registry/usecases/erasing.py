# SPDX-License-Identifier: Apache-2.0
"""Ask for an erasure, confirm it, hold it off by law, and say how far one is.

Both people are of the rights desk, and they are two. Confirming takes the person out of every use
at once; what is destroyed afterwards is destroyed part by part (`erasing_parts`).
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent_registry.domain.erasure import (
    GROUNDS,
    HOLD_GROUNDS,
    Account,
    Erasure,
    LegalHold,
)
from consent_registry.domain.errors import (
    AlreadyErased,
    AuditLogNotConnected,
    ErasureUnknown,
    LegalHoldStands,
    LegalHoldUnknown,
    ParticipantUnknown,
    SecondPersonNeeded,
    TryAgain,
)
from consent_registry.domain.identifiers import is_name, is_own_id
from consent_registry.domain.stops import StopKind
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import names_of
from consent_registry.usecases.facts import fact
from consent_registry.usecases.stopping import hold_person, record_about, set_stop
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.principal import Principal

DESK: Final = "rights.manage"
ATTEMPTS: Final = 5
_REQUESTED: Final = "placet.rights.requested.v1"
_DECIDED: Final = "placet.rights.decided.v1"


def ask_erasure(
    pseudonym: str,
    ground: str,
    *,
    tools: Tools,
    principal: Principal,
    request_id: str | None = None,
) -> Erasure:
    """Ask for a participant's erasure; nothing happens before a second person confirms.

    It is asked for under every name confirmed to be hers, each of which is an erasure of its own.
    Asking again gives the erasure that is there. Raises LegalHoldStands while the law demands the
    data, AuditLogNotConnected where an erasure could never be complete.
    """
    principal.require(DESK)
    if ground not in GROUNDS:
        fault = FieldFault("/ground", "one of gdpr_17_1_a to gdpr_17_1_f")
        raise ValidationFailed("the erasure has faults", faults=[fault])
    if tools.audit is None:
        raise AuditLogNotConnected
    with tools.units() as uow:
        pid = _known(uow, pseudonym)
        others = [name for name in names_of(uow, pid) - {pid} if not uow.people.erased(name)]
        for name in sorted([pid, *others]):
            uow.people.hold(name)
        asked_by = account_of(principal)
        found = _asked(
            uow, tools, pid, ground, asked_by, principal=principal, request_id=request_id
        )
        for name in sorted(others):
            _asked(uow, tools, name, ground, asked_by, principal=principal)
        uow.commit()
    return found


def ask_for_joined(
    uow: UnitOfWork, tools: Tools, pids: Iterable[str], *, principal: Principal
) -> None:
    """Ask for the erasure of names just confirmed to be those of somebody who is to be erased.

    Asked for as by whoever asked first, so that another person confirms it. The people are held by
    the caller. A name that the law keeps is not asked for.
    """
    names = sorted({name for pid in pids for name in names_of(uow, pid)})
    known = {name: uow.erasures.of(name) for name in names}
    asked = [one for one in known.values() if one is not None]
    if not asked:
        return
    first = min(asked, key=lambda one: one.asked_at)
    for name in names:
        if known[name] is None and not uow.people.erased(name):
            with suppress(LegalHoldStands):
                _asked(uow, tools, name, first.ground, first.asked_by, principal=principal)


def _asked(
    uow: UnitOfWork,
    tools: Tools,
    pid: str,
    ground: str,
    asked_by: Account,
    *,
    principal: Principal,
    request_id: str | None = None,
) -> Erasure:
    """Give the erasure of one held name, new or as it is there."""
    found = uow.erasures.of(pid)
    if found is not None:
        return found
    now = tools.clock.now()
    require_no_hold(uow, pid, now)
    erasure = Erasure(
        erasure_id=tools.ids.new(),
        pid=pid,
        ground=ground,
        asked_at=now,
        asked_by=asked_by,
        request_id=request_id,
        done={},
    )
    uow.erasures.add(erasure)
    made = fact(_REQUESTED, now, actor=principal, reason=ground)
    record_about(uow, pid, made)
    return erasure


def confirm_erasure(erasure_id: str, *, tools: Tools, principal: Principal) -> Erasure:
    """Confirm an erasure as the second person: from now on it cannot be stopped.

    The person leaves every cohort in this transaction, and whoever may be the same person with
    her; what was asked for under her other names is confirmed after it. Confirming again changes
    nothing.
    """
    principal.require(DESK)
    if tools.audit is None:
        raise AuditLogNotConnected
    done = _confirm(erasure_id, tools, principal)
    with tools.reads() as uow:
        others = [uow.erasures.of(name) for name in sorted(names_of(uow, done.pid) - {done.pid})]
    for other in others:
        # One that the same person asked for stays to be confirmed by somebody else.
        if other is not None and other.asked_by != account_of(principal):
            _confirm(other.erasure_id, tools, principal)
    return done


def _confirm(erasure_id: str, tools: Tools, principal: Principal) -> Erasure:
    for _ in range(ATTEMPTS):
        with tools.units() as uow:
            found = _one(uow, erasure_id)
            if found.confirmed_at is not None:
                return found
            if found.asked_by == account_of(principal):
                raise SecondPersonNeeded
            held = hold_person(uow, found.pid)
            if held is None:
                continue
            found = uow.erasures.hold(erasure_id) or found
            if found.confirmed_at is not None:
                return found
            now = tools.clock.now()
            require_no_hold(uow, found.pid, now)
            set_stop(
                uow,
                tools,
                held,
                StopKind.ERASURE,
                begins=True,
                principal=principal,
                request_id=erasure_id,
            )
            uow.erasures.confirm(erasure_id, account_of(principal), now)
            uow.record(fact(_DECIDED, now, actor=principal, reason="erasure_confirmed"))
            uow.commit()
            return replace(found, confirmed_at=now, confirmed_by=account_of(principal))
    raise TryAgain


def get_erasure(erasure_id: str, *, tools: Tools, principal: Principal) -> Erasure:
    """Say how far an erasure is. Raises ErasureUnknown."""
    principal.require(DESK)
    with tools.reads() as uow:
        return _one(uow, erasure_id)


def waiting_erasures(*, tools: Tools, principal: Principal) -> tuple[Erasure, ...]:
    """Give every erasure that is not complete, oldest first."""
    principal.require(DESK)
    with tools.reads() as uow:
        return tuple(uow.erasures.waiting())


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHold:
    """Whose data the law demands, on which ground (Article 17(3)), until when."""

    pseudonym: str
    ground: str
    until: datetime


def set_hold(wanted: NewHold, *, tools: Tools, principal: Principal) -> LegalHold:
    """Set a legal hold. Raises AlreadyErased when an erasure is confirmed already."""
    principal.require(DESK)
    now = tools.clock.now()
    faults = []
    if wanted.ground not in HOLD_GROUNDS:
        faults.append(FieldFault("/ground", "one of gdpr_17_3_b to gdpr_17_3_e"))
    if wanted.until <= now:
        faults.append(FieldFault("/until", "in the future"))
    if faults:
        raise ValidationFailed("the legal hold has faults", faults=faults)
    with tools.units() as uow:
        pid = _known(uow, wanted.pseudonym)
        uow.people.hold(pid)
        erasure = uow.erasures.of(pid)
        if erasure is not None and erasure.confirmed_at is not None:
            raise AlreadyErased
        hold = LegalHold(
            hold_id=tools.ids.new(),
            pid=pid,
            ground=wanted.ground,
            set_at=now,
            until=wanted.until,
            set_by=account_of(principal),
        )
        uow.erasures.add_hold(hold)
        _record_hold(uow, hold, "legal_hold_set", now=now, principal=principal)
        uow.commit()
    return hold


def lift_hold(hold_id: str, *, tools: Tools, principal: Principal) -> LegalHold:
    """End a legal hold; ending it again changes nothing. Raises LegalHoldUnknown."""
    principal.require(DESK)
    with tools.units() as uow:
        found = uow.erasures.get_hold(hold_id) if is_own_id(hold_id) else None
        if found is None:
            raise LegalHoldUnknown
        if found.lifted_at is not None:
            return found
        now = tools.clock.now()
        uow.erasures.lift_hold(hold_id, now)
        _record_hold(uow, found, "legal_hold_lifted", now=now, principal=principal)
        uow.commit()
    return replace(found, lifted_at=now)


def require_no_hold(uow: UnitOfWork, pid: str, now: datetime) -> None:
    """Raise LegalHoldStands, with its ground and end, when one stands."""
    for hold in uow.erasures.holds(pid):
        if hold.holds(now):
            raise LegalHoldStands(context={"hold_id": hold.hold_id, "ground": hold.ground})


def account_of(principal: Principal) -> Account:
    """Give the login that acts."""
    return Account(issuer=principal.issuer, subject=principal.subject)


def _record_hold(
    uow: UnitOfWork, hold: LegalHold, said: str, *, now: datetime, principal: Principal
) -> None:
    made = fact(_DECIDED, now, actor=principal, reason=said, extra={"ground": hold.ground})
    record_about(uow, hold.pid, made)


def _known(uow: UnitOfWork, pseudonym: str) -> str:
    pid = uow.people.pid(pseudonym) if is_name(pseudonym) else None
    if pid is None:
        raise ParticipantUnknown
    return pid


def _one(uow: UnitOfWork, erasure_id: str) -> Erasure:
    found = uow.erasures.get(erasure_id) if is_own_id(erasure_id) else None
    if found is None:
        raise ErasureUnknown
    return found
