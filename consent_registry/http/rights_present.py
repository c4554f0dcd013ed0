# SPDX-License-Identifier: Apache-2.0
"""Requests, tasks and a person's own file as JSON values; both faces of the desk give the file."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from consent_registry.domain.answers import Answers
from consent_registry.domain.contacts import ContactPoint
from consent_registry.domain.levels import Task
from consent_registry.domain.person_events import MERGES, PersonRecord
from consent_registry.domain.records import EventRecord, correction_of
from consent_registry.domain.rights import ARTICLES, RequestState, RightsRequest, StepKind
from consent_registry.domain.supervision import Authority
from consent_registry.domain.terms import Terms, to_json
from consent_registry.http.uses_present import project, use_report
from consent_registry.usecases.own_file import InPermit, Membership, OwnFile
from shared.clock import to_rfc3339
from shared.ids import DatasetId

FILE_FORMAT = "placet/own-data/v1"


def request(
    found: RightsRequest, now: datetime, authority: Authority | None = None
) -> dict[str, Any]:
    """Present a request. Who of the desk acted is nobody's business outside it.

    One that was refused says where she can complain (Article 12(4)).
    """
    due = found.due_on
    refused = found.state is RequestState.REFUSED
    return {
        "request_id": found.request_id,
        "right": found.right.value,
        "article": str(ARTICLES[found.right]),
        "state": found.state.value,
        "received_at": to_rfc3339(found.received_at),
        "due_on": due.isoformat() if due is not None and found.is_open else None,
        "extend_by": found.extend_by.isoformat() if found.may(StepKind.EXTENDED, now) else None,
        "complaint": complaint(authority) if refused else None,
        "extended": found.extended,
        "overdue": found.is_overdue(now),
        "taken": found.owner is not None,
        "steps": [
            {
                "step": step.kind.value,
                "at": to_rfc3339(step.at),
                "code": step.code,
                "by_desk": step.by is not None,
                "policy_sha256": step.policy_sha256 or None,
            }
            for step in found.steps
        ],
    }


def complaint(authority: Authority | None) -> dict[str, Any]:
    """Say where she can complain, and that she can go to court (Articles 77 and 79)."""
    return {
        "authority": None if authority is None else authority.name,
        "url": None if authority is None else authority.url,
        "articles": ["77", "79"],
    }


def task(found: Task) -> dict[str, Any]:
    """Present a task."""
    return {
        "task_id": found.task_id,
        "dataset": found.dataset,
        "level": found.level.value,
        "kind": found.kind.value,
        "created_at": to_rfc3339(found.created_at),
        "taken": found.owner is not None,
        "done_at": to_rfc3339(found.done_at) if found.done_at else None,
        "proof": found.proof.hex() if found.proof else None,
    }


def own_file(found: OwnFile) -> dict[str, Any]:
    """Write the whole file."""
    return {
        "format": FILE_FORMAT,
        "made_at": to_rfc3339(found.made_at),
        "participant": found.pseudonyms[0],
        "other_names": list(found.pseudonyms[1:]),
        "accounts": [{"issuer": one.issuer, "subject": one.subject} for one in found.accounts],
        "datasets": [_membership(one) for one in found.memberships],
        "opt_outs": [
            {
                "optout_id": one.optout_id,
                "kind": one.kind.value,
                "about": one.about.text,
                "recorded_at": to_rfc3339(one.recorded_at),
                "channel": one.channel.value,
                "number": one.ordinal,
            }
            for one in found.opt_outs
        ],
        "withdrawals": [
            {
                "withdrawal_id": one.withdrawal_id,
                "recorded_at": to_rfc3339(one.recorded_at),
                "datasets": [name for name, _ in one.revisions],
            }
            for one in found.withdrawals
        ],
        "restrictions": [
            {
                "kind": one.kind.value,
                "begins": one.begins,
                "recorded_at": to_rfc3339(one.recorded_at),
            }
            for one in found.stops
        ],
        "legal_holds": [
            {"ground": one.ground, "set_at": to_rfc3339(one.set_at), "until": to_rfc3339(one.until)}
            for one in found.holds
        ],
        "requests": [
            {**request(one, found.made_at, found.authority), "words": words}
            for one, words in found.requests
        ],
        "tasks": [task(one) for one in found.tasks],
        "contact_points": [_contact(one) for one in found.contact_points],
        "notices": [
            {"notice": kind.value, "outcome": outcome.value, "at": to_rfc3339(at)}
            for kind, outcome, at in found.notices
        ],
        "complaint": complaint(found.authority),
        "life": [_life(one) for one in found.life],
        "uses": None if found.uses is None else use_report(found.uses, _titles(found)),
    }


def _contact(found: ContactPoint) -> dict[str, Any]:
    """Write where she is reached; who of the desk entered it is nobody's business outside it."""
    return {
        "email": found.email,
        "waiting": found.waiting or None,
        "language": found.language,
        "confirmed_at": to_rfc3339(found.confirmed_at) if found.confirmed_at else None,
        "paper": found.paper.sha256 if found.paper else None,
        "letter": found.letter.sha256 if found.letter else None,
    }


def _life(found: PersonRecord) -> dict[str, Any]:
    """Write an event of her life, without what it says of others (GDPR Article 15(4)).

    Those are the login of whoever holds a mandate, and who else a merge is about, and why.
    """
    of_others = {"issuer", "subject", "why"}
    return {
        "event_id": found.event_id,
        "kind": found.kind.value,
        "matter": found.matter,
        "about": None if found.kind in MERGES else found.about,
        "effective_from": to_rfc3339(found.effective_from),
        "effective_to": to_rfc3339(found.effective_to) if found.effective_to else None,
        "recorded_at": to_rfc3339(found.recorded_at),
        "channel": found.channel.value,
        "said": {name: value for name, value in found.body.items() if name not in of_others},
    }


def _titles(found: OwnFile) -> dict[DatasetId, str]:
    return {one.dataset.dataset: one.dataset.title for one in found.memberships}


def _membership(found: Membership) -> dict[str, Any]:
    dataset = found.dataset
    return {
        "dataset": dataset.dataset,
        "title": dataset.title,
        "controller": dataset.controller,
        "legal_regime": dataset.legal_regime,
        "local_id": found.member.local_id,
        "ordinal": found.member.ordinal,
        "data_categories": list(found.member.data_categories or dataset.data_categories),
        "events": [_event(*one) for one in found.events],
        "permits": _permits(found.permits),
    }


def _event(record: EventRecord, terms: Terms | None, answers: Answers | None) -> dict[str, Any]:
    correction = correction_of(record.personal)
    return {
        "corrects": None if correction is None else asdict(correction),
        "event_id": record.event_id,
        "kind": record.kind.value,
        "expressed_at": to_rfc3339(record.expressed_at),
        "effective_from": to_rfc3339(record.effective_from),
        "effective_to": to_rfc3339(record.effective_to) if record.effective_to else None,
        "recorded_at": to_rfc3339(record.recorded_at),
        "channel": record.channel.value,
        "form_version": record.form_version,
        "withdrawal_id": record.withdrawal_id,
        "alternatives": to_json(terms) if terms else [],
        "answers": answers.to_json() if answers else None,
    }


def _permits(found: Sequence[InPermit]) -> list[dict[str, Any]]:
    return [
        {
            "permit_id": one.permit_id,
            "decided_at": to_rfc3339(one.frozen_at),
            "left": [{"at": to_rfc3339(gone.left_at), "cause": gone.cause} for gone in one.left],
            "project": project(one.project),
            "ended_at": None if one.ended_at is None else to_rfc3339(one.ended_at),
        }
        for one in found
    ]
