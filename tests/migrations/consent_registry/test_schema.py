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


@pytest.mark.parametrize("step", ["0001", "0002", "0003", "0008", "0012", "0024", "head"])
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


_MEMBER = "INSERT INTO dataset_member VALUES (:dataset, :ordinal, :pid, 'S-2', now())"
_EVENT = (
    "INSERT INTO consent_event SELECT gen_random_uuid(), :pid, :dataset, :ordinal, 2, kind,"
    " expressed_at, effective_from, effective_to, recorded_at, channel, form_version, NULL, NULL,"
    " NULL, NULL, sealed, commitment, previous, hash FROM consent_event"
)


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        (_MEMBER, {"pid": str(uuid4()), "ordinal": 1}),
        (_MEMBER, {"dataset": "GDI-ZZ-DATASET-2"}),
        (_EVENT, {"ordinal": 1}),
        (_EVENT, {"dataset": "GDI-ZZ-DATASET-2"}),
        (_EVENT, {"pid": str(uuid4())}),
    ],
)
def test_members_are_of_people_and_events_of_members(
    statement: str, wrong: dict[str, object]
) -> None:
    """The last one no foreign key would see: an event under another person's number."""
    one = engine(seeded(), pool_size=1)
    try:
        with one.connect() as connection:
            pid = connection.execute(text("SELECT pid FROM participant")).scalar_one()
            right = {"pid": str(pid), "dataset": "GDI-ZZ-DATASET-1", "ordinal": 0}
            with pytest.raises(DBAPIError) as refused:
                connection.execute(text(statement), right | wrong)
            assert getattr(refused.value.orig, "sqlstate", None) == "23503"
    finally:
        one.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM dataset",
        "DELETE FROM participant",
        "DELETE FROM dataset_member",
        "TRUNCATE dataset CASCADE",
        "TRUNCATE participant CASCADE",
        "TRUNCATE dataset_member CASCADE",
        "UPDATE dataset SET dataset = 'GDI-ZZ-DATASET-2'",
        "UPDATE participant SET pid = gen_random_uuid()",
        "UPDATE dataset_member SET ordinal = 7",
        "UPDATE dataset_member SET pid = gen_random_uuid()",
    ],
)
def test_what_members_and_events_refer_to_stays(statement: str) -> None:
    one = engine(seeded(), pool_size=1)
    try:
        with one.connect() as connection, pytest.raises(DBAPIError) as refused:
            connection.execute(text(statement))
        assert getattr(refused.value.orig, "sqlstate", None) == "42501"
    finally:
        one.dispose()


def test_a_live_database_is_taken_to_the_references_and_back() -> None:
    """With rows in it: the foreign keys come back over what was written without them."""
    url = seeded()
    undo_migrations(SERVICE, url, revision="0024")
    one = engine(url, pool_size=1)
    wrong = {"pid": str(uuid4()), "dataset": "GDI-ZZ-DATASET-1", "ordinal": 1}
    try:
        with one.connect() as connection, pytest.raises(DBAPIError) as refused:
            connection.execute(text(_MEMBER), wrong)
        assert getattr(refused.value.orig, "sqlstate", None) == "23503"
        one.dispose()
        run_migrations(SERVICE, url)
        assert schema_differences(METADATA, url) == []
    finally:
        one.dispose()
