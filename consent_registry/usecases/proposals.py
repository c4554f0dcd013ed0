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
from consent_registry.usecases.consents import (
    NewConsent,
    Statement,
    read_alternatives,
    read_terms,
    statement_of,
)
from consent_registry.usecases.study_consents import NewStudyConsent
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.clock import from_rfc3339, to_rfc3339
from shared.ids import DatasetId

SETTLED: Final = frozenset({PersonKind.DECISION_COMPLETED, PersonKind.DECISION_REFUSED})

ForDataset = NewConsent | NewAnswers
"""A whole statement in codes, or answers to a form, which become one when it is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForStudy:
    """A whole statement for a study: of this version, with what was in it when it was proposed."""

    wanted: NewStudyConsent
    version: int
    datasets: tuple[DatasetId, ...]


Proposal = ForDataset | ForStudy


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A decision that waits: what it would record, and the mandates that have signed."""

    decision_id: str
    proposal: Proposal
    proposed_at: datetime
    signed: frozenset[str]


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
    if isinstance(proposal, ForStudy):
        wanted = proposal.wanted
        return read_alternatives(wanted.alternatives, wanted.form_version, tools)
    return read_terms(proposal, tools)


def statement_in_place(
    uow: UnitOfWork, proposal: ForDataset, pid: str, channel: Channel, tools: Tools
) -> Statement:
    """Make the statement of a person that a proposal becomes."""
    if isinstance(proposal, NewAnswers):
        return statement_of_answers(uow, proposal, pid, channel, tools)
    return statement_of(proposal, pid, read_terms(proposal, tools), channel)


def written(proposal: Proposal) -> dict[str, JSON]:
    """Write a proposal as part of an event's body."""
    if isinstance(proposal, NewAnswers):
        return {"answers": _written_answers(proposal)}
    if isinstance(proposal, ForStudy):
        wanted = proposal.wanted
        datasets: list[JSON] = [*proposal.datasets]
        of: dict[str, JSON] = {
            "study": wanted.study,
            "version": proposal.version,
            "datasets": datasets,
        }
        return {"study": {**of, **_written_terms(wanted)}}
    return {"consent": {"dataset": proposal.dataset, **_written_terms(proposal)}}


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


def _written_terms(wanted: NewConsent | NewStudyConsent) -> dict[str, JSON]:
    return {
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
    return _read_for_study(body["study"]) if "study" in body else _read_consent(body["consent"])


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
    return NewConsent(
        pseudonym="",
        dataset=DatasetId(stored["dataset"]),
        alternatives=_read_alternatives(stored["alternatives"]),
        effective_to=_until(stored),
        form_version=stored["form_version"],
    )


def _read_for_study(stored: Mapping[str, Any]) -> ForStudy:
    wanted = NewStudyConsent(
        pseudonym="",
        study=stored["study"],
        alternatives=_read_alternatives(stored["alternatives"]),
        effective_to=_until(stored),
        form_version=stored["form_version"],
    )
    return ForStudy(
        wanted=wanted,
        version=stored["version"],
        datasets=tuple(DatasetId(name) for name in stored["datasets"]),
    )


def _until(stored: Mapping[str, Any]) -> datetime | None:
    until = stored["effective_to"]
    return None if until is None else from_rfc3339(until)


def _read_alternatives(stored: Sequence[Mapping[str, Any]]) -> tuple[RawAlternative, ...]:
    return tuple(
        RawAlternative(
            permission=one["permission"],
            diseases=tuple(one["diseases"]),
            modifiers=tuple(
                RawModifier(code=code, values=tuple(values)) for code, values in one["modifiers"]
            ),
            # Proposals stored before these were written had none, and were read so.
            activities=tuple(one.get("activities", ())),
            data=_ends(one.get("data", ("", ""))),
            data_categories=tuple(one.get("data_categories", ())),
        )
        for one in stored
    )


def _ends(stored: Sequence[str]) -> tuple[str, str]:
    first, last = stored
    return first, last
