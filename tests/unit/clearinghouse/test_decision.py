# SPDX-License-Identifier: Apache-2.0
"""The decision as a table: one thing wrong at a time, then several visas at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from permit_service.clearinghouse.domain.data_categories import ManifestKinds
from permit_service.clearinghouse.domain.decision import (
    CheckedVisa,
    PermitEvidence,
    Question,
    VerifiedVisa,
    VisaFault,
    decide,
)
from permit_service.clearinghouse.domain.errors import PermitInvalid
from permit_service.clearinghouse.domain.outcome import Decision, Reason, Stage
from permit_service.clearinghouse.domain.paths import DataPath
from permit_service.clearinghouse.domain.permit import PermitDocument, read_permit
from permit_service.clearinghouse.domain.state import (
    DatasetRegister,
    Narrowing,
    PermitRecord,
    PermitStatus,
)
from permit_service.clearinghouse.domain.visa import Visa
from shared.ids import CohortId, Ordinal, PermitId, Revision
from tests.fakes.clearinghouse import (
    DATASET,
    ISSUER,
    NOW,
    OTHER_DATASET,
    PERMIT,
    a_cohort,
    a_document,
    a_record,
    a_register,
    a_source,
    a_visa,
    local_id,
    permit_body,
)
from tests.fakes.kernel import START


def verified(visa: Visa | None = None) -> VerifiedVisa:
    return VerifiedVisa(visa=visa or a_visa(), source=a_source())


def ask(
    *visas: CheckedVisa,
    member: int = 3,
    record: PermitRecord | None = None,
    document: PermitDocument | None = None,
    register: DatasetRegister | None = None,
    unverified: bool = False,
    file: str = "genome.vcf.gz",
) -> Decision:
    evidence = PermitEvidence(
        record=record or a_record(), document=None if unverified else document or a_document()
    )
    return decide(
        Question(
            path=DataPath(dataset=DATASET, local_id=local_id(member), file=file),
            visas=visas,
            permits={PERMIT: evidence},
            register=register or a_register(a_cohort()),
            now=START,
        )
    )


def test_a_member_of_the_permits_cohort_is_read() -> None:
    decision = ask(verified())
    assert decision.allowed
    assert decision.status == 200
    assert decision.reason is Reason.PERMIT_VALID
    assert (decision.dataset, decision.ordinal) == (DATASET, 3)
    assert (decision.permit_id, decision.cohort_id) == (PERMIT, "cohort-1")
    assert (decision.visa_jti, decision.regime) == ("jti-1", "consent_gdpr")


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (ask(), Reason.VISA_NONE),
        (ask(verified(a_visa(dataset=OTHER_DATASET))), Reason.VISA_NONE),
        (ask(verified(replace(a_visa(), type="ResearcherStatus"))), Reason.VISA_NONE),
        (ask(verified(a_visa(expires_at=NOW))), Reason.VISA_EXPIRED),
        (ask(verified(a_visa(permit=None))), Reason.PERMIT_INVALID),
        (ask(verified(a_visa(permit=PermitId("unknown")))), Reason.PERMIT_INVALID),
        (ask(verified(), unverified=True), Reason.PERMIT_INVALID),
        (ask(verified(a_visa(subject="somebody-else"))), Reason.PERMIT_INVALID),
        (ask(verified(), document=a_document(PermitId("permit-2"))), Reason.PERMIT_INVALID),
        (ask(verified(), document=a_document(dataset=OTHER_DATASET)), Reason.PERMIT_INVALID),
        (ask(verified(), document=a_document(digest="b3RoZXI=")), Reason.PERMIT_INVALID),
        (
            ask(verified(), document=a_document(cohort_id=CohortId("cohort-2"))),
            Reason.PERMIT_INVALID,
        ),
        (
            ask(verified(), document=a_document(not_before=START + timedelta(seconds=1))),
            Reason.PERMIT_INVALID,
        ),
        (
            ask(verified(), document=a_document(expires_at=START)),
            Reason.PERMIT_EXPIRED,
        ),
        (ask(verified(), record=a_record(status=PermitStatus.EXPIRED)), Reason.PERMIT_EXPIRED),
        (ask(verified(), record=a_record(status=PermitStatus.REVOKED)), Reason.PERMIT_REVOKED),
        (
            ask(
                verified(),
                record=a_record(status=PermitStatus.REVOKED),
                document=a_document(expires_at=START),
            ),
            Reason.PERMIT_REVOKED,
        ),
        (ask(verified(), member=11), Reason.PERSON_NOT_IN_COHORT),
        (ask(verified(), member=99), Reason.PERSON_NOT_IN_COHORT),
        (ask(verified(), register=a_register()), Reason.PERSON_NOT_IN_COHORT),
        (
            ask(verified(), register=a_register(a_cohort(lapses={Ordinal(3): START}))),
            Reason.PERSON_NOT_IN_COHORT,
        ),
    ],
)
def test_one_thing_wrong_refuses_with_its_own_reason(decision: Decision, reason: Reason) -> None:
    assert not decision.allowed
    assert decision.reason is reason
    assert decision.status == 403


def test_a_permit_for_other_data_is_no_answer_to_the_next_persons_question() -> None:
    """Whoever is asked for, in the cohort or not: it is about the file."""
    document = replace(a_document(), data_categories=frozenset({"genome"}))
    both = frozenset({"genome", "images"})
    cohort = replace(a_cohort(), kinds=ManifestKinds(held=both, asked=document.data_categories))
    for member, opened in ((3, Reason.PERMIT_VALID), (11, Reason.PERSON_NOT_IN_COHORT)):
        for file, reason in (
            ("genome.vcf.gz", opened),
            ("images.3.dcm", Reason.DATA_CATEGORY_NOT_IN_PERMIT),
        ):
            decision = ask(
                verified(),
                document=document,
                register=a_register(cohort),
                member=member,
                file=file,
            )
            assert decision.reason is reason
            assert decision.allowed is (reason is Reason.PERMIT_VALID)


@pytest.mark.parametrize("odd", [[], "genome", [1], [""], None, {"genome": True}])
def test_a_limit_of_a_permit_that_cannot_be_read_makes_it_invalid(odd: object) -> None:
    body = permit_body(a_document())
    assert read_permit(body, issuer=ISSUER) == a_document()
    body["purpose"] = {**body["purpose"], "data_categories": ["genome"]}
    assert read_permit(body, issuer=ISSUER).data_categories == {"genome"}
    body["purpose"]["data_categories"] = odd
    with pytest.raises(PermitInvalid):
        read_permit(body, issuer=ISSUER)


def test_a_lapse_counts_from_its_instant_on() -> None:
    later = {Ordinal(3): START + timedelta(microseconds=1)}
    assert ask(verified(), register=a_register(a_cohort(lapses=later))).allowed


def test_the_client_learns_one_reason_and_the_log_the_cause() -> None:
    narrowed = replace(
        a_register(a_cohort(members=[1, 2])),
        narrowed={Ordinal(3): Narrowing(revision=Revision(11), cause="withdrawn")},
    )
    causes = {
        ask(verified(), register=narrowed).cause,
        ask(verified(), register=narrowed, member=4).cause,
        ask(verified(), member=99).cause,
        ask(verified(), register=a_register()).cause,
    }
    assert causes == {"withdrawn", "not_in_cohort", "not_a_member", "no_cohort"}


def test_a_refusal_still_names_the_member_for_the_log() -> None:
    assert ask().ordinal == 3
    assert ask(member=99).ordinal is None


def test_an_unannounced_dataset_has_no_members() -> None:
    question = Question(
        path=DataPath(dataset=DATASET, local_id=local_id(3), file="x"),
        visas=(verified(),),
        permits={PERMIT: PermitEvidence(record=a_record(), document=a_document())},
        register=None,
        now=START,
    )
    assert decide(question).reason is Reason.PERSON_NOT_IN_COHORT


SHAPE = VisaFault(stage=Stage.SHAPE, reason=Reason.VISA_INVALID)
TRUST = VisaFault(stage=Stage.TRUST, reason=Reason.VISA_ISSUER_UNTRUSTED)
SIGNATURE = VisaFault(stage=Stage.SIGNATURE, reason=Reason.VISA_INVALID)
EXPIRED = verified(a_visa(expires_at=NOW - 1))
WITHOUT_PERMIT = verified(a_visa(permit=None))


@pytest.mark.parametrize(
    ("visas", "reason"),
    [
        ((SHAPE, TRUST), Reason.VISA_ISSUER_UNTRUSTED),
        ((TRUST, SIGNATURE), Reason.VISA_INVALID),
        ((EXPIRED, TRUST, SHAPE), Reason.VISA_EXPIRED),
        ((EXPIRED, WITHOUT_PERMIT), Reason.PERMIT_INVALID),
        ((verified(a_visa(dataset=OTHER_DATASET)), SHAPE), Reason.VISA_INVALID),
    ],
)
def test_of_several_bad_visas_the_one_furthest_along_speaks(
    visas: tuple[CheckedVisa, ...], reason: Reason
) -> None:
    assert ask(*visas).reason is reason
    assert ask(*reversed(visas)).reason is reason


def test_one_good_visa_is_enough_wherever_it_stands() -> None:
    bad = (SHAPE, TRUST, SIGNATURE, EXPIRED, WITHOUT_PERMIT)
    for place in range(len(bad) + 1):
        assert ask(*bad[:place], verified(), *bad[place:]).allowed


def test_every_reason_has_a_status_that_nginx_knows() -> None:
    assert {reason.status for reason in Reason} == {200, 401, 403}
    assert [reason for reason in Reason if reason.status == 200] == [Reason.PERMIT_VALID]
