# SPDX-License-Identifier: Apache-2.0
"""What guardians propose in a person's place: kept sealed in her events until all have signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from consent_registry.domain.answers import RawAnswer
from consent_registry.domain.errors import DecisionUnknown
from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.person_events import PersonKind, PersonRecord
from consent_registry.domain.records import Channel
from consent_registry.domain.terms import RawAlternative, RawModifier, Terms
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.answering import NewAnswers, preview_of, statement_of_answers
from consent_registry.usecases.consents import NewConsent, Statement, read_terms, statement_of
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.clock import from_rfc3339, to_rfc3339
from shared.ids import DatasetId

SETTLED: Final = frozenset({PersonKind.DECISION_COMPLETED, PersonKind.DECISION_REFUSED})

Proposal = NewConsent | NewAnswers
"""A whole statement in codes, or answers to a form, which become one when it is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A decision that waits: what it would record, and the mandates that have signed."""

    decision_id: str
    proposal: Proposal
    proposed_at: datetime
    signed: frozenset[str]

    @property
    def dataset(self) -> DatasetId:
        """The dataset it is about."""
        return self.proposal.dataset


def pending_decisions(records: Sequence[PersonRecord]) -> list[Pending]:
    """Give the decisions in a person's place that wait for a signature, the oldest first."""
    found: list[Pending] = []
    for one in sorted(records, key=lambda record: record.recorded_at):
        if one.kind is not PersonKind.DECISION_PROPOSED:
            continue
        of_it = [record for record in records if record.matter == one.matter]
        if one.body and not any(record.kind in SETTLED for record in of_it):
            signed = frozenset(who for record in of_it for who in record.body.get("signed", ()))
            found.append(
                Pending(
                    decision_id=one.matter,
                    proposal=_read(one.body),
                    proposed_at=one.recorded_at,
                    signed=signed,
                )
            )
    return found


def pending_decision(records: Sequence[PersonRecord], decision_id: str) -> Pending:
    """Give a pending decision. Raises DecisionUnknown when there is none, or no longer."""
    if is_own_id(decision_id):
        for one in pending_decisions(records):
            if one.decision_id == decision_id:
                return one
    raise DecisionUnknown


def terms_of_proposal(uow: UnitOfWork, proposal: Proposal, tools: Tools) -> Terms:
    """Say what a proposal would allow. Raises ValidationFailed where that cannot be read."""
    if isinstance(proposal, NewAnswers):
        return preview_of(uow, proposal, tools).terms
    return read_terms(proposal, tools)


def statement_in_place(
    uow: UnitOfWork, proposal: Proposal, pid: str, channel: Channel, tools: Tools
) -> Statement:
    """Make the statement of a person that a proposal becomes."""
    if isinstance(proposal, NewAnswers):
        return statement_of_answers(uow, proposal, pid, channel, tools)
    return statement_of(proposal, pid, read_terms(proposal, tools), channel)


def written(proposal: Proposal) -> dict[str, JSON]:
    """Write a proposal as part of an event's body."""
    if isinstance(proposal, NewAnswers):
        return {"answers": _written_answers(proposal)}
    return {"consent": _written_consent(proposal)}


def _written_answers(wanted: NewAnswers) -> dict[str, JSON]:
    return {
        "dataset": wanted.dataset,
        "form": wanted.form,
        "language": wanted.language,
        "answers": [
            {
                "question": one.question,
                "answer": one.answer,
                "illnesses": list(one.illnesses),
                "values": list(one.values),
            }
            for one in wanted.answers
        ],
    }


def _written_consent(wanted: NewConsent) -> dict[str, JSON]:
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
                "data_categories": list(one.data_categories),
            }
            for one in wanted.alternatives
        ],
    }


def _read(body: Mapping[str, Any]) -> Proposal:
    if "answers" in body:
        return _read_answers(body["answers"])
    return _read_consent(body["consent"])


def _read_answers(stored: Mapping[str, Any]) -> NewAnswers:
    return NewAnswers(
        dataset=DatasetId(stored["dataset"]),
        form=stored["form"],
        language=stored["language"],
        answers=tuple(
            RawAnswer(
                question=one["question"],
                answer=one["answer"],
                illnesses=tuple(one["illnesses"]),
                values=tuple(one["values"]),
            )
            for one in stored["answers"]
        ),
    )


def _read_consent(stored: Mapping[str, Any]) -> NewConsent:
    """Read it for nobody: whose it is, the event says."""
    until = stored["effective_to"]
    return NewConsent(
        pseudonym="",
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
                # Proposals stored before these were written had none, and were read so.
                activities=tuple(one.get("activities", ())),
                data=_ends(one.get("data", ("", ""))),
                data_categories=tuple(one.get("data_categories", ())),
            )
            for one in stored["alternatives"]
        ),
    )


def _ends(stored: Sequence[str]) -> tuple[str, str]:
    first, last = stored
    return first, last
