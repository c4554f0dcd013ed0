# SPDX-License-Identifier: Apache-2.0
"""Rows to values of the domain and back, field by field and without any rule."""

from typing import Any

from permit_service.adapters.tables import ApplicationRow, OverdueRow, PermitRow, SignatureRow
from permit_service.domain.account import AccountKey
from permit_service.domain.application import (
    Application,
    ApplicationState,
    Signature,
    Verdict,
)
from permit_service.domain.cohort import SMALL_CELL, CohortCounts, FrozenCohort
from permit_service.domain.permit import Permit, PermitState, Regime, Revocation
from permit_service.domain.purpose import parse_purpose
from permit_service.domain.silence import Overdue
from shared.country_policy import Silence
from shared.ids import ApplicationId, CohortId, DatasetId, PermitId, Revision


def application_row(application: Application) -> ApplicationRow:
    """Write an application with its signatures."""
    return ApplicationRow(
        application_id=application.application_id,
        applicant_issuer=application.applicant.issuer,
        applicant_subject=application.applicant.subject,
        title=application.title,
        organisation=application.organisation,
        dataset=application.dataset,
        purpose=application.purpose.to_json(),
        months=application.months,
        submitted_at=application.submitted_at,
        state=application.state.value,
        signatures=[
            SignatureRow(
                application_id=application.application_id,
                place=place,
                authority_issuer=one.authority.issuer,
                authority_subject=one.authority.subject,
                verdict=one.verdict.value,
                reasons=one.reasons,
                salt=one.salt,
                decided_at=one.decided_at,
                valid_until=one.valid_until,
                policy_sha256=one.policy_sha256 or None,
            )
            for place, one in enumerate(application.signatures)
        ],
        overdue=_overdue_row(application),
    )


def application_of(row: ApplicationRow) -> Application:
    """Read an application with its signatures."""
    return Application(
        application_id=ApplicationId(row.application_id),
        applicant=AccountKey(row.applicant_issuer, row.applicant_subject),
        title=row.title,
        organisation=row.organisation,
        dataset=DatasetId(row.dataset),
        purpose=parse_purpose(row.purpose),
        months=row.months,
        submitted_at=row.submitted_at,
        state=ApplicationState(row.state),
        signatures=tuple(
            Signature(
                authority=AccountKey(one.authority_issuer, one.authority_subject),
                verdict=Verdict(one.verdict),
                reasons=one.reasons,
                salt=bytes(one.salt),
                decided_at=one.decided_at,
                valid_until=one.valid_until,
                policy_sha256=one.policy_sha256 or "",
            )
            for one in row.signatures
        ),
        overdue=_overdue_of(row.overdue),
    )


def _overdue_row(application: Application) -> OverdueRow | None:
    found = application.overdue
    if found is None:
        return None
    return OverdueRow(
        application_id=application.application_id,
        due_on=found.due_on,
        means=found.means.value,
        law=found.law,
        policy_sha256=found.policy_sha256,
        noted_at=found.noted_at,
    )


def _overdue_of(row: OverdueRow | None) -> Overdue | None:
    if row is None:
        return None
    return Overdue(
        due_on=row.due_on,
        means=Silence(row.means),
        law=row.law,
        policy_sha256=row.policy_sha256,
        noted_at=row.noted_at,
    )


def permit_columns(permit: Permit) -> dict[str, Any]:
    """Write a permit."""
    ending = permit.revocation
    return {
        "permit_id": permit.permit_id,
        "application_id": permit.application_id,
        "holder_issuer": permit.holder.issuer,
        "holder_subject": permit.holder.subject,
        "holder_own_subject": permit.holder_subject,
        "dataset": permit.dataset,
        "regime": permit.regime.value,
        "purpose": permit.purpose.to_json(),
        "cohort_id": permit.cohort.cohort_id,
        "cohort_revision": permit.cohort.revision,
        "cohort_counts": _counts_columns(permit.cohort.counts),
        "cohort_digest": permit.cohort.digest,
        "cohort_manifest": permit.cohort.manifest,
        "frozen_at": permit.cohort.frozen_at,
        "void_at": permit.cohort.void_at,
        "jws": permit.jws,
        "decided_at": permit.decided_at,
        "issued_at": permit.issued_at,
        "not_before": permit.not_before,
        "expires_at": permit.expires_at,
        "members_now": permit.members_now,
        "members_revision": permit.members_revision,
        "state": permit.state.value,
        "attempt": permit.attempt,
        "revision": permit.revision,
        "live_at": permit.live_at,
        "revoked_at": ending.revoked_at if ending else None,
        "revoked_by_issuer": ending.by.issuer if ending else None,
        "revoked_by_subject": ending.by.subject if ending else None,
        "revocation_reasons": ending.reasons if ending else None,
    }


def _counts_columns(counts: CohortCounts) -> dict[str, int]:
    """Write the numbers that may be told."""
    told = {name: count for name, count in counts.parts().items() if count is not None}
    return {"members": counts.members, **told, "small_cell": counts.small_cell}


def permit_of(row: PermitRow) -> Permit:
    """Read a permit."""
    return Permit(
        permit_id=PermitId(row.permit_id),
        application_id=ApplicationId(row.application_id),
        holder=AccountKey(row.holder_issuer, row.holder_subject),
        holder_subject=row.holder_own_subject,
        dataset=DatasetId(row.dataset),
        regime=Regime(row.regime),
        purpose=parse_purpose(row.purpose),
        cohort=_cohort_of(row),
        jws=row.jws,
        decided_at=row.decided_at,
        issued_at=row.issued_at,
        not_before=row.not_before,
        expires_at=row.expires_at,
        members_now=row.members_now,
        members_revision=Revision(row.members_revision),
        state=PermitState(row.state),
        attempt=row.attempt,
        revision=None if row.revision is None else Revision(row.revision),
        live_at=row.live_at,
        revocation=_revocation_of(row),
    )


def _cohort_of(row: PermitRow) -> FrozenCohort:
    counts = row.cohort_counts
    return FrozenCohort(
        cohort_id=CohortId(row.cohort_id),
        revision=Revision(row.cohort_revision),
        frozen_at=row.frozen_at,
        void_at=row.void_at,
        counts=CohortCounts(
            members=counts["members"],
            within=counts.get("in"),
            out=counts.get("out"),
            awaiting=counts.get("awaiting"),
            small_cell=counts.get("small_cell", SMALL_CELL),
        ),
        digest=row.cohort_digest,
        manifest=row.cohort_manifest,
    )


def _revocation_of(row: PermitRow) -> Revocation | None:
    if row.revoked_at is None:
        return None
    return Revocation(
        by=AccountKey(row.revoked_by_issuer or "", row.revoked_by_subject or ""),
        reasons=row.revocation_reasons or "",
        revoked_at=row.revoked_at,
    )
