# SPDX-License-Identifier: Apache-2.0
"""The provider's own sign-in: form, session, prompts, sign-out, and what a browser is sent."""

import pytest
import requests

from services.devidp.registry import resource_id
from tests.support.devidp import DevidpFiles
from tests.support.page_world import HandClock
from tests.support.tokens import (
    CodeRequest,
    claims_of,
    code_request,
    person_token,
    redeem,
    redirect_parameters,
    sign_in_at,
)

CONSENTS = resource_id("ZZ", "consent_registry")
PERMITS = resource_id("ZZ", "permit_service")


def get(
    devidp: DevidpFiles, asked: CodeRequest, session: requests.Session, **changes: str
) -> requests.Response:
    return session.get(
        f"{devidp.issuer}/authorize",
        params={**asked.parameters, **changes},
        allow_redirects=False,
        timeout=30,
    )


@pytest.fixture
def anna(devidp: DevidpFiles) -> requests.Session:
    """A browser in which Anna is signed in at the provider."""
    session = requests.Session()
    asked = code_request(CONSENTS, ["consents.self"])
    sign_in_at(devidp.issuer, asked.url(devidp.issuer), "anna", session=session)
    return session


def test_who_is_signed_in_is_not_asked_again(devidp: DevidpFiles, anna: requests.Session) -> None:
    answer = get(devidp, code_request(CONSENTS, ["consents.self"]), anna)
    assert answer.status_code == 302
    assert "code" in redirect_parameters(answer)


def test_who_has_no_part_in_a_service_may_sign_in_as_somebody_else(
    devidp: DevidpFiles, anna: requests.Session
) -> None:
    asked = code_request(PERMITS, ["applications.decide"])
    page = get(devidp, asked, anna)
    assert page.status_code == 200
    assert "You are signed in as Anna Example." in page.text
    sign_in_at(devidp.issuer, asked.url(devidp.issuer), "dora", session=anna)
    assert "code" in redirect_parameters(get(devidp, asked, anna))


def test_a_wrong_password_is_said_at_the_field(devidp: DevidpFiles) -> None:
    session = requests.Session()
    asked = code_request(CONSENTS, [])
    page = get(devidp, asked, session)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    for login, password in (("anna", "bo"), ("nobody", "nobody"), ("", "")):
        answer = session.post(
            page.url,
            data={"csrf_token": token, "login": login, "password": password},
            timeout=30,
            allow_redirects=False,
        )
        assert answer.status_code == 422
        assert "<title>Error: Sign in" in answer.text
        assert 'href="#login"' in answer.text


def test_the_form_cannot_be_sent_from_elsewhere(devidp: DevidpFiles) -> None:
    asked = code_request(CONSENTS, [])
    answer = requests.post(
        asked.url(devidp.issuer), data={"login": "anna", "password": "anna"}, timeout=30
    )
    assert answer.status_code == 400


def test_prompt_login_asks_once_and_then_goes_on(
    devidp: DevidpFiles, anna: requests.Session
) -> None:
    asked = code_request(CONSENTS, ["consents.self"])
    page = get(devidp, asked, anna, prompt="login")
    assert page.status_code == 200
    answer = sign_in_at(devidp.issuer, page.url, "anna", session=anna)
    assert "code" in answer


def test_prompt_none_never_shows_a_form(devidp: DevidpFiles, anna: requests.Session) -> None:
    asked = code_request(CONSENTS, ["consents.self"])
    answer = redirect_parameters(get(devidp, asked, requests.Session(), prompt="none"))
    assert answer["error"] == "login_required"
    assert "code" in redirect_parameters(get(devidp, asked, anna, prompt="none"))


def test_max_age_is_honoured_and_auth_time_told(
    devidp: DevidpFiles, anna: requests.Session, clock: HandClock
) -> None:
    asked = code_request(CONSENTS, ["consents.self"])
    signed_in_at = int(clock.now().timestamp())
    clock.move(120)
    assert get(devidp, asked, anna, max_age="60").status_code == 200
    answer = redirect_parameters(get(devidp, asked, anna, max_age="300"))
    tokens = redeem(devidp.issuer, answer["code"], asked).json()
    assert claims_of(tokens["id_token"])["auth_time"] == signed_in_at
    assert claims_of(tokens["id_token"])["nonce"] == asked.parameters["nonce"]


