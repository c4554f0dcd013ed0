# SPDX-License-Identifier: Apache-2.0
"""A session that was ended is over for every copy of its cookie."""

from dataclasses import replace
from datetime import timedelta

from flask import Flask, session
from flask.testing import FlaskClient

from shared.pages.endings import MemoryEndedSessions, SessionsUnknown
from shared.pages.person import EXTENSION, remember
from tests.support.page_sessions import PAGE, csrf_of, person, sign_in_as
from tests.support.page_world import NOW, HandClock, make_service


def copied(service: Flask, client: FlaskClient) -> FlaskClient:
    """Another browser with the same cookie, as somebody who read it would have."""
    cookie = client.get_cookie("placet_trial")
    assert cookie is not None
    thief = service.test_client()
    thief.set_cookie("placet_trial", cookie.value)
    return thief


def test_a_copied_cookie_ends_with_the_sign_out(service: Flask) -> None:
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    thief = copied(service, client)
    assert thief.get("/mine", headers=PAGE).status_code == 200
    answer = client.post("/sign-out", data={"csrf_token": csrf_of(client)}, headers=PAGE)
    assert answer.status_code == 303
    assert thief.get("/mine", headers=PAGE).location.startswith("/sign-in")
    assert "Signed in as" not in thief.get("/", headers=PAGE).text


def test_a_new_sign_in_ends_the_session_before_it(service: Flask) -> None:
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    thief, other = copied(service, client), service.test_client()
    sign_in_as(service, other, person("consents.self"))
    with client.session_transaction() as cookie:
        held = dict(cookie)
    with service.test_request_context("/"):
        session.update(held)
        remember(person("consents.self"), until=NOW + timedelta(hours=8))
    assert thief.get("/mine", headers=PAGE).status_code == 303
    assert other.get("/mine", headers=PAGE).status_code == 200


def test_a_session_of_which_nobody_can_tell_is_not_believed() -> None:
    class Away(MemoryEndedSessions):
        def has(self, session_id: str) -> bool:
            raise SessionsUnknown("away")

    service = make_service(HandClock())
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    service.extensions[EXTENSION] = replace(service.extensions[EXTENSION], ended=Away(HandClock()))
    answer = client.get("/mine", headers=PAGE)
    assert answer.status_code == 503
    assert answer.mimetype == "text/html"
    assert "Signed in as" not in client.get("/", headers=PAGE).text


def test_a_session_without_an_id_is_none(service: Flask) -> None:
    client = service.test_client()
    sign_in_as(service, client, person("consents.self"))
    with client.session_transaction() as cookie:
        del cookie["person"]["sid"]
        cookie.modified = True
    assert client.get("/mine", headers=PAGE).status_code == 303
