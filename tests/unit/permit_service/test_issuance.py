# SPDX-License-Identifier: Apache-2.0
"""A visa is never wider and never longer than its permit."""

from datetime import timedelta

import pytest

from permit_service.clearinghouse.domain.visa import PERMIT_CLAIM
from permit_service.domain.issuance import VisaProfile, visa_claims
from permit_service.domain.permit import PermitState, Revocation
from shared.ids import Revision
from tests.fakes.permit_factories import DORA, PROFILE, T0, a_permit

SECOND = timedelta(seconds=1)


def test_a_visa_says_exactly_what_the_document_profile_asks() -> None:
    claims = visa_claims(a_permit(), profile=PROFILE, now=T0, jti="j-1")
    issued = int(T0.timestamp())
    assert claims == {
        "iss": "https://permits.zz.example",
        "sub": "own-random-subject",
        "iat": issued,
        "exp": issued + 900,
        "jti": "j-1",
        "ga4gh_visa_v1": {
            "type": "ControlledAccessGrants",
            "asserted": issued,
            "value": "https://data.zz.example/datasets/GDI-ZZ-DATASET-1",
            "source": "https://authority.zz.example",
            "by": "dac",
        },
        PERMIT_CLAIM: "permit-1",
    }


def test_a_visa_never_outlives_its_permit() -> None:
    permit = a_permit()
    for left in (1, 2, 60, 899, 900, 901):
        now = permit.expires_at - left * SECOND
        claims = visa_claims(permit, profile=PROFILE, now=now, jti="j")
        assert claims is not None
        expires, issued = claims["exp"], claims["iat"]
        assert isinstance(expires, int)
        assert isinstance(issued, int)
        assert expires <= permit.expires_at.timestamp()
        assert expires <= now.timestamp() + 900
        assert issued < expires


def test_an_ended_permit_yields_no_visa() -> None:
    permit = a_permit()
    for now in (permit.expires_at, permit.expires_at + SECOND):
        assert visa_claims(permit, profile=PROFILE, now=now, jti="j") is None


def test_the_last_part_of_a_second_yields_no_visa() -> None:
    permit = a_permit()
    now = permit.expires_at - timedelta(microseconds=10)
    assert visa_claims(permit, profile=PROFILE, now=now, jti="j") is None


def test_a_permit_that_has_not_begun_yields_no_visa() -> None:
    assert visa_claims(a_permit(), profile=PROFILE, now=T0 - SECOND, jti="j") is None


def test_a_revoked_permit_yields_no_visa() -> None:
    ending = Revocation(by=DORA, reasons="The project has ended.", revoked_at=T0)
    revoked = a_permit().revoke(ending, Revision(2))
    assert visa_claims(revoked, profile=PROFILE, now=T0, jti="j") is None


def test_a_permit_that_is_not_yet_live_yields_no_visa() -> None:
    issuing = a_permit(state=PermitState.ISSUING)
    assert visa_claims(issuing, profile=PROFILE, now=T0, jti="j") is None


@pytest.mark.parametrize("seconds", [0, -1, 901])
def test_no_profile_lets_a_visa_live_longer_than_a_quarter_of_an_hour(seconds: int) -> None:
    with pytest.raises(ValueError, match="15 minutes"):
        VisaProfile(
            issuer="https://i.example",
            authority="https://a.example",
            dataset_url_base="https://d.example/",
            seconds=seconds,
        )


def test_url_claims_have_their_limit() -> None:
    with pytest.raises(ValueError, match="authority"):
        VisaProfile(issuer="i", authority="https://a.example/" + "x" * 255, dataset_url_base="d")
    long = VisaProfile(issuer="i", authority="a", dataset_url_base="https://d.example/" + "x" * 240)
    with pytest.raises(ValueError, match="dataset"):
        long.dataset_url("GDI-ZZ-DATASET-1")
