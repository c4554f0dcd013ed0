# SPDX-License-Identifier: Apache-2.0
"""What this service puts on record, as facts for the audit log.

The open part holds codes, opaque identifiers and digests; people, permits and visas are sealed.
Reasons, titles and names are in no part of an entry.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from permit_service.domain.account import AccountKey
from permit_service.domain.application import Application, Signature, Verdict
from permit_service.domain.caller import Caller
from permit_service.domain.permit import Permit, Regime
from permit_service.domain.ruling import RulingStatement
from permit_service.domain.silence import Overdue
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.country_policy import Silence
from shared.events import Fact
from shared.ids import PermitId

MAX_VISAS_IN_ONE_FACT: Final = 32


def application_submitted(application: Application, caller: Caller) -> Fact:
    """Put on record that somebody applied for a dataset and a purpose."""
    return Fact(
        type="placet.application.submitted.v1",
        occurred_at=application.submitted_at,
        trace_id=caller.trace_id,
        dataset=application.dataset,
        purposes=application.purpose.duo(),
        extra={"application": application.application_id},
        actor=caller.actor(),
    )


def application_decided(
    application: Application, signature: Signature, regime: Regime, caller: Caller
) -> Fact:
    """Put on record that one member of the authority decided; the reasons as a digest only."""
    return Fact(
        type="placet.application.decided.v1",
        occurred_at=signature.decided_at,
        trace_id=caller.trace_id,
        dataset=application.dataset,
        decision="permit" if signature.verdict is Verdict.GRANT else "deny",
        basis=regime.value,
        purposes=application.purpose.duo(),
        extra={
            "application": application.application_id,
            "reasons": signature.reasons_digest(),
            "state": application.state.value,
            "policy_sha256": signature.policy_sha256,
        },
        actor=caller.actor(),
    )


def application_overdue(
    application: Application, overdue: Overdue, regime: Regime, *, trace_id: str
) -> Fact:
    """Put on record that nobody decided in time, and what that means under which policy."""
    refused = overdue.means is Silence.REFUSAL
    return Fact(
        type="placet.application.overdue.v1",
        occurred_at=overdue.noted_at,
        trace_id=trace_id,
        dataset=application.dataset,
        decision="deny" if refused else None,
        reason=overdue.means.value,
        basis=regime.value,
        purposes=application.purpose.duo(),
        extra={
            "application": application.application_id,
            "due_on": overdue.due_on.isoformat(),
            "state": application.state.value,
            "policy_sha256": overdue.policy_sha256,
        },
    )


def application_ruled(
    application: Application,
    statement: RulingStatement,
    regime: Regime,
    caller: Caller,
    *,
    policy_sha256: str,
) -> Fact:
    """Put on record that the authority ruled, or withdrew a ruling; the reasons as a digest only.

    The text of a clause is left out: the digest of what was signed covers it.
    """
    return Fact(
        type="placet.application.ruled.v1",
        occurred_at=statement.stated_at,
        trace_id=caller.trace_id,
        dataset=application.dataset,
        reason=statement.says.value,
        basis=regime.value,
        purposes=application.purpose.duo(),
        extra={
            "application": application.application_id,
            "ruling": statement.ruling_id,
            "clause": statement.matter.clause,
            "question": statement.matter.question,
            "jws": _digest(statement.jws),
            "reasons": statement.reasons_digest(),
            "policy_sha256": policy_sha256,
        },
        actor=caller.actor(),
    )


def permit_issued(permit: Permit, *, node: str, at: datetime, trace_id: str) -> Fact:
    """Put on record that a permit came to life, bound to its freeze and its exact bytes.

    It names the node whose data it opens and the countries that its purpose names, if any.
    """
    countries = permit.purpose.countries
    return Fact(
        type="placet.permit.issued.v1",
        occurred_at=at,
        trace_id=trace_id,
        dataset=permit.dataset,
        basis=permit.regime.value,
        purposes=permit.purpose.duo(),
        extra={
            "application": permit.application_id,
            "cohort": permit.cohort.cohort_id,
            "cohort_revision": permit.cohort.revision,
            "expires_at": to_rfc3339(permit.expires_at),
            "jws": _digest(permit.jws),
            "nodes": [node.lower()],
            "revision": permit.revision,
            **({"countries": list(countries)} if countries else {}),
        },
        on_behalf_of=_account(permit.holder),
        permit={"permit_id": permit.permit_id},
    )


def permit_revoked(permit: Permit, caller: Caller, *, at: datetime) -> Fact:
    """Put on record that a permit was ended and by whom."""
    return Fact(
        type="placet.permit.revoked.v1",
        occurred_at=at,
        trace_id=caller.trace_id,
        dataset=permit.dataset,
        basis=permit.regime.value,
        extra={"application": permit.application_id, "revision": permit.revision},
        actor=caller.actor(),
        on_behalf_of=_account(permit.holder),
        permit={"permit_id": permit.permit_id},
    )


def visas_issued(
    holder: AccountKey, visas: Sequence[tuple[Permit, str]], caller: Caller, *, at: datetime
) -> tuple[Fact, ...]:
    """Put on record one batch of visas: who got them, for whom, under which permits, which jti.

    One fact per dataset and 32 visas, so that a search by dataset finds it and a sealed part
    keeps its size.
    """
    by_dataset: dict[str, list[tuple[PermitId, str]]] = {}
    for permit, jti in visas:
        by_dataset.setdefault(permit.dataset, []).append((permit.permit_id, jti))
    return tuple(
        Fact(
            type="placet.visa.issued.v1",
            occurred_at=at,
            trace_id=caller.trace_id,
            dataset=dataset,
            counts={"visas": len(chunk)},
            actor=caller.actor(),
            on_behalf_of=_account(holder),
            permit={"visas": [{"jti": jti, "permit_id": permit_id} for permit_id, jti in chunk]},
        )
        for dataset, pairs in sorted(by_dataset.items())
        for chunk in _chunks(pairs)
    )


def _chunks(pairs: Sequence[tuple[PermitId, str]]) -> list[Sequence[tuple[PermitId, str]]]:
    size = MAX_VISAS_IN_ONE_FACT
    return [pairs[start : start + size] for start in range(0, len(pairs), size)]


def _account(key: AccountKey) -> dict[str, JSON]:
    return {"iss": key.issuer, "sub": key.subject}


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
