# SPDX-License-Identifier: Apache-2.0
"""A permit's life, its public body and its document."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from permit_service.domain.cohort import CohortCounts
from permit_service.domain.document import permit_document
from permit_service.domain.duty import Duty, read_duties
from permit_service.domain.errors import PermitNotLive
from permit_service.domain.months import add_months
from permit_service.domain.permit import (
    Permit,
    PermitState,
    PermitStatus,
    Regime,
    Revocation,
    expiry,
    permit_body,
)
from permit_service.domain.register import Change, ChangeKind, changes_body, snapshot_body
from shared.ids import PermitId, Revision
from tests.fakes.cohort_source import DUTIES, manifest_with
from tests.fakes.permit_factories import (
    DORA,
    PROFILE,
    T0,
    a_granted_application,
    a_permit,
    a_signature,
    an_application,
)

ENDING = Revocation(by=DORA, reasons="The project has ended early.", revoked_at=T0)


def test_a_permit_goes_live_once_and_ends_once() -> None:
    issuing = a_permit(state=PermitState.ISSUING)
    assert not issuing.opens(T0)
    live = issuing.go_live(Revision(4), T0)
    assert live.opens(T0)
    assert live.revision == 4
    with pytest.raises(PermitNotLive):
        live.go_live(Revision(5), T0)
    revoked = live.revoke(ENDING, Revision(6))
    assert revoked.status(T0) is PermitStatus.REVOKED
    assert not revoked.opens(T0)
    with pytest.raises(PermitNotLive):
        revoked.revoke(ENDING, Revision(7))
    with pytest.raises(PermitNotLive):
        revoked.go_live(Revision(8), T0)


def test_a_permit_that_is_being_issued_can_be_stopped() -> None:
    stopped = a_permit(state=PermitState.ISSUING).revoke(ENDING, Revision(2))
    assert stopped.state is PermitState.REVOKED


def test_a_permit_expires_at_its_end_and_not_after() -> None:
    permit = a_permit()
    assert permit.status(permit.expires_at - timedelta(microseconds=1)) is PermitStatus.LIVE
    assert permit.status(permit.expires_at) is PermitStatus.EXPIRED
    revoked = permit.revoke(ENDING, Revision(2))
    assert revoked.status(permit.expires_at) is PermitStatus.REVOKED


def test_only_a_newer_count_is_taken() -> None:
    permit = a_permit()
    newer = permit.narrow(600, Revision(8))
    assert (newer.members_now, newer.members_revision) == (600, 8)
    assert newer.narrow(500, Revision(8)) is newer
    assert newer.narrow(610, Revision(7)) is newer
    # Nobody sends an exact small number; one that came all the same is not kept.
    assert newer.narrow(3, Revision(9)).members_now is None


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2029-11-30", 3, "2030-02-28"),
        ("2029-11-30", 6, "2030-05-30"),
        ("2032-02-29", 120, "2042-02-28"),
        ("2039-08-31", 6, "2040-02-29"),
        ("2026-12-31", 1, "2027-01-31"),
    ],
)
def test_months_clamp_to_the_last_day(start: str, months: int, end: str) -> None:
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert add_months(begin, months).date().isoformat() == end


def test_a_permit_is_never_longer_than_asked_nor_than_the_authority_said() -> None:
    asked = a_granted_application(months=6)
    assert expiry(asked, T0) == add_months(T0, 6)
    shorter = T0 + timedelta(seconds=5)
    signed = an_application(months=6).sign(a_signature(valid_until=shorter), signers_required=1)
    assert expiry(signed, T0) == shorter
    longer = an_application(months=6).sign(
        a_signature(valid_until=T0 + timedelta(days=999)), signers_required=1
    )
    assert expiry(longer, T0) == add_months(T0, 6)


def body(of: Permit | None = None) -> Mapping[str, object]:
    permit = of or a_permit()
    return permit_body(
        permit,
        a_granted_application(),
        issuer=PROFILE.issuer,
        authority=PROFILE.authority,
        dataset_url=PROFILE.dataset_url(permit.dataset),
        document=permit_document(permit, authority=PROFILE.authority),
    )


def test_the_public_body_names_nobody_and_gives_no_reasons() -> None:
    text = json.dumps(body())
    for secret in ("rita", "dora", "Purpose and consents agree", "Rare variants", "Institute of"):
        assert secret not in text


def test_the_public_body_has_the_numbers_that_may_be_shown() -> None:
    cohort = body()["cohort"]
    assert isinstance(cohort, dict)
    assert cohort["counts"] == {"members": 1000, "in": 610, "out": 380, "awaiting": "<20"}
    assert set(cohort) == {"cohort_id", "revision", "digest", "counts"}


def test_the_public_body_says_what_the_contract_asks() -> None:
    assert set(body()) == {
        "iss", "permit_id", "application_id", "regime", "holder", "dataset", "dataset_url",
        "purpose", "issued_at", "not_before", "expires_at", "cohort", "signatures", "document",
    }  # fmt: skip
    assert body()["regime"] == "consent_gdpr"
    assert body()["holder"] == {"sub": "own-random-subject"}


def test_a_permit_says_by_which_law_people_are_in_who_had_opted_out() -> None:
    """EHDS Article 68(10)(c); a manifest that says nothing of it, or is none, says no."""
    for stated, law in (
        ({"exception_71_4": {"law": "The Act"}}, "The Act"),
        ({"exception_71_4": None}, None),
        ({}, None),
        ([], None),
    ):
        payload = base64.urlsafe_b64encode(json.dumps(stated).encode()).decode().rstrip("=")
        plain = a_permit()
        permit = replace(plain, cohort=replace(plain.cohort, manifest=f"e30.{payload}.c2ln"))
        told = body(permit).get("exception_71_4")
        assert told == (None if law is None else {"law": law})
        assert ("71(4): The Act" in permit_document(permit, authority="A")) is (law is not None)


def owing(*duties: Duty) -> Permit:
    permit = a_permit()
    return replace(permit, cohort=replace(permit.cohort, manifest=manifest_with(*duties)))


def test_a_permit_names_what_is_owed_by_code_and_binds_the_rest() -> None:
    """The words may name others: the public copy has a digest of them, salted."""
    permit = owing(*DUTIES)
    annex = permit.cohort.annex()
    assert annex is not None
    assert body(permit)["obligations"] == {"codes": ["RTN", "PUB"], "digest": annex.digest()}
    assert "Biobank" not in json.dumps(body(permit))
    document = permit_document(permit, authority="A")
    assert "- Return results to where they say (RTN)" in document.splitlines()
    other = owing(replace(DUTIES[0], values=("Another",)), DUTIES[1])
    assert other.cohort.annex() != annex
    assert body(other)["obligations"] != body(permit)["obligations"]


@pytest.mark.parametrize(
    "told",
    [
        [{"code": "RTN"}],
        [{"code": "", "label": "x", "values": [], "ask_holder": True}],
        [{"code": "RTN", "label": "x", "values": [1], "ask_holder": True}],
        [{"code": "RTN", "label": "x", "values": [], "ask_holder": 1}],
        ["RTN"],
        {"RTN": []},
        "RTN",
    ],
)
def test_duties_that_cannot_be_read_are_none(told: object) -> None:
    with pytest.raises(ValueError, match="obligations"):
        read_duties(told)


def test_a_manifest_from_before_there_were_duties_names_none() -> None:
    assert owing().cohort.annex() is None
    assert a_permit().cohort.annex() is None
    assert "obligations" not in body()


def test_a_permit_on_consent_does_not_call_itself_a_permit_of_another_law() -> None:
    document = permit_document(a_permit(), authority=PROFILE.authority)
    assert "2025/327" not in document
    assert "EHDS" not in document
    assert "consent" in document.splitlines()[0]
    other = replace(a_permit(), regime=Regime.EHDS_CH4)
    assert "2025/327" in permit_document(other, authority=PROFILE.authority)


def test_numbers_are_said_as_the_registry_gives_them() -> None:
    counts = CohortCounts(members=1234, within=1200, out=40, awaiting=None, small_cell=20)
    assert {name: one.text() for name, one in counts.shown().items()} == {
        "in": "about 1,200",
        "out": "about 40",
        "awaiting": "fewer than 40",
    }
    assert counts.published() == {"members": 1234, "in": 1200, "out": 40, "awaiting": "<40"}


def test_the_register_lists_ended_permits_with_their_status() -> None:
    live, revoked = a_permit("p2"), a_permit("p1").revoke(ENDING, Revision(9))
    expired = a_permit("p3", at=T0 - timedelta(days=800))
    body = snapshot_body(
        [live, revoked, expired], issuer="https://i.example", revision=Revision(9), now=T0
    )
    assert (body["revision"], body["position"]) == (9, 9)
    listed = body["permits"]
    assert isinstance(listed, list)
    assert [(one["permit_id"], one["status"]) for one in listed] == [
        ("p1", "revoked"),
        ("p2", "live"),
        ("p3", "expired"),
    ]


def test_a_batch_says_where_it_ends() -> None:
    changes = [
        Change(revision=Revision(3), kind=ChangeKind.ISSUED, permit_id=PermitId("p"), jws="j"),
        Change(revision=Revision(4), kind=ChangeKind.REVOKED, permit_id=PermitId("p")),
    ]
    batch = changes_body(changes, issuer="https://i.example", after=2, now=T0)
    assert (batch["after"], batch["upto"]) == (2, 4)
    assert isinstance(batch["changes"], list)
    assert "jws" not in batch["changes"][1]
    assert changes_body([], issuer="https://i.example", after=4, now=T0)["upto"] == 4
