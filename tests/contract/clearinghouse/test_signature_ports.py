# SPDX-License-Identifier: Apache-2.0
"""One conformance suite for who checks visas, permits and tokens: real keys, and the fakes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from permit_service.clearinghouse.adapters.jose import PermitJose, VisaJose
from permit_service.clearinghouse.adapters.tokens import CachedTokens
from permit_service.clearinghouse.domain.errors import (
    PermitInvalid,
    SourceUnreachable,
    VisaInvalid,
)
from permit_service.clearinghouse.domain.trust import TrustedSource
from permit_service.clearinghouse.domain.visa import MAX_VISA_BYTES
from permit_service.clearinghouse.ports import AccessTokens, PermitSignatures, VisaSignatures
from shared.auth import TokenVerifier
from shared.clock import SystemClock
from shared.errors import AppError
from shared.http_client import RemoteKeySet
from shared.keys import sign_jws
from tests.fakes.clearinghouse import (
    ISSUER,
    JKU,
    RITA,
    a_document,
    a_source,
    permit_body,
    visa_claims,
    visa_header,
)
from tests.fakes.clearinghouse_node import AUDIENCE, Node, node
from tests.fakes.clearinghouse_ports import MemoryTokens, OpenPermits, OpenSignatures, unsigned
from tests.fakes.clearinghouse_publishers import keys, signed, unsigned_jwt


@pytest.fixture
def around() -> Iterator[Node]:
    """Serve the key sets of a node."""
    with node() as one:
        yield one


@dataclass(frozen=True)
class VisaKind:
    signatures: VisaSignatures
    source: TrustedSource
    mint: Callable[[str, dict[str, Any]], str]
    silence: Callable[[], None]


@pytest.fixture(params=["jose", "open"])
def visas(request: pytest.FixtureRequest, around: Node) -> VisaKind:
    if request.param == "open":
        fake = OpenSignatures()
        urls = {"visa": JKU, "evil": "https://evil.example/api/jwk"}
        return VisaKind(
            fake,
            a_source(),
            lambda key, claims: unsigned(visa_header(), claims, signed_by=urls[key]),
            lambda: fake.down.add(JKU),
        )
    source = replace(a_source(), key_url=f"{around.permit_issuer}/api/jwk")
    clock = SystemClock()
    return VisaKind(
        VisaJose(lambda url: RemoteKeySet(url, clock)),
        source,
        lambda key, claims: signed(claims, key, "vnd.ga4gh.visa+jwt", jku=source.key_url),
        lambda: around.down.add("permits"),
    )


def test_a_signed_visa_is_opened_and_verified(visas: VisaKind) -> None:
    raw = visas.mint("visa", visa_claims())
    opened = visas.signatures.open(raw)
    assert opened.claims == visa_claims()
    assert opened.header["alg"] == "RS256"
    visas.signatures.require_signed(opened, visas.source)


def test_another_key_is_not_enough(visas: VisaKind) -> None:
    opened = visas.signatures.open(visas.mint("evil", visa_claims()))
    with pytest.raises(VisaInvalid):
        visas.signatures.require_signed(opened, visas.source)


@pytest.mark.parametrize(
    "raw", ["", "a.b", "a.b.c", "[]", "{}", "\x00", "x" * (MAX_VISA_BYTES + 1)]
)
def test_what_is_no_visa_is_not_opened(visas: VisaKind, raw: str) -> None:
    with pytest.raises(VisaInvalid):
        visas.signatures.open(raw)


def test_without_keys_nothing_is_known(visas: VisaKind) -> None:
    opened = visas.signatures.open(visas.mint("visa", visa_claims()))
    visas.silence()
    with pytest.raises(SourceUnreachable):
        visas.signatures.require_signed(opened, visas.source)


def test_the_algorithm_is_the_keys_and_a_key_must_be_named(around: Node) -> None:
    jose = VisaJose(lambda url: RemoteKeySet(url, SystemClock()))
    source = replace(a_source(), key_url=f"{around.permit_issuer}/api/jwk")
    nameless = sign_jws(
        json.dumps(visa_claims()).encode(),
        replace(keys("visa").active(), kid=""),
        typ="vnd.ga4gh.visa+jwt",
    )
    header = {**visa_header(), "kid": keys("visa").active().kid}
    for raw in (nameless, unsigned_jwt(header, visa_claims())):
        with pytest.raises(VisaInvalid):
            jose.require_signed(jose.open(raw), source)


@dataclass(frozen=True)
class PermitKind:
    permits: PermitSignatures
    sign: Callable[[str, dict[str, Any]], str]
    silence: Callable[[], None]


@pytest.fixture(params=["jose", "open"])
def permits(request: pytest.FixtureRequest, around: Node) -> PermitKind:
    if request.param == "open":
        fake = OpenPermits()

        def be_silent() -> None:
            fake.down = True

        return PermitKind(
            fake, lambda key, body: json.dumps(body) if key == "permit" else "forged", be_silent
        )
    clock = SystemClock()
    key_set = RemoteKeySet(f"{around.permit_issuer}/api/permit-jwk", clock)
    return PermitKind(
        PermitJose(key_set, issuer=ISSUER, clock=clock),
        lambda key, body: signed(body, key, "placet-permit+jws"),
        lambda: around.down.add("permits"),
    )


def test_a_signed_permit_is_read(permits: PermitKind) -> None:
    jws = permits.sign("permit", permit_body(a_document()))
    for _ in range(2):
        assert permits.permits.document(jws) == a_document()


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"permit_id": None},
        {"permit_id": ""},
        {"regime": 7},
        {"holder": {}},
        {"holder": "random-subject-1"},
        {"dataset": "everything"},
        {"dataset_url": None},
        {"not_before": "yesterday"},
        {"expires_at": "2036-01-01T00:00:00+02:00"},
        {"cohort": {"cohort_id": "cohort-1", "revision": "10", "digest": "x"}},
        {"cohort": {"cohort_id": "cohort-1", "revision": True, "digest": "x"}},
        {"cohort": None},
        {"purpose": None},
        {"purpose": {"data_categories": []}},
        {"purpose": {"data_categories": "genome"}},
    ],
)
def test_a_permit_without_what_a_decision_needs_is_invalid(
    permits: PermitKind, change: dict[str, Any]
) -> None:
    with pytest.raises(PermitInvalid):
        permits.permits.document(permits.sign("permit", {**permit_body(a_document()), **change}))


def test_a_permit_signed_by_another_key_is_invalid(permits: PermitKind) -> None:
    with pytest.raises(PermitInvalid):
        permits.permits.document(permits.sign("permit-feed", permit_body(a_document())))


def test_without_keys_no_permit_is_known(permits: PermitKind) -> None:
    permits.silence()
    with pytest.raises(SourceUnreachable):
        permits.permits.document(permits.sign("permit", permit_body(a_document())))


def test_an_altered_or_mistyped_permit_is_invalid(around: Node) -> None:
    clock = SystemClock()
    key_set = RemoteKeySet(f"{around.permit_issuer}/api/permit-jwk", clock)
    jose = PermitJose(key_set, issuer=around.permit_issuer, clock=clock)
    good = around.permit_jws()
    jose.document(good)
    body = permit_body(a_document(), issuer=around.permit_issuer)
    for bad in (
        good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
        good.replace(".", ".e", 1),
        signed(body, "permit", "placet-changes+jwt"),
        "x" * 300_000,
        "",
    ):
        with pytest.raises(PermitInvalid):
            jose.document(bad)


@dataclass(frozen=True)
class TokenKind:
    tokens: AccessTokens
    good: str
    silence: Callable[[], None]


@pytest.fixture(params=["jwt", "memory"])
def tokens(request: pytest.FixtureRequest, around: Node) -> TokenKind:
    if request.param == "memory":
        fake = MemoryTokens({"good": RITA})

        def be_silent() -> None:
            fake.down = True

        return TokenKind(fake, "good", be_silent)
    return TokenKind(real_tokens(around), around.token(), lambda: around.down.add("idp"))


def real_tokens(around: Node) -> CachedTokens:
    clock = SystemClock()
    verifier = TokenVerifier(
        issuer=around.idp,
        audience=AUDIENCE,
        keys=RemoteKeySet(f"{around.idp}/jwks", clock),
        clock=clock,
    )
    return CachedTokens(verifier, clock)


def test_a_good_token_names_its_caller(tokens: TokenKind) -> None:
    for _ in range(2):
        principal = tokens.tokens.verify(f"Bearer {tokens.good}")
        assert (principal.subject, principal.client_id) == ("rita", "desk")


def test_every_other_text_is_refused_with_a_token_code(tokens: TokenKind) -> None:
    for text in ("", "Bearer", f"Basic {tokens.good}", tokens.good, "Bearer nonsense"):
        with pytest.raises(AppError) as refused:
            tokens.tokens.verify(text)
        assert refused.value.code.startswith("token_")


def test_without_keys_no_token_is_believed(tokens: TokenKind) -> None:
    tokens.silence()
    with pytest.raises(SourceUnreachable):
        tokens.tokens.verify(f"Bearer {tokens.good}")


def test_a_known_token_is_not_verified_again_and_dies_on_time(around: Node) -> None:
    cached = real_tokens(around)
    good = around.token()
    cached.verify(f"Bearer {good}")
    around.down.add("idp")
    assert cached.verify(f"bearer {good}").subject == "rita"
    with pytest.raises(AppError) as refused:
        cached.verify(f"Bearer {around.token(seconds=-40)}")
    assert refused.value.code in {"upstream_unavailable", "token_expired"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"aud": "urn:placet:zz:permit_service"}, "token_audience"),
        ({"aud": "desk", "client_id": "desk"}, "token_audience"),
        ({"typ": "JWT"}, "token_not_access_token"),
        ({"ga4gh_visa_v1": {}}, "token_not_access_token"),
        ({"ga4gh_passport_v1": []}, "token_not_access_token"),
        ({"seconds": -60}, "token_expired"),
        ({"key": "evil"}, "token_issuer_untrusted"),
        ({"iss": "https://evil.example"}, "token_issuer_untrusted"),
    ],
)
def test_each_bad_token_has_its_code(around: Node, change: dict[str, Any], code: str) -> None:
    cached = real_tokens(around)
    for _ in range(2):
        with pytest.raises(AppError) as refused:
            cached.verify(f"Bearer {around.token(**change)}")
        assert refused.value.code == code
