# SPDX-License-Identifier: Apache-2.0
"""Who gets in, who does not, and what each is told."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from flask import Flask, jsonify

from shared import auth
from shared.auth import TokenVerifier, current_principal, public, requires, requires_any
from shared.errors import AppError
from shared.jose import b64url
from shared.keys import KeyStore, SigningKey, sign_jws
from shared.principal import Principal
from shared.problems import register_problems
from tests.fakes.kernel import START, SteppingClock

ISSUER = "https://login.example"
AUDIENCE = "urn:placet:zz:consent_registry"
NOW = int(START.timestamp())
MARKER = "Anna Andersson"


@pytest.fixture
def issuer_keys(rsa_store: KeyStore) -> KeyStore:
    return rsa_store


@pytest.fixture
def foreign_keys(foreign_rsa_store: KeyStore) -> KeyStore:
    return foreign_rsa_store


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def verifier(issuer_keys: KeyStore, clock: SteppingClock) -> TokenVerifier:
    return TokenVerifier(
        issuer=ISSUER, audience=AUDIENCE, keys=issuer_keys.public_jwks, clock=clock
    )


def claims(**changes: Any) -> dict[str, Any]:
    usual = {
        "iss": ISSUER,
        "sub": "r-17",
        "aud": AUDIENCE,
        "client_id": "desk",
        "scope": "consents.read feed.read",
        "exp": NOW + 600,
        "iat": NOW,
        "jti": "t-1",
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not ...}


def token(key: SigningKey, body: Mapping[str, Any], typ: str = "at+jwt") -> str:
    return sign_jws(json.dumps(body).encode(), key, typ=typ)


def code_of(verifier: TokenVerifier, text: str) -> str:
    with pytest.raises(AppError) as refused:
        verifier.verify(text)
    assert MARKER not in str(refused.value)
    assert refused.value.detail == "", "nothing of a token is told"
    return refused.value.code


def test_an_access_token_names_its_caller(verifier: TokenVerifier, issuer_keys: KeyStore) -> None:
    caller = verifier.verify(token(issuer_keys.active(), claims()))
    assert caller == Principal(
        ISSUER, "r-17", "desk", frozenset({"consents.read", "feed.read"}), is_service=False
    )
    service = verifier.verify(token(issuer_keys.active(), claims(sub="desk", scope=...)))
    assert service.is_service
    assert service.scopes == frozenset()


def test_both_spellings_of_the_type_and_lists_of_audiences_are_read(
    verifier: TokenVerifier, issuer_keys: KeyStore
) -> None:
    listed = claims(aud=["urn:other", AUDIENCE])
    for typ in ("at+jwt", "application/at+jwt", "AT+JWT"):
        assert verifier.verify(token(issuer_keys.active(), listed, typ)).subject == "r-17"


def test_the_standby_key_signs_as_well(issuer_keys: KeyStore, clock: SteppingClock) -> None:
    def reversed_keys() -> Mapping[str, Any]:
        return {"keys": issuer_keys.public_jwks()["keys"][::-1]}

    turned = TokenVerifier(issuer=ISSUER, audience=AUDIENCE, keys=reversed_keys, clock=clock)
    assert turned.verify(token(issuer_keys.active(), claims())).client_id == "desk"


def test_a_forged_token_is_not_from_the_issuer(
    verifier: TokenVerifier, issuer_keys: KeyStore, foreign_keys: KeyStore
) -> None:
    assert code_of(verifier, token(foreign_keys.active(), claims())) == "token_issuer_untrusted"
    renamed = SigningKey(
        kid=issuer_keys.active().kid,
        algorithm="RS256",
        private=foreign_keys.active().private,
    )
    assert code_of(verifier, token(renamed, claims())) == "token_issuer_untrusted"


def test_another_issuer_is_not_trusted_whatever_it_signs(
    verifier: TokenVerifier, issuer_keys: KeyStore
) -> None:
    for issuer in ("https://evil.example", ISSUER + "/", ISSUER.upper(), "", None, [ISSUER], ...):
        body = claims(iss=issuer)
        assert code_of(verifier, token(issuer_keys.active(), body)) == "token_issuer_untrusted"


def test_none_and_hmac_with_the_public_key_are_refused(
    verifier: TokenVerifier, issuer_keys: KeyStore
) -> None:
    key = issuer_keys.active()
    pem = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for alg in ("none", "HS256", "RS384", "PS256", "ES256", "EdDSA"):
        header = {"alg": alg, "kid": key.kid, "typ": "at+jwt"}
        body = json.dumps(claims()).encode()
        protected = f"{b64url(json.dumps(header).encode())}.{b64url(body)}"
        mac = hmac.new(pem, protected.encode(), hashlib.sha256).digest()
        for signature in (b"", mac, key.sign(protected.encode())):
            forged = f"{protected}.{b64url(signature)}"
            assert code_of(verifier, forged) in {"token_malformed", "token_issuer_untrusted"}


def test_a_visa_a_passport_and_an_identity_token_are_no_access_tokens(
    verifier: TokenVerifier, issuer_keys: KeyStore
) -> None:
    key = issuer_keys.active()
    visa = {"type": "ControlledAccessGrants", "value": MARKER}
    for body, typ in (
        (claims(ga4gh_visa_v1=visa), "vnd.ga4gh.visa+jwt"),
        (claims(ga4gh_visa_v1=visa), "at+jwt"),
        (claims(ga4gh_passport_v1=["x"]), "at+jwt"),
        (claims(ga4gh_passport_v1=[]), "vnd.ga4gh.passport+jwt"),
        (claims(ga4gh_visa_v1=None), "at+jwt"),
        (claims(), "JWT"),
        (claims(nonce="n"), ""),
        (claims(), "logout+jwt"),
        (claims(), "dpop+jwt"),
        (claims(), "at+jwt; charset=utf-8"),
    ):
        assert code_of(verifier, token(key, body, typ)) == "token_not_access_token"


def test_a_visa_of_a_foreign_issuer_is_named_for_what_it_is(
    verifier: TokenVerifier, foreign_keys: KeyStore
) -> None:
    visa = {"iss": "https://visas.example", "sub": "u", "ga4gh_visa_v1": {}}
    text = token(foreign_keys.active(), visa, "vnd.ga4gh.visa+jwt")
    assert code_of(verifier, text) == "token_not_access_token"


def test_the_audience_is_our_resource_and_nothing_like_it(
    verifier: TokenVerifier, issuer_keys: KeyStore
) -> None:
    for audience in (
        "urn:placet:zz:permit_service",
        AUDIENCE + "2",
        AUDIENCE[:-1],
        AUDIENCE.upper(),
        "",
        [],
        ["desk"],
    ):
        body = claims(aud=audience)
        assert code_of(verifier, token(issuer_keys.active(), body)) == "token_audience"


def test_a_client_id_in_the_audience_never_counts(
    verifier: TokenVerifier, issuer_keys: KeyStore
) -> None:
    named_like_us = claims(client_id=AUDIENCE, aud=[AUDIENCE])
    assert code_of(verifier, token(issuer_keys.active(), named_like_us)) == "token_audience"


def test_an_expired_token_is_refused_after_the_leeway(
    verifier: TokenVerifier, issuer_keys: KeyStore, clock: SteppingClock
) -> None:
    text = token(issuer_keys.active(), claims())
    clock.pass_time(629)
    verifier.verify(text)
    clock.pass_time(1)
    assert code_of(verifier, text) == "token_expired"
    assert code_of(verifier, token(issuer_keys.active(), claims(exp=-1))) == "token_expired"


def test_a_token_from_the_future_is_refused(verifier: TokenVerifier, issuer_keys: KeyStore) -> None:
    verifier.verify(token(issuer_keys.active(), claims(iat=NOW + 20, nbf=NOW + 20)))
    for early in (claims(iat=NOW + 60), claims(nbf=NOW + 60)):
        assert code_of(verifier, token(issuer_keys.active(), early)) == "token_malformed"


@pytest.mark.parametrize("name", ["sub", "client_id", "exp", "iat", "jti", "aud"])
@pytest.mark.parametrize("value", [..., None, True, {}, [1]])
def test_a_claim_that_is_missing_or_mistyped_is_malformed(
    verifier: TokenVerifier, issuer_keys: KeyStore, name: str, value: object
) -> None:
    text = token(issuer_keys.active(), claims(**{name: value}))
    assert code_of(verifier, text) == "token_malformed"


def test_a_scope_that_is_no_text_is_malformed(
    verifier: TokenVerifier, issuer_keys: KeyStore
) -> None:
    text = token(issuer_keys.active(), claims(scope=["consents.read"]))
    assert code_of(verifier, text) == "token_malformed"


@pytest.mark.parametrize("name", ["crit", "b64", "jwk", "x5u", "x5c"])
def test_headers_that_bring_keys_are_refused(
    verifier: TokenVerifier, foreign_keys: KeyStore, name: str
) -> None:
    key = foreign_keys.active()
    header = {"alg": "RS256", "kid": key.kid, "typ": "at+jwt", name: key.public_jwk()}
    protected = f"{b64url(json.dumps(header).encode())}.{b64url(json.dumps(claims()).encode())}"
    forged = f"{protected}.{b64url(key.sign(protected.encode()))}"
    assert code_of(verifier, forged) == "token_malformed"


def test_garbage_is_malformed(verifier: TokenVerifier, issuer_keys: KeyStore) -> None:
    good = token(issuer_keys.active(), claims())
    deep = sign_jws(b"[" * 4_000, issuer_keys.active(), typ="at+jwt")
    for text in ("", "x", "a.b.c", good + "\u00e9", good + "." + "A" * 9_000, good[:-1], deep):
        assert code_of(verifier, text) in {"token_malformed", "token_issuer_untrusted"}
    no_kid = {"alg": "RS256", "typ": "at+jwt"}
    protected = f"{b64url(json.dumps(no_kid).encode())}.{b64url(json.dumps(claims()).encode())}"
    signature = b64url(issuer_keys.active().sign(protected.encode()))
    assert code_of(verifier, f"{protected}.{signature}") == "token_malformed"


@pytest.mark.parametrize(("issuer", "audience"), [("", AUDIENCE), (ISSUER, "")])
def test_a_verifier_that_would_trust_everybody_is_not_made(issuer: str, audience: str) -> None:
    with pytest.raises(ValueError, match="needs an issuer and an audience"):
        TokenVerifier(issuer=issuer, audience=audience, keys=dict, clock=SteppingClock())


@pytest.fixture
def app(verifier: TokenVerifier) -> Flask:
    app = Flask(__name__)
    register_problems(app)
    auth.install(app, verifier)

    @app.get("/v1/both")
    @requires("consents.read", "feed.read")
    def both() -> Any:
        return jsonify(current_principal().subject)

    @app.get("/v1/write")
    @requires("consents.write")
    def write() -> Any:
        raise AssertionError("nobody gets here")

    @app.get("/v1/either")
    @requires_any("consents.write", "consents.read")
    def either() -> Any:
        return jsonify(current_principal().subject)

    @app.get("/v1/neither")
    @requires_any("consents.write", "consents.import")
    def neither() -> Any:
        raise AssertionError("nobody gets here")

    @app.get("/v1/open")
    @public("shows that a view may be open")
    def opened() -> Any:
        with pytest.raises(LookupError):
            current_principal()
        return jsonify("open")

    return app


def test_views_see_their_caller(app: Flask, issuer_keys: KeyStore) -> None:
    bearer = {"Authorization": f"Bearer {token(issuer_keys.active(), claims())}"}
    client = app.test_client()
    assert client.get("/v1/both", headers=bearer).get_json() == "r-17"
    assert client.get("/v1/either", headers=bearer).get_json() == "r-17"
    assert client.get("/v1/open").get_json() == "open"
    lower = {"Authorization": bearer["Authorization"].replace("Bearer", "bearer")}
    assert client.get("/v1/both", headers=lower).status_code == 200


def test_a_missing_scope_is_403_and_named(app: Flask, issuer_keys: KeyStore) -> None:
    bearer = {"Authorization": f"Bearer {token(issuer_keys.active(), claims())}"}
    for path, scope in (
        ("/v1/write", "consents.write"),
        ("/v1/neither", "consents.write consents.import"),
    ):
        answer = app.test_client().get(path, headers=bearer)
        assert answer.status_code == 403
        assert answer.get_json()["code"] == "forbidden"
        assert f'error="insufficient_scope", scope="{scope}"' in answer.headers["WWW-Authenticate"]


def test_without_a_token_the_challenge_names_no_error(app: Flask) -> None:
    for headers in ({}, {"Authorization": "Basic dTpw"}, {"Authorization": "DPoP x"}):
        answer = app.test_client().get("/v1/both", headers=headers)
        assert answer.status_code == 401
        assert answer.get_json()["code"] == "token_missing"
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="placet"'


def test_a_token_elsewhere_than_in_the_header_is_not_seen(
    app: Flask, issuer_keys: KeyStore
) -> None:
    text = token(issuer_keys.active(), claims())
    client = app.test_client()
    client.set_cookie("access_token", text)
    answer = client.get(f"/v1/both?access_token={text}")
    assert answer.get_json()["code"] == "token_missing"


def test_a_bad_token_gets_401_with_its_code(
    app: Flask, issuer_keys: KeyStore, foreign_keys: KeyStore
) -> None:
    for text, code in (
        (token(issuer_keys.active(), claims(exp=1)), "token_expired"),
        (token(foreign_keys.active(), claims()), "token_issuer_untrusted"),
        ("x", "token_malformed"),
        ("", "token_malformed"),
    ):
        answer = app.test_client().get("/v1/both", headers={"Authorization": f"Bearer {text}"})
        assert answer.status_code == 401
        assert answer.get_json()["code"] == code
        assert code in answer.headers["WWW-Authenticate"]
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_two_authorization_headers_are_malformed(app: Flask, issuer_keys: KeyStore) -> None:
    bearer = ("Authorization", f"Bearer {token(issuer_keys.active(), claims())}")
    answer = app.test_client().get("/v1/both", headers=[bearer, bearer])
    assert answer.get_json()["code"] == "token_malformed"


def test_views_carry_their_marks(app: Flask) -> None:
    views = app.view_functions
    assert auth.auth_of(views["both"]) == ("consents.read", "feed.read")
    assert auth.auth_of(views["either"]) == ("consents.write", "consents.read")
    assert auth.auth_of(views["opened"]) is None
    assert auth.reason_of(views["opened"]) == "shows that a view may be open"
    assert auth.reason_of(views["both"]) is None
    with pytest.raises(ValueError, match="reason"):
        public("  ")


def test_an_application_without_a_verifier_lets_nobody_in(issuer_keys: KeyStore) -> None:
    app = Flask(__name__)
    register_problems(app)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/v1/x")
    @requires()
    def view() -> Any:
        raise AssertionError("nobody gets here")

    bearer = {"Authorization": f"Bearer {token(issuer_keys.active(), claims())}"}
    assert app.test_client().get("/v1/x", headers=bearer).status_code == 500


def test_an_unreachable_issuer_is_not_the_callers_fault(
    issuer_keys: KeyStore, clock: SteppingClock
) -> None:
    class Silent(AppError):
        code = "upstream_unavailable"

    class Gone:
        def jwks_with(self, kid: str) -> Mapping[str, Any]:
            raise Silent

    lost = TokenVerifier(issuer=ISSUER, audience=AUDIENCE, keys=Gone(), clock=clock)
    assert code_of(lost, token(issuer_keys.active(), claims())) == "upstream_unavailable"
