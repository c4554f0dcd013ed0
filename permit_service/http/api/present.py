# SPDX-License-Identifier: Apache-2.0
"""Values of the domain as JSON answers. Formats, and adds nothing."""

from datetime import date, datetime
from typing import Any

from permit_service.domain.application import Application, Signature
from permit_service.domain.cohort import CohortView, Shown
from permit_service.domain.grant import Grant
from permit_service.domain.permit import Permit
from permit_service.domain.ruling import Matter, Ruling
from permit_service.domain.silence import Overdue
from permit_service.domain.words import matter_in_words
from permit_service.usecases.read import Case
from shared.clock import to_rfc3339


def application(found: Application, due_on: date | None) -> dict[str, Any]:
    """Present an application without what became of it; `due_on` is None for a decided one."""
    return {
        "application_id": found.application_id,
        "applicant": {"iss": found.applicant.issuer, "sub": found.applicant.subject},
        "title": found.title,
        "organisation": found.organisation,
        "dataset": found.dataset,
        "purpose": found.purpose.to_json(),
        "months": found.months,
        "submitted_at": to_rfc3339(found.submitted_at),
        "state": found.state.value,
        "signatures": [_signature(one) for one in found.signatures],
        "due_on": None if due_on is None else due_on.isoformat(),
        "overdue": _overdue(found.overdue),
    }


def _overdue(found: Overdue | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "due_on": found.due_on.isoformat(),
        "means": found.means.value,
        "law": found.law or None,
        "policy_sha256": found.policy_sha256,
        "noted_at": to_rfc3339(found.noted_at),
    }


def case(found: Case) -> dict[str, Any]:
    """Present an application with its permit and the progress of its grant."""
    answer = application(found.application, found.due_on)
    if found.permit is not None:
        answer["permit_id"] = found.permit.permit_id
        if (annex := found.permit.cohort.annex()) is not None:
            answer["annex"] = annex.to_json()
    if found.grant is not None:
        answer["grant"] = _grant(found.grant)
    return answer


def cohort(view: CohortView) -> dict[str, Any]:
    """Present counts as they may be shown."""
    return {
        "dataset": view.dataset,
        "counts": view.counts.published(),
        "reasons": dict(view.reasons),
        "awaiting_by_clause": dict(view.awaiting_by_clause),
        "matters": [
            {**_matter(one.matter), "people": one.people, "in_words": matter_in_words(one.matter)}
            for one in view.matters
        ],
        "obligations": [one.to_json() for one in view.duties],
        "small_cell": view.counts.small_cell,
    }


def ruling(found: Ruling) -> dict[str, Any]:
    """Present a ruling and its withdrawal."""
    given, ended = found.given, found.withdrawn
    return {
        "ruling_id": given.ruling_id,
        "application_id": given.application_id,
        **_matter(given.matter),
        "answer": given.says.value,
        "reasons": given.reasons,
        "stated_at": to_rfc3339(given.stated_at),
        "statement": given.jws,
        "withdrawn_at": to_rfc3339(ended.stated_at) if ended else None,
        "withdrawal_reasons": ended.reasons if ended else None,
        "withdrawal_statement": ended.jws if ended else None,
    }


def _matter(matter: Matter) -> dict[str, Any]:
    return {"clause": matter.clause, "question": matter.question, "value": matter.value}


def permit(found: Permit, now: datetime) -> dict[str, Any]:
    """Present a permit with its status at `now`."""
    ending, annex = found.revocation, found.cohort.annex()
    return {
        "permit_id": found.permit_id,
        "application_id": found.application_id,
        "dataset": found.dataset,
        "state": found.state.value,
        "status": found.status(now).value,
        "issued_at": to_rfc3339(found.issued_at),
        "not_before": to_rfc3339(found.not_before),
        "expires_at": to_rfc3339(found.expires_at),
        "revoked_at": to_rfc3339(ending.revoked_at) if ending else None,
        "revision": found.revision,
        "cohort": {
            "cohort_id": found.cohort.cohort_id,
            "revision": found.cohort.revision,
            "counts": found.cohort.counts.published(),
            "members_now": Shown(found.members_now, found.cohort.counts.small_cell).to_json(),
        },
        "annex": None if annex is None else annex.to_json(),
        "jws": found.jws,
    }


def _signature(one: Signature) -> dict[str, Any]:
    return {
        "decision": one.verdict.value,
        "reasons": one.reasons,
        "reasons_digest": one.reasons_digest(),
        "decided_at": to_rfc3339(one.decided_at),
        "valid_until": to_rfc3339(one.valid_until) if one.valid_until else None,
        "policy_sha256": one.policy_sha256 or None,
    }


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "tries": grant.tries,
        "next_try_at": to_rfc3339(grant.next_try_at),
        "fault": grant.fault,
    }
