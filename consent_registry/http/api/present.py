# SPDX-License-Identifier: Apache-2.0
"""Answers as JSON values. Formats what the use cases say, and leaves out whom it must not name."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from consent_registry.domain.acknowledgements import NodeStanding
from consent_registry.domain.bars import reason_of
from consent_registry.domain.batches import FaultAt
from consent_registry.domain.bitmaps import to_text
from consent_registry.domain.duties import duties_named
from consent_registry.domain.exception import applies, lacking_in
from consent_registry.domain.history import State
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.records import answers_of, correction_of
from consent_registry.domain.register import Dataset, FrozenCohort, Withdrawal
from consent_registry.domain.terms import Terms, to_json
from consent_registry.domain.verdict import ENGINE_VERSION, Matter
from consent_registry.domain.windows import Window
from consent_registry.http.uses_present import despite, permits_of, use_report
from consent_registry.usecases.blocking import Blocking
from consent_registry.usecases.codes import DatasetCodes
from consent_registry.usecases.cohort_manifests import StandingCohort
from consent_registry.usecases.cohorts import Evaluation
from consent_registry.usecases.consents import Recorded
from consent_registry.usecases.imports import Report
from consent_registry.usecases.inclusion import Grounds, Inclusion
from consent_registry.usecases.opt_out import OptOutStatus
from consent_registry.usecases.reading import Choice, Choices, Step
from consent_registry.usecases.rulings import RulingTaken
from consent_registry.usecases.who_used import Uses
from shared.clock import to_rfc3339
from shared.ids import DatasetId, EventId


def dataset(found: Dataset) -> dict[str, Any]:
    """Present a dataset."""
    return {
        "dataset": found.dataset,
        "title": found.title,
        "controller": found.controller,
        "country": found.country,
        "legal_regime": found.legal_regime,
        "consent_role": found.consent_role,
        "form": found.form,
        "revision": found.revision,
        "members": found.members,
        "table_version": found.table_version,
        "created_at": to_rfc3339(found.created_at),
        "collected": found.collected,
        "data_categories": list(found.data_categories),
    }


def common_codes(found: DatasetCodes) -> dict[str, Any]:
    """Present the published codes that consents of a dataset have in common."""
    return {"by_person_only": not found.terms, "alternatives": to_json(found.terms)}


def recorded(name: DatasetId, done: Recorded, public_url: str) -> dict[str, Any]:
    """Present what became of a statement."""
    return {
        "dataset": name,
        "revision": done.revision,
        "recorded_at": to_rfc3339(done.recorded_at),
        "kind": done.kind.value,
        "receipt_url": f"{public_url}/receipts/{done.event_id}",
    }


def withdrawal(done: Withdrawal, public_url: str) -> dict[str, Any]:
    """Present a withdrawal."""
    return {
        "withdrawal_id": done.withdrawal_id,
        "recorded_at": to_rfc3339(done.recorded_at),
        "revisions": [{"dataset": name, "revision": revision} for name, revision in done.revisions],
        "receipt_url": f"{public_url}/withdrawals/{done.withdrawal_id}",
    }


def uses(found: Uses) -> dict[str, Any]:
    """Present who used a participant's data."""
    return {
        "participant": found.pseudonym,
        "permits": permits_of(found.projects),
        "despite_opt_out": despite(found.despite),
        **use_report(found.report, found.titles),
    }


def choices(found: Choices) -> dict[str, Any]:
    """Present what a participant allows."""
    return {
        "participant": found.pseudonym,
        "effective_at": to_rfc3339(found.effective_at),
        "known_at": to_rfc3339(found.known_at),
        "engine": ENGINE_VERSION,
        "consents": [_choice(choice) for choice in found.choices],
    }


def opt_out(found: OptOutStatus) -> dict[str, Any]:
    """Present how one person's opt-out stands."""
    return {
        "participant": found.pseudonym,
        "known_at": to_rfc3339(found.known_at),
        "opted_out": bool(found.about),
        "about": [about.text for about in found.about],
        "since": to_rfc3339(found.since) if found.since else None,
        "offered": list(found.breadths),
        "register": found.register.name,
        "exception_law": found.exception_law or None,
        "despite_opt_out": despite(found.despite),
    }


