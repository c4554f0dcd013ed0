# SPDX-License-Identifier: Apache-2.0
"""Valid-by-default visas, permits, cohorts and registers for the clearinghouse's tests."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from permit_service.clearinghouse.domain.ordinals import Ordinals
from permit_service.clearinghouse.domain.permit import PermitDocument
from permit_service.clearinghouse.domain.state import (
    Cohort,
    DatasetRegister,
    PermitRecord,
    PermitStatus,
)
from permit_service.clearinghouse.domain.trust import Binding, TrustedSource
from permit_service.clearinghouse.domain.visa import Visa
from shared.clock import to_rfc3339
from shared.ids import CohortId, DatasetId, Ordinal, PermitId, Revision
from shared.principal import Principal
from tests.fakes.kernel import START

DATASET = DatasetId("GDI-ZZ-DATASET-1")
OTHER_DATASET = DatasetId("GDI-ZZ-DATASET-2")
PERMIT = PermitId("permit-1")
COHORT = CohortId("cohort-1")
HOLDER = "random-subject-1"
IDP = "https://login.zz.example"
ISSUER = "https://permits.zz.example"
JKU = f"{ISSUER}/api/jwk"
PREFIX = "https://data.zz.example/datasets/"
AUTHORITY = "https://authority.zz.example"
DIGEST = "c2FsdGVkIGRpZ2VzdA=="
NOW = int(START.timestamp())
RITA = Principal(issuer=IDP, subject="rita", client_id="desk", scopes=frozenset(), is_service=False)


def a_source(
    name: str = "own",
    *,
    issuer: str = ISSUER,
    binding: Binding = Binding.BROKER_BOUND,
    subject_issuer: str = IDP,
) -> TrustedSource:
    return TrustedSource(
        name=name,
        issuer=issuer,
        key_url=f"{issuer}/api/jwk",
        permissions_url=f"{issuer}/api/permissions/{{user}}",
        audience="urn:placet:zz:permit_service",
        subject_issuer=subject_issuer,
        binding=binding,
        reason="same node",
        dataset_prefix=PREFIX,
        sources=frozenset({AUTHORITY}),
    )


def visa_header(**changes: object) -> dict[str, Any]:
    return {"alg": "RS256", "kid": "key-1", "typ": "vnd.ga4gh.visa+jwt", "jku": JKU, **changes}


def visa_body(**changes: object) -> dict[str, Any]:
    return {
        "type": "ControlledAccessGrants",
        "asserted": NOW - 100,
        "value": f"{PREFIX}{DATASET}",
        "source": AUTHORITY,
        "by": "dac",
        **changes,
    }


def visa_claims(body: Mapping[str, object] | None = None, **changes: object) -> dict[str, Any]:
    return {
        "iss": ISSUER,
        "sub": HOLDER,
        "iat": NOW - 10,
        "exp": NOW + 890,
        "jti": "jti-1",
        "ga4gh_visa_v1": visa_body() if body is None else body,
        "urn:placet:permit": PERMIT,
        **changes,
    }


def a_visa(
    *,
    permit: PermitId | None = PERMIT,
    subject: str = HOLDER,
    dataset: DatasetId = DATASET,
    expires_at: int = NOW + 890,
    jti: str = "jti-1",
) -> Visa:
    return Visa(
        issuer=ISSUER,
        subject=subject,
        issued_at=NOW - 10,
        expires_at=expires_at,
        jti=jti,
        type="ControlledAccessGrants",
        value=f"{PREFIX}{dataset}",
        source=AUTHORITY,
        by="dac",
        asserted=NOW - 100,
        permit=permit,
    )


def a_document(
    permit_id: PermitId = PERMIT,
    *,
    dataset: DatasetId = DATASET,
    holder: str = HOLDER,
    cohort_id: CohortId = COHORT,
    digest: str = DIGEST,
    not_before: datetime = START - timedelta(days=1),
    expires_at: datetime = START + timedelta(days=300),
) -> PermitDocument:
    return PermitDocument(
        permit_id=permit_id,
        regime="consent_gdpr",
        holder=holder,
        dataset=dataset,
        dataset_url=f"{PREFIX}{dataset}",
        not_before=not_before,
        expires_at=expires_at,
        cohort_id=cohort_id,
        cohort_revision=Revision(10),
        cohort_digest=digest,
    )


def permit_body(document: PermitDocument, *, issuer: str = ISSUER) -> dict[str, Any]:
    """Write a document as the permit service would."""
    return {
        "iss": issuer,
        "permit_id": document.permit_id,
        "regime": document.regime,
        "holder": {"sub": document.holder},
        "dataset": document.dataset,
        "dataset_url": document.dataset_url,
        "not_before": to_rfc3339(document.not_before),
        "expires_at": to_rfc3339(document.expires_at),
        "purpose": {"category": "HMB"},
        "cohort": {
            "cohort_id": document.cohort_id,
            "revision": document.cohort_revision,
            "digest": document.cohort_digest,
        },
    }


def a_record(
    permit_id: PermitId = PERMIT, *, status: PermitStatus = PermitStatus.LIVE, jws: str = "jws"
) -> PermitRecord:
    return PermitRecord(permit_id=permit_id, status=status, jws=jws)


def a_cohort(
    members: Iterable[int] = range(10),
    *,
    permit_id: PermitId = PERMIT,
    cohort_id: CohortId = COHORT,
    revision: int = 10,
    lapses: Mapping[Ordinal, datetime] | None = None,
) -> Cohort:
    return Cohort(
        cohort_id=cohort_id,
        permit_id=permit_id,
        revision=Revision(revision),
        digest=DIGEST,
        members=Ordinals(members),
        lapses=lapses or {},
    )


def local_id(ordinal: int) -> str:
    return f"P{ordinal:04d}"


def a_register(
    *cohorts: Cohort, dataset: DatasetId = DATASET, revision: int = 12, people: int = 20
) -> DatasetRegister:
    return DatasetRegister(
        dataset=dataset,
        revision=Revision(revision),
        ordinals={local_id(number): Ordinal(number) for number in range(people)},
        cohorts={cohort.permit_id: cohort for cohort in cohorts},
    )
