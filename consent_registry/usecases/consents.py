# SPDX-License-Identifier: Apache-2.0
"""Record what one participant allows for one dataset. Nothing allowed is a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.answers import Answers
from consent_registry.domain.dating import FARTHEST, too_far
from consent_registry.domain.errors import DatasetUnknown, NotAMember
from consent_registry.domain.history import Kind
from consent_registry.domain.records import Channel, EventRecord
from consent_registry.domain.register import Dataset, Member
from consent_registry.domain.row_codes import Fault, RowCode
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
from consent_registry.usecases.forms import form_use_of
from consent_registry.usecases.mandated import require_nobody_else_decides
from consent_registry.usecases.recording import Draft, record
from consent_registry.usecases.settling import again, hold
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import begin
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId, EventId, Revision
from shared.principal import Principal

DESK: Final = "consents.write"
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
class Statement:
    """What one member of a dataset says, with its terms made: none is a no."""

    pid: str
    dataset: DatasetId
    terms: Terms
    channel: Channel
    form_version: str = ""
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    approval_id: str | None = None
    answers: Answers | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """When and at which revision of the dataset something was recorded, and as which event."""

    recorded_at: datetime
    revision: Revision
    kind: Kind
    event_id: EventId

    @classmethod
    def of(cls, event: EventRecord) -> "Recorded":
        """Say it of an event as recorded."""
        return cls(
            recorded_at=event.recorded_at,
            revision=event.revision,
            kind=event.kind,
            event_id=event.event_id,
        )


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
        statement = statement_of(wanted, pid, terms, channel)
        done = record_statement(uow, statement, tools=tools, principal=principal)
        uow.commit()
        return done

    return again(tools, step)


def statement_of(wanted: NewConsent, pid: str, terms: Terms, channel: Channel) -> Statement:
    """Make the statement of a person that a consent with read terms is."""
    return Statement(
        pid=pid,
        dataset=wanted.dataset,
        terms=terms,
        channel=channel,
        form_version=wanted.form_version,
        effective_from=wanted.effective_from,
        effective_to=wanted.effective_to,
        approval_id=wanted.approval_id,
    )


def record_statement(
    uow: UnitOfWork, statement: Statement, *, tools: Tools, principal: Principal
) -> Recorded:
    """Record what a participant says for herself; the caller commits, and takes TryAgain.

    A yes is refused with ValidationFailed when the dataset does not take it under the form named,
    and with GuardianMustSign where somebody else decides for her.
    """
    hold(uow, [statement.dataset], [statement.pid])
    if statement.terms:
        require_nobody_else_decides(uow, tools, statement.pid, statement.dataset)
    return record_held(uow, statement, tools=tools, principal=principal)


def record_held(
    uow: UnitOfWork, statement: Statement, *, tools: Tools, principal: Principal
) -> Recorded:
    """Record a statement whoever made it; the caller holds what it may reach, and commits."""
    dataset = uow.datasets.get(statement.dataset)
    if dataset is None:
        raise DatasetUnknown
    terms = statement.terms
    writing = begin(tools, dataset, principal)
    check_times(statement, writing.now, tools)
    begins = statement.effective_from or writing.now
    expressed_at = min(begins, writing.now)
    form = form_of(uow, tools, [dataset], statement, expressed_at)
    if begins < writing.now and terms:
        use_backdating(
            uow,
            statement.approval_id,
            pid=statement.pid,
            dataset=statement.dataset,
            dated=begins,
            principal=principal,
        )
    draft = Draft(
        member=membership(uow, statement.pid, statement.dataset),
        kind=Kind.GIVEN if terms else Kind.REFUSED,
        channel=statement.channel,
        expressed_at=expressed_at,
        effective_from=begins,
        effective_to=statement.effective_to if terms else None,
        terms=terms or None,
        form_version=form,
        answers=statement.answers,
    )
    (done,) = record(uow, tools, writing, [draft])
    return Recorded.of(done)


def form_of(
    uow: UnitOfWork,
    tools: Tools,
    demanding: Sequence[Dataset],
    statement: Statement,
    expressed_at: datetime,
) -> str:
    """Give the form to be recorded. A no is taken whatever form it names.

    Raises ValidationFailed when no such consent is taken under the form named.
    """
    use = form_use_of(uow, demanding)
    named, faults = use.judge(statement.dataset, statement.form_version, expressed_at)
    if not faults and statement.answers is None:
        faults = use.judge_terms(named, statement.terms, tools.diseases)
    if faults and statement.terms:
        found = [_form_fault(fault) for fault in faults]
        raise ValidationFailed("the consent cannot be taken under this form", faults=found)
    return named


def _form_fault(fault: Fault) -> FieldFault:
    detail = f"{fault.what.message}; {fault.hint}" if fault.hint else fault.what.message
    return FieldFault(f"/{fault.column}", detail, fault.what.api_code)


def membership(uow: UnitOfWork, pid: str, dataset: DatasetId) -> Member:
    """Give a person's membership of a dataset, her own before one under another name of hers."""
    own = uow.people.memberships(pid)
    for member in (*own, *memberships(uow, pid)):
        if member.dataset == dataset:
            return member
    raise NotAMember


