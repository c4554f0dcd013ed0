# SPDX-License-Identifier: Apache-2.0
"""Requests under GDPR 15 to 21: made by the person or written down by the desk, and answered.

A restriction acts in the transaction that receives the request; so does the rest of data that an
objection brings until it is decided (Article 18(1)(d)). An erasure is not answered here: it begins
here, needs a second person, and the request is fulfilled once the log has forgotten her.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent_registry.domain.erasure import Erasure
from consent_registry.domain.errors import (
    EndNotTold,
    RequestStands,
    RequestUnknown,
    TryAgain,
)
from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.notices import NoticeKind
from consent_registry.domain.rights import (
    EXTENSIONS,
    REFUSALS,
    RequestState,
    Right,
    RightsRequest,
    Step,
    StepKind,
    in_order_of_need,
)
from consent_registry.domain.stops import StopKind
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.erasing import ask_erasure
from consent_registry.usecases.facts import fact
from consent_registry.usecases.notifying import notify
from consent_registry.usecases.stopping import Held, hold_person, set_stop, subjects
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.principal import Principal

DESK: Final = "rights.manage"
MAX_WORDS: Final = 4_000
_ATTEMPTS: Final = 5
_REQUESTED: Final = "placet.rights.requested.v1"
_DECIDED: Final = "placet.rights.decided.v1"
_BY_HER: Final = frozenset({StepKind.TAKEN_BACK, StepKind.LIFTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What is asked for, in her own words where it needs them.

    `received_at` is the day of a letter, for the desk alone; None means now.
    """

    right: Right
    words: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A step that somebody wants to take, with its ground or reason where it needs one."""

    kind: StepKind
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as the desk sees it."""

    request: RightsRequest
    pseudonym: str
    words: str | None
    erasure: Erasure | None


def make_request(
    pseudonym: str, wanted: NewRequest, *, tools: Tools, principal: Principal
) -> RightsRequest:
    """Receive a request by the desk, for a letter or a visit, or by the person's own program."""
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, DESK)
    by_desk = DESK in principal.scopes
    if wanted.received_at is not None and not by_desk:
        _fault("/received_at", "the desk alone says when a letter came")
    return _make(pid, wanted, tools=tools, principal=principal)


def make_own_request(wanted: NewRequest, *, tools: Tools, principal: Principal) -> RightsRequest:
    """Receive a request of the participant this login is linked to. Raises NotLinked."""
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
    return _make(pid, replace(wanted, received_at=None), tools=tools, principal=principal)


def own_requests(*, tools: Tools, principal: Principal) -> Sequence[RightsRequest]:
    """Give her requests, newest first."""
    with tools.reads() as uow:
        return uow.requests.of(access.oneself(uow, principal))


def own_request(request_id: str, *, tools: Tools, principal: Principal) -> RightsRequest:
    """Give one of her requests; RequestUnknown for any other."""
    with tools.reads() as uow:
        return _hers(uow, request_id, principal)


def queue(*, tools: Tools, principal: Principal) -> Sequence[RightsRequest]:
    """Give every request that waits, overdue ones first, then by the day they are due."""
    principal.require(DESK)
    with tools.reads() as uow:
        return in_order_of_need(uow.requests.waiting(), tools.clock.now())


def see_request(request_id: str, *, tools: Tools, principal: Principal) -> Seen:
    """Give a request to the desk, with what the person wrote."""
    principal.require(DESK)
    with tools.reads() as uow:
        found = _one(uow, request_id)
        return Seen(
            request=found,
            pseudonym=uow.people.pseudonym(found.pid),
            words=uow.requests.words(request_id),
            erasure=uow.erasures.of(found.pid),
        )


def move_request(
    request_id: str, move: Move, *, tools: Tools, principal: Principal
) -> RightsRequest:
    """Take a step with a request, as the desk. Raises RequestStands when it may not be now.

    Raises EndNotTold where it would end a rest of data of which she was not told before.
    """
    principal.require(DESK)
    with tools.reads() as uow:
        found = _one(uow, request_id)
    _check_code(found.right, move)
    if found.right is Right.ERASURE and move.kind is StepKind.FULFILLED:
        raise RequestStands(context={"request_id": request_id, "state": found.state.value})
    return _move(found, move, tools=tools, principal=principal)


def move_own_request(
    request_id: str, kind: StepKind, *, tools: Tools, principal: Principal
) -> RightsRequest:
    """Take a request back, or lift a restriction or objection, as the person herself."""
    if kind not in _BY_HER:
        _fault("/step", "taken_back or lifted")
    with tools.reads() as uow:
        found = _hers(uow, request_id, principal)
    return _move(found, Move(kind=kind), tools=tools, principal=principal, by_desk=False)


def begin_erasure(request_id: str, ground: str, *, tools: Tools, principal: Principal) -> Erasure:
    """Grant a request for erasure: ask for it, so that a second person can confirm."""
    principal.require(DESK)
    with tools.reads() as uow:
        found = _one(uow, request_id)
        if found.right is not Right.ERASURE or found.state is not RequestState.OPEN:
            raise RequestStands(context={"request_id": request_id, "state": found.state.value})
        pseudonym = uow.people.pseudonym(found.pid)
    return ask_erasure(pseudonym, ground, tools=tools, principal=principal, request_id=request_id)


def close_erased(uow: UnitOfWork, request_id: str, tools: Tools) -> None:
    """Fulfil a request for erasure because it was done; the caller commits."""
    found = uow.requests.hold(request_id)
    if found is not None and found.is_open:
        now = tools.clock.now()
        digest = tools.policy_at(now).digest
        uow.requests.append(found, Step(kind=StepKind.FULFILLED, at=now, policy_sha256=digest))