def test_a_session_at_the_provider_ends(
    devidp: DevidpFiles, anna: requests.Session, clock: HandClock
) -> None:
    clock.move(8 * 3600 + 1)
    assert get(devidp, code_request(CONSENTS, ["consents.self"]), anna).status_code == 200


def test_answers_and_errors_name_their_issuer(devidp: DevidpFiles, anna: requests.Session) -> None:
    asked = code_request(CONSENTS, ["consents.self"])
    answers = [
        get(devidp, asked, anna),
        get(devidp, asked, anna, code_challenge_method="plain"),
        get(devidp, asked, anna, resource="urn:placet:zz:nothing"),
        get(devidp, asked, requests.Session(), prompt="none"),
        get(devidp, asked, anna, response_type="token"),
    ]
    for answer in answers:
        parameters = redirect_parameters(answer)
        assert parameters["iss"] == devidp.issuer
        assert parameters["state"] == asked.parameters["state"]


def test_the_cookie_is_the_providers_own(anna: requests.Session) -> None:
    assert {cookie.name for cookie in anna.cookies} == {"placet_devidp"}


def test_the_form_may_lead_to_the_client_and_nowhere_else(devidp: DevidpFiles) -> None:
    asked = code_request(CONSENTS, [])
    policy = get(devidp, asked, requests.Session()).headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' http://127.0.0.1:49152")
    home = requests.get(f"{devidp.issuer}/", timeout=30)
    assert home.headers["Content-Security-Policy"].endswith("form-action 'self'")
    assert "dora" in home.text


# Sign-out


def test_a_pages_client_signs_out_and_gets_its_person_back(
    devidp: DevidpFiles, anna: requests.Session, service_url: str
) -> None:
    answer = anna.get(
        f"{devidp.issuer}/end_session",
        params={
            "client_id": "consent_registry-pages",
            "post_logout_redirect_uri": f"{service_url}/signed-out",
        },
        allow_redirects=False,
        timeout=30,
    )
    assert answer.headers["Location"] == f"{service_url}/signed-out"
    assert get(devidp, code_request(CONSENTS, ["consents.self"]), anna).status_code == 200


def test_a_copied_cookie_ends_with_the_sign_out(
    devidp: DevidpFiles, anna: requests.Session
) -> None:
    thief = requests.Session()
    thief.cookies.update(anna.cookies)
    asked = code_request(CONSENTS, ["consents.self"])
    assert "code" in redirect_parameters(get(devidp, asked, thief))
    hint = person_token(devidp.issuer, "anna", CONSENTS, []).id_token
    anna.get(f"{devidp.issuer}/end_session", params={"id_token_hint": hint}, timeout=30)
    answer = get(devidp, asked, thief)
    assert answer.status_code == 200
    assert "You are signed in as" not in answer.text


def test_an_id_token_of_ours_signs_out_even_when_it_has_expired(
    devidp: DevidpFiles, anna: requests.Session, clock: HandClock
) -> None:
    hint = person_token(devidp.issuer, "anna", CONSENTS, []).id_token
    clock.move(700)
    answer = anna.get(f"{devidp.issuer}/end_session", params={"id_token_hint": hint}, timeout=30)
    assert "You are signed out" in answer.text


def test_nobody_else_signs_people_out_or_sends_them_away(
    devidp: DevidpFiles, anna: requests.Session
) -> None:
    for parameters in (
        {},
        {"client_id": "consent_registry-pages", "post_logout_redirect_uri": "https://evil.example"},
        {"post_logout_redirect_uri": "https://evil.example"},
    ):
        answer = anna.get(
            f"{devidp.issuer}/end_session",
            params=parameters,
            allow_redirects=False,
            timeout=30,
        )
        assert answer.status_code == 200
        assert "Sign out of all services?" in answer.text
    page = anna.get(f"{devidp.issuer}/end_session", timeout=30).text
    forged = anna.get(f"{devidp.issuer}/end_session", params={"id_token_hint": "x"}, timeout=30)
    assert forged.status_code == 400
    asked = code_request(CONSENTS, ["consents.self"])
    assert "code" in redirect_parameters(get(devidp, asked, anna))
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    done = anna.post(f"{devidp.issuer}/end_session", data={"csrf_token": token}, timeout=30)
    assert "You are signed out" in done.text
    assert get(devidp, asked, anna).status_code == 200
