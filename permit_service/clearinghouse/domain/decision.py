# SPDX-License-Identifier: Apache-2.0
"""May this person read this file? The one place that says yes.

Pure: everything it needs is passed in, and the answer is a value with its reason. The checks stand
in one order (`Stage`); of several bad visas the one furthest along gives the reason. Earlier
refusals (spool, path, freshness, token) have no visa to speak of and come from the use case with
the same codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from permit_service.clearinghouse.domain.data_categories import opens
from permit_service.clearinghouse.domain.outcome import Decision, Reason, Stage, refusal
from permit_service.clearinghouse.domain.paths import DataPath
from permit_service.clearinghouse.domain.permit import PermitDocument
from permit_service.clearinghouse.domain.state import (
    Cohort,
    DatasetRegister,
    PermitRecord,
    PermitStatus,
)
from permit_service.clearinghouse.domain.trust import TrustedSource
from permit_service.clearinghouse.domain.visa import Visa
from shared.ids import PermitId


@dataclass(frozen=True, slots=True, kw_only=True)
class VisaFault:
    """A visa that failed before its permit was looked at."""

    stage: Stage
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedVisa:
    """A visa of a trusted source whose signature and claims hold; its end is not yet compared."""

    visa: Visa
    source: TrustedSource


CheckedVisa: TypeAlias = VerifiedVisa | VisaFault


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitEvidence:
    """A permit of the register; `document` is None when its JWS does not verify."""

    record: PermitRecord
    document: PermitDocument | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request of a person whose token is valid, on a fresh picture.

    `permits` has what is known of each permit that a visa names; `register` is None for a dataset
    nobody has announced, and then it has no members.
    """

    path: DataPath
    visas: tuple[CheckedVisa, ...]
    permits: Mapping[PermitId, PermitEvidence]
    register: DatasetRegister | None = field(repr=False)
    now: datetime


def decide(question: Question) -> Decision:
    """Answer the question: allowed by the first visa that passes every check, else refused."""
    path, register = question.path, question.register
    ordinal = register.ordinals.get(path.local_id) if register is not None else None
    best = (Stage.NONE, refusal(Reason.VISA_NONE, dataset=path.dataset, ordinal=ordinal))
    nothing = best[1]
    for visa in question.visas:
        stage, decision = _judge(visa, question, nothing)
        if stage is Stage.PASSED:
            return decision
        if stage > best[0]:
            best = (stage, decision)
    return best[1]


def _judge(checked: CheckedVisa, question: Question, nothing: Decision) -> tuple[Stage, Decision]:
    if isinstance(checked, VisaFault):
        return checked.stage, replace(nothing, reason=checked.reason)
    visa = checked.visa
    if not checked.source.opens(visa, question.path.dataset):
        return Stage.NONE, nothing
    seen = replace(nothing, visa_jti=visa.jti, permit_id=visa.permit)
    if question.now.timestamp() >= visa.expires_at:
        return Stage.EXPIRY, replace(seen, reason=Reason.VISA_EXPIRED)
    evidence = question.permits.get(visa.permit) if visa.permit is not None else None
    if evidence is None or evidence.document is None:
        return Stage.PERMIT, replace(seen, reason=Reason.PERMIT_INVALID)
    fault = _permit_fault(visa, evidence.record, evidence.document, question)
    if fault is not None:
        return fault[0], replace(seen, reason=fault[1])
    return _judge_member(evidence.document, question, seen)


def _permit_fault(
    visa: Visa, record: PermitRecord, document: PermitDocument, question: Question
) -> tuple[Stage, Reason] | None:
    """Check that visa, document and register speak of one permit, live, for this dataset.

    A revoked permit is called revoked even when it has also expired: the stronger no.
    """
    if document.permit_id != record.permit_id or document.holder != visa.subject:
        return Stage.PERMIT, Reason.PERMIT_INVALID
    if record.status is PermitStatus.REVOKED:
        return Stage.LIVE, Reason.PERMIT_REVOKED
    if record.status is PermitStatus.EXPIRED or question.now >= document.expires_at:
        return Stage.LIVE, Reason.PERMIT_EXPIRED
    if question.now < document.not_before:
        return Stage.LIVE, Reason.PERMIT_INVALID
    if document.dataset != question.path.dataset or document.dataset_url != visa.value:
        return Stage.DATASET, Reason.PERMIT_INVALID
    return None


def _judge_member(
    document: PermitDocument, question: Question, seen: Decision
) -> tuple[Stage, Decision]:
    register = question.register
    cohort = register.cohorts.get(document.permit_id) if register is not None else None
    if cohort is not None and not _same_cohort(cohort, document):
        return Stage.DATASET, replace(seen, reason=Reason.PERMIT_INVALID)
    if cohort is not None and not _reaches(document, cohort, question.path):
        return Stage.DATASET, replace(seen, reason=Reason.DATA_CATEGORY_NOT_IN_PERMIT)
    cause = _why_outside(register, cohort, seen, question.now)
    named = replace(seen, cohort_id=document.cohort_id, regime=document.regime)
    if cause is not None:
        return Stage.COHORT, replace(named, reason=Reason.PERSON_NOT_IN_COHORT, cause=cause)
    return Stage.PASSED, replace(named, allowed=True, reason=Reason.PERMIT_VALID)


def _same_cohort(cohort: Cohort, document: PermitDocument) -> bool:
    """Say whether the feed's cohort is the one that the permit's signatures cover."""
    return (
        cohort.cohort_id == document.cohort_id
        and cohort.revision == document.cohort_revision
        and cohort.digest == document.cohort_digest
    )


def _reaches(document: PermitDocument, cohort: Cohort, path: DataPath) -> bool:
    """Say whether the permit was given for the kind of data in this file, whoever's it is."""
    return opens(path.data_category, named=document.data_categories, told=cohort.kinds)


def _why_outside(
    register: DatasetRegister | None, cohort: Cohort | None, seen: Decision, now: datetime
) -> str | None:
    """Give why the person is not in the cohort now, None when she is."""
    if register is None or cohort is None:
        return "no_cohort"
    if seen.ordinal is None:
        return "not_a_member"
    if seen.ordinal not in cohort.members:
        narrowing = register.narrowed.get(seen.ordinal)
        return narrowing.cause if narrowing is not None else "not_in_cohort"
    lapse = cohort.lapses.get(seen.ordinal)
    return "lapsed" if lapse is not None and now >= lapse else None
