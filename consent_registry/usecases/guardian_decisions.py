# SPDX-License-Identifier: Apache-2.0
"""Decisions in a person's place that guardians sign, alone or together.

What widens waits until everybody who has to has signed; until then it changes nothing, and any one
of them may refuse it. Ending use needs one signature only, and goes through `usecases.withdraw`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from consent_registry.domain.errors import DecisionUnknown, GuardianMustSign, MandateUnknown
from consent_registry.domain.mandates import guardians, mandates, missing
from consent_registry.domain.person_events import PersonKind
from consent_registry.domain.records import Channel
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.answering import NewAnswers, preview_of, repeated_answers
from consent_registry.usecases.consents import (
    NewConsent,
    Recorded,
    membership,
    record_held,
)
from consent_registry.usecases.mandated import (
    acting_for,
    mandates_of,
    records_of,
    somebody_for,
)
from consent_registry.usecases.people_changes import PersonDraft, Recording, change_people
from consent_registry.usecases.proposals import (
    Proposal,
    pending_decision,
    pending_decisions,
    statement_in_place,
    terms_of_proposal,
    written,
)
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.errors import FieldFault, Forbidden, ValidationFailed
from shared.ids import DatasetId
from shared.principal import Principal

DESK: Final = "consents.write"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision in a person's place: what waits for whom, or what was recorded."""

    decision_id: str
    dataset: DatasetId
    missing: frozenset[str]
    recorded: Recorded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """Whose decision, in which dataset, signed by whom, and who asks how."""

    pseudonym: str
    dataset: DatasetId
    signed_by: Sequence[str]
    tools: Tools
    principal: Principal
    channel: Channel

    def pid(self, uow: UnitOfWork) -> str:
        """Give whom this caller may decide for: a desk with papers, or who holds a mandate."""
        named = (self.dataset,)
        return acting_for(uow, self.tools, self.principal, self.pseudonym, DESK, datasets=named)

    def change(self, step: Callable[[Recording, str], _T]) -> _T:
        """Take a step that records events of her, with everything held that it may reach."""
        return change_people(
            lambda uow: (self.pid(uow),),
            lambda recording: step(recording, self.pid(recording.uow)),
            tools=self.tools,
            principal=self.principal,
            channel=self.channel,
            datasets=(self.dataset,),
        )


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
    if wanted.effective_from is not None:
        raise _not_from_now()
    about = _About(
        pseudonym=wanted.pseudonym,
        dataset=wanted.dataset,
        signed_by=signed_by,
        tools=tools,
        principal=principal,
        channel=channel,
    )
    return _propose(about, wanted)


