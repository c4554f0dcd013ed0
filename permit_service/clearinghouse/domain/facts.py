# SPDX-License-Identifier: Apache-2.0
"""What is put on record about a decision.

Open: dataset, decision, reason, legal basis and the revisions it rests on. Sealed: who asked and
from where, under which permit and visa, which file, and whose it is. A refused person's true cause
stands in the sealed part only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from permit_service.clearinghouse.domain.outcome import Decision
from permit_service.clearinghouse.domain.paths import DataPath
from shared.canonical import JSON
from shared.events import Actor, Fact, Subject
from shared.principal import Principal

DECISION_TYPE = "placet.access.decision.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A decision with what was known when it fell; `principal` only from a verified token."""

    decision: Decision
    decided_at: datetime
    path: DataPath | None = None
    principal: Principal | None = field(default=None, repr=False)
    revisions: Mapping[str, int] = field(default_factory=dict)


def decision_fact(judged: Judged, *, trace_id: str, remote: str) -> Fact:
    """Make the fact of one decision."""
    decision = judged.decision
    return Fact(
        type=DECISION_TYPE,
        occurred_at=judged.decided_at,
        trace_id=trace_id,
        dataset=decision.dataset,
        decision="permit" if decision.allowed else "deny",
        reason=decision.reason.value,
        basis=decision.regime,
        extra=dict(judged.revisions),
        actor=_actor(judged.principal),
        permit=_evidence(judged),
        subjects=_subjects(decision),
        net={"ip": remote} if remote else None,
    )


def _actor(principal: Principal | None) -> Actor | None:
    if principal is None:
        return None
    return Actor(issuer=principal.issuer, subject=principal.subject, client_id=principal.client_id)


def _evidence(judged: Judged) -> Mapping[str, JSON] | None:
    decision = judged.decision
    if decision.permit_id is None:
        return None
    known: dict[str, JSON] = {
        "permit_id": decision.permit_id,
        "jti": decision.visa_jti,
        "cohort": decision.cohort_id,
        "cause": decision.cause,
        "file": judged.path.file if judged.path is not None else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def _subjects(decision: Decision) -> tuple[Subject, ...]:
    if decision.dataset is None or decision.ordinal is None:
        return ()
    return (Subject(dataset=decision.dataset, ordinal=decision.ordinal),)
