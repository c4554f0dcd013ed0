# SPDX-License-Identifier: Apache-2.0
"""Decisions in a person's place that guardians sign, alone or together.

What widens waits until everybody who has to has signed; until then it changes nothing. Ending use
needs one signature only, and goes through `usecases.withdraw`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from consent_registry.domain.errors import DecisionUnknown, GuardianMustSign, MandateUnknown
from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.mandates import guardians, mandates, missing
from consent_registry.domain.person_events import PersonKind, PersonRecord
from consent_registry.domain.records import Channel
from consent_registry.domain.terms import RawAlternative, RawModifier
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.consents import (
    NewConsent,
    Recorded,
    membership,
    read_terms,
    record_held,
    statement_of,
)
from consent_registry.usecases.mandated import (
    acting_for,
    mandates_of,
    records_of,
    somebody_for,
)
from consent_registry.usecases.people_changes import PersonDraft, Recording, change_people
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.clock import from_rfc3339, to_rfc3339
from shared.errors import FieldFault, Forbidden, ValidationFailed
from shared.ids import DatasetId
from shared.principal import Principal

DESK: Final = "consents.write"
_SETTLED: Final = frozenset({PersonKind.DECISION_COMPLETED, PersonKind.DECISION_REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision in a person's place: what waits for whom, or what was recorded."""

    decision_id: str
    dataset: DatasetId
    missing: frozenset[str]
    recorded: Recorded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A decision that waits: what it would allow, and the mandates that have signed."""

    decision_id: str
    wanted: NewConsent
    proposed_at: datetime
    signed: frozenset[str]


def propose_decision(
    wanted: NewConsent,
    signed_by: Sequence[str],
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> Decision:
    """Decide in a person's place: recorded at once if all have signed who have to, else pending.

    A desk names the mandates that have signed on paper; a guardian signs with her own. Raises
    GuardianMustSign when nobody has signed, and for somebody in whose place nobody decides.
    """
    if not read_terms(wanted, tools) or wanted.effective_from is not None:
        fault = FieldFault("/alternatives", "what is allowed, from now; a no is a withdrawal")
        raise ValidationFailed("the decision has faults", faults=[fault])

    def step(recording: Recording) -> Decision:
        pid = _for(recording.uow, wanted.pseudonym, wanted.dataset, tools, principal)
        membership(recording.uow, pid, wanted.dataset)
        signed = _signing(recording, pid, wanted.dataset, signed_by, principal)
        body: dict[str, JSON] = {"consent": _written(wanted), "signed": sorted(signed)}
        draft = PersonDraft(pids=(pid,), kind=PersonKind.DECISION_PROPOSED, body=body)
        return _complete(recording, pid, recording.add(draft), channel)

    return change_people(
        lambda uow: (_for(uow, wanted.pseudonym, wanted.dataset, tools, principal),),
        step,
        tools=tools,
        principal=principal,
        channel=channel,
        datasets=(wanted.dataset,),
    )


def sign_decision(
    pseudonym: str,
    decision_id: str,
    signed_by: Sequence[str],
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> Decision:
    """Sign a pending decision; with the last signature it is recorded, and takes effect then."""
    dataset = _waits_in(pseudonym, decision_id, tools=tools, principal=principal)

    def step(recording: Recording) -> Decision:
        pid = _for(recording.uow, pseudonym, dataset, tools, principal)
        wanted = _proposed(records_of(recording.uow, pid), pseudonym, decision_id)
        signed = _signing(recording, pid, wanted.dataset, signed_by, principal)
        draft = PersonDraft(
            pids=(pid,),
            kind=PersonKind.DECISION_SIGNED,
            matter=decision_id,
            body={"signed": sorted(signed)},
        )
        recording.add(draft)
        return _complete(recording, pid, decision_id, channel)

    return change_people(
        lambda uow: (_for(uow, pseudonym, dataset, tools, principal),),
        step,
        tools=tools,
        principal=principal,
        channel=channel,
        datasets=(dataset,),
    )


def refuse_decision(
    pseudonym: str,
    decision_id: str,
    signed_by: Sequence[str],
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> None:
    """Refuse a pending decision: any one who would have to sign it ends it for good."""
    dataset = _waits_in(pseudonym, decision_id, tools=tools, principal=principal)

    def step(recording: Recording) -> None:
        pid = _for(recording.uow, pseudonym, dataset, tools, principal)
        _proposed(records_of(recording.uow, pid), pseudonym, decision_id)
        signed = _signing(recording, pid, dataset, signed_by, principal)
        draft = PersonDraft(
            pids=(pid,),
            kind=PersonKind.DECISION_REFUSED,
            matter=decision_id,
            body={"signed": sorted(signed)},
        )
        recording.add(draft)

    change_people(
        lambda uow: (_for(uow, pseudonym, dataset, tools, principal),),
        step,
        tools=tools,
        principal=principal,
        channel=channel,
        datasets=(dataset,),
    )


def pending_decisions(records: Sequence[PersonRecord]) -> list[Pending]:
    """Give the decisions in a person's place that wait for a signature, the oldest first."""
    found: list[Pending] = []
    for one in sorted(records, key=lambda record: record.recorded_at):
        if one.kind is not PersonKind.DECISION_PROPOSED:
            continue
        of_it = [record for record in records if record.matter == one.matter]
        if one.body and not any(record.kind in _SETTLED for record in of_it):
            found.append(
                Pending(
                    decision_id=one.matter,
                    wanted=_read("", one.body["consent"]),
                    proposed_at=one.recorded_at,
                    signed=_signed(of_it),
                )
            )
    return found


