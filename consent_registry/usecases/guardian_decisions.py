# SPDX-License-Identifier: Apache-2.0
"""Decisions in a person's place that guardians sign, alone or together.

What widens waits until everybody who has to has signed; until then it changes nothing, and any one
of them may refuse it. Ending use needs one signature only, and goes through `usecases.withdraw`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from consent_registry.domain.errors import DecisionUnknown, GuardianMustSign, MandateUnknown
from consent_registry.domain.mandates import mandates
from consent_registry.domain.person_events import PersonKind
from consent_registry.domain.records import Channel
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.answering import NewAnswers, preview_of, repeated_answers
from consent_registry.usecases.consents import (
    NewConsent,
    Recorded,
    membership,
    record_held,
)
from consent_registry.usecases.mandated import (
    held_by,
    mandates_of,
    now_for,
    records_of,
    somebody_for,
)
from consent_registry.usecases.people_changes import PersonDraft, Recording, change_people
from consent_registry.usecases.proposals import (
    ForStudy,
    Proposal,
    statement_in_place,
    terms_of_proposal,
    written,
)
from consent_registry.usecases.reaching import (
    deciding,
    for_study,
    named,
    reached,
    unsigned,
    waiting_decision,
    waiting_decisions,
)
from consent_registry.usecases.study_consents import (
    NewStudyConsent,
    StudyRecorded,
    record_held_study,
    repeated_choice,
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
    """A decision in a person's place: what waits for whom, or what was recorded.

    It is about one dataset, or about a study and no dataset.
    """

    decision_id: str
    dataset: DatasetId | None
    study: str = ""
    missing: frozenset[str]
    recorded: Recorded | StudyRecorded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """Whose decision, about what, signed by whom, and who asks how."""

    pseudonym: str
    proposal: Proposal
    signed_by: Sequence[str]
    tools: Tools
    principal: Principal
    channel: Channel

    def pid(self, uow: UnitOfWork) -> str:
        """Give whom this caller may decide for: a desk with papers, or who holds a mandate.

        For a study, a mandate about anything in it: others decide about the rest.
        """
        tools, principal = self.tools, self.principal
        pid = somebody_for(uow, tools, principal, self.pseudonym, DESK)
        held = mandates_of(uow, pid)
        there = reached(uow, self.proposal, held, now_for(tools, held))
        mine = held_by(uow, tools, principal, pid)
        if any(one.covers(dataset) for one in mine for dataset in there):
            return pid
        return access.participant(uow, principal, self.pseudonym, DESK)

    def change(self, step: Callable[[Recording, str], _T]) -> _T:
        """Take a step that records events of her, with everything held that it may reach."""
        return change_people(
            lambda uow: (self.pid(uow),),
            lambda recording: step(recording, self.pid(recording.uow)),
            tools=self.tools,
            principal=self.principal,
            channel=self.channel,
            datasets=named(self.proposal),
        )


def propose_decision(
    wanted: NewConsent | NewStudyConsent,
    signed_by: Sequence[str],
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> Decision:
    """Decide in a person's place: recorded at once if all have signed who have to, else pending.

    A desk names the mandates that have signed on paper; a guardian signs with her own. Raises
    GuardianMustSign when nobody has signed, and for somebody in whose place nobody decides about
    some of it; StudyUnknown.
    """
    if wanted.effective_from is not None:
        raise _not_from_now()
    proposal: Proposal
    if isinstance(wanted, NewConsent):
        proposal = wanted
    else:
        with tools.reads() as uow:
            somebody_for(uow, tools, principal, wanted.pseudonym, DESK)
            proposal = for_study(uow, wanted)
    about = _About(
        pseudonym=wanted.pseudonym,
        proposal=proposal,
        signed_by=signed_by,
        tools=tools,
        principal=principal,
        channel=channel,
    )
    return _propose(about)


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
        proposal=replace(wanted, answers=tuple(wanted.answers)),
        signed_by=(),
        tools=tools,
        principal=principal,
        channel=channel,
    )
    return _propose(about)


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


def _propose(about: _About) -> Decision:
    proposal = about.proposal

    def step(recording: Recording, pid: str) -> Decision:
        uow = recording.uow
        if not terms_of_proposal(uow, proposal, about.tools):
            raise _not_from_now()
        if not isinstance(proposal, ForStudy):
            membership(uow, pid, proposal.dataset)
        signed = _signing(recording, pid, about)
        done = _done_already(uow, pid, about)
        if done is not None:
            return done
        for waits in waiting_decisions(uow, records_of(uow, pid)):
            if written(waits.proposal) == written(proposal):
                if not signed <= waits.signed:
                    _sign(recording, pid, waits.decision_id, about, PersonKind.DECISION_SIGNED)
                return _complete(recording, pid, waits.decision_id, about.channel)
        body: dict[str, JSON] = {**written(proposal), "signed": sorted(signed)}
        draft = PersonDraft(pids=(pid,), kind=PersonKind.DECISION_PROPOSED, body=body)
        return _complete(recording, pid, recording.add(draft), about.channel)

    return about.change(step)


def _done_already(uow: UnitOfWork, pid: str, about: _About) -> Decision | None:
    """Give what the same became, when nothing was recorded since: a page sent twice."""
    proposal, tools = about.proposal, about.tools
    recorded: Recorded | StudyRecorded | None = None
    if isinstance(proposal, NewAnswers):
        answers = preview_of(uow, proposal, tools).answers
        recorded = repeated_answers(uow, pid, answers, proposal.dataset)
    elif isinstance(proposal, ForStudy) and about.channel is Channel.PAGE:
        terms = terms_of_proposal(uow, proposal, tools)
        recorded = repeated_choice(uow, pid, proposal.wanted, terms)
    if recorded is None:
        return None
    became = [
        one.matter
        for one in records_of(uow, pid)
        if one.kind is PersonKind.DECISION_COMPLETED and one.about == recorded.event_id
    ]
    return _decided(proposal, became[0] if became else "", frozenset(), recorded)


def _decided(
    proposal: Proposal,
    decision_id: str,
    missing: frozenset[str],
    recorded: Recorded | StudyRecorded | None,
) -> Decision:
    return Decision(
        decision_id=decision_id,
        dataset=None if isinstance(proposal, ForStudy) else proposal.dataset,
        study=proposal.wanted.study if isinstance(proposal, ForStudy) else "",
        missing=missing,
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
    """Find what a pending decision is about, for somebody who may decide there."""
    with tools.reads() as uow:
        pid = somebody_for(uow, tools, principal, pseudonym, DESK)
        about = _About(
            pseudonym=pseudonym,
            proposal=waiting_decision(uow, records_of(uow, pid), decision_id).proposal,
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
    waiting_decision(recording.uow, records_of(recording.uow, pid), decision_id)
    signed = _signing(recording, pid, about)
    recording.add(
        PersonDraft(pids=(pid,), kind=kind, matter=decision_id, body={"signed": sorted(signed)})
    )


def _signing(recording: Recording, pid: str, about: _About) -> frozenset[str]:
    """Give the mandates that sign: those a desk names, or the caller's own."""
    principal, signed_by = about.principal, about.signed_by
    uow = recording.uow
    each = deciding(uow, about.proposal, mandates_of(uow, pid), recording.recorded_at)
    if not each:
        raise GuardianMustSign
    acting = [one for there in each for one in there]
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
    uow = recording.uow
    records = records_of(uow, pid)
    waits = waiting_decision(uow, records, decision_id)
    proposal = waits.proposal
    each = deciding(uow, proposal, mandates(records), recording.recorded_at)
    left = unsigned(each, waits.signed)
    recorded: Recorded | StudyRecorded | None = None
    if each and not left:
        recorded = _recorded(recording, pid, proposal, channel)
        draft = PersonDraft(
            pids=(pid,),
            kind=PersonKind.DECISION_COMPLETED,
            matter=decision_id,
            about=recorded.event_id,
        )
        recording.later(recorded.recorded_at).add(draft)
    return _decided(proposal, decision_id, left, recorded)


def _recorded(
    recording: Recording, pid: str, proposal: Proposal, channel: Channel
) -> Recorded | StudyRecorded:
    """Record what a proposal says, now that all have signed who have to."""
    uow, tools = recording.uow, recording.tools
    if isinstance(proposal, ForStudy):
        later = recording.later(recording.recorded_at)
        terms = terms_of_proposal(uow, proposal, tools)
        return record_held_study(later, pid, proposal.wanted, terms)
    statement = statement_in_place(uow, proposal, pid, channel, tools)
    return record_held(uow, statement, tools=tools, principal=recording.principal)


def _not_from_now() -> ValidationFailed:
    fault = FieldFault("/alternatives", "what is allowed, from now; a no is a withdrawal")
    return ValidationFailed("the decision has faults", faults=[fault])
