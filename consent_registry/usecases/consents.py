# SPDX-License-Identifier: Apache-2.0
"""Record what one participant allows for one dataset. Nothing allowed is a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from consent_registry.domain.errors import DatasetUnknown, NotAMember
from consent_registry.domain.history import Kind
from consent_registry.domain.records import Channel
from consent_registry.domain.register import Member
from consent_registry.domain.row_codes import Fault
from consent_registry.domain.terms import (
    MAX_ALTERNATIVES,
    Alternative,
    RawAlternative,
    Terms,
    read_alternative,
)
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.approvals import use_backdating
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.mandated import require_nobody_else_decides
from consent_registry.usecases.recording import Draft, record
from consent_registry.usecases.settling import again, hold
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import begin
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId, Revision
from shared.principal import Principal

DESK: Final = "consents.write"
_FUTURE: Final = timedelta(days=3660)
_MAX_FORM_CHARS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """A whole statement for one dataset; no alternative means no to everything."""

    pseudonym: str
    dataset: DatasetId
    alternatives: Sequence[RawAlternative]
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    form_version: str = ""
    approval_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """When and at which revision of the dataset something was recorded."""

    recorded_at: datetime
    revision: Revision
    kind: Kind


def record_consent(
    wanted: NewConsent, *, tools: Tools, principal: Principal, channel: Channel = Channel.API
) -> Recorded:
    """Record a statement that takes effect now or later.

    Raises ValidationFailed with a pointer to every fault. A no may be dated back as it is. A yes
    dated back needs evidence and a second person, so that somebody else has listed an approval of
    exactly that; without one ApprovalMissing is raised. No issued permit changes by it.
    """
    terms = read_terms(wanted, tools)

    def step(uow: UnitOfWork) -> Recorded:
        pid = access.participant(uow, principal, wanted.pseudonym, DESK)
        hold(uow, [wanted.dataset], [pid])
        if terms:
            require_nobody_else_decides(uow, tools, pid, wanted.dataset)
        done = record_terms(
            uow, wanted, pid, terms, tools=tools, principal=principal, channel=channel
        )
        uow.commit()
        return done

    return again(tools, step)


def record_terms(
    uow: UnitOfWork,
    wanted: NewConsent,
    pid: str,
    terms: Terms,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel,
) -> Recorded:
    """Record read terms of a person; the caller holds what they may reach, and commits."""
    dataset = uow.datasets.get(wanted.dataset)
    if dataset is None:
        raise DatasetUnknown
    writing = begin(tools, dataset, principal)
    now = writing.now
    _check_times(wanted, now)
    begins = wanted.effective_from or now
    if begins < now and terms:
        use_backdating(
            uow,
            wanted.approval_id,
            pid=pid,
            dataset=wanted.dataset,
            dated=begins,
            principal=principal,
        )
    draft = Draft(
        member=membership(uow, pid, wanted.dataset),
        kind=Kind.GIVEN if terms else Kind.REFUSED,
        channel=channel,
        expressed_at=min(begins, now),
        effective_from=begins,
        effective_to=wanted.effective_to if terms else None,
        terms=terms or None,
        form_version=wanted.form_version,
    )
    (done,) = record(uow, tools, writing, [draft])
    return Recorded(recorded_at=writing.recorded_at, revision=writing.revision, kind=done.kind)


def membership(uow: UnitOfWork, pid: str, dataset: DatasetId) -> Member:
    """Give a person's membership of a dataset, her own before one under another name of hers."""
    own = uow.people.memberships(pid)
    for member in (*own, *memberships(uow, pid)):
        if member.dataset == dataset:
            return member
    raise NotAMember


def read_terms(wanted: NewConsent, tools: Tools) -> Terms:
    """Read what is wanted. Raises ValidationFailed with a pointer to every fault."""
    faults: list[FieldFault] = []
    terms: list[Alternative] = []
    for number, raw in enumerate(wanted.alternatives):
        alternative, found = read_alternative(raw, tools.diseases)
        faults += [_field_fault(number, fault) for fault in found]
        if alternative is not None:
            terms.append(alternative)
    if len(wanted.alternatives) > MAX_ALTERNATIVES:
        faults.append(FieldFault("/alternatives", f"at most {MAX_ALTERNATIVES} alternatives"))
    if len(wanted.form_version) > _MAX_FORM_CHARS or not (wanted.form_version.isprintable()):
        faults.append(FieldFault("/form_version", "at most 64 printable characters"))
    if faults:
        raise ValidationFailed("the consent has faults", faults=faults)
    return tuple(terms)


def _field_fault(number: int, fault: Fault) -> FieldFault:
    detail = f"{fault.what.message}: {fault.hint}" if fault.hint else fault.what.message
    return FieldFault(f"/alternatives/{number}/{fault.column}", detail, fault.what.api_code)


def _check_times(wanted: NewConsent, now: datetime) -> None:
    begins = wanted.effective_from or now
    faults: list[FieldFault] = []
    if begins < now and wanted.alternatives and wanted.approval_id is None:
        detail = "a consent begins now or later, or names the approval_id of its dating back"
        faults.append(FieldFault("/effective_from", detail))
    if begins > now + _FUTURE:
        faults.append(FieldFault("/effective_from", "at most ten years ahead"))
    if wanted.effective_to is not None and wanted.effective_to <= begins:
        faults.append(FieldFault("/effective_to", "it ends before it starts", "date_order"))
    if faults:
        raise ValidationFailed("the times have faults", faults=faults)
