# SPDX-License-Identifier: Apache-2.0
"""Rows that the log sums up: who alters row and hashes together is found, and the row is named.

Everything happens in one transaction that is rolled back, with the tables' guards off, as only
somebody with all rights can.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier, Literal

from audit_log.adapters.row_sums import PostgresRowSums
from audit_log.domain.stored_tables import TABLES, Proof
from audit_log.domain.sums import Sum, SummedRow
from audit_log.ports import HashedRow
from audit_log.usecases.flaws import row_name
from audit_log.usecases.say_rows import key_digest
from audit_log.usecases.sum_rows import SUMS, RowSummer, sums_fact
from shared.entries import parse_entry
from tests.fakes.kernel import SteppingClock
from tests.support.every_table import METADATA, every_table, filled, flaws_in, flipped, free
from tests.support.keeping_node import KeepingNode
from tests.support.log_world import World, entries_of
from tests.support.postgres import owner_of


@pytest.fixture(scope="module")
def node() -> Iterator[KeepingNode]:
    with every_table() as made:
        yield made


SUMMED: Final = sorted(name for name, one in TABLES.items() if one.proof is Proof.SUMMED)
_FORGED: Final = (
    "UPDATE row_hash AS h SET digest = log_row_digest({content}), said = log_row_digest({content})"
    " FROM {table} AS t WHERE h.tbl = {name} AND h.key = jsonb_build_array({key})::text"
    " AND h.said IS NOT NULL AND h.key = %s"
)


def forge(connection: psycopg.Connection, name: str, key: str) -> None:
    """Make the hashes beside a row say what the row says now."""
    content = "log_export_content(t)" if name == "export" else "to_jsonb(t)"
    columns = [SQL("t.{}").format(Identifier(one)) for one in TABLES[name].key]
    connection.execute("SET LOCAL TimeZone = 'UTC'")
    connection.execute("SET LOCAL bytea_output = 'hex'")
    query = SQL(_FORGED).format(
        content=SQL(content),
        table=Identifier(name),
        name=Literal(name),
        key=SQL(", ").join(columns),
    )
    assert connection.execute(query, (key,)).rowcount == 1


def summed_key(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute(
        "SELECT key FROM row_hash WHERE tbl = %s AND said IS NOT NULL ORDER BY key LIMIT 1",
        (name,),
    ).fetchone()
    assert row is not None, f"no row of {name} was summed up"
    return str(row[0])


def of_key(name: str, key: str) -> Composed:
    columns = [SQL("{}").format(Identifier(one)) for one in TABLES[name].key]
    return SQL("jsonb_build_array({})::text = {}").format(SQL(", ").join(columns), Literal(key))


@pytest.mark.parametrize("name", SUMMED)
def test_a_row_altered_together_with_its_hashes_is_named(node: KeepingNode, name: str) -> None:
    """Every column but the key's own; the state of the sum is what it was."""
    missed: list[str] = []
    with psycopg.connect(owner_of(node.world.url)) as connection:
        free(connection, name)
        key = summed_key(connection, name)
        for column in METADATA.tables[name].columns:
            if column.name in TABLES[name].key:
                continue
            connection.execute("SAVEPOINT before")
            change = SQL("UPDATE {0} SET {1} = {2} WHERE {3} AND {4}").format(
                *(Identifier(name), Identifier(column.name), flipped(column)),
                *(of_key(name, key), filled(column)),
            )
            if connection.execute(change).rowcount:
                forge(connection, name, key)
                if (name, row_named(name, key)) not in flaws_in(connection):
                    missed.append(column.name)
            connection.execute("ROLLBACK TO SAVEPOINT before")
        connection.rollback()
    assert missed == []


def row_named(name: str, key: str) -> str:
    return row_name(HashedRow(table=name, key=key, actual=None, kept=None, said=None, logged=False))


@pytest.mark.parametrize("name", SUMMED)
def test_a_row_taken_away_with_its_hashes_is_missed(node: KeepingNode, name: str) -> None:
    with psycopg.connect(owner_of(node.world.url)) as connection:
        free(connection, name)
        key = summed_key(connection, name)
        connection.execute("SAVEPOINT before")
        connection.execute(
            SQL("DELETE FROM {} WHERE {}").format(Identifier(name), of_key(name, key))
        )
        connection.execute("DELETE FROM row_hash WHERE tbl = %s AND key = %s", (name, key))
        if name == "log_state":
            assert flaws_in(connection) == [("log_state", "log_id=1")]
        elif name == "own_head":  # without it, no word about the rows is the log's own
            assert ("row_sum", "tbl=own_head") in flaws_in(connection)
        else:
            assert (name, f"sha256(key)={key_digest(key).hex()}") in flaws_in(connection)
        connection.rollback()


