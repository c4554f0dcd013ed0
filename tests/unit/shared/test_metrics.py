# SPDX-License-Identifier: Apache-2.0
"""Whoever reads the metrics around somebody's withdrawal does not learn that there was one."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from shared.auth import AUTH_MARK, public, requires
from shared.metrics import OWN_ROUTE, install
from tests.fakes.kernel import SteppingClock

_View = TypeVar("_View", bound=Callable[..., Any])


def hers(view: _View) -> _View:
    """Mark a view as a person's own; the token is looked at elsewhere."""
    setattr(view, AUTH_MARK, ("consents.write", "consents.self"))
    return view


def serving() -> FlaskClient:
    app = Flask(__name__)
    install(app, CollectorRegistry(), SteppingClock())

    @app.get("/v1/participants/<pseudonym>/consents")
    @hers
    def read(pseudonym: str) -> str:
        return pseudonym

    @app.post("/v1/participants/<pseudonym>/withdrawals")
    @hers
    def withdraw(pseudonym: str) -> tuple[str, int]:
        return pseudonym, 201

    @app.post("/v1/imports")
    @requires("consents.import")
    def take() -> str:
        return ""

    @app.get("/open")
    @public("a page for all")
    def seen() -> str:
        return ""

    @app.errorhandler(Exception)
    def refuse(_: Exception) -> tuple[str, int]:
        return "", 401

    return app.test_client()


def series(client: FlaskClient) -> list[str]:
    text = client.get("/metrics").text
    lines = [line for line in text.splitlines() if OWN_ROUTE in line]
    return [line for line in lines if "_created{" not in line]  # when a series began


def test_a_withdrawal_looks_like_a_look_at_the_same_pages() -> None:
    found = []
    for method, path in (("GET", "consents"), ("POST", "withdrawals")):
        one = serving()
        one.open(f"/v1/participants/P-1/{path}", method=method)
        found.append(series(one))
    assert found[0] == found[1] != []


def test_everything_else_is_told_apart() -> None:
    client = serving()
    client.post("/v1/imports")
    client.get("/open")
    text = client.get("/metrics").text
    assert 'method="POST",route="/v1/imports",status="401"' in text
    assert 'method="GET",route="/open",status="200"' in text
    assert series(client) == []
