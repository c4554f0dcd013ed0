# SPDX-License-Identifier: Apache-2.0
"""The migrated schema is the one the tables declare, and every step can be undone."""

from sqlalchemy import inspect

from audit_log.adapters.casework_tables import CASE_FILE
from shared.db import engine, run_migrations, schema_differences, undo_migrations
from tests.support.postgres import empty_database, fresh_database, owner_of

SERVICE = "audit_log"


def test_the_migrations_make_what_the_tables_declare() -> None:
    assert schema_differences(CASE_FILE.metadata, owner_of(fresh_database(SERVICE))) == []


def test_migrating_twice_and_back_leaves_nothing_behind() -> None:
    url = empty_database(SERVICE)
    run_migrations(SERVICE, url)
    run_migrations(SERVICE, url)
    undo_migrations(SERVICE, url)
    one = engine(url, pool_size=1)
    try:
        assert inspect(one).get_table_names() == ["alembic_version"]
    finally:
        one.dispose()
