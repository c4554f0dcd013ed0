# SPDX-License-Identifier: Apache-2.0
"""Valid-by-default applications, signatures, freezes and permits for permit_service's tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from permit_service.domain.account import AccountKey
from permit_service.domain.application import (
    Application,
    ApplicationState,
    Signature,
    Verdict,
)
from permit_service.domain.cohort import CohortCounts, FrozenCohort, Project
from permit_service.domain.issuance import VisaProfile
from permit_service.domain.permit import Permit, PermitState, Regime, expiry
from permit_service.domain.purpose import Category, Organisation, Purpose
from shared.country_policy import load_country_policy
from shared.ids import ApplicationId, CohortId, DatasetId, PermitId, Revision
from shared.policy_files import policy_text

T0 = datetime(2026, 11, 22, 6, 25, 0, 123456, tzinfo=UTC)
IDP = "http://idp.example"
RITA = AccountKey(IDP, "rita")
DORA = AccountKey(IDP, "dora")
DATASET = DatasetId("GDI-ZZ-DATASET-1")
PROFILE = VisaProfile(
    issuer="https://permits.zz.example",
    authority="https://authority.zz.example",
    dataset_url_base="https://data.zz.example/datasets/",
)
NATIONAL = load_country_policy(policy_text(None))
PROJECT = Project(
    title="Kidneys of the north",
    organisation="Institute of Examples",
    until=datetime(2027, 11, 22, tzinfo=UTC),
)
HMB = Purpose(
    category=Category.HMB,
    commercial=False,
    organisation=Organisation(ror="https://ror.org/02catss52", not_for_profit=True),
    countries=("FI",),
)


def an_application(application_id: str = "app-1", *, months: int = 12) -> Application:
    return Application(
        application_id=ApplicationId(application_id),
        applicant=RITA,
        title="Rare variants of the heart",
        organisation="Institute of Examples",
        dataset=DATASET,
        purpose=HMB,
        months=months,
        submitted_at=T0,
    )


def a_signature(
    verdict: Verdict = Verdict.GRANT,
    *,
    by: AccountKey = DORA,
    at: datetime = T0,
    valid_until: datetime | None = None,
) -> Signature:
    return Signature(
        authority=by,
        verdict=verdict,
        reasons="Purpose and consents agree.",
        salt=bytes(range(32)),
        decided_at=at,
        valid_until=valid_until,
    )


def a_granted_application(application_id: str = "app-1", *, months: int = 12) -> Application:
    application = an_application(application_id, months=months)
    return application.sign(a_signature(), signers_required=1)


def a_freeze(cohort_id: str = "cohort-1", *, revision: int = 7, at: datetime = T0) -> FrozenCohort:
    return FrozenCohort(
        cohort_id=CohortId(cohort_id),
        revision=Revision(revision),
        frozen_at=at,
        void_at=at + timedelta(seconds=60),
        counts=CohortCounts(members=1000, within=610, out=380, awaiting=None),
        digest="c2FsdGVkIGRpZ2VzdA==",
        manifest="e30.e30.e30",
    )


def a_permit(
    permit_id: str = "permit-1",
    *,
    at: datetime = T0,
    months: int = 12,
    state: PermitState = PermitState.LIVE,
) -> Permit:
    application = replace(
        a_granted_application(f"app-of-{permit_id}", months=months),
        state=ApplicationState.GRANTED,
    )
    freeze = a_freeze(f"cohort-of-{permit_id}", at=at)
    return Permit(
        permit_id=PermitId(permit_id),
        application_id=application.application_id,
        holder=application.applicant,
        holder_subject="own-random-subject",
        dataset=application.dataset,
        regime=Regime.CONSENT_GDPR,
        purpose=application.purpose,
        cohort=freeze,
        jws="e30.e30.e30",
        decided_at=application.decided_at(),
        issued_at=at,
        not_before=at,
        expires_at=expiry(application, at),
        members_now=freeze.counts.within,
        members_revision=freeze.revision,
        state=state,
        revision=None if state is PermitState.ISSUING else Revision(1),
    )