def read_terms(wanted: NewConsent, tools: Tools) -> Terms:
    """Read what is wanted. Raises ValidationFailed with a pointer to every fault."""
    return read_alternatives(wanted.alternatives, wanted.form_version, tools)


def read_alternatives(
    alternatives: Sequence[RawAlternative], form_version: str, tools: Tools
) -> Terms:
    """Read alternatives and look at the form's name. Raises ValidationFailed as `read_terms`."""
    faults: list[FieldFault] = []
    terms: list[Alternative] = []
    vocabulary = tools.policy_at(tools.clock.now()).vocabulary
    for number, raw in enumerate(alternatives):
        alternative, found = read_alternative(raw, tools.diseases, vocabulary)
        faults += [_field_fault(number, fault) for fault in found]
        if alternative is not None:
            terms.append(alternative)
    if len(alternatives) > MAX_ALTERNATIVES:
        faults.append(FieldFault("/alternatives", f"at most {MAX_ALTERNATIVES} alternatives"))
    if len(form_version) > _MAX_FORM_CHARS or not (form_version.isprintable()):
        faults.append(FieldFault("/form_version", "at most 64 printable characters"))
    if faults:
        raise ValidationFailed("the consent has faults", faults=faults)
    return tuple(terms)


def _field_fault(number: int, fault: Fault) -> FieldFault:
    detail = f"{fault.what.message}: {fault.hint}" if fault.hint else fault.what.message
    return FieldFault(f"/alternatives/{number}/{fault.column}", detail, fault.what.api_code)


def check_times(wanted: Statement, now: datetime, tools: Tools) -> None:
    """Raise ValidationFailed for a yes dated back unapproved, too far ahead, or ending first.

    How far ahead a yes may begin, the policy says; a no at most a year (consent.md 2.5).
    """
    begins = wanted.effective_from or now
    faults: list[FieldFault] = []
    if begins < now and wanted.terms and wanted.approval_id is None:
        detail = "a consent begins now or later, or names the approval_id of its dating back"
        faults.append(FieldFault("/effective_from", detail))
    bound = tools.policy_at(now).yes_ahead if wanted.terms else FARTHEST
    if too_far(begins, now, bound):
        what = RowCode.YES_TOO_FAR_AHEAD if wanted.terms else RowCode.TOO_FAR_AHEAD
        detail = f"at most {bound.days} days ahead"
        faults.append(FieldFault("/effective_from", detail, what.api_code))
    if wanted.effective_to is not None and wanted.effective_to <= begins:
        faults.append(FieldFault("/effective_to", "it ends before it starts", "date_order"))
    if faults:
        raise ValidationFailed("the times have faults", faults=faults)
