# SPDX-License-Identifier: Apache-2.0
"""Sessions, the CSRF token and the way to sign-in and back, without any network."""

import io
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from shared.pages.person import local_path, remember
from tests.support.page_sessions import ISSUER, PAGE, csrf_of, person, sign_in_as
from tests.support.page_world import NOW, HandClock, make_service

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class LateSigner(TimestampSigner):
    """Signs as if half an hour and a minute ago."""

    def get_timestamp(self) -> int:
        return super().get_timestamp() - 31 * 60


def test_a_page_for_people_sends_strangers_to_sign_in_and_back(service: Flask) -> None:
    answer = service.test_client().get("/mine?year=2026", headers=PAGE)
    assert answer.status_code == 303
    target = urlsplit(answer.location)
    assert target.path == "/sign-in"
    assert parse_qs(target.query) == {"next": ["/mine?year=2026"]}


def test_a_signed_in_person_is_the_principal_of_her_pages(service: Flask) -> None:
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    answer = client.get("/mine", headers=PAGE)
    assert answer.json == {"issuer": ISSUER, "subject": "person-anna", "name": "Anna Example"}
    home = client.get("/", headers=PAGE).text
    assert "Signed in as Anna Example" in home
    assert "Mine" in home
    assert "Queue" not in home


def test_a_missing_scope_is_a_page_that_says_so(service: Flask) -> None:
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    answer = client.get("/queue", headers=PAGE)
    assert answer.status_code == 403
    assert answer.mimetype == "text/html"
    assert "You are signed in as Anna Example." in answer.text


def test_the_session_ends_with_its_own_time() -> None:
    clock = HandClock()
    service = make_service(clock)
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    clock.move(8 * 3600 - 1)
    assert client.get("/mine", headers=PAGE).status_code == 200
    clock.move(2)
    assert client.get("/mine", headers=PAGE).status_code == 303


def test_the_session_ends_after_half_an_hour_of_nothing(service: Flask) -> None:
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    interface = service.session_interface
    assert isinstance(interface, SecureCookieSessionInterface)
    serializer = interface.get_signing_serializer(service)
    assert serializer is not None
    cookie = client.get_cookie("placet_trial")
    assert cookie is not None
    held = serializer.loads(cookie.value)
    serializer.signer = LateSigner
    old = serializer.dumps(held)
    client.set_cookie("placet_trial", old if isinstance(old, str) else old.decode())
    assert client.get("/mine", headers=PAGE).status_code == 303


def test_the_cookie_is_the_services_own_and_locked_down(service: Flask) -> None:
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    set_cookie = client.get("/mine", headers=PAGE).headers["Set-Cookie"]
    assert set_cookie.startswith("placet_trial=")
    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie
    assert "Secure" not in set_cookie


def test_the_cookie_is_secure_outside_development() -> None:
    client = make_service(HandClock(), development=False).test_client()
    answer = client.get("/", headers=PAGE, base_url="https://trial.example")
    html = client.get("/gallery", headers=PAGE, base_url="https://trial.example")
    assert "Secure" in html.headers["Set-Cookie"]
    assert "Set-Cookie" not in answer.headers


def test_the_session_holds_six_facts_and_no_token(service: Flask) -> None:
    with service.test_request_context("/"):
        session["left over"] = "from before"
        remember(person("consents.self"), until=NOW)
        assert set(session) == {"_permanent", "person"}
        assert set(session["person"]) == {"sid", "iss", "sub", "name", "scopes", "exp"}


def test_a_cookie_that_was_changed_signs_in_nobody(service: Flask) -> None:
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    cookie = client.get_cookie("placet_trial")
    assert cookie is not None
    flipped = ("A" if cookie.value[10] != "A" else "B").join((cookie.value[:10], cookie.value[11:]))
    client.set_cookie("placet_trial", flipped)
    assert client.get("/mine", headers=PAGE).status_code == 303


