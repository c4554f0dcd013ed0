# SPDX-License-Identifier: Apache-2.0
"""permit_service is asked about what comes after the upgrade, not of years whose parts are gone."""

import psycopg

from services.demo.postgres import runtime_role
from shared.db import run_migrations, undo_migrations
from tests.support.log_world import PostgresWorld
from tests.support.postgres import owner_of

SERVICE = "audit_log"


def cursors(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        return dict(connection.execute("SELECT name, next_idx FROM rule_cursor").fetchall())


def upgraded(url: str) -> None:
    run_migrations(SERVICE, owner_of(url), runs_as=runtime_role(SERVICE))


def test_the_questions_begin_where_the_examination_stands() -> None:
    world = PostgresWorld()
    try:
        world.engine.dispose()
        assert cursors(world.url) == {}  # a new log is asked about from its first entry
        undo_migrations(SERVICE, owner_of(world.url), revision="0015")
        with psycopg.connect(world.url) as connection:
            connection.execute(
                "INSERT INTO rule_cursor (name, next_idx, moved_at)"
                " VALUES ('entries', 4711, now()), ('people', 9, now())"
            )
        upgraded(world.url)
        assert cursors(world.url) == {"entries": 4711, "people": 9, "permits": 4711}
        undo_migrations(SERVICE, owner_of(world.url), revision="0015")
        with psycopg.connect(world.url) as connection:
            connection.execute("UPDATE rule_cursor SET next_idx = 5000 WHERE name = 'entries'")
        upgraded(world.url)
        assert cursors(world.url)["permits"] == 4711  # what was not asked about yet still is
    finally:
        world.close()
