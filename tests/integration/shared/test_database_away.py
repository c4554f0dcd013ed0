# SPDX-License-Identifier: Apache-2.0
"""A database that is away is said to be away: 503 and when to ask again, never "went wrong"."""

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from shared.auth import public
from shared.db import AWAY, connect, engine
from shared.web import create_flask
from tests.fakes.kernel import SteppingClock
from tests.fakes.process import INFO, settings
from tests.support.ports import free_port
from tests.support.postgres import empty_database


def asking(database: Engine, url: str) -> Flask:
    app = create_flask(__name__, settings=settings(), clock=SteppingClock(), info=INFO, away=AWAY)

    @app.route("/by-pool/<statement>")
    @public("a test")
    def by_pool(statement: str) -> str:
        with database.connect() as connection:
            return str(connection.execute(text(statement)).scalar_one())

    @app.route("/by-itself")
    @public("a test")
    def by_itself() -> str:
        with connect(url) as connection:
            return str(connection.execute("SELECT 1").fetchone())

    return app


@pytest.mark.parametrize("address", ["/by-pool/SELECT 1", "/by-itself"])
def test_a_server_that_cannot_be_reached_is_away(address: str) -> None:
    url = f"postgresql://sample@127.0.0.1:{free_port()}/sample"
    answer = asking(engine(url), url).test_client().get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.get_json()["code"] == "service_unavailable"


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", 503),
        ("SELECT 1", 200),
        ("SELECT nothing", 500),
    ],
)
def test_what_ends_within_a_statement_is_away_and_a_wrong_statement_is_our_fault(
    statement: str, status: int
) -> None:
    url = empty_database("sample")
    database = engine(url)
    assert asking(database, url).test_client().get(f"/by-pool/{statement}").status_code == status
    database.dispose()
