# SPDX-License-Identifier: Apache-2.0
"""`RowSums` on PostgreSQL: the hashes that the triggers keep, summed up table by table.

The log's state is locked first, as a sequencer does before it writes: so no batch is half-way
through these rows, and nobody waits for anybody in a circle. `said` is the hash of a row as it is
in its table's sum; a row that is gone leaves an empty hash until it is out of it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import psycopg
from sqlalchemy import Engine

from audit_log.adapters import cursors
from audit_log.adapters.own_producer import OwnProducer
from audit_log.domain.sums import Sum, SummedRow, sum_of
from audit_log.usecases.say_rows import key_digest
from shared.events import Fact

_CHANGED = (
    "SELECT tbl, key, digest, said FROM row_hash"
    " WHERE NOT logged AND said IS DISTINCT FROM digest ORDER BY tbl, key LIMIT %s"
)


class PostgresRowSums:
    """See the port for what each method guarantees; `speak` makes the entry."""

    def __init__(
        self, engine: Engine, own: OwnProducer, speak: Callable[[Mapping[str, Sum], datetime], Fact]
    ) -> None:
        self._engine = engine
        self._own = own
        self._speak = speak

    def sum_up(self, limit: int, at: datetime) -> int:
        """Take changed rows into the sums, and say them."""
        with self._engine.begin() as connection, cursors.of(connection) as cursor:
            if cursor.execute(_CHANGED, (1,)).fetchone() is None:
                return 0
            cursor.execute("SELECT FROM log_state FOR UPDATE")
            cursor.execute("SELECT FROM own_head WHERE src = %s FOR UPDATE", (self._own.src,))
            rows = cursor.execute(f"{_CHANGED} FOR UPDATE SKIP LOCKED", (limit,)).fetchall()
            sums = read_sums(cursor.execute("SELECT tbl, rows, state FROM row_sum").fetchall())
            for table, key, digest, said in rows:
                sums[table] = _taken_in(sums.get(table, Sum()), key, bytes(digest), said)
            changed = {table: sums[table] for table, *_ in rows}
            if changed:
                _keep(cursor, rows, changed)
                self._own.say(cursor, [self._speak(changed, at)], at)
        return len(rows)


def read_sums(rows: Iterable[tuple[str, int, bytes]]) -> dict[str, Sum]:
    """Read stored sums."""
    return {table: sum_of(int(number), bytes(state)) for table, number, state in rows}


def _taken_in(sum_: Sum, key: str, digest: bytes, said: bytes | None) -> Sum:
    name = key_digest(key)
    if said is not None:
        sum_ = sum_.without_row(SummedRow(name, bytes(said)))
    return sum_.with_row(SummedRow(name, digest)) if digest else sum_


def _keep(
    cursor: psycopg.Cursor,
    rows: Iterable[tuple[str, str, bytes, bytes | None]],
    sums: Mapping[str, Sum],
) -> None:
    there = [(table, key) for table, key, digest, _ in rows if digest]
    gone = [(table, key) for table, key, digest, _ in rows if not digest]
    cursor.executemany("UPDATE row_hash SET said = digest WHERE tbl = %s AND key = %s", there)
    cursor.executemany("DELETE FROM row_hash WHERE tbl = %s AND key = %s", gone)
    cursor.executemany(
        "INSERT INTO row_sum (tbl, rows, state) VALUES (%s, %s, %s)"
        " ON CONFLICT (tbl) DO UPDATE SET rows = EXCLUDED.rows, state = EXCLUDED.state",
        [(table, one.rows, one.state) for table, one in sums.items()],
    )
