# SPDX-License-Identifier: Apache-2.0
"""One flipped bit in any table of the log is named by table and row.

Everything happens in one transaction that is rolled back, with the tables' guards off, as only
somebody with all rights can.
"""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from audit_log.adapters.inspector import PostgresInspector
from audit_log.adapters.row_hashes import PostgresRowHashes
from audit_log.domain.stored_tables import TABLES
from audit_log.usecases.say_rows import RowSayer, rows_fact
from audit_log.usecases.verify import verify
from audit_log.usecases.verify_rows import RowVerifier
from tests.integration.audit_log.test_verify import TRUST
from tests.support.every_table import (
    METADATA,
    MISSED,
    every_table,
    filled,
    flaws_in,
    flipped,
    free,
    is_named,
    tables_of,
)
from tests.support.keeping_node import KeepingNode
from tests.support.log_world import PSEUDONYMS, VAULT, PostgresWorld
from tests.support.postgres import owner_of


@pytest.fixture(scope="module")
def node() -> Iterator[KeepingNode]:
    with every_table() as made:
        yield made


def test_every_table_of_the_migrated_schema_is_listed(node: KeepingNode) -> None:
    with psycopg.connect(owner_of(node.world.url)) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'alembic_version'"
        ).fetchall()
    assert sorted(TABLES) == sorted(METADATA.tables) == sorted(name for (name,) in found)


def test_nothing_is_wrong_before(node: KeepingNode) -> None:
    with psycopg.connect(owner_of(node.world.url)) as connection:
        assert flaws_in(connection) == []
        for table in METADATA.tables:
            query = SQL("SELECT count(*) > 0 FROM {}").format(Identifier(table))
            assert connection.execute(query).fetchone() == (True,), f"{table} is empty"


@pytest.mark.parametrize("name", sorted(METADATA.tables))
def test_one_flipped_bit_is_named_by_table_and_row(node: KeepingNode, name: str) -> None:
    missed: list[str] = []
    with psycopg.connect(owner_of(node.world.url)) as connection:
        table = Identifier(name)
        free(connection, name)
        for column in METADATA.tables[name].columns:
            if column.name in TABLES[name].open:
                continue
            connection.execute("SAVEPOINT before")
            change = SQL(
                "UPDATE {0} SET {1} = {2} WHERE (tableoid, ctid) ="
                " (SELECT tableoid, ctid FROM {0} WHERE {3} LIMIT 1)"
            ).format(table, Identifier(column.name), flipped(column), filled(column))
            changed = connection.execute(change).rowcount
            found = flaws_in(connection) if changed else [(name, "nothing to flip")]
            if name not in tables_of(found):
                missed.append(f"{column.name}: {found[:3]}")
            connection.execute("ROLLBACK TO SAVEPOINT before")
        connection.rollback()
    assert missed == []


@pytest.mark.parametrize("name", sorted(METADATA.tables.keys() - {"intake"}))
def test_a_row_taken_away_is_named_by_its_table(node: KeepingNode, name: str) -> None:
    for order in (SQL("ctid"), SQL("ctid DESC")):
        with psycopg.connect(owner_of(node.world.url)) as connection:
            free(connection, name)
            gone = SQL(
                "DELETE FROM {0} WHERE (tableoid, ctid) ="
                " (SELECT tableoid, ctid FROM {0} WHERE {1} ORDER BY {2} LIMIT 1)"
            ).format(Identifier(name), MISSED.get(name, SQL("true")), order)
            assert connection.execute(gone).rowcount == 1
            assert is_named(name, tables_of(flaws_in(connection)))
            connection.rollback()


def test_no_row_makes_a_producer_the_voice_of_the_log(node: KeepingNode) -> None:
    """Who writes the database and has a node's token cannot let the node say that all is well."""
    with psycopg.connect(owner_of(node.world.url)) as connection:
        connection.execute("INSERT INTO own_head VALUES ('zz/clearinghouse/1', 1, 0, '')")
        assert ("own_head", "src=zz/clearinghouse/1") in flaws_in(connection)
        connection.rollback()
        assert flaws_in(connection) == []


def test_rows_said_before_anything_is_in_the_tree_are_as_they_were_said() -> None:
    """The first look of a log may come before its first entry is sequenced."""
    world = PostgresWorld()
    try:
        with psycopg.connect(owner_of(world.url)) as connection:
            connection.execute(
                "INSERT INTO producer VALUES ('zz/x/1', 'x', 'vkey', 'audit.zz.v1', now())"
            )
        RowSayer(PostgresRowHashes(world.engine, world.own, rows_fact), world.clock).step()
        with psycopg.connect(owner_of(world.url)) as connection:
            found = verify(
                PostgresInspector(connection),
                trust=TRUST,
                rows=RowVerifier(VAULT, PSEUDONYMS),
            )
        assert found.flaws == ()
    finally:
        world.close()
