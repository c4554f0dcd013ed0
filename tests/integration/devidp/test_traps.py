# SPDX-License-Identifier: Apache-2.0
"""Where Authlib's defaults would be wrong: each of its traps, with the behaviour wanted here."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from services.devidp.registry import resource_id
from shared.keys import KeyStore, sign_jws
from tests.support.devidp import DevidpFiles
from tests.support.page_world import HandClock
from tests.support.tokens import (
    CodeRequest,
    claims_of,
    code_request,
    header_of,
    person_token,
    redeem,
    redirect_parameters,
    service_token,
    sign_in_at,
)

CONSENTS = resource_id("ZZ", "consent_registry")
PERMITS = resource_id("ZZ", "permit_service")
LOG = resource_id("ZZ", "audit_log")


def ask(devidp: DevidpFiles, asked: CodeRequest, **changes: str | None) -> requests.Response:
    """Send an authorization request; a change to None leaves the parameter out."""
    parameters = {**asked.parameters, **changes}
    return requests.get(
        f"{devidp.issuer}/authorize",
        params={key: value for key, value in parameters.items() if value is not None},
        allow_redirects=False,
        timeout=30,
    )


def code_for(devidp: DevidpFiles, asked: CodeRequest, login: str = "anna") -> str:
    return sign_in_at(devidp.issuer, asked.url(devidp.issuer), login)["code"]


def userinfo(devidp: DevidpFiles, token: str) -> requests.Response:
    return requests.get(
        f"{devidp.issuer}/userinfo", headers={"Authorization": f"Bearer {token}"}, timeout=30
    )


# PKCE (RFC 7636)


@pytest.mark.parametrize("client_id", ["desk", "consent_registry-pages"])
def test_every_client_needs_a_challenge_at_authorize(
    devidp: DevidpFiles, service_url: str, client_id: str
) -> None:
    where = f"{service_url}/sign-in/callback" if client_id != "desk" else None
    asked = code_request(CONSENTS, ["consents.self"], client_id=client_id)
    if where:
        asked = replace(asked, parameters={**asked.parameters, "redirect_uri": where})
    answer = ask(devidp, asked, code_challenge=None, code_challenge_method=None)
    refused = redirect_parameters(answer)
    assert refused["error"] == "invalid_request"
    assert refused["state"] == asked.parameters["state"]


def test_the_plain_method_is_refused(devidp: DevidpFiles) -> None:
    answer = ask(devidp, code_request(CONSENTS, []), code_challenge_method="plain")
    assert redirect_parameters(answer)["error"] == "invalid_request"


def test_a_challenge_without_a_method_is_not_plain(devidp: DevidpFiles) -> None:
    asked = code_request(CONSENTS, [])
    plain = {**asked.parameters, "code_challenge": asked.verifier}
    del plain["code_challenge_method"]
    asked = replace(asked, parameters=plain)
    answer = redeem(devidp.issuer, code_for(devidp, asked), asked)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"


def test_the_wrong_verifier_gets_nothing(devidp: DevidpFiles) -> None:
    asked = code_request(CONSENTS, [])
    other = code_request(CONSENTS, [])
    answer = redeem(devidp.issuer, code_for(devidp, asked), replace(asked, verifier=other.verifier))
    assert answer.json()["error"] == "invalid_grant"


def test_a_missing_verifier_gets_nothing(devidp: DevidpFiles) -> None:
    asked = code_request(CONSENTS, [])
    answer = redeem(devidp.issuer, code_for(devidp, asked), asked, code_verifier="")
    assert answer.json()["error"] == "invalid_request"


# Codes


def test_of_fifty_simultaneous_calls_one_gets_the_token(devidp: DevidpFiles) -> None:
    asked = code_request(CONSENTS, ["consents.self"])
    code = code_for(devidp, asked)
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda _: redeem(devidp.issuer, code, asked), range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 49


def test_a_replayed_code_revokes_the_token_it_gave(devidp: DevidpFiles) -> None:
    asked = code_request(CONSENTS, ["consents.self"])
    code = code_for(devidp, asked)
    token = redeem(devidp.issuer, code, asked).json()["access_token"]
    assert userinfo(devidp, token).status_code == 200
    assert redeem(devidp.issuer, code, asked).json()["error"] == "invalid_grant"
    assert userinfo(devidp, token).status_code == 401


def test_a_code_lives_a_minute(devidp: DevidpFiles, clock: HandClock) -> None:
    asked = code_request(CONSENTS, [])
    code = code_for(devidp, asked)
    clock.move(61)
    assert redeem(devidp.issuer, code, asked).json()["error"] == "invalid_grant"


def test_a_code_is_its_clients_alone(devidp: DevidpFiles) -> None:
    asked = code_request(CONSENTS, [])
    code = code_for(devidp, asked)
    secret = devidp.secret("consent_registry-pages")
    answer = redeem(
        devidp.issuer, code, asked, client_id="consent_registry-pages", client_secret=secret
    )
    assert answer.json()["error"] == "invalid_grant"


def test_a_code_belongs_to_its_redirect_address(devidp: DevidpFiles) -> None:
    asked = code_request(CONSENTS, [])
    code = code_for(devidp, asked)
    answer = redeem(devidp.issuer, code, asked, redirect_uri="http://127.0.0.1:49153/callback")
    assert answer.json()["error"] == "invalid_grant"


# Keys and claims


def test_every_token_is_signed_with_the_active_key_and_says_so(devidp: DevidpFiles) -> None:
    active = requests.get(f"{devidp.issuer}/jwks", timeout=30).json()["keys"][0]["kid"]
    secret = devidp.secret("story")
    tokens = [service_token(devidp.issuer, "story", secret, LOG, ["log.read"]) for _ in range(12)]
    assert {header_of(token)["kid"] for token in tokens} == {active}
    assert len({claims_of(token)["jti"] for token in tokens}) == 12


def test_an_expired_token_opens_nothing_here(devidp: DevidpFiles, clock: HandClock) -> None:
    given = person_token(devidp.issuer, "anna", CONSENTS, [])
    assert userinfo(devidp, given.access_token).status_code == 200
    clock.move(600)
    assert userinfo(devidp, given.access_token).status_code == 401


def test_a_token_of_another_issuer_opens_nothing_here(
    devidp: DevidpFiles, tmp_path_factory: pytest.TempPathFactory
) -> None:
    given = person_token(devidp.issuer, "anna", CONSENTS, [])
    own = KeyStore(devidp_keys(devidp))
    foreign = KeyStore.create(tmp_path_factory.mktemp("foreign") / "keys", "RS256")
    for store, changes in ((foreign, {}), (own, {"iss": "http://127.0.0.1:1"})):
        forged = forge({**claims_of(given.access_token), **changes}, store)
        assert userinfo(devidp, forged).status_code == 401


def test_an_id_token_is_no_access_token(devidp: DevidpFiles) -> None:
    given = person_token(devidp.issuer, "anna", CONSENTS, [])
    assert userinfo(devidp, given.id_token).status_code == 401


def test_tokens_say_how_long_they_live_and_cannot_be_refreshed(devidp: DevidpFiles) -> None:
    asked = code_request(CONSENTS, ["consents.self"])
    given = redeem(devidp.issuer, code_for(devidp, asked), asked)
    assert given.json()["expires_in"] == 600
    assert "refresh_token" not in given.json()
    assert given.headers["Cache-Control"] == "no-store"


# Resources (RFC 8707)


@pytest.mark.parametrize("resource", [None, "urn:placet:zz:nothing", "https://127.0.0.1/"])
def test_authorize_needs_a_known_resource(devidp: DevidpFiles, resource: str | None) -> None:
    answer = ask(devidp, code_request(CONSENTS, []), resource=resource)
    assert redirect_parameters(answer)["error"] == "invalid_target"


def test_authorize_takes_one_resource(devidp: DevidpFiles) -> None:
    asked = code_request(CONSENTS, [])
    url = asked.url(devidp.issuer) + f"&resource={PERMITS}"
    answer = requests.get(url, allow_redirects=False, timeout=30)
    assert redirect_parameters(answer)["error"] == "invalid_target"


def test_a_pages_client_reaches_its_own_service_only(devidp: DevidpFiles, service_url: str) -> None:
    asked = code_request(
        PERMITS,
        [],
        client_id="consent_registry-pages",
        redirect_uri=f"{service_url}/sign-in/callback",
    )
    assert redirect_parameters(ask(devidp, asked))["error"] == "invalid_target"


def test_a_code_is_for_the_resource_that_was_asked(devidp: DevidpFiles) -> None:
    asked = code_request(CONSENTS, [])
    answer = redeem(devidp.issuer, code_for(devidp, asked), asked, resource=PERMITS)
    assert answer.json()["error"] == "invalid_target"


@pytest.mark.parametrize("resources", [[], ["urn:placet:zz:nothing"], [LOG, CONSENTS]])
def test_client_credentials_need_one_known_resource(
    devidp: DevidpFiles, resources: list[str]
) -> None:
    answer = requests.post(
        f"{devidp.issuer}/token",
        auth=("story", devidp.secret("story")),
        data={"grant_type": "client_credentials", "resource": resources},
        timeout=30,
    )
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_target"


def devidp_keys(devidp: DevidpFiles) -> Path:
    return Path(devidp.environment["PLACET_KEYS_DIR"])


def forge(claims: dict[str, object], store: KeyStore) -> str:
    return sign_jws(json.dumps(claims).encode(), store.active(), typ="at+jwt")
