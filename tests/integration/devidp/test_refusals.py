# SPDX-License-Identifier: Apache-2.0
"""What the provider refuses: foreign redirect addresses, odd requests, clients without proof."""

import pytest
import requests

from services.devidp.registry import resource_id
from tests.support.devidp import DevidpFiles
from tests.support.tokens import CodeRequest, code_request, person_token, redeem, sign_in_at

CONSENTS = resource_id("ZZ", "consent_registry")


def get(devidp: DevidpFiles, asked: CodeRequest, **changes: str) -> requests.Response:
    return requests.get(
        f"{devidp.issuer}/authorize",
        params={**asked.parameters, **changes},
        allow_redirects=False,
        timeout=30,
    )


# Redirect addresses


@pytest.mark.parametrize("port", [1, 8080, 65535])
def test_a_loopback_address_may_have_any_port(devidp: DevidpFiles, port: int) -> None:
    asked = code_request(CONSENTS, [], redirect_uri=f"http://127.0.0.1:{port}/callback")
    assert get(devidp, asked).status_code == 200


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example/callback",
        "http://127.0.0.1:80@evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://localhost:8080/callback",
        "https://127.0.0.1:8080/callback",
        "http://127.0.0.1:8080/callback/more",
        "http://127.0.0.1:8080/callback?x=1",
        "http://127.0.0.1:8080/callback#x",
        "http://127.0.0.1:99999/callback",
        "http://[::1/callback",
        'http://127.0.0.1/"quoted"\\',
        "",
    ],
)
def test_no_other_address_is_ever_redirected_to(devidp: DevidpFiles, redirect_uri: str) -> None:
    asked = code_request(CONSENTS, [], redirect_uri=redirect_uri)
    answer = get(devidp, asked)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": '"\\ü'},
        {"response_type": '"\\ü', "redirect_uri": "https://evil.example/"},
        {"scope": '"\\ü', "client_id": ""},
    ],
)
def test_odd_requests_are_refused_and_never_break(
    devidp: DevidpFiles, changes: dict[str, str]
) -> None:
    answer = get(devidp, code_request(CONSENTS, []), **changes)
    assert answer.status_code == 400


@pytest.mark.parametrize("grant_type", ["password", '"\\ü', ""])
def test_odd_grants_are_refused_and_never_break(devidp: DevidpFiles, grant_type: str) -> None:
    answer = requests.post(f"{devidp.issuer}/token", data={"grant_type": grant_type}, timeout=30)
    assert answer.status_code == 400
    assert "error" in answer.json()


@pytest.mark.parametrize("path", ["/token", "/userinfo", "/authorize"])
def test_another_host_is_refused_and_never_breaks(devidp: DevidpFiles, path: str) -> None:
    answer = requests.post(devidp.issuer + path, headers={"Host": "provider.example"}, timeout=30)
    assert answer.status_code == 400


# Client authentication


def test_clients_prove_themselves(devidp: DevidpFiles) -> None:
    form = {"grant_type": "client_credentials", "resource": CONSENTS}
    url = f"{devidp.issuer}/token"
    secret = devidp.secret("story")
    wrong = requests.post(url, auth=("story", "wrong"), data=form, timeout=30)
    assert wrong.status_code == 401
    assert wrong.headers["WWW-Authenticate"].startswith("Basic")
    none = requests.post(url, data={**form, "client_id": "story"}, timeout=30)
    assert none.json()["error"] == "invalid_client"
    public = requests.post(url, data={**form, "client_id": "desk"}, timeout=30)
    assert public.json()["error"] == "invalid_client"
    posted = {**form, "client_id": "story", "client_secret": secret}
    assert requests.post(url, data=posted, timeout=30).status_code == 200
    pages = devidp.secret("consent_registry-pages")
    not_granted = requests.post(url, auth=("consent_registry-pages", pages), data=form, timeout=30)
    assert not_granted.json()["error"] == "unauthorized_client"


def test_a_confidential_client_cannot_redeem_without_its_secret(
    devidp: DevidpFiles, service_url: str
) -> None:
    asked = code_request(
        CONSENTS,
        ["consents.self"],
        client_id="consent_registry-pages",
        redirect_uri=f"{service_url}/sign-in/callback",
    )
    code = sign_in_at(devidp.issuer, asked.url(devidp.issuer), "anna")["code"]
    assert redeem(devidp.issuer, code, asked).json()["error"] == "invalid_client"
    secret = devidp.secret("consent_registry-pages")
    assert redeem(devidp.issuer, code, asked, client_secret=secret).status_code == 200


# Userinfo


def test_userinfo_takes_the_token_in_the_header_or_in_a_form(devidp: DevidpFiles) -> None:
    token = person_token(devidp.issuer, "bo", CONSENTS, []).access_token
    url = f"{devidp.issuer}/userinfo"
    known = {"sub": "person-bo", "name": "Bo Example", "preferred_username": "bo"}
    header = {"Authorization": f"bearer {token}"}
    assert requests.get(url, headers=header, timeout=30).json() == known
    assert requests.post(url, headers=header, timeout=30).json() == known
    assert requests.post(url, data={"access_token": token}, timeout=30).json() == known
    assert requests.get(url, params={"access_token": token}, timeout=30).status_code == 401


def test_userinfo_says_what_is_missing_as_rfc_6750_does(devidp: DevidpFiles) -> None:
    url = f"{devidp.issuer}/userinfo"
    missing = requests.get(url, timeout=30)
    assert missing.status_code == 401
    assert missing.headers["WWW-Authenticate"] == 'Bearer realm="devidp"'
    wrong = requests.get(url, headers={"Authorization": "Bearer x.y.z"}, timeout=30)
    assert wrong.headers["WWW-Authenticate"] == 'Bearer realm="devidp", error="invalid_token"'