def _waits_in(pseudonym: str, decision_id: str, *, tools: Tools, principal: Principal) -> DatasetId:
    """Give the dataset of a pending decision, to somebody who may decide there."""
    with tools.reads() as uow:
        pid = somebody_for(uow, tools, principal, pseudonym, DESK)
        wanted = _proposed(records_of(uow, pid), pseudonym, decision_id)
        try:
            _for(uow, pseudonym, wanted.dataset, tools, principal)
        except Forbidden:  # hers is another dataset, and what waits here is not hers to know
            raise DecisionUnknown from None
    return wanted.dataset


def _for(
    uow: UnitOfWork,
    pseudonym: str,
    dataset: DatasetId | None,
    tools: Tools,
    principal: Principal,
) -> str:
    """Give whom this caller may decide for: a desk with papers, or who holds a mandate."""
    named = None if dataset is None else (dataset,)
    return acting_for(uow, tools, principal, pseudonym, DESK, datasets=named)


def _signing(
    recording: Recording,
    pid: str,
    dataset: DatasetId,
    signed_by: Sequence[str],
    principal: Principal,
) -> frozenset[str]:
    """Give the mandates that sign: those a desk names, or the caller's own."""
    held = mandates_of(recording.uow, pid)
    acting = guardians(held, dataset, recording.recorded_at)
    if not acting:
        raise GuardianMustSign
    known = {one.mandate_id for one in acting}
    if DESK in principal.scopes:
        if not known >= set(signed_by):
            raise MandateUnknown
        signed = frozenset(signed_by)
    else:
        signed = frozenset(
            one.mandate_id for one in acting if one.held_by(principal.issuer, principal.subject)
        )
        if not signed or not signed >= set(signed_by):
            raise MandateUnknown
    if not signed:
        raise GuardianMustSign
    return signed


def _complete(recording: Recording, pid: str, decision_id: str, channel: Channel) -> Decision:
    """Record the consent if nobody's signature is missing; who has to sign is judged now."""
    uow, tools = recording.uow, recording.tools
    records = records_of(uow, pid)
    wanted = _proposed(records, uow.people.pseudonym(pid), decision_id)
    signed = _signed([one for one in records if one.matter == decision_id])
    acting = guardians(mandates(records), wanted.dataset, recording.recorded_at)
    left = missing(acting, signed)
    recorded = None
    if acting and not left:
        terms = read_terms(wanted, tools)
        statement = statement_of(wanted, pid, terms, channel)
        recorded = record_held(uow, statement, tools=tools, principal=recording.principal)
        draft = PersonDraft(
            pids=(pid,),
            kind=PersonKind.DECISION_COMPLETED,
            matter=decision_id,
            about=recorded.event_id,
        )
        recording.later(recorded.recorded_at).add(draft)
    return Decision(
        decision_id=decision_id, dataset=wanted.dataset, missing=left, recorded=recorded
    )


def _proposed(records: Sequence[PersonRecord], pseudonym: str, decision_id: str) -> NewConsent:
    """Read a pending decision. Raises DecisionUnknown when there is none, or no longer."""
    of_it = [one for one in records if one.matter == decision_id]
    proposed = [one for one in of_it if one.kind is PersonKind.DECISION_PROPOSED]
    done = any(one.kind in _SETTLED for one in of_it)
    if not is_own_id(decision_id) or done or not proposed or not proposed[0].body:
        raise DecisionUnknown
    return _read(pseudonym, proposed[0].body["consent"])


def _signed(of_it: Sequence[PersonRecord]) -> frozenset[str]:
    return frozenset(mandate for one in of_it for mandate in one.body.get("signed", ()))


def _written(wanted: NewConsent) -> dict[str, JSON]:
    return {
        "dataset": wanted.dataset,
        "effective_to": to_rfc3339(wanted.effective_to) if wanted.effective_to else None,
        "form_version": wanted.form_version,
        "alternatives": [
            {
                "permission": one.permission,
                "diseases": list(one.diseases),
                "modifiers": [[mod.code, list(mod.values)] for mod in one.modifiers],
                "activities": list(one.activities),
                "data": list(one.data),
            }
            for one in wanted.alternatives
        ],
    }


def _read(pseudonym: str, stored: Mapping[str, Any]) -> NewConsent:
    until = stored["effective_to"]
    return NewConsent(
        pseudonym=pseudonym,
        dataset=DatasetId(stored["dataset"]),
        effective_to=None if until is None else from_rfc3339(until),
        form_version=stored["form_version"],
        alternatives=tuple(
            RawAlternative(
                permission=one["permission"],
                diseases=tuple(one["diseases"]),
                modifiers=tuple(
                    RawModifier(code=code, values=tuple(values))
                    for code, values in one["modifiers"]
                ),
                # Proposals stored before these were written had neither, and were read so.
                activities=tuple(one.get("activities", ())),
                data=_ends(one.get("data", ("", ""))),
            )
            for one in stored["alternatives"]
        ),
    )


def _ends(stored: Sequence[str]) -> tuple[str, str]:
    first, last = stored
    return first, last