def propose_answers(
    pseudonym: str,
    wanted: NewAnswers,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> Decision:
    """Propose what answers to a form grant, as the caller's own mandate signs.

    The same answers once more are what was just recorded, or a signature of what waits already.
    """
    about = _About(
        pseudonym=pseudonym,
        dataset=wanted.dataset,
        signed_by=(),
        tools=tools,
        principal=principal,
        channel=channel,
    )
    return _propose(about, replace(wanted, answers=tuple(wanted.answers)))


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
    about = _about(
        pseudonym,
        decision_id,
        signed_by,
        tools=tools,
        principal=principal,
        channel=channel,
    )

    def step(recording: Recording, pid: str) -> Decision:
        _sign(recording, pid, decision_id, about, PersonKind.DECISION_SIGNED)
        return _complete(recording, pid, decision_id, channel)

    return about.change(step)


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
    about = _about(
        pseudonym,
        decision_id,
        signed_by,
        tools=tools,
        principal=principal,
        channel=channel,
    )
    about.change(
        lambda recording, pid: _sign(
            recording, pid, decision_id, about, PersonKind.DECISION_REFUSED
        )
    )


def _propose(about: _About, proposal: Proposal) -> Decision:
    def step(recording: Recording, pid: str) -> Decision:
        uow = recording.uow
        if not terms_of_proposal(uow, proposal, about.tools):
            raise _not_from_now()
        membership(uow, pid, about.dataset)
        signed = _signing(recording, pid, about)
        done = _done_already(uow, pid, proposal, about.tools)
        if done is not None:
            return done
        for waits in pending_decisions(records_of(uow, pid)):
            if written(waits.proposal) == written(proposal):
                if not signed <= waits.signed:
                    _sign(recording, pid, waits.decision_id, about, PersonKind.DECISION_SIGNED)
                return _complete(recording, pid, waits.decision_id, about.channel)
        body: dict[str, JSON] = {**written(proposal), "signed": sorted(signed)}
        draft = PersonDraft(pids=(pid,), kind=PersonKind.DECISION_PROPOSED, body=body)
        return _complete(recording, pid, recording.add(draft), about.channel)

    return about.change(step)


def _done_already(uow: UnitOfWork, pid: str, proposal: Proposal, tools: Tools) -> Decision | None:
    """Give what the same answers became, when nothing was recorded since: a page sent twice."""
    if not isinstance(proposal, NewAnswers):
        return None
    answers = preview_of(uow, proposal, tools).answers
    recorded = repeated_answers(uow, pid, answers, proposal.dataset)
    if recorded is None:
        return None
    became = [
        one.matter
        for one in records_of(uow, pid)
        if one.kind is PersonKind.DECISION_COMPLETED and one.about == recorded.event_id
    ]
    return Decision(
        decision_id=became[0] if became else "",
        dataset=proposal.dataset,
        missing=frozenset(),
        recorded=recorded,
    )


def _about(
    pseudonym: str,
    decision_id: str,
    signed_by: Sequence[str],
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel,
) -> _About:
    """Find the dataset of a pending decision, for somebody who may decide there."""
    with tools.reads() as uow:
        pid = somebody_for(uow, tools, principal, pseudonym, DESK)
        about = _About(
            pseudonym=pseudonym,
            dataset=pending_decision(records_of(uow, pid), decision_id).dataset,
            signed_by=signed_by,
            tools=tools,
            principal=principal,
            channel=channel,
        )
        try:
            about.pid(uow)
        except Forbidden:  # hers is another dataset, and what waits here is not hers to know
            raise DecisionUnknown from None
    return about


def _sign(
    recording: Recording, pid: str, decision_id: str, about: _About, kind: PersonKind
) -> None:
    """Put a signature, or a refusal, to a decision that still waits."""
    pending_decision(records_of(recording.uow, pid), decision_id)
    signed = _signing(recording, pid, about)
    recording.add(
        PersonDraft(pids=(pid,), kind=kind, matter=decision_id, body={"signed": sorted(signed)})
    )


def _signing(recording: Recording, pid: str, about: _About) -> frozenset[str]:
    """Give the mandates that sign: those a desk names, or the caller's own."""
    principal, signed_by = about.principal, about.signed_by
    held = mandates_of(recording.uow, pid)
    acting = guardians(held, about.dataset, recording.recorded_at)
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
    waits = pending_decision(records, decision_id)
    acting = guardians(mandates(records), waits.dataset, recording.recorded_at)
    left = missing(acting, waits.signed)
    recorded = None
    if acting and not left:
        statement = statement_in_place(uow, waits.proposal, pid, channel, tools)
        recorded = record_held(uow, statement, tools=tools, principal=recording.principal)
        draft = PersonDraft(
            pids=(pid,),
            kind=PersonKind.DECISION_COMPLETED,
            matter=decision_id,
            about=recorded.event_id,
        )
        recording.later(recorded.recorded_at).add(draft)
    return Decision(decision_id=decision_id, dataset=waits.dataset, missing=left, recorded=recorded)


def _not_from_now() -> ValidationFailed:
    fault = FieldFault("/alternatives", "what is allowed, from now; a no is a withdrawal")
    return ValidationFailed("the decision has faults", faults=[fault])