def _make(pid: str, wanted: NewRequest, *, tools: Tools, principal: Principal) -> RightsRequest:
    now = tools.clock.now()
    _check_new(wanted, now)
    received_at = wanted.received_at or now
    by = (principal.issuer, principal.subject) if DESK in principal.scopes else None
    policy = tools.policy_at(now)
    request = RightsRequest(
        request_id=tools.ids.new(),
        pid=pid,
        right=wanted.right,
        received_at=received_at,
        country=policy.country,
        calendar=tools.policy_at(received_at).calendar,
        steps=(Step(kind=StepKind.RECEIVED, at=now, by=by, policy_sha256=policy.digest),),
    )
    for _ in range(_ATTEMPTS):
        with tools.units() as uow:
            held = hold_person(uow, pid)
            if held is None:
                continue
            uow.requests.add(request, wanted.words)
            _rest(uow, tools, held, principal, request.request_id)
            _record(uow, held, request.right.value, request.steps[-1], principal)
            uow.commit()
            return request
    raise TryAgain


def _move(
    found: RightsRequest,
    move: Move,
    *,
    tools: Tools,
    principal: Principal,
    by_desk: bool = True,
) -> RightsRequest:
    for _ in range(_ATTEMPTS):
        with tools.units() as uow:
            held = hold_person(uow, found.pid)
            if held is None:
                continue
            request = uow.requests.hold(found.request_id) or found
            now = tools.clock.now()
            if not (request.may_by_desk if by_desk else request.may)(move.kind, now):
                raise RequestStands(
                    context={"request_id": request.request_id, "state": request.state.value}
                )
            if by_desk and request.ends_rest(move.kind) and not request.end_told(now):
                raise EndNotTold(context={"request_id": request.request_id})
            by = (principal.issuer, principal.subject) if by_desk else None
            digest = tools.policy_at(now).digest
            step = Step(kind=move.kind, at=now, code=move.code, by=by, policy_sha256=digest)
            after = uow.requests.append(request, step)
            _rest(uow, tools, held, principal, after.request_id)
            said = f"{request.right.value}_{move.kind.value}"
            _record(uow, held, said, step, principal)
            if by_desk:
                about = f"{request.request_id}/{len(after.steps)}"
                notify(uow, tools, request.pid, NoticeKind.ANSWERED, about)
            uow.commit()
            return after
    raise TryAgain


def _rest(uow: UnitOfWork, tools: Tools, held: Held, principal: Principal, request_id: str) -> None:
    """Bring what stops her data to what her requests, all together, say."""
    requests = uow.requests.of(held.pid)
    objecting = any(
        one.right is Right.OBJECTION and one.state is RequestState.FULFILLED for one in requests
    )
    wanted = {
        StopKind.RESTRICTION: any(one.holds_data() for one in requests),
        StopKind.OBJECTION: objecting,
    }
    for kind, begins in wanted.items():
        set_stop(
            uow,
            tools,
            _fresh(uow, held),
            kind,
            begins=begins,
            principal=principal,
            request_id=request_id,
        )


def _fresh(uow: UnitOfWork, held: Held) -> Held:
    """Read the held datasets again: each stop brings them to another revision."""
    return replace(held, datasets=uow.datasets.hold(list(held.datasets)))


def _check_new(wanted: NewRequest, now: datetime) -> None:
    words = wanted.words.strip()
    if wanted.right.needs_words and not words:
        _fault("/words", "say what is wrong, or what your situation is")
    if len(wanted.words) > MAX_WORDS:
        _fault("/words", f"at most {MAX_WORDS} characters")
    if wanted.received_at is not None and wanted.received_at > now:
        _fault("/received_at", "not in the future")


def _check_code(right: Right, move: Move) -> None:
    if move.kind is StepKind.REFUSED and move.code not in REFUSALS[right]:
        _fault("/code", f"one of {', '.join(sorted(REFUSALS[right]))}")
    if move.kind is StepKind.EXTENDED and move.code not in EXTENSIONS:
        _fault("/code", f"one of {', '.join(sorted(EXTENSIONS))}")
    if move.kind is StepKind.RECEIVED or move.kind is StepKind.TAKEN_BACK:
        _fault("/step", "not a step of the desk")
    if move.code and move.kind not in {StepKind.REFUSED, StepKind.EXTENDED}:
        _fault("/code", "only a refusal or an extension has one")


def _fault(pointer: str, detail: str) -> None:
    raise ValidationFailed("the request has faults", faults=[FieldFault(pointer, detail)])


def _one(uow: UnitOfWork, request_id: str) -> RightsRequest:
    found = uow.requests.get(request_id) if is_own_id(request_id) else None
    if found is None:
        raise RequestUnknown
    return found


def _hers(uow: UnitOfWork, request_id: str, principal: Principal) -> RightsRequest:
    pid = access.oneself(uow, principal)
    found = uow.requests.get(request_id) if is_own_id(request_id) else None
    if found is None or found.pid != pid:
        raise RequestUnknown
    return found


def _record(uow: UnitOfWork, held: Held, said: str, step: Step, principal: Principal) -> None:
    kind = _REQUESTED if step.kind is StepKind.RECEIVED else _DECIDED
    extra = {"policy_sha256": step.policy_sha256}
    made = fact(kind, step.at, actor=principal, reason=said, extra=extra)
    uow.record(replace(made, subjects=subjects(held.members)))