def test_a_post_without_the_token_changes_nothing(service: Flask) -> None:
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    answer = client.post("/mine", headers=PAGE)
    assert answer.status_code == 400
    assert "Nothing was changed." in answer.text
    assert client.post("/sign-out", headers=PAGE).status_code == 400
    assert client.get("/mine", headers=PAGE).status_code == 200


def test_a_post_after_the_session_says_to_sign_in(service: Flask) -> None:
    answer = service.test_client().post("/mine", headers=PAGE)
    assert answer.status_code == 400
    assert "You are not signed in any more." in answer.text
    assert 'href="/sign-in"' in answer.text


def test_a_foreign_token_does_not_pass(service: Flask) -> None:
    one, other = service.test_client(), service.test_client()
    sign_in_as(service, one, person("consents.self"))
    sign_in_as(service, other, person("consents.self"))
    foreign = csrf_of(other)
    assert one.post("/mine", data={"csrf_token": foreign}, headers=PAGE).status_code == 400
    own = csrf_of(one)
    assert one.post("/mine", data={"csrf_token": own}, headers=PAGE).status_code == 303


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8999", 303),
        ("http://127.0.0.1:8998", 400),
        ("https://evil.example", 400),
        ("null", 400),
    ],
)
def test_a_form_comes_from_this_origin(service: Flask, origin: str, status: int) -> None:
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    headers = {**PAGE, "Origin": origin}
    answer = client.post("/mine", data={"csrf_token": csrf_of(client)}, headers=headers)
    assert answer.status_code == status


class Unread(io.BytesIO):
    """A body that nobody may touch."""

    def read(self, _size: int | None = -1, /) -> bytes:
        raise AssertionError("the form was read")

    def readinto(self, _buffer: "WriteableBuffer", /) -> int:
        raise AssertionError("the form was read")


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:8999"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_form_that_cannot_be_good_is_not_read(
    service: Flask, origin: str, signed_in: bool
) -> None:
    client = service.test_client()
    if signed_in:
        sign_in_as(service, client, person("consents.self"))  # and never saw one of our forms
    answer = client.post(
        "/mine",
        input_stream=Unread(b"csrf_token=x"),
        content_length=12,
        content_type="application/x-www-form-urlencoded",
        headers={**PAGE, "Origin": origin},
    )
    assert answer.status_code == 400


def test_no_cookie_travels_with_what_caches_keep(service: Flask) -> None:
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    html = client.get("/", headers=PAGE).text
    asset = client.get(html.split('rel="stylesheet" href="')[1].split('"')[0])
    assert asset.status_code == 200
    assert "Set-Cookie" not in asset.headers


def test_the_api_needs_a_bearer_token_and_no_csrf_token(service: Flask) -> None:
    client = service.test_client()
    sign_in_as(service, client, person("consents.write"))
    answer = client.post("/v1/things", headers=PAGE)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None


def test_every_view_says_who_may_use_it(service: Flask) -> None:
    for rule in service.url_map.iter_rules():
        view = service.view_functions[rule.endpoint]
        marks = {"__placet_auth__", "__placet_public__"} & set(vars(view))
        assert len(marks) == 1, rule.rule


@pytest.mark.parametrize(
    "candidate",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " /mine",
        "",
        "mine",
        "http:evil.example",
        "/" + "x" * 1024,
    ],
)
def test_a_return_address_outside_the_service_is_not_followed(candidate: str) -> None:
    assert local_path(candidate) == "/"


@pytest.mark.parametrize("candidate", ["/", "/mine", "/mine?year=2026&x=%2F%2Fa", "/a/b#c"])
def test_a_return_address_inside_the_service_is_kept(candidate: str) -> None:
    assert local_path(candidate) == candidate


@given(st.text())
def test_whatever_is_asked_for_stays_on_this_host(candidate: str) -> None:
    path = local_path(candidate)
    assert path.startswith("/")
    assert urlsplit(path).netloc == ""
    assert not path.startswith(("//", "/\\"))
