# SPDX-License-Identifier: Apache-2.0
"""Browsers signed in to the small service (`tests.support.page_world`), without any network."""

from datetime import timedelta

from flask import Flask, session
from flask.testing import FlaskClient

from shared.pages.person import Person, remember
from tests.support.page_world import NOW

PAGE = {"Accept": "text/html"}
ISSUER = "http://127.0.0.1:9"


def person(*scopes: str, name: str = "Anna Example") -> Person:
    return Person(issuer=ISSUER, subject="person-anna", name=name, scopes=frozenset(scopes))


def sign_in_as(service: Flask, client: FlaskClient, who: Person, hours: int = 8) -> None:
    """Put into the client's cookie what a finished sign-in puts there."""
    with service.test_request_context("/"):
        remember(who, until=NOW + timedelta(hours=hours))
        held = dict(session)
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.update(held)
        cookie.permanent = True


def csrf_of(client: FlaskClient) -> str:
    """Give the CSRF token of this browser's forms."""
    html = client.get("/gallery", headers=PAGE).text
    return html.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
