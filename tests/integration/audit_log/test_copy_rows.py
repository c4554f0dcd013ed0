# SPDX-License-Identifier: Apache-2.0
"""Rows written by our own binary COPY come back from PostgreSQL as they were given."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import psycopg
import pytest

from audit_log.adapters.store import rows
from audit_log.domain.batch import PersonRow, SealedRow, SearchRow
from tests.fakes.log_factories import NOON
from tests.support.log_world import PostgresWorld

_Row = TypeVar("_Row", bound=tuple[object, ...])
BIG = (1 << 63) - 1
BEFORE_2000 = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
FULL = SearchRow(0, 1, 24_322, NOON, 1, 2, 3, 4, 5, 6, -BIG - 1, BIG, -1, 0)
BARE = SearchRow(BIG, 4, 24_323, BEFORE_2000, 1, 2, *(None,) * 8)
OTHERS = FULL._replace(idx=1, decision=None, purposes=None, visa=None)


@pytest.fixture
def connection() -> Iterator[psycopg.Connection]:
    world = PostgresWorld()
    with psycopg.connect(world.url) as opened:
        opened.execute("SET TimeZone TO 'UTC'")
        yield opened
        opened.rollback()
    world.close()


def poured(
    connection: psycopg.Connection,
    table: str,
    columns: str,
    found: Sequence[_Row],
    write: Callable[[Sequence[_Row]], bytes],
) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(write(found))
        return cursor.execute(f"SELECT {columns} FROM {table} ORDER BY idx").fetchall()  # noqa: S608 - names from this file


def test_search_rows_with_and_without_each_number(connection: psycopg.Connection) -> None:
    columns = ", ".join(SearchRow._fields)
    back = poured(connection, "ev", columns, [FULL, OTHERS, BARE], rows.events)
    assert back == [FULL, OTHERS, BARE]


def test_people_and_sealed_parts(connection: psycopg.Connection) -> None:
    people = [PersonRow(1, 0, 5), PersonRow((1 << 31) - 1, BIG, BIG)]
    assert poured(connection, "ev_person", "dataset, ordinal, idx", people, rows.people) == people
    parts = [
        SealedRow(5, 1, 1, 24_322, 9, b""),
        SealedRow(BIG, 79, 4, 24_323, BIG, bytes(range(256))),
    ]
    assert poured(connection, "sealed", ", ".join(SealedRow._fields), parts, rows.sealed) == parts


def test_entries_of_the_edge(connection: psycopg.Connection) -> None:
    entries = [(0, b"{}"), (255, b"\x00" * 60_000)]
    assert poured(connection, "edge_entry", "idx, entry", entries, rows.blobs) == entries
