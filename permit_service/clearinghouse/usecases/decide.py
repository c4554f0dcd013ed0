# SPDX-License-Identifier: Apache-2.0
"""Answer one request, and put the answer on record before it is given.

Order of the checks: spool writable → path → freshness → token → visas (trust, signature, expiry)
→ permit (signature, life, dataset) → cohort → record. The path stands before freshness because
freshness is that of the dataset the path names, and before the token because a path that cannot be
decided for one person stays undecidable whoever asks. Every decision that gets past the first
check becomes an entry; if that fails, the answer is no.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from permit_service.clearinghouse.domain.decision import (
    PermitEvidence,
    Question,
    VerifiedVisa,
    decide,
)
from permit_service.clearinghouse.domain.errors import (
    FilteringRequired,
    PathInvalid,
    PermitInvalid,
    SourceUnreachable,
)
from permit_service.clearinghouse.domain.facts import Judged, decision_fact
from permit_service.clearinghouse.domain.outcome import Decision, Reason, refusal
from permit_service.clearinghouse.domain.paths import DataPath, parse_path
from permit_service.clearinghouse.domain.state import DatasetRegister
from permit_service.clearinghouse.ports import AccessTokens, PermitSignatures, Spool
from permit_service.clearinghouse.usecases.board import Board, Picture
from permit_service.clearinghouse.usecases.visas import Presented, VisaDesk
from shared.clock import Clock
from shared.errors import AppError, AuditUnavailable
from shared.ids import PermitId
from shared.principal import Principal

_TOKEN_REASONS: Final[Mapping[str, Reason]] = {
    reason.value: reason for reason in Reason if reason.value.startswith("token_")
}

_READS: Final = frozenset({"GET", "HEAD"})
"""Nothing here can be written; another method names nothing that could be decided."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the gateway says about a client's request; `path` is the one it would open."""

    authorization: str = field(repr=False)
    method: str
    path: str = field(repr=False)
    remote: str = field(repr=False)
    trace_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Everything a decision needs."""

    spool: Spool
    board: Board
    tokens: AccessTokens
    visas: VisaDesk
    permits: PermitSignatures
    clock: Clock


def answer(request: Request, *, gate: Gate) -> Decision:
    """Decide a request; when this returns, the decision is durable or says `audit_unavailable`."""
    unrecorded = refusal(Reason.AUDIT_UNAVAILABLE)
    if not gate.spool.writable():
        return unrecorded
    judged = _judge(request, gate)
    fact = decision_fact(judged, trace_id=request.trace_id, remote=request.remote)
    try:
        gate.spool.append(fact)
    except AuditUnavailable:
        return unrecorded
    return judged.decision


def _judge(request: Request, gate: Gate) -> Judged:
    try:
        path = parse_path(request.path if request.method in _READS else "")
    except FilteringRequired as whole:
        decision = refusal(Reason.FILTERING_REQUIRED, dataset=whole.dataset)
        return Judged(decision=decision, decided_at=gate.clock.now())
    except PathInvalid:
        return Judged(decision=refusal(Reason.PATH_INVALID), decided_at=gate.clock.now())
    picture = gate.board.picture()
    stale = gate.board.stale(picture, path.dataset)
    if stale:
        return _stale(_About(path=path, picture=picture, gate=gate), stale)
    try:
        principal = gate.tokens.verify(request.authorization)
    except SourceUnreachable:
        return _stale(_About(path=path, picture=picture, gate=gate), ("token_keys",))
    except AppError as fault:
        reason = _TOKEN_REASONS.get(fault.code, Reason.BEARER_MALFORMED)
        return _About(path=path, picture=picture, gate=gate).refused(reason)
    return _judge_caller(principal, path, picture, gate)


def _judge_caller(principal: Principal, path: DataPath, before: Picture, gate: Gate) -> Judged:
    known = before.permits.revision if before.permits is not None else 0
    presented = gate.visas.present(principal, path.dataset, permits_revision=known)
    # Fetching may have taken seconds: what was learnt meanwhile counts.
    picture = gate.board.picture()
    about = _About(path=path, picture=picture, gate=gate, principal=principal)
    stale = gate.board.stale(picture, path.dataset)
    if stale:
        return _stale(about, stale)
    try:
        decision = decide(_question(about, presented))
    except SourceUnreachable:
        return _stale(about, ("permit_keys",))
    if decision.reason is Reason.VISA_NONE and presented.unreachable:
        # Not "none": a source that might have one did not answer.
        return _stale(about, presented.unreachable)
    return about.judged(decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """One request on one picture; the moment of the decision is when this is made."""

    path: DataPath
    picture: Picture
    gate: Gate
    principal: Principal | None = None
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "now", self.gate.clock.now())

    @property
    def register(self) -> DatasetRegister | None:
        """The dataset's register, if it is known."""
        return (self.picture.datasets or {}).get(self.path.dataset)

    def judged(self, decision: Decision) -> Judged:
        """Put a decision together with what it rests on."""
        revisions: dict[str, int] = {}
        if self.register is not None:
            revisions["dataset_revision"] = self.register.revision
        if self.picture.permits is not None:
            revisions["permits_revision"] = self.picture.permits.revision
        return Judged(
            decision=decision,
            decided_at=self.now,
            path=self.path,
            principal=self.principal,
            revisions=revisions,
        )

    def refused(self, reason: Reason) -> Judged:
        """Refuse, naming the member as far as the register knows her."""
        register = self.register
        ordinal = register.ordinals.get(self.path.local_id) if register is not None else None
        return self.judged(refusal(reason, dataset=self.path.dataset, ordinal=ordinal))


def _stale(about: _About, sources: Sequence[str]) -> Judged:
    """Refuse for what is not known; only the log says which register or source it is."""
    _log.warning("stale_state", extra={"registers": list(sources)})
    return about.refused(Reason.STALE_STATE)


def _question(about: _About, presented: Presented) -> Question:
    wanted = {
        checked.visa.permit
        for checked in presented.visas
        if isinstance(checked, VerifiedVisa)
        and checked.source.opens(checked.visa, about.path.dataset)
    }
    evidence = {
        permit_id: _evidence(permit_id, about.picture, about.gate)
        for permit_id in wanted
        if permit_id is not None
    }
    return Question(
        path=about.path,
        visas=presented.visas,
        permits={key: found for key, found in evidence.items() if found is not None},
        register=about.register,
        now=about.now,
    )


def _evidence(permit_id: PermitId, picture: Picture, gate: Gate) -> PermitEvidence | None:
    record = picture.permits.permits.get(permit_id) if picture.permits is not None else None
    if record is None:
        return None
    try:
        document = gate.permits.document(record.jws)
    except PermitInvalid:
        return PermitEvidence(record=record, document=None)
    return PermitEvidence(record=record, document=document)
