# SPDX-License-Identifier: Apache-2.0
"""`RowHashes` on PostgreSQL. The hashes themselves are kept by the tables' triggers.

The log's own head is locked first and the hashes are taken without waiting: everybody else changes
rows first and speaks last, so that nobody waits for anybody in a circle.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import psycopg
from sqlalchemy import Engine

from audit_log.adapters import cursors
from audit_log.adapters.own_producer import OwnProducer
from audit_log.ports import ChangedRow
from shared.events import Fact

_UNSAID = (
    "SELECT tbl, key, digest FROM row_hash WHERE logged AND said IS DISTINCT FROM digest"
    " ORDER BY tbl, key LIMIT %s"
)


class PostgresRowHashes:
    """See the port for what each method guarantees; `speak` makes the entry."""

    def __init__(
        self,
        engine: Engine,
        own: OwnProducer,
        speak: Callable[[Sequence[ChangedRow], datetime], Fact],
    ) -> None:
        self._engine = engine
        self._own = own
        self._speak = speak

    def say(self, limit: int, at: datetime) -> int:
        """Say changed rows in one entry."""
        with self._engine.begin() as connection, cursors.of(connection) as cursor:
            if cursor.execute(_UNSAID, (1,)).fetchone() is None:
                return 0
            cursor.execute("SELECT FROM own_head WHERE src = %s FOR UPDATE", (self._own.src,))
            rows = cursor.execute(f"{_UNSAID} FOR UPDATE SKIP LOCKED", (limit,)).fetchall()
            changed = [ChangedRow(table, key, bytes(digest)) for table, key, digest in rows]
            if changed:
                self._own.say(cursor, [self._speak(changed, at)], at)
                _mark(cursor, changed)
        return len(changed)


def _mark(cursor: psycopg.Cursor, changed: Sequence[ChangedRow]) -> None:
    """Mark rows as said; of those that are gone nothing more need be kept."""
    places = [(one.table, one.key) for one in changed if one.digest]
    gone = [(one.table, one.key) for one in changed if not one.digest]
    cursor.executemany("UPDATE row_hash SET said = digest WHERE tbl = %s AND key = %s", places)
    cursor.executemany("DELETE FROM row_hash WHERE tbl = %s AND key = %s", gone)
