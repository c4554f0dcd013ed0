# SPDX-License-Identifier: Apache-2.0
"""Record who may act for whom, and its end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from consent_registry.domain.errors import MandateUnknown, ParticipantUnknown
from consent_registry.domain.mandates import MAJORITY, Mandate, MandateKind, birthday, mandates
from consent_registry.domain.person_events import PersonKind
from consent_registry.domain.records import Channel
from consent_registry.usecases import access
from consent_registry.usecases.assenting import put_ages
from consent_registry.usecases.mandated import mandates_of, records_of, then
from consent_registry.usecases.people_changes import PersonDraft, Recording, change_people
from consent_registry.usecases.tools import Tools
from shared.clock import to_rfc3339
from shared.errors import FieldFault, Forbidden, ValidationFailed
from shared.ids import DatasetId
from shared.principal import Principal

DESK: Final = "consents.write"
LOOKING: Final = "consents.read"
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MAX_CHARS: Final = 200
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMandate:
    """Whose authority, of which kind, about what, and until when.

    `born_on` gives the end by the policy's age of majority, and the ages from which a minor's own
    will counts, and is not kept; `until` gives it
    directly. `holder` names the person in words for the participant's page; `issuer` and `subject`
    are her login, empty when she has none. `evidence` is the SHA-256 of the document.
    """

    pseudonym: str
    kind: MandateKind
    holder: str
    evidence: str
    issuer: str = ""
    subject: str = ""
    joint: bool = False
    datasets: tuple[DatasetId, ...] | None = None
    begins: datetime | None = None
    until: datetime | None = None
    born_on: date | None = None


def record_mandate(
    wanted: NewMandate, *, tools: Tools, principal: Principal, channel: Channel = Channel.API
) -> Mandate:
    """Record an authority with its document. It ends by itself, and is never made longer."""
    _require_desk(principal)
    until = _until(wanted, tools)

    def step(recording: Recording) -> Mandate:
        pid = access.participant(recording.uow, principal, wanted.pseudonym, DESK)
        mandate_id = recording.add(
            PersonDraft(
                pids=(pid,),
                kind=PersonKind.MANDATE_RECORDED,
                body={
                    "kind": wanted.kind.value,
                    "joint": wanted.joint,
                    "holder": wanted.holder,
                    "issuer": wanted.issuer,
                    "subject": wanted.subject,
                    "datasets": None if wanted.datasets is None else sorted(wanted.datasets),
                    "evidence": wanted.evidence,
                    "until": None if until is None else to_rfc3339(until),
                    "lapses": MAJORITY if _at_majority(wanted, until, tools) else None,
                },
                effective_from=wanted.begins,
            )
        )
        made = _mandate(recording, pid, mandate_id)
        recording.uow.person_events.name_holder(made, pid)
        if wanted.born_on is not None and wanted.kind is MandateKind.GUARDIAN:
            put_ages(recording.later(recording.recorded_at), pid, wanted.born_on)
        return made

    return change_people(
        lambda uow: (access.participant(uow, principal, wanted.pseudonym, DESK),),
        step,
        tools=tools,
        principal=principal,
        channel=channel,
    )


def end_mandate(
    pseudonym: str,
    mandate_id: str,
    at: datetime | None,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> Mandate:
    """End an authority at an instant, at once by default; an end may be dated back."""
    _require_desk(principal)
    if at is not None and at > tools.clock.now():
        _require([FieldFault("/at", "not in the future")])

    def step(recording: Recording) -> Mandate:
        pid = access.participant(recording.uow, principal, pseudonym, DESK)
        _mandate(recording, pid, mandate_id)
        recording.add(
            PersonDraft(
                pids=(pid,),
                kind=PersonKind.MANDATE_ENDED,
                matter=mandate_id,
                effective_from=at,
            )
        )
        return _mandate(recording, pid, mandate_id)

    return change_people(
        lambda uow: (access.participant(uow, principal, pseudonym, DESK),),
        step,
        tools=tools,
        principal=principal,
        channel=channel,
    )


def name_holders(*, tools: Tools) -> bool:
    """Note who holds mandates that were recorded before that was noted; says if there were any."""
    with tools.units() as uow:
        waiting = uow.person_events.without_holder(_AT_ONCE)
        for mandate_id, pid in waiting:
            try:
                uow.people.hold(pid)
            except ParticipantUnknown:  # erased in the meantime
                continue
            for one in mandates_of(uow, pid):
                if one.mandate_id == mandate_id:
                    uow.person_events.name_holder(one, pid)
        uow.commit()
    return bool(waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandates:
    """Every authority that had begun by an instant, as known at another; both are echoed."""

    effective_at: datetime
    known_at: datetime
    mandates: tuple[Mandate, ...]


def mandates_for(
    pseudonym: str,
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    tools: Tools,
    principal: Principal,
) -> Mandates:
    """Give every authority for a participant, ended ones too, for a desk or for herself."""
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, LOOKING)
        records = records_of(uow, pid, known_at)
    at, known = then(records, effective_at, known_at, tools)
    begun = tuple(one for one in mandates(records, known) if one.begins <= at)
    return Mandates(effective_at=at, known_at=known, mandates=begun)


def own_mandates(*, tools: Tools, principal: Principal) -> Sequence[Mandate]:
    """Give every authority for the participant this login is linked to. Raises NotLinked."""
    with tools.reads() as uow:
        return mandates_of(uow, access.oneself(uow, principal))


def _mandate(recording: Recording, pid: str, mandate_id: str) -> Mandate:
    for one in mandates_of(recording.uow, pid):
        if one.mandate_id == mandate_id:
            return one
    raise MandateUnknown


def _until(wanted: NewMandate, tools: Tools) -> datetime | None:
    """Say when the authority ends, after naming every fault."""
    now = tools.clock.now()
    faults: list[FieldFault] = []
    if not 0 < len(wanted.holder) <= _MAX_CHARS or not wanted.holder.isprintable():
        faults.append(FieldFault("/holder", "1 to 200 printable characters"))
    if bool(wanted.issuer) is not bool(wanted.subject):
        faults.append(FieldFault("/subject", "issuer and subject, or neither"))
    if not _SHA256.fullmatch(wanted.evidence):
        faults.append(FieldFault("/evidence", "the SHA-256 of the document, in lower-case hex"))
    ends = [] if wanted.until is None else [wanted.until]
    if wanted.born_on is not None:
        ends.append(birthday(wanted.born_on, tools.policy_at(now).age_of_majority))
    until = min(ends, default=None)
    begins = wanted.begins or now
    if until is not None and (until <= begins or until <= now):
        faults.append(FieldFault("/until", "it has ended already"))
    if begins > now:
        faults.append(FieldFault("/begins", "not in the future"))
    _require(faults)
    return until


def _at_majority(wanted: NewMandate, until: datetime | None, tools: Tools) -> bool:
    """Say whether it ends because the person decides for herself from then on."""
    if wanted.born_on is None:
        return False
    age = tools.policy_at(tools.clock.now()).age_of_majority
    return until == birthday(wanted.born_on, age)


def _require(faults: list[FieldFault]) -> None:
    if faults:
        raise ValidationFailed("what is recorded has faults", faults=faults)


def _require_desk(principal: Principal) -> None:
    if DESK not in principal.scopes:
        raise Forbidden("this is a desk's to record")
