# SPDX-License-Identifier: Apache-2.0
"""Sign-in to a service's pages: through the real provider, and against one that misbehaves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.devidp import DevidpFiles, served
from tests.support.page_world import HandClock, make_service, make_sign_in
from tests.support.ports import free_port
from tests.support.stub_provider import (
    Behaviour,
    answers,
    leads_away,
    signed_with_public_key,
    stub_provider,
    unsigned,
)
from tests.support.tokens import sign_in_at

PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def service(
    devidp: DevidpFiles, clock: HandClock, service_url: str, service_port: int
) -> Iterator[str]:
    """A service on real HTTP whose people sign in at the real provider."""
    sign_in = make_sign_in(
        clock,
        issuer=devidp.issuer,
        public_url=service_url,
        secret=devidp.secret("consent_registry-pages"),
    )
    app = make_service(clock, sign_in=sign_in, public_url=service_url)
    with served(app, service_port):
        yield service_url


def sign_in_to(service: str, devidp: DevidpFiles, path: str, login: str) -> requests.Session:
    """Ask for a page, be sent to the provider, sign in there and come back."""
    session = requests.Session()
    sent = session.get(service + path, headers=PAGE, timeout=30)
    assert sent.url.startswith(f"{devidp.issuer}/authorize?")
    answer = sign_in_at(devidp.issuer, sent.url, login, session=session)
    back = session.get(f"{service}/sign-in/callback", params=answer, headers=PAGE, timeout=30)
    back.raise_for_status()
    session.headers["X-Landed"] = back.url
    return session


def test_a_person_signs_in_and_lands_where_she_wanted_to_be(
    service: str, devidp: DevidpFiles
) -> None:
    session = sign_in_to(service, devidp, "/mine?year=2026", "anna")
    assert session.headers["X-Landed"] == f"{service}/mine?year=2026"
    assert session.get(f"{service}/mine", timeout=30).json() == {
        "issuer": devidp.issuer,
        "subject": "person-anna",
        "name": "Anna Example",
    }
    assert {cookie.name for cookie in session.cookies} == {"placet_trial", "placet_devidp"}


def test_a_person_without_the_right_is_told_so(service: str, devidp: DevidpFiles) -> None:
    session = requests.Session()
    sent = session.get(f"{service}/mine", headers=PAGE, timeout=30)
    answer = sign_in_at(devidp.issuer, sent.url, "rita", session=session)
    back = session.get(f"{service}/sign-in/callback", params=answer, headers=PAGE, timeout=30)
    assert back.status_code == 403
    assert "You are signed in as Rita Example." in back.text


def test_signing_out_ends_both_sessions(service: str, devidp: DevidpFiles) -> None:
    session = sign_in_to(service, devidp, "/mine", "anna")
    page = session.get(f"{service}/", headers=PAGE, timeout=30).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    done = session.post(f"{service}/sign-out", data={"csrf_token": token}, headers=PAGE, timeout=30)
    assert done.url == f"{service}/signed-out"
    assert "You are signed out" in done.text
    again = session.get(f"{service}/mine", headers=PAGE, timeout=30)
    assert again.url.startswith(f"{devidp.issuer}/authorize?")
    assert "Login name" in again.text


def test_who_is_signed_in_is_not_sent_to_the_provider(service: str, devidp: DevidpFiles) -> None:
    session = sign_in_to(service, devidp, "/mine", "anna")
    answer = session.get(
        f"{service}/sign-in", params={"next": "//evil.example/"}, allow_redirects=False, timeout=30
    )
    assert answer.headers["Location"] == "/"


def test_the_provider_is_asked_for_pkce_nonce_state_and_the_resource(service: str) -> None:
    answer = requests.get(f"{service}/sign-in", allow_redirects=False, timeout=30)
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["resource"] == ["urn:placet:zz:consent_registry"]
    assert asked["scope"] == ["openid consents.self"]
    assert {"code_challenge", "nonce", "state"} <= set(asked)


def test_another_browsers_answer_is_not_taken(service: str, devidp: DevidpFiles) -> None:
    victim, attacker = requests.Session(), requests.Session()
    sent = attacker.get(f"{service}/mine", headers=PAGE, timeout=30)
    answer = sign_in_at(devidp.issuer, sent.url, "bo", session=attacker)
    victim.get(f"{service}/mine", headers=PAGE, timeout=30)
    for session in (victim, requests.Session()):
        back = session.get(f"{service}/sign-in/callback", params=answer, headers=PAGE, timeout=30)
        assert back.status_code == 400
        assert "placet_trial" not in session.cookies


# A provider that misbehaves


@dataclass(kw_only=True)
class Trial:
    """A browser that has begun to sign in at the misbehaving provider."""

    browser: FlaskClient
    behaviour: Behaviour
    issuer: str
    clock: HandClock

    def begin(self) -> dict[str, str]:
        """Begin, and give the honest answer to the callback."""
        sent = self.browser.get("/sign-in?next=/mine", headers=PAGE)
        asked = parse_qs(urlsplit(sent.location).query)
        self.behaviour.nonce = asked["nonce"][0]
        return {"code": "a-code", "state": asked["state"][0], "iss": self.issuer}

    def come_back(self, answer: dict[str, str]) -> TestResponse:
        """Follow the provider's redirect to the callback."""
        return self.browser.get("/sign-in/callback", query_string=answer, headers=PAGE)


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    port, clock, behaviour = free_port(), HandClock(), Behaviour()
    issuer = f"http://127.0.0.1:{port}"
    provider = stub_provider(tmp_path_factory.mktemp("stub") / "keys", issuer, clock, behaviour)
    service = make_service(clock, sign_in=make_sign_in(clock, issuer=issuer, secret="s"))
    with served(provider, port):
        yield Trial(browser=service.test_client(), behaviour=behaviour, issuer=issuer, clock=clock)


