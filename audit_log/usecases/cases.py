# SPDX-License-Identifier: Apache-2.0
"""Cases: a reason to look closer, requests to open sealed parts, and a second officer's word.

Each step is an entry. What was agreed on is opened within the open case alone, for the one who
asked and the case's owner, anew each time; each opening is an entry, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.cases import MAX_REVEALED, Case, Officer, Reveal, RevealState
from audit_log.domain.errors import (
    CaseClosed,
    CaseUnknown,
    FourEyesNeeded,
    KeysErased,
    RevealDecided,
    RevealExpired,
    RevealNotApproved,
    SizeNotPublished,
)
from audit_log.domain.pack import Opened
from audit_log.ports import Log, Transaction, Vault
from audit_log.usecases import read
from audit_log.usecases.export import GROUPS
from audit_log.usecases.look import entries_at, officer
from audit_log.usecases.opening import open_groups
from shared.canonical import JSON
from shared.clock import Clock
from shared.entry_forms import is_code, is_source
from shared.errors import FieldFault, Forbidden, ValidationFailed
from shared.events import Fact
from shared.ids import IdSource
from shared.principal import Principal
from shared.tracing import current_trace_id

SCOPE: Final = "log.reveal"
_CASE: Final = "placet.audit.case.v1"
_REVEAL: Final = "placet.audit.reveal.v1"
_LISTED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case with its requests to open, the oldest first."""

    case: Case
    reveals: tuple[Reveal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """What was opened of a request; `erased` counts parts that nobody can open any more."""

    reveal: Reveal
    opened: Opened


def open_case(
    reason: str,
    reference: str | None,
    *,
    principal: Principal,
    transaction: Transaction,
    ids: IdSource,
    clock: Clock,
) -> Case:
    """Open a case of the caller's own.

    `reason` is a code such as `complaint`; `reference` a number elsewhere, such as `dpo/2026/17`,
    and never a name. Raises ValidationFailed.
    """
    _require_person(principal)
    faults = []
    if not is_code(reason):
        faults.append(FieldFault("/reason", "use a code such as complaint"))
    if reference is not None and not is_source(reference):
        faults.append(FieldFault("/reference", "use a number such as dpo/2026/17"))
    if faults:
        raise ValidationFailed("the case has faults", faults=faults)
    now = clock.now()
    case = Case(
        id=ids.new(),
        reason=reason,
        reference=reference,
        owner=officer_of(principal),
        opened_at=now,
        closed_at=None,
    )
    with transaction() as log:
        log.cases.add(case)
        log.record(_said("case_opened", case.id, {"why": reason}, principal, now))
    return case


def list_cases(*, principal: Principal, transaction: Transaction) -> tuple[Case, ...]:
    """Give the newest cases: every officer may see that they exist, and why."""
    principal.require(SCOPE)
    with transaction() as log:
        return tuple(log.cases.page(_LISTED))


def get_case(case_id: str, *, principal: Principal, transaction: Transaction) -> CaseFile:
    """Give a case; raise CaseUnknown."""
    principal.require(SCOPE)
    with transaction() as log:
        case = _held(log, case_id)
        return CaseFile(case=case, reveals=tuple(log.cases.reveals(case_id)))


def ask_reveal(
    case_id: str,
    indexes: tuple[int, ...],
    groups: tuple[str, ...],
    *,
    principal: Principal,
    transaction: Transaction,
    ids: IdSource,
    clock: Clock,
) -> Reveal:
    """Ask to open groups of named published entries.

    Raises CaseUnknown, CaseClosed, ValidationFailed, SizeNotPublished.
    """
    _require_person(principal)
    _require_sense(indexes, groups)
    now = clock.now()
    reveal = Reveal(
        id=ids.new(),
        case=case_id,
        indexes=tuple(sorted(set(indexes))),
        groups=tuple(group for group in GROUPS if group in groups),
        asked_by=officer_of(principal),
        asked_at=now,
        state=RevealState.ASKED,
        decided_by=None,
        decided_at=None,
    )
    with transaction() as log:
        _open(log, case_id)
        if reveal.indexes[-1] >= read.checkpoint(log.reader).size:
            raise SizeNotPublished("an index is not below the published size")
        log.cases.ask(reveal)
        said: dict[str, JSON] = {
            "reveal": reveal.id,
            "groups": list(reveal.groups),
            "indexes": list(reveal.indexes),
        }
        log.record(_said("reveal_asked", case_id, said, principal, now))
    return reveal


def decide_reveal(
    case_id: str,
    reveal_id: str,
    *,
    approved: bool,
    principal: Principal,
    transaction: Transaction,
    clock: Clock,
) -> Reveal:
    """Approve or refuse another officer's request, once.

    Raises CaseUnknown, CaseClosed, RevealDecided, and FourEyesNeeded for one's own request.
    """
    _require_person(principal)
    now = clock.now()
    with transaction() as log:
        _open(log, case_id)
        reveal = _request(log, case_id, reveal_id)
        if reveal.state is not RevealState.ASKED:
            raise RevealDecided("the request was decided before")
        if reveal.asked_by == officer_of(principal):
            raise FourEyesNeeded("nobody decides on her own request")
        log.cases.decide(reveal_id, approved, officer_of(principal), now)
        reason = "reveal_approved" if approved else "reveal_refused"
        log.record(_said(reason, case_id, {"reveal": reveal_id}, principal, now))
        return _request(log, case_id, reveal_id)


def openings(
    case_id: str,
    reveal_id: str,
    *,
    principal: Principal,
    transaction: Transaction,
    vault: Vault,
    clock: Clock,
) -> Openings:
    """Open what was approved, for the one who asked or the case's owner.

    Raises CaseUnknown, CaseClosed, RevealNotApproved, RevealExpired, Forbidden for anybody else,
    and KeysErased when somebody was erased meanwhile: nothing was shown, ask again.
    """
    _require_person(principal)
    now = clock.now()
    with transaction() as log:
        case = _open(log, case_id)
        reveal = _request(log, case_id, reveal_id)
        if officer_of(principal) not in {reveal.asked_by, case.owner}:
            raise Forbidden("only who asked and the case's owner see what was opened")
        if reveal.state is not RevealState.APPROVED:
            raise RevealNotApproved("no second officer has approved this request")
        if not reveal.opens_at(now):
            raise RevealExpired("the approval is too old: ask again")
        before = log.exports.erasures(hold=False)
        found = entries_at(reveal.indexes, log.reader)
        opened = open_groups(reveal.groups, found, log.exports, vault)
        if log.exports.erasures(hold=True) != before:
            raise KeysErased("somebody was erased while parts were opened")
        log.record(
            Fact(
                type=_REVEAL,
                occurred_at=now,
                trace_id=current_trace_id(),
                reason=case.reason,
                counts={"opened": len(opened.parts)},
                extra={"case": case_id, "groups": list(reveal.groups), "reveal": reveal_id},
                actor=officer(principal),
            )
        )
    return Openings(reveal=reveal, opened=opened)


def close_case(
    case_id: str, *, principal: Principal, transaction: Transaction, clock: Clock
) -> Case:
    """Close one's own case for good; nothing is opened in it any more.

    Raises CaseUnknown, CaseClosed, Forbidden for anybody but its owner.
    """
    _require_person(principal)
    now = clock.now()
    with transaction() as log:
        case = _open(log, case_id)
        if case.owner != officer_of(principal):
            raise Forbidden("only its owner closes a case")
        log.cases.close(case_id, now)
        log.record(_said("case_closed", case_id, {}, principal, now))
        return _held(log, case_id)


def officer_of(principal: Principal) -> Officer:
    """Name the officer who calls."""
    return Officer(issuer=principal.issuer, subject=principal.subject)


def require_own(log: Log, case_id: str, principal: Principal) -> Case:
    """Give an open case of the caller's own; raise CaseUnknown, CaseClosed or Forbidden."""
    _require_person(principal)
    case = _open(log, case_id)
    if case.owner != officer_of(principal):
        raise Forbidden("the case is another officer's")
    return case


def _require_person(principal: Principal) -> None:
    principal.require(SCOPE)
    if principal.is_service:
        raise Forbidden("a case is the work of people")


def _require_sense(indexes: tuple[int, ...], groups: tuple[str, ...]) -> None:
    faults = []
    if not 0 < len(indexes) <= MAX_REVEALED or min(indexes) < 0:
        faults.append(FieldFault("/indexes", f"between 1 and {MAX_REVEALED} indexes"))
    if not groups or not set(groups) <= set(GROUPS):
        faults.append(FieldFault("/groups", f"groups are {', '.join(GROUPS)}"))
    if faults:
        raise ValidationFailed("the request has faults", faults=faults)


def _held(log: Log, case_id: str) -> Case:
    case = log.cases.get(case_id)
    if case is None:
        raise CaseUnknown("there is no such case")
    return case


def _open(log: Log, case_id: str) -> Case:
    case = _held(log, case_id)
    if not case.is_open:
        raise CaseClosed("the case is closed")
    return case


def _request(log: Log, case_id: str, reveal_id: str) -> Reveal:
    reveal = log.cases.reveal(reveal_id)
    if reveal is None or reveal.case != case_id:
        raise CaseUnknown("there is no such request in this case")
    return reveal


def _said(
    reason: str, case_id: str, said: Mapping[str, JSON], principal: Principal, at: datetime
) -> Fact:
    return Fact(
        type=_CASE,
        occurred_at=at,
        trace_id=current_trace_id(),
        reason=reason,
        extra={"case": case_id, **said},
        actor=officer(principal),
    )
