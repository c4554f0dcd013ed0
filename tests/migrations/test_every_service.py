# SPDX-License-Identifier: Apache-2.0
"""What the migrations build is what the tables declare, to the last check and default.

Alembic's own comparison sees no CHECK constraint, so the catalogues of two databases are compared:
one migrated, one made from the declarations.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import MetaData, text

from audit_log.adapters.casework_tables import CASE_FILE
from consent_registry.adapters import tables as consent_registry
from permit_service.adapters import tables as permit_service
from shared.db import engine, run_migrations, schema_differences, undo_migrations
from tests.support.postgres import empty_database, fresh_database, owner_of

ROOT = Path(__file__).resolve().parents[2]
TABLES: Mapping[str, MetaData] = {
    "audit_log": CASE_FILE.metadata,
    "consent_registry": consent_registry.METADATA,
    "permit_service": permit_service.Base.metadata,
}
# What keeps their rows apart is a key of each partition, not of the whole.
KEYS_OF_PARTITIONS = {"pk_ev", "pk_sealed"}
BY_ALEMBIC = "alembic_version"
STATED = re.compile(r'^(revision|down_revision) = "([0-9]{4})"$', re.MULTILINE)
NUMBERED = re.compile(r"^[0-9]{4}_[a-z0-9_]+\.py$")

_COLUMNS = """
    SELECT table_name, column_name, data_type, udt_name, character_maximum_length, is_nullable,
           column_default, is_identity, identity_generation, collation_name
    FROM information_schema.columns WHERE table_schema = 'public'
"""
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype NOT IN ('n', 't')
"""
# Months come and go by the worker's hand: partitions are nobody's declaration. Nor are views.
_APART = "SELECT relname FROM pg_class WHERE relispartition OR relkind = 'v'"
_INDEXES = """
    SELECT tablename, indexname, replace(indexdef, ' ON ONLY ', ' ON ')
    FROM pg_indexes WHERE schemaname = 'public'
"""


def catalogue(url: str) -> dict[str, set[tuple[object, ...]]]:
    """Read columns, constraints and indexes as PostgreSQL itself writes them."""
    one = engine(url, pool_size=1)
    try:
        with one.connect() as connection:
            apart = {BY_ALEMBIC, *connection.execute(text(_APART)).scalars()}
            return {
                what: {tuple(row) for row in connection.execute(text(query)) if row[0] not in apart}
                for what, query in (
                    *(("columns", _COLUMNS), ("constraints", _CONSTRAINTS)),
                    ("indexes", _INDEXES),
                )
            }
    finally:
        one.dispose()


def declared(service: str) -> str:
    """Make a database from the declarations alone."""
    url = empty_database(service)
    one = engine(url, pool_size=1)
    try:
        TABLES[service].create_all(one)
    finally:
        one.dispose()
    return url


def versions(service: str) -> Iterator[str]:
    folder = ROOT / service / "migrations" / "versions"
    yield from sorted(path.name for path in folder.glob("*.py"))


def test_no_service_with_migrations_is_forgotten() -> None:
    assert {path.parts[-3] for path in ROOT.glob("*/migrations/env.py")} == set(TABLES)


@pytest.mark.parametrize("service", sorted(TABLES))
def test_migrations_are_numbered_without_a_gap(service: str) -> None:
    names = list(versions(service))
    assert all(NUMBERED.match(name) for name in names)
    folder = ROOT / service / "migrations" / "versions"
    said = [dict(STATED.findall((folder / name).read_text(encoding="utf-8"))) for name in names]
    numbers = [f"{number:04d}" for number in range(1, len(names) + 1)]
    assert [name[:4] for name in names] == numbers
    assert [one["revision"] for one in said] == numbers
    assert [one.get("down_revision") for one in said] == [None, *numbers[:-1]]


@pytest.mark.parametrize("service", sorted(TABLES))
def test_the_migrated_schema_is_the_declared_one(service: str) -> None:
    migrated = owner_of(fresh_database(service))
    assert schema_differences(TABLES[service], migrated) == []
    ours, wanted = catalogue(migrated), catalogue(declared(service))
    assert ours["columns"]
    for what, rows in wanted.items():
        declared_rows = {row for row in rows if not KEYS_OF_PARTITIONS & {*map(str, row)}}
        assert ours[what] ^ declared_rows == set(), what


@pytest.mark.parametrize("service", sorted(TABLES))
def test_every_migration_can_be_undone_and_done_again(service: str) -> None:
    url = empty_database(service)
    steps = [name[:4] for name in versions(service)]
    for step in steps:
        run_migrations(service, url, revision=step)
    once = catalogue(url)
    for step in [*reversed(steps[:-1]), "base"]:
        undo_migrations(service, url, revision=step)
    assert catalogue(url) == {"columns": set(), "constraints": set(), "indexes": set()}
    run_migrations(service, url)
    assert catalogue(url) == once