@pytest.fixture
def trial(stub: Trial) -> Trial:
    """A fresh browser, and a provider that behaves until told otherwise."""
    vars(stub.behaviour).update(vars(Behaviour()))
    return replace(stub, browser=stub.browser.application.test_client())


def test_the_honest_answer_signs_in(trial: Trial) -> None:
    answer = trial.come_back(trial.begin())
    assert (answer.status_code, answer.location) == (303, "/mine")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": ""},
        {"iss": None},
        {"state": "another"},
        {"state": ""},
        {"state": None},
    ],
)
def test_a_forged_callback_is_refused_before_the_code_is_used(
    trial: Trial, changes: dict[str, str | None]
) -> None:
    forged = {**trial.begin(), **changes}
    answer = trial.come_back({key: value for key, value in forged.items() if value is not None})
    assert answer.status_code == 400
    assert "The sign-in did not work" in answer.text
    assert trial.behaviour.token_requests == 0


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": ["consent_registry-pages", "another-client"]},
        {"azp": "another-client"},
        {"exp": 1},
        {"iat": 9_999_999_999},
        {"sub": "person-bo"},
        {"sub": ""},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
)
def test_an_id_token_that_does_not_hold_signs_in_nobody(
    trial: Trial, claims: dict[str, Any]
) -> None:
    trial.behaviour.id_claims = claims
    answer = trial.come_back(trial.begin())
    assert answer.status_code == 400
    assert trial.browser.get("/mine", headers=PAGE).status_code == 303


def test_no_weaker_signature_passes(trial: Trial) -> None:
    jwks = requests.get(f"{trial.issuer}/jwks", timeout=30).content
    for sign in (unsigned, signed_with_public_key(jwks), lambda _: "", lambda _: "a.b.c"):
        trial.behaviour.sign_id_token = sign
        assert trial.come_back(trial.begin()).status_code == 400


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "urn:placet:zz:permit_service"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"ga4gh_visa_v1": {}},
        {"sub": "person-bo"},
        {"client_id": "person-anna"},
    ],
)
def test_an_access_token_the_api_would_refuse_signs_in_nobody(
    trial: Trial, claims: dict[str, Any]
) -> None:
    trial.behaviour.access_claims = claims
    assert trial.come_back(trial.begin()).status_code in {400, 401}
    assert trial.browser.get("/mine", headers=PAGE).status_code == 303


def test_the_providers_refusal_is_a_page(trial: Trial) -> None:
    begun = trial.begin()
    del begun["code"]
    answer = trial.come_back({**begun, "error": "access_denied", "error_description": "<b>"})
    assert answer.status_code == 400
    assert "The sign-in was not completed" in answer.text
    assert "<b>" not in answer.text


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (answers(400, '{"error": "invalid_grant"}', "application/json"), 400),
        (answers(500, "oops"), 503),
        (answers(200, "not json"), 503),
        (answers(200, "[]", "application/json"), 503),
        (answers(200, "{}", "application/json"), 400),
        (leads_away, 503),
    ],
)
def test_a_token_endpoint_that_fails_is_a_page(
    trial: Trial, answer: Callable[[], Any], status: int
) -> None:
    trial.behaviour.token_answer = answer
    assert trial.come_back(trial.begin()).status_code == status


@pytest.mark.parametrize("metadata", [{"issuer": "https://evil.example"}, {"jwks_uri": None}])
def test_metadata_that_is_not_the_issuers_is_not_used(
    trial: Trial, metadata: dict[str, Any]
) -> None:
    trial.behaviour.metadata = metadata
    trial.clock.move(301)
    assert trial.browser.get("/sign-in", headers=PAGE).status_code == 503


def test_an_attempt_that_is_changed_or_missing_is_refused(trial: Trial) -> None:
    answer = trial.begin()
    cookie = trial.browser.get_cookie("placet_trial_sign_in", path="/sign-in")
    assert cookie is not None
    trial.browser.set_cookie("placet_trial_sign_in", cookie.value + "x", path="/sign-in")
    assert trial.come_back(answer).status_code == 400
    trial.browser.delete_cookie("placet_trial_sign_in", path="/sign-in")
    assert trial.come_back(answer).status_code == 400


def test_an_answer_is_taken_once(trial: Trial) -> None:
    answer = trial.begin()
    assert trial.come_back(answer).status_code == 303
    assert trial.come_back(answer).status_code == 400


def test_without_an_answer_from_the_provider_there_is_a_clear_page(clock: HandClock) -> None:
    issuer = f"http://127.0.0.1:{free_port()}"
    browser = make_service(clock, sign_in=make_sign_in(clock, issuer=issuer)).test_client()
    answer = browser.get("/sign-in", headers=PAGE)
    assert answer.status_code == 503
    assert "Try again in a few minutes." in answer.text
