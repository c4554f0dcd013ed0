# SPDX-License-Identifier: Apache-2.0
"""Migrations, readiness and the engine on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.db import (
    connect,
    engine,
    ready_check,
    run_migrations,
    schema_differences,
    undo_migrations,
)
from tests.integration.shared.sample.tables import Base
from tests.integration.shared.world import SAMPLE
from tests.support.postgres import empty_database, fresh_database, owner_of


def test_the_migrated_schema_equals_the_models() -> None:
    assert schema_differences(Base.metadata, owner_of(fresh_database(SAMPLE))) == []


def test_a_difference_between_schema_and_models_is_found() -> None:
    url = owner_of(fresh_database(SAMPLE))
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE note ALTER COLUMN text DROP NOT NULL")
        connection.execute("ALTER TABLE note ADD COLUMN stray int")
    assert len(schema_differences(Base.metadata, url)) == 2


def test_migrating_twice_changes_nothing_and_undoing_leaves_nothing() -> None:
    url = owner_of(fresh_database(SAMPLE))
    run_migrations(SAMPLE, url)
    undo_migrations(SAMPLE, url)
    with psycopg.connect(url) as connection:
        left = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert left == [("alembic_version",)]


def test_many_migrators_at_once_migrate_once() -> None:
    url = empty_database("sample")
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(run_migrations, SAMPLE, url) for _ in range(4)]:
            done.result(timeout=60)
    assert schema_differences(Base.metadata, url) == []


def test_a_migration_gives_up_on_a_locked_table_and_leaves_nothing_half_done() -> None:
    url = owner_of(fresh_database(SAMPLE))
    with psycopg.connect(url) as reader:
        reader.execute("SELECT * FROM note")
        with pytest.raises(OperationalError, match="lock timeout"):
            undo_migrations(SAMPLE, url, lock_timeout_ms=100)
    assert schema_differences(Base.metadata, url) == []


def test_ready_means_migrated() -> None:
    one = engine(empty_database("sample"))
    check = ready_check(one, SAMPLE)
    with pytest.raises(RuntimeError, match="not migrated"):
        check()
    one.dispose()

    two = engine(owner_of(fresh_database(SAMPLE)))
    ready_check(two, SAMPLE)()
    with two.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    ready_check(two, SAMPLE)()  # the migration of a newer release has run already
    two.dispose()


def test_connections_speak_utc_and_have_a_limit_per_statement() -> None:
    with connect(empty_database("sample"), statement_timeout_ms=50) as connection:
        row = connection.execute("SHOW TIME ZONE").fetchone()
        assert row == ("UTC",)
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(10)")


def test_a_service_cannot_enter_the_database_of_another() -> None:
    url = empty_database("sample")
    other = url.replace("//sample@", "//intruder@")
    empty_database("intruder")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(other)
