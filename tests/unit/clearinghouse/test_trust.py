# SPDX-License-Identifier: Apache-2.0
"""Trust is a pair, speaks for its own authorities, and binds the person."""

from dataclasses import replace

import pytest

from permit_service.clearinghouse.domain.errors import VisaInvalid, VisaIssuerUntrusted
from permit_service.clearinghouse.domain.trust import Binding
from permit_service.clearinghouse.domain.visa import read_header
from tests.fakes.clearinghouse import (
    DATASET,
    ISSUER,
    JKU,
    OTHER_DATASET,
    a_source,
    a_visa,
    visa_header,
)


def test_the_configured_pair_is_trusted() -> None:
    a_source().require_pair(read_header(visa_header()), ISSUER)


@pytest.mark.parametrize(
    ("jku", "issuer"),
    [
        (JKU, "https://evil.example"),
        ("https://evil.example/api/jwk", ISSUER),
        (JKU + "/", ISSUER),
        (JKU + "?x", ISSUER),
        (JKU, ISSUER + "/"),
        (JKU.upper(), ISSUER),
        (JKU, None),
        (JKU, [ISSUER]),
    ],
)
def test_half_a_pair_or_another_spelling_is_not(jku: str, issuer: object) -> None:
    with pytest.raises(VisaIssuerUntrusted):
        a_source().require_pair(read_header(visa_header(jku=jku)), issuer)


def test_two_trusted_pairs_cannot_be_crossed() -> None:
    other = a_source("other", issuer="https://other.example")
    with pytest.raises(VisaIssuerUntrusted):
        other.require_pair(read_header(visa_header()), "https://other.example")


def test_an_issuer_speaks_only_for_its_authorities() -> None:
    with pytest.raises(VisaIssuerUntrusted):
        a_source().require_authority(replace(a_visa(), source="https://other-authority.example"))


def test_strict_binding_compares_the_subject_and_broker_binding_does_not() -> None:
    strict = a_source(binding=Binding.STRICT_SUB)
    strict.require_holder(a_visa(subject="rita"), "rita")
    a_source().require_holder(a_visa(), "rita")
    with pytest.raises(VisaInvalid):
        strict.require_holder(a_visa(), "rita")


def test_a_visa_opens_a_dataset_by_full_match_only() -> None:
    source = a_source()
    assert source.opens(a_visa(), DATASET)
    assert not source.opens(a_visa(), OTHER_DATASET)
    assert not source.opens(replace(a_visa(), value=f"https://other.example/{DATASET}"), DATASET)
    assert not source.opens(replace(a_visa(), value=a_visa().value + "0"), DATASET)