def history(pseudonym: str, steps: Sequence[Step]) -> dict[str, Any]:
    """Present a history."""
    by = {}
    for step in steps:
        if (said := correction_of(step.record.personal)) is not None:
            by[said.event_id] = step.record.event_id
    return {"participant": pseudonym, "events": [_step(step, by) for step in steps]}


def inclusion(found: Inclusion) -> dict[str, Any]:
    """Present whether somebody was included for a permit."""
    frozen = found.bound.frozen
    return {
        "participant": found.pseudonym,
        "permit_id": frozen.permit_id,
        "dataset": frozen.dataset,
        "effective_at": to_rfc3339(found.effective_at),
        "known_at": to_rfc3339(found.known_at),
        "included": found.included,
        "left_at": to_rfc3339(found.left_at) if found.left_at else None,
        "cause": found.cause,
        "cohort_id": frozen.cohort_id,
        "revision": frozen.revision,
        "decided_at": to_rfc3339(frozen.frozen_at),
        "decided_on": _grounds(found.decided_on),
        "known_now": _grounds(found.known_now),
        "engine": ENGINE_VERSION,
    }


def _grounds(found: Grounds) -> dict[str, Any]:
    return {
        "state": found.standing.state.value,
        "event_id": found.standing.event_id,
        "beside": list(found.beside),
    }


def report(found: Report) -> dict[str, Any]:
    """Present an import."""
    batch = found.batch
    return {
        "import_id": batch.import_id,
        "source": batch.source,
        "mode": batch.mode.value,
        "dry_run": batch.dry_run,
        "state": batch.state.wire,
        "rows": batch.rows,
        "good": found.good,
        "bad": batch.bad,
        "applied": batch.applied,
        "repeated": batch.repeated,
        "progress": {
            "staged": found.progress.staged,
            "checked": found.progress.checked,
            "committed": found.progress.committed,
        },
        "cancelling": found.cancelling,
        "received_at": to_rfc3339(batch.received_at),
        "finished_at": to_rfc3339(batch.finished_at) if batch.finished_at else None,
        "faults": [fault(at) for at in found.faults],
    }


def fault(at: FaultAt) -> dict[str, Any]:
    """Present one fault of a row."""
    return {
        "line": at.line,
        "column": at.fault.column,
        "code": at.fault.what.code,
        "severity": "note" if at.fault.what.is_note else "error",
        "message": at.fault.what.message,
        "hint": at.fault.hint,
    }


def node(found: NodeStanding) -> dict[str, Any]:
    """Present what a node enforces of a dataset."""
    word = found.word
    return {
        "node": word.node,
        "dataset": word.dataset,
        "revision": word.revision,
        "newest": found.newest,
        "acknowledged_at": to_rfc3339(word.acknowledged_at) if word.acknowledged_at else None,
        "seen_at": to_rfc3339(word.seen_at) if word.seen_at else None,
        "lacks_since": to_rfc3339(word.lacks_since) if word.lacks_since else None,
        "age_seconds": found.age.total_seconds(),
        "overdue": found.overdue,
        "retired_at": to_rfc3339(found.retired.at) if found.retired else None,
        "retired_why": found.retired.why if found.retired else None,
    }


def evaluation(found: Evaluation, small_cell: int) -> dict[str, Any]:
    """Present a decided cohort."""
    return {
        "dataset": found.dataset.dataset,
        "revision": found.dataset.revision,
        "counts": found.cohort.counts(),
        "shown": found.figures.counts(),
        "reasons": dict(found.figures.reasons),
        "awaiting_by_clause": dict(found.figures.awaiting_by_clause),
        "matters": [_matter(one, people) for one, people in found.figures.matters.items()],
        "obligations": [one.to_json() for one in duties_named(found.inquiry, found.figures.duties)],
        "rulings": [one.to_json() for one in found.rulings],
        "purpose_sha256": found.purpose_sha256,
        "exception_71_4": _exception(found.inquiry),
        "small_cell": small_cell,
        "manifest": found.manifest,
        "bitmap": to_text(found.cohort.within),
        "salt": found.salt.hex(),
    }


def _exception(inquiry: Inquiry) -> dict[str, Any] | None:
    found = lacking_in(inquiry)
    if found is None:
        return None
    return {
        "applied": applies(inquiry),
        "lacking": [one.value for one in found],
        "law": inquiry.policy.exception_law or None,
    }


