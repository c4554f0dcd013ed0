# SPDX-License-Identifier: Apache-2.0
"""What tokens the provider gives, to whom, and that the services' verifier accepts them."""

import pytest
import requests

from services.devidp.registry import resource_id
from shared.auth import TokenAudience, TokenExpired, TokenVerifier
from shared.http_client import RemoteKeySet, ServiceTokens
from shared.settings import Secret
from tests.support.devidp import DevidpFiles
from tests.support.page_world import HandClock
from tests.support.tokens import claims_of, header_of, person_token, service_token

CONSENTS = resource_id("ZZ", "consent_registry")
PERMITS = resource_id("ZZ", "permit_service")
LOG = resource_id("ZZ", "audit_log")
GATE = resource_id("ZZ", "clearinghouse")


def verifier(devidp: DevidpFiles, audience: str, clock: HandClock) -> TokenVerifier:
    return TokenVerifier(
        issuer=devidp.issuer,
        audience=audience,
        keys=RemoteKeySet(f"{devidp.issuer}/jwks", clock),
        clock=clock,
    )


def test_a_persons_token_opens_the_service_it_is_for(devidp: DevidpFiles, clock: HandClock) -> None:
    given = person_token(devidp.issuer, "anna", CONSENTS, ["consents.self"])
    principal = verifier(devidp, CONSENTS, clock).verify(given.access_token)
    assert principal.issuer == devidp.issuer
    assert principal.subject == "person-anna"
    assert principal.client_id == "desk"
    assert principal.scopes == {"openid", "consents.self"}
    assert not principal.is_service
    with pytest.raises(TokenAudience):
        verifier(devidp, PERMITS, clock).verify(given.access_token)


def test_an_access_token_follows_rfc_9068(devidp: DevidpFiles) -> None:
    given = person_token(devidp.issuer, "rita", PERMITS, ["visas.read"])
    header, claims = header_of(given.access_token), claims_of(given.access_token)
    active = requests.get(f"{devidp.issuer}/jwks", timeout=30).json()["keys"][0]["kid"]
    assert header == {"alg": "RS256", "kid": active, "typ": "at+jwt"}
    assert set(claims) == {"iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti"}
    assert claims["aud"] == PERMITS
    assert claims["exp"] - claims["iat"] == 600
    assert not any("Rita" in str(value) for value in claims.values())


def test_an_id_token_names_the_person_and_no_right(devidp: DevidpFiles) -> None:
    given = person_token(devidp.issuer, "anna", CONSENTS, ["consents.self"])
    claims = claims_of(given.id_token)
    assert header_of(given.id_token)["typ"] == "JWT"
    assert claims["name"] == "Anna Example"
    assert claims["preferred_username"] == "anna"
    assert claims["aud"] == "desk"
    assert {"nonce", "at_hash", "auth_time"} <= set(claims)
    assert "scope" not in claims


@pytest.mark.parametrize(
    ("login", "audience", "asked", "granted"),
    [
        ("anna", CONSENTS, ["consents.self", "consents.write"], {"consents.self"}),
        ("anna", PERMITS, ["applications.decide"], set()),
        (
            "rita",
            PERMITS,
            ["applications.submit", "visas.read", "permits.revoke"],
            {"applications.submit", "visas.read"},
        ),
        (
            "dora",
            PERMITS,
            [
                "applications.decide",
                "applications.read",
                "permits.read",
                "permits.revoke",
                "applications.submit",
            ],
            {"applications.decide", "applications.read", "permits.read", "permits.revoke"},
        ),
        ("otto", LOG, ["log.read", "log.search", "entries.write"], {"log.read", "log.search"}),
        ("stranger", GATE, ["feed.read"], set()),
    ],
)
def test_granted_is_asked_and_allowed(
    devidp: DevidpFiles, login: str, audience: str, asked: list[str], granted: set[str]
) -> None:
    given = person_token(devidp.issuer, login, audience, asked)
    assert given.scopes == granted | {"openid"}
    assert claims_of(given.access_token)["aud"] == audience


def test_a_service_is_its_own_subject(devidp: DevidpFiles, clock: HandClock) -> None:
    secret = devidp.secret("permit_service")
    wanted = ["cohorts.evaluate", "cohorts.freeze", "consents.write", "openid"]
    token = service_token(devidp.issuer, "permit_service", secret, CONSENTS, wanted)
    principal = verifier(devidp, CONSENTS, clock).verify(token)
    assert principal.is_service
    assert principal.subject == principal.client_id == "permit_service"
    assert principal.scopes == {"cohorts.evaluate", "cohorts.freeze"}


def test_the_suites_own_client_gets_and_keeps_a_token(
    devidp: DevidpFiles, clock: HandClock
) -> None:
    tokens = ServiceTokens(f"{devidp.issuer}/token", "story", Secret(devidp.secret("story")), clock)
    first = tokens.token(LOG, ["entries.write"])
    assert tokens.token(LOG, ["entries.write"]) == first
    assert verifier(devidp, LOG, clock).verify(first).scopes == {"entries.write"}
    clock.move(571)
    assert tokens.token(LOG, ["entries.write"]) != first


def test_a_token_ends_after_ten_minutes(devidp: DevidpFiles, clock: HandClock) -> None:
    given = person_token(devidp.issuer, "anna", CONSENTS, ["consents.self"])
    clock.move(629)
    verifier(devidp, CONSENTS, clock).verify(given.access_token)
    clock.move(1)
    with pytest.raises(TokenExpired):
        verifier(devidp, CONSENTS, clock).verify(given.access_token)


def test_the_providers_metadata_names_every_endpoint(devidp: DevidpFiles) -> None:
    found = requests.get(f"{devidp.issuer}/.well-known/openid-configuration", timeout=30).json()
    assert found["issuer"] == devidp.issuer
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["authorization_response_iss_parameter_supported"] is True
    for name in ("authorization", "token", "userinfo", "end_session"):
        assert found[f"{name}_endpoint"].startswith(devidp.issuer)
    keys = requests.get(found["jwks_uri"], timeout=30).json()["keys"]
    assert len(keys) == 2
    assert all(key["alg"] == "RS256" and key["use"] == "sig" and "d" not in key for key in keys)
