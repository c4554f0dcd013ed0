# SPDX-License-Identifier: Apache-2.0
"""The marks of the routes are true: nobody passes a guarded address without what it asks for.

Each is knocked at with nothing, with a token that lacks the scopes, with one for somebody else,
and with a session alone where a bearer is due: a cookie must open nothing that has no CSRF check.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from services.docs.applications import APPLICATIONS
from shared.clock import SystemClock
from shared.pages.endings import MemoryEndedSessions
from shared.pages.person import EXTENSION
from tests.support.doors import Door, doors, path_of

Tokens = Callable[..., str]
SERVICES = sorted(set(APPLICATIONS) - {"devidp"})
FROM_HERE = {"Referer": "https://localhost/"}  # what a browser says of a form on our own page
PAGED = sorted(set(SERVICES) - {"clearinghouse"})


def guarded(app: Flask, *, machine: bool) -> list[Door]:
    return [one for one in doors(app) if one.scopes is not None and one.machine is machine]


def knock(app: Flask, door: Door, token: str | None = None) -> tuple[int, str]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    answer = app.test_client().open(
        path_of(app, door),
        method=door.method,
        headers=headers,
        json={} if door.method != "GET" else None,
    )
    return answer.status_code, str((answer.get_json(silent=True) or {}).get("code", ""))


def sign_in(client: FlaskClient, *scopes: str) -> str:
    """Give the client a session of somebody with these scopes, and the CSRF token of its forms."""
    raw = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
    with client.session_transaction() as session:
        session["person"] = {
            "sid": secrets.token_hex(16),
            "iss": "https://login.example",
            "sub": "somebody",
            "name": "Some Body",
            "scopes": list(scopes),
            "exp": int(time.time()) + 600,
        }
        session["csrf_token"] = raw
    app = client.application
    app.extensions[EXTENSION] = replace(
        app.extensions[EXTENSION], ended=MemoryEndedSessions(SystemClock())
    )  # these applications have no database behind them
    key = app.secret_key
    assert key is not None
    signed = URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw)
    return signed if isinstance(signed, str) else signed.decode()


@pytest.mark.parametrize("name", SERVICES)
def test_without_the_right_token_a_program_gets_nothing(
    applications: Mapping[str, Flask], name: str, token: Tokens
) -> None:
    app = applications[name]
    found = guarded(app, machine=True)
    assert bool(found) is (name != "clearinghouse")  # it hears nginx beside it, and nobody else
    for door in found:
        scopes = door.scopes or ()
        elsewhere = token(scopes, "urn:placet:zz:somewhere_else")
        assert knock(app, door) == (401, "token_missing"), door
        assert knock(app, door, "not a token") == (401, "token_malformed"), door
        assert knock(app, door, elsewhere) == (401, "token_audience"), door
        assert knock(app, door, token(["openid"], f"urn:placet:zz:{name}")) == (403, "forbidden"), (
            door
        )


@pytest.mark.parametrize("name", PAGED)
def test_a_session_alone_opens_no_address_for_programs(
    applications: Mapping[str, Flask], name: str
) -> None:
    app = applications[name]
    found = guarded(app, machine=True)
    assert found
    for door in found:
        client = app.test_client()
        sign_in(client, *(door.scopes or ()))
        answer = client.open(path_of(app, door), method=door.method)
        assert answer.status_code == HTTPStatus.UNAUTHORIZED, door


@pytest.mark.parametrize("name", PAGED)
def test_a_page_sends_strangers_to_sign_in_and_refuses_people_without_the_right(
    applications: Mapping[str, Flask], name: str, token: Tokens
) -> None:
    app = applications[name]
    pages = guarded(app, machine=False)
    assert pages
    for door in pages:
        path = path_of(app, door)
        stranger, bearer, person = app.test_client(), app.test_client(), app.test_client()
        field = {"csrf_token": sign_in(person, "openid")}
        answer = stranger.open(path, method=door.method)
        if door.method == "GET":
            assert answer.status_code == HTTPStatus.SEE_OTHER, door
            assert answer.location.startswith("/sign-in?next="), door
        else:
            assert answer.status_code == HTTPStatus.BAD_REQUEST, door  # no CSRF token
        headers = {"Authorization": f"Bearer {token(door.scopes or (), f'urn:placet:zz:{name}')}"}
        answer = bearer.open(path, method=door.method, headers=headers)
        assert answer.status_code in {HTTPStatus.SEE_OTHER, HTTPStatus.BAD_REQUEST}, door
        answer = person.open(path, method=door.method, data=field, headers=FROM_HERE)
        assert answer.status_code == HTTPStatus.FORBIDDEN, door


@pytest.mark.parametrize("name", PAGED)
def test_every_form_needs_the_token_of_its_own_session(
    applications: Mapping[str, Flask], name: str
) -> None:
    app = applications[name]
    for door in doors(app):
        if door.machine or door.method == "GET":
            continue
        client, other = app.test_client(), app.test_client()
        foreign = sign_in(other, *(door.scopes or ()))
        sign_in(client, *(door.scopes or ()))
        for field in ({}, {"csrf_token": "wrong"}, {"csrf_token": foreign}):
            path = path_of(app, door)
            answer = client.open(path, method=door.method, data=field, headers=FROM_HERE)
            assert answer.status_code == HTTPStatus.BAD_REQUEST, door