def _matter(matter: Matter, people: int) -> dict[str, Any]:
    return {
        "clause": matter.clause,
        "question": matter.question.value,
        "value": matter.value,
        "people": people,
    }


def ruling_taken(taken: RulingTaken) -> dict[str, Any]:
    """Present a statement about a ruling as it is recorded."""
    one = taken.statement
    return {
        "ruling_id": one.ruling_id,
        "application_id": one.application_id,
        "answer": one.says.value,
        "sha256": one.sha256,
        "recorded_at": to_rfc3339(one.recorded_at),
        "repeated": taken.repeated,
    }


def blocking(found: Blocking, small_cell: int) -> dict[str, Any]:
    """Present who blocks what."""
    return {
        "dataset": found.dataset.dataset,
        "shown": found.figures.counts(),
        "reasons": dict(found.figures.reasons),
        "awaiting_by_clause": dict(found.figures.awaiting_by_clause),
        "without_clause": dict(found.without),
        "small_cell": small_cell,
    }


def frozen(cohort: FrozenCohort, small_cell: int) -> dict[str, Any]:
    """Present a frozen cohort; its people stay here."""
    return {
        "cohort_id": cohort.cohort_id,
        "dataset": cohort.dataset,
        "revision": cohort.revision,
        "frozen_at": to_rfc3339(cohort.frozen_at),
        "void_at": to_rfc3339(cohort.void_at),
        "counts": dict(cohort.counts),
        "reasons": dict(cohort.reasons),
        "small_cell": small_cell,
        "rulings": list(cohort.rulings),
        "digest": cohort.digest,
        "manifest": cohort.manifest,
        "permit_id": cohort.permit_id,
    }


def standing_cohort(found: StandingCohort) -> dict[str, Any]:
    """Present how a live cohort stands, to who holds it."""
    return {
        "cohort_id": found.frozen.cohort_id,
        "permit_id": found.frozen.permit_id,
        "dataset": found.frozen.dataset,
        "revision": found.stretch.revision,
        "since": found.stretch.since,
        "delta": to_text(found.stretch.delta),
        "salt": found.frozen.salt.hex(),
        "manifest": found.manifest,
    }


def _choice(choice: Choice) -> dict[str, Any]:
    standing = choice.standing
    return {
        "dataset": choice.dataset.dataset,
        "state": standing.state.value,
        "alternatives": alternatives(standing.terms),
        "unreadable": standing.state is State.GIVEN and standing.terms is None,
        "event_id": standing.event_id,
        "effective_from": to_rfc3339(choice.since) if choice.since else None,
        "effective_to": to_rfc3339(choice.until) if choice.until else None,
        "barred_by": sorted({reason_of(bar) for bar in choice.bars}),
        "by_study": choice.by_study,
    }


def _step(step: Step, corrected_by: Mapping[EventId, EventId]) -> dict[str, Any]:
    record = step.record
    correction = correction_of(record.personal)
    answers = answers_of(record.personal)
    return {
        "event_id": record.event_id,
        "dataset": step.dataset.dataset,
        "kind": record.kind.value,
        "alternatives": alternatives(step.terms),
        "expressed_at": to_rfc3339(record.expressed_at),
        "effective_from": to_rfc3339(record.effective_from),
        "effective_to": to_rfc3339(record.effective_to) if record.effective_to else None,
        "recorded_at": to_rfc3339(record.recorded_at),
        "revision": record.revision,
        "channel": record.channel.value,
        "form_version": record.form_version,
        "answers": answers.to_json() if answers else None,
        "withdrawal_id": record.withdrawal_id,
        "corrects": None if correction is None else asdict(correction),
        "corrected_by": corrected_by.get(record.event_id),
    }


def alternatives(terms: Terms | None) -> list[Mapping[str, object]]:
    """Write terms the way a statement is handed in."""
    return [
        {
            **written,
            "modifiers": _modifiers(written["modifiers"]),
            **({"data": _window(alternative.data)} if alternative.data else {}),
        }
        for alternative, written in zip(terms or (), to_json(terms or ()), strict=True)
    ]


def _window(window: Window) -> dict[str, str | None]:
    first, last = window.written()
    return {"first": first or None, "last": last or None}


def _modifiers(stored: object) -> list[dict[str, object]]:
    found = stored if isinstance(stored, list) else []
    return [{"code": one["code"], "value": one["values"] or None} for one in found]