def test_a_row_slipped_in_with_its_hashes_is_named(node: KeepingNode) -> None:
    with psycopg.connect(owner_of(node.world.url)) as connection:
        free(connection, "rule_memory")
        connection.execute("INSERT INTO rule_memory VALUES ('permits', 'b', '{}')")
        connection.execute(
            "INSERT INTO row_hash (tbl, key, logged, digest, said) SELECT 'rule_memory',"
            ' \'["permits", "b"]\', false, log_row_digest(to_jsonb(t)), log_row_digest(to_jsonb(t))'
            " FROM rule_memory AS t WHERE t.key = 'b'"
        )
        assert flaws_in(connection) == [("rule_memory", "kind=permits key=b")]
        connection.rollback()


def test_two_rows_altered_with_their_hashes_are_named_by_their_table(node: KeepingNode) -> None:
    with psycopg.connect(owner_of(node.world.url)) as connection:
        free(connection, "checkpoint")
        keys = connection.execute(
            "SELECT key FROM row_hash WHERE tbl = 'checkpoint' AND said IS NOT NULL LIMIT 2"
        ).fetchall()
        for (key,) in keys:
            connection.execute(
                SQL("UPDATE checkpoint SET published_at = now() WHERE {}").format(
                    of_key("checkpoint", key)
                )
            )
            forge(connection, "checkpoint", key)
        assert flaws_in(connection) == [("checkpoint", "more than one row")]
        connection.rollback()


def test_a_sum_forged_with_everything_else_is_not_the_logs(node: KeepingNode) -> None:
    """Row, hashes and sum together: the table is named, for the log says another sum."""
    with psycopg.connect(owner_of(node.world.url)) as connection:
        free(connection, "kafka_offset")
        key = summed_key(connection, "kafka_offset")
        connection.execute("UPDATE kafka_offset SET next_offset = 8")
        forge(connection, "kafka_offset", key)
        row = connection.execute(
            "SELECT said FROM row_hash WHERE tbl = 'kafka_offset' AND key = %s", (key,)
        ).fetchone()
        assert row is not None
        forged = Sum().with_row(SummedRow(key_digest(key), row[0]))
        connection.execute(
            "UPDATE row_sum SET state = %s WHERE tbl = 'kafka_offset'", (forged.state,)
        )
        assert ("kafka_offset", "some row") in flaws_in(connection) or (
            "row_sum",
            "tbl=kafka_offset",
        ) in flaws_in(connection)
        connection.rollback()


def test_a_change_through_the_front_door_is_in_the_next_sum(node: KeepingNode) -> None:
    """Deleted, changed and new rows; then the sums fit again, and the gone one's hash is gone."""
    world = node.world
    sums = PostgresRowSums(world.engine, world.own, sums_fact)
    with psycopg.connect(owner_of(world.url)) as connection:
        connection.execute("DELETE FROM rule_memory WHERE key = 'a'")
        connection.execute("INSERT INTO rule_memory VALUES ('accounts', 'c', '{\"n\": 2}')")
        connection.execute("UPDATE kafka_offset SET next_offset = 9")
        assert flaws_in(connection) == []
    while sums.sum_up(3, world.clock.now()) == 3:
        pass
    with psycopg.connect(owner_of(world.url)) as connection:
        assert flaws_in(connection) == []
        left = connection.execute(
            "SELECT key FROM row_hash WHERE tbl = 'rule_memory' ORDER BY key"
        ).fetchall()
        assert left == [('["accounts", "c"]',)]
        kept = connection.execute("SELECT rows FROM row_sum WHERE tbl = 'rule_memory'").fetchone()
        assert kept == (1,)


class Counting:
    """`RowSums` that only counts how often it was asked; `left` says how often it is full."""

    def __init__(self, left: int = 0) -> None:
        self.asked: list[datetime] = []
        self.left = left

    def sum_up(self, limit: int, at: datetime) -> int:
        self.asked.append(at)
        self.left -= 1
        return limit if self.left >= 0 else limit - 1


def test_there_is_one_sum_in_ten_minutes_however_often_it_is_asked_for() -> None:
    clock, sums = SteppingClock(), Counting(left=2)
    summer = RowSummer(sums, clock)
    steps = 0
    while steps <= 3 * 600:
        if not summer.step():
            steps += 1
            clock.pass_time(1)
    assert len(sums.asked) == 3 + 2, "two were full at once, and then one each ten minutes"


def test_a_log_left_alone_says_one_entry_for_each_sum(node: KeepingNode) -> None:
    """The entry about the sums changes rows that are summed up: they wait for the next sum."""
    sums = PostgresRowSums(node.world.engine, node.world.own, sums_fact)
    node.settle()
    before = kinds(node.world)
    for _ in range(3):
        sums.sum_up(10_000, node.world.clock.now())
        node.settle()
    fresh = kinds(node.world)[len(before) :]
    assert [one for one in fresh if one != "placet.sys.start.v1"] == [SUMS] * 3


def kinds(world: World) -> list[str]:
    return [parse_entry(raw).type for raw in entries_of(world)]
