# SPDX-License-Identifier: Apache-2.0
"""The migrated schema is the one the tables declare; events and withdrawals cannot be changed."""

import hashlib
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from consent_registry.adapters.tables import METADATA
from shared.db import engine, run_migrations, schema_differences, undo_migrations
from tests.support.postgres import empty_database, fresh_database, owner_of

SERVICE = "consent_registry"
AT = datetime(2026, 6, 1, tzinfo=UTC)


def test_the_migrations_make_what_the_tables_declare() -> None:
    assert schema_differences(METADATA, owner_of(fresh_database(SERVICE))) == []


@pytest.mark.parametrize("step", ["0001", "0002", "0003", "0008", "0012", "head"])
def test_each_step_can_be_taken_and_undone(step: str) -> None:
    url = empty_database(SERVICE)
    run_migrations(SERVICE, url, revision=step)
    run_migrations(SERVICE, url, revision=step)
    undo_migrations(SERVICE, url)
    one = engine(url, pool_size=1)
    try:
        assert inspect(one).get_table_names() == ["alembic_version"]
    finally:
        one.dispose()


def seeded() -> str:
    """Make a database with one withdrawal and one event in it."""
    url = owner_of(fresh_database(SERVICE))
    one = engine(url, pool_size=1)
    pid = str(uuid4())
    with one.begin() as connection:
        connection.execute(
            text("INSERT INTO participant VALUES (:pid, 'P-1', :at)"), {"pid": pid, "at": AT}
        )
        connection.execute(
            text(
                "INSERT INTO dataset VALUES ('GDI-ZZ-DATASET-1', 't', 'c', 'ZZ', 'consent_gdpr',"
                " 1, 1, 1, :at, :at)"
            ),
            {"at": AT},
        )
        connection.execute(
            text("INSERT INTO dataset_member VALUES ('GDI-ZZ-DATASET-1', 0, :pid, 'S-1', :at)"),
            {"pid": pid, "at": AT},
        )
        connection.execute(
            text(
                "INSERT INTO consent_event VALUES (:id, :pid, 'GDI-ZZ-DATASET-1', 0, 1, 'given',"
                " :at, :at, NULL, :at, 'api', '', NULL, NULL, NULL, NULL, '', '', '', '')"
            ),
            {"id": str(uuid4()), "pid": pid, "at": AT},
        )
        connection.execute(
            text("INSERT INTO withdrawal VALUES (:id, :pid, :at, '[]', NULL, '')"),
            {"id": str(uuid4()), "pid": pid, "at": AT},
        )
    one.dispose()
    return url


def test_what_callers_named_their_withdrawals_becomes_a_digest_and_the_table_stays_closed() -> None:
    """Chains do not hold it; a repeated request still finds the withdrawal by its key."""
    url = empty_database(SERVICE)
    run_migrations(SERVICE, url, revision="0007")
    one = engine(url, pool_size=1)
    pid, key = str(uuid4()), "the letter of Anna Example"
    try:
        with one.begin() as connection:
            insert = text("INSERT INTO withdrawal VALUES (:id, :pid, :at, '[]', :key, '')")
            for name in (key, None):
                values = {"id": str(uuid4()), "pid": pid, "at": AT, "key": name}
                connection.execute(insert, values)
        run_migrations(SERVICE, url)
        with one.connect() as connection:
            kept = set(connection.execute(text("SELECT idempotency_key FROM withdrawal")).scalars())
            assert kept == {hashlib.sha256(f"{pid}\n{key}".encode()).hexdigest(), None}
            with pytest.raises(DBAPIError, match="permission denied"):
                connection.execute(text("UPDATE withdrawal SET idempotency_key = 'x'"))
        with one.connect() as connection:
            connection.execute(text("GRANT ALL ON withdrawal TO CURRENT_USER"))
            with pytest.raises(DBAPIError, match="append-only"):
                connection.execute(text("UPDATE withdrawal SET idempotency_key = 'x'"))
    finally:
        one.dispose()


@pytest.mark.parametrize("table", ["stop_event", "stop_reach", "rights_step"])
def test_what_the_desk_recorded_is_append_only(table: str) -> None:
    one = engine(owner_of(fresh_database(SERVICE)), pool_size=1)
    try:
        with one.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - of three
        with one.connect() as connection:
            connection.execute(text(f"GRANT ALL ON {table} TO CURRENT_USER"))
            with pytest.raises(DBAPIError, match="append-only"):
                connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - of three
    finally:
        one.dispose()


@pytest.mark.parametrize("table", ["consent_event", "withdrawal"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET recorded_at = now()", "DELETE FROM {}", "TRUNCATE {}"]
)
@pytest.mark.parametrize("regranted", [False, True])
def test_history_is_append_only(table: str, statement: str, regranted: bool) -> None:
    """The rights are gone; where somebody gave them back, the trigger stands behind."""
    one = engine(seeded(), pool_size=1)
    try:
        with one.connect() as connection:
            if regranted:
                connection.execute(text(f"GRANT ALL ON {table} TO CURRENT_USER"))
            with pytest.raises(DBAPIError) as refused:
                connection.execute(text(statement.format(table)))
            message = str(refused.value.orig)
            assert ("append-only" if regranted else "permission denied") in message
    finally:
        one.dispose()
