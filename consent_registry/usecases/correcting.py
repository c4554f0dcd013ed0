# SPDX-License-Identifier: Apache-2.0
"""Put right what was recorded of somebody (GDPR Article 16), without hiding what was wrong.

The correcting event is of its own kind, counts from the instants of the one it corrects, and names
it, why and by which paper; both stay to be seen. What narrows is a desk's to record. What widens is
a yes dated back: somebody else has listed an approval of it by the same paper, and no issued permit
changes by it. A consent that holds no more is not corrected, so that nobody who said no comes back
by it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent_registry.domain.errors import DatasetUnknown, NothingToCorrect
from consent_registry.domain.history import Kind, State
from consent_registry.domain.meet import Comparison
from consent_registry.domain.records import Channel, Correction, EventRecord, terms_of
from consent_registry.domain.register import Member
from consent_registry.domain.terms import RawAlternative
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.approvals import use_backdating
from consent_registry.usecases.cases import held_one
from consent_registry.usecases.consents import (
    DESK,
    Recorded,
    Statement,
    form_of,
    membership,
    read_alternatives,
)
from consent_registry.usecases.mandated import require_nobody_else_decides
from consent_registry.usecases.recording import Draft, record
from consent_registry.usecases.settling import again, hold
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import Writing, begin
from shared.errors import FieldFault, Forbidden, ValidationFailed
from shared.ids import DatasetId, EventId
from shared.principal import Principal

_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MAX_WHY: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCorrection:
    """What a consent should have been recorded to say; no alternative means: a no to everything.

    `evidence` is the SHA-256 of the paper that shows it.
    """

    pseudonym: str
    dataset: DatasetId
    event_id: str
    alternatives: Sequence[RawAlternative]
    why: str
    evidence: str
    effective_to: datetime | None = None
    form_version: str = ""
    approval_id: str | None = None


def correct_consent(
    wanted: NewCorrection, *, tools: Tools, principal: Principal, channel: Channel = Channel.API
) -> Recorded:
    """Record a correction of the consent that holds. It is a desk's, from a paper.

    Raises ValidationFailed, NothingToCorrect, GuardianMustSign, and ApprovalMissing for what widens
    without an approval listed by somebody else.
    """
    if DESK not in principal.scopes:
        raise Forbidden("a correction is a desk's to record")
    terms = read_alternatives(wanted.alternatives, wanted.form_version, tools)
    _check(wanted)

    def step(uow: UnitOfWork) -> Recorded:
        pid = access.participant(uow, principal, wanted.pseudonym, DESK)
        hold(uow, [wanted.dataset], [pid])
        dataset = uow.datasets.get(wanted.dataset)
        if dataset is None:
            raise DatasetUnknown
        writing = begin(tools, dataset, principal)
        member = membership(uow, pid, wanted.dataset)
        wrong = _wrong(uow, member, wanted, writing)
        if terms:
            require_nobody_else_decides(uow, tools, pid, wanted.dataset)
        statement = Statement(
            pid=member.pid,
            dataset=member.dataset,
            terms=terms,
            channel=channel,
            form_version=wanted.form_version,
        )
        form = form_of(uow, tools, [dataset], statement, wrong.expressed_at)
        draft = _draft(wanted, replace(statement, form_version=form), member, wrong)
        if _widens(wrong, draft, tools):
            use_backdating(
                uow,
                wanted.approval_id,
                pid=pid,
                dataset=wanted.dataset,
                dated=wrong.effective_from,
                principal=principal,
                evidence=wanted.evidence,
            )
        (done,) = record(uow, tools, writing, [draft])
        uow.commit()
        return Recorded.of(done)

    return again(tools, step)


def _wrong(uow: UnitOfWork, member: Member, wanted: NewCorrection, writing: Writing) -> EventRecord:
    """Give the event to be corrected, which is the one that holds, or held until it expired."""
    records = uow.events.of_members(member.dataset, [member.ordinal]).get(member.ordinal, ())
    events = [one.event() for one in records]
    standing = held_one(uow, member, events, writing.now, None).standing
    for one in records:
        named = one.event_id == wanted.event_id and one.kind.grants
        if named and (standing.event_id, standing.state) in {
            (one.event_id, State.GIVEN),
            (one.event_id, State.EXPIRED),
        }:
            return one
    raise NothingToCorrect


def _draft(
    wanted: NewCorrection, statement: Statement, member: Member, wrong: EventRecord
) -> Draft:
    """Write the event: of the same instants as the one it corrects, and naming it."""
    terms = statement.terms
    if wanted.effective_to is not None and wanted.effective_to <= wrong.effective_from:
        fault = FieldFault("/effective_to", "it ends before it starts", "date_order")
        raise ValidationFailed("the times have faults", faults=[fault])
    return Draft(
        member=member,
        kind=Kind.CORRECTED if terms else Kind.REFUSED,
        channel=statement.channel,
        expressed_at=wrong.expressed_at,
        effective_from=wrong.effective_from,
        effective_to=wanted.effective_to if terms else None,
        terms=terms or None,
        form_version=statement.form_version,
        corrects=Correction(
            event_id=EventId(wanted.event_id), why=wanted.why, evidence=wanted.evidence
        ),
    )


def _widens(wrong: EventRecord, draft: Draft, tools: Tools) -> bool:
    """Say whether a correction allows anything, or for longer, than what it corrects."""
    if draft.terms is None:
        return False
    before = terms_of(wrong.personal)
    if before is None or Comparison(tools.diseases).widens(before, draft.terms):
        return True
    ends = wrong.effective_to
    return ends is not None and (draft.effective_to is None or draft.effective_to > ends)


def _check(wanted: NewCorrection) -> None:
    faults: list[FieldFault] = []
    if not 0 < len(wanted.why) <= _MAX_WHY or not wanted.why.isprintable():
        faults.append(FieldFault("/why", "1 to 500 printable characters"))
    if not _SHA256.fullmatch(wanted.evidence):
        faults.append(FieldFault("/evidence", "the SHA-256 of the paper, in lower-case hex"))
    if faults:
        raise ValidationFailed("the correction has faults", faults=faults)
