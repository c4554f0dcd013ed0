# SPDX-License-Identifier: Apache-2.0
"""The rules of a visa, one broken at a time."""

import json
from typing import Any

import pytest

from permit_service.clearinghouse.domain.errors import VisaInvalid
from permit_service.clearinghouse.domain.visa import SKEW_SECONDS, read_claims, read_header
from tests.fakes.clearinghouse import (
    AUTHORITY,
    HOLDER,
    ISSUER,
    JKU,
    NOW,
    PERMIT,
    visa_body,
    visa_claims,
    visa_header,
)

GONE = object()
"""A member that is taken out."""


def without_gone(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not GONE}


def test_a_visa_of_the_document_profile_is_read() -> None:
    header = read_header(visa_header())
    visa = read_claims(visa_claims(), now=NOW)
    assert (header.algorithm, header.key_id, header.key_url) == ("RS256", "key-1", JKU)
    assert (visa.issuer, visa.subject, visa.source) == (ISSUER, HOLDER, AUTHORITY)
    assert (visa.permit, visa.jti, visa.by) == (PERMIT, "jti-1", "dac")


@pytest.mark.parametrize(
    "typ", ["vnd.ga4gh.visa+jwt", "JWT", "jwt", "application/vnd.ga4gh.visa+JWT"]
)
def test_the_types_of_passport_1_0_to_1_2_are_visas(typ: str) -> None:
    read_header(visa_header(typ=typ))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("alg", "none"),
        ("alg", "HS256"),
        ("alg", "EdDSA"),
        ("alg", "rs256"),
        ("alg", GONE),
        ("alg", 256),
        ("kid", GONE),
        ("kid", ""),
        ("jku", GONE),
        ("jku", ""),
        ("jku", ["https://x.example"]),
        ("jku", "https://x.example/" + "k" * 255),
        ("typ", GONE),
        ("typ", "at+jwt"),
        ("typ", "vnd.ga4gh.passport+jwt"),
        ("crit", []),
        ("b64", False),
        ("jwk", {}),
        ("x5u", "https://x.example"),
        ("x5c", []),
        ("zip", "DEF"),
    ],
)
def test_a_header_that_breaks_a_rule_is_refused(name: str, value: object) -> None:
    with pytest.raises(VisaInvalid):
        read_header(without_gone({**visa_header(), name: value}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, GONE) for name in ("iss", "sub", "iat", "exp", "ga4gh_visa_v1")],
        ("iss", ""),
        ("iss", 1),
        ("sub", ""),
        ("sub", "s" * 256),
        ("iat", NOW + SKEW_SECONDS + 1),
        ("iat", float(NOW)),
        ("iat", True),
        ("iat", -1),
        ("iat", str(NOW)),
        ("exp", NOW - 10),
        ("exp", None),
        ("exp", 10**400),
        ("nbf", NOW + SKEW_SECONDS + 1),
        ("nbf", "soon"),
        ("aud", "https://node.example"),
        ("aud", []),
        ("scope", "openid"),
        ("scope", "ga4gh_passport_v1 openid"),
        ("scope", ["openid"]),
        ("jti", ""),
        ("jti", 7),
        ("urn:placet:permit", ""),
        ("urn:placet:permit", ["permit-1"]),
        ("ga4gh_visa_v1", "ControlledAccessGrants"),
        ("ga4gh_visa_v1", [visa_body()]),
    ],
)
def test_claims_that_break_a_rule_are_refused(name: str, value: object) -> None:
    with pytest.raises(VisaInvalid):
        read_claims(without_gone({**visa_claims(), name: value}), now=NOW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, GONE) for name in ("type", "asserted", "value", "source", "by")],
        ("type", ""),
        ("asserted", NOW + SKEW_SECONDS + 1),
        ("asserted", NOW * 1000),
        ("asserted", 0),
        ("asserted", True),
        ("value", "GDI-ZZ-DATASET-1"),
        ("value", "https://data.example/" + "d" * 255),
        ("value", "https://data.example/a b"),
        ("value", ["https://data.example/a"]),
        ("source", ""),
        ("source", "authority"),
        ("source", "https://a.example/\n"),
        ("source", "https://a.example/" + "s" * 255),
        ("by", "self"),
        ("by", "peer"),
        ("by", "so"),
        ("by", "system"),
        ("by", ""),
        ("by", "DAC"),
        ("conditions", [[{"type": "AffiliationAndRole", "value": "const:x"}]]),
        ("conditions", [[]]),
        ("conditions", {}),
        ("conditions", None),
    ],
)
def test_a_visa_object_that_breaks_a_rule_is_refused(name: str, value: object) -> None:
    with pytest.raises(VisaInvalid):
        read_claims(visa_claims(without_gone({**visa_body(), name: value})), now=NOW)


@pytest.mark.parametrize(
    "claims",
    [
        visa_claims(visa_body(conditions=[])),
        visa_claims(visa_body(unknown={"x": 1})),
        visa_claims(visa_body(value="urn:sampledataset:gdi:testcase")),
        visa_claims(scope="ga4gh_passport_v1"),
        visa_claims(iat=NOW + SKEW_SECONDS, exp=NOW + 900),
        visa_claims(exp=NOW - 9),
        visa_claims(other_claim=[1, 2, 3]),
        without_gone(visa_claims(jti=GONE)),
    ],
)
def test_what_the_rules_leave_open_passes(claims: dict[str, Any]) -> None:
    read_claims(claims, now=NOW)


def test_a_visa_without_permit_says_so() -> None:
    claims = without_gone({**visa_claims(), "urn:placet:permit": GONE})
    assert read_claims(claims, now=NOW).permit is None


def test_other_types_need_neither_by_nor_url() -> None:
    body = {
        "type": "AffiliationAndRole",
        "asserted": NOW,
        "value": "faculty@uni.example",
        "source": AUTHORITY,
    }
    assert read_claims(visa_claims(body), now=NOW).by is None


def test_no_error_repeats_a_value() -> None:
    marker = "Astrid Lindgren"
    for claims in (visa_claims(visa_body(value=marker)), visa_claims(sub=[marker])):
        with pytest.raises(VisaInvalid) as refused:
            read_claims(claims, now=NOW)
        assert marker not in str(refused.value) + json.dumps(dict(refused.value.context))
