# SPDX-License-Identifier: Apache-2.0
"""The log's own checks on PostgreSQL: a `RuleStore` over short transactions of one engine.

Locks are taken in the order cursor, findings, `own_head`; the tree's own state is never locked, so
that no check holds up ingest.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256

import psycopg
from sqlalchemy import Engine

from audit_log.adapters import cursors
from audit_log.adapters.inspector import parts_of
from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.store import load
from audit_log.domain.chain import ChainKey
from audit_log.domain.errors import RulesOvertaken
from audit_log.domain.rules.catalogue import severity_of
from audit_log.domain.rules.raised import Healed, Raised
from audit_log.ports import Registered, Remembered, Step, StoredEntry
from audit_log.usecases import announce
from shared.events import Fact

ENTRIES = "entries"
_MEMORY_AT_ONCE = 5_000
_AHEAD = timedelta(hours=1)
"""How far a producer's clock may be ahead for its entries still to be found by their time."""


class PostgresRuleStore:
    """See the port for what each method guarantees."""

    def __init__(self, engine: Engine, own: OwnProducer) -> None:
        self._engine = engine
        self._own = own

    def load(self) -> Remembered:
        """Give what the examination of entries remembers."""
        with self._transaction() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            rows = cursor.execute("SELECT kind, key, value::text FROM rule_memory").fetchall()
            return Remembered(
                next=_next(cursor, ENTRIES),
                rows=[(kind, key, value.encode()) for kind, key, value in rows],
                erasures=_erasures(cursor),
            )

    def erasures(self) -> int:
        """Give how many erasures there have been."""
        with self._transaction() as cursor:
            return _erasures(cursor)

    def cursor(self, name: str) -> int:
        """Give where a check goes on."""
        with self._transaction() as cursor:
            return _next(cursor, name)

    def entries(self, first: int, limit: int) -> Sequence[StoredEntry]:
        """Give published entries from an index on."""
        with self._transaction() as cursor:
            size = cursor.execute(
                "SELECT max(size) FROM checkpoint WHERE published_at IS NOT NULL"
            ).fetchone()
            published = 0 if size is None or size[0] is None else int(size[0])
            return _stored(cursor, range(first, min(first + limit, published)))

    def uses(self, dataset: str | None, since: datetime, among: range) -> Sequence[StoredEntry]:
        """Give entries about a dataset that happened since then."""
        with self._transaction() as cursor:
            rows = cursor.execute(
                "SELECT idx FROM ev WHERE dataset ="
                " (SELECT id FROM term WHERE kind = 3 AND value = %s)"
                " AND idx >= %s AND idx < %s AND etime >= %s"
                " AND idx >= coalesce((SELECT size FROM checkpoint"
                "  WHERE signed_at < %s ORDER BY size DESC LIMIT 1), 0) ORDER BY idx",
                (dataset, among.start, among.stop, since, since - _AHEAD),
            ).fetchall()
            return _stored(cursor, [int(index) for (index,) in rows])

    def producers(self) -> Sequence[Registered]:
        """Give the producers with a key."""
        with self._transaction() as cursor:
            rows = cursor.execute(
                "SELECT src, vkey, added_at FROM producer WHERE vkey <> '' ORDER BY src"
            ).fetchall()
        return [Registered(src=src, vkey=vkey, added_at=at) for src, vkey, at in rows]

    def missing(self) -> Mapping[ChainKey, int]:
        """Give the first open gap of each chain."""
        with self._transaction() as cursor:
            rows = cursor.execute(
                "SELECT src, epoch, min(first_seq) FROM gap GROUP BY src, epoch"
            ).fetchall()
        return {ChainKey(src, int(epoch)): int(first) for src, epoch, first in rows}

    def commit(self, step: Step, at: datetime) -> None:
        """Write a step, or nothing."""
        with self._transaction() as cursor:
            _move(cursor, step, at)
            _remember(cursor, step.changes)
            opened = [fact for one in step.raised for fact in _open(cursor, one, at)]
            closed = [pair for one in step.healed for pair in _close(cursor, one, at)]
            # The own chain is locked last: whoever works on a finding holds its row before.
            self._own.say(cursor, opened, at)
            self._say_closings(cursor, closed, at)

    def say_closed(self, at: datetime) -> int:
        """Say which findings were closed without a word."""
        with self._transaction() as cursor:
            silent = cursor.execute(
                "SELECT id, rule, code FROM finding WHERE closed_at IS NOT NULL"
                " AND closing IS NULL ORDER BY id LIMIT 100 FOR UPDATE"
            ).fetchall()
            closed = [
                (int(number), announce.closed_fact(number, rule, code, "filled", at))
                for number, rule, code in silent
            ]
            self._say_closings(cursor, closed, at)
        return len(silent)

    def open_about(self, rule: str, code: str, first: int, limit: int) -> Sequence[int]:
        """Give the first entry of each."""
        with self._transaction() as cursor:
            rows = cursor.execute(
                "SELECT DISTINCT evidence[1] FROM finding WHERE rule = %s AND code = %s"
                " AND closed_at IS NULL AND evidence[1] >= %s ORDER BY 1 LIMIT %s",
                (rule, code, first, limit),
            ).fetchall()
        return [int(index) for (index,) in rows]

    def unwitnessed(self) -> tuple[int, datetime | None]:
        """Look for the first checkpoint beyond the newest witnessed one."""
        with self._transaction() as cursor:
            row = cursor.execute(
                "SELECT w.size, (SELECT signed_at FROM checkpoint"
                "  WHERE published_at IS NOT NULL AND size > w.size ORDER BY size LIMIT 1)"
                " FROM (SELECT coalesce(max(size), 0) AS size FROM checkpoint"
                "  WHERE witnessed_at IS NOT NULL) AS w"
            ).fetchone()
        return (0, None) if row is None else (int(row[0]), row[1])

    def counts(self) -> tuple[int, int]:
        """Give the tree's size less what was dropped, and the number of search rows."""
        with self._transaction() as cursor:
            row = cursor.execute(
                "SELECT (SELECT size FROM log_state)"
                " - (SELECT coalesce(sum(entries), 0) FROM dropped), (SELECT count(*) FROM ev)"
            ).fetchone()
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    def _say_closings(
        self, cursor: psycopg.Cursor, closed: Sequence[tuple[int, Fact]], at: datetime
    ) -> None:
        said = self._own.say(cursor, [fact for _, fact in closed], at)
        for (number, _), entry_id in zip(closed, said, strict=True):
            cursor.execute("UPDATE finding SET closing = %s WHERE id = %s", (entry_id, number))

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Cursor]:
        with self._engine.begin() as connection, cursors.of(connection) as cursor:
            yield cursor


def _next(cursor: psycopg.Cursor, name: str) -> int:
    row = cursor.execute("SELECT next_idx FROM rule_cursor WHERE name = %s", (name,)).fetchone()
    return 0 if row is None else int(row[0])


def _move(cursor: psycopg.Cursor, step: Step, at: datetime) -> None:
    cursor.execute(
        "INSERT INTO rule_cursor (name, next_idx, moved_at) VALUES (%s, 0, %s)"
        " ON CONFLICT DO NOTHING",
        (step.name, at),
    )
    cursor.execute(
        "UPDATE rule_cursor SET next_idx = %s, moved_at = %s WHERE name = %s AND next_idx = %s",
        (step.next, at, step.name, step.before),
    )
    if cursor.rowcount != 1:
        raise RulesOvertaken("the check stands elsewhere than this worker thought")
    # An erasure holds the cursor's row too: it came before this, or sees what this writes.
    if step.erasures is not None and step.erasures != _erasures(cursor):
        raise RulesOvertaken("somebody was erased whom this worker may still remember")


def _erasures(cursor: psycopg.Cursor) -> int:
    row = cursor.execute("SELECT erasures FROM log_state").fetchone()
    return 0 if row is None else int(row[0])


def _remember(cursor: psycopg.Cursor, changes: Sequence[tuple[str, str, bytes | None]]) -> None:
    gone = [(kind, key) for kind, key, value in changes if value is None]
    kept = [(kind, key, value.decode()) for kind, key, value in changes if value is not None]
    for start in range(0, len(gone), _MEMORY_AT_ONCE):
        kinds, keys = zip(*gone[start : start + _MEMORY_AT_ONCE], strict=True)
        cursor.execute(
            "DELETE FROM rule_memory AS m USING unnest(%s::text[], %s::text[]) AS g(kind, key)"
            " WHERE m.kind = g.kind AND m.key = g.key",
            (list(kinds), list(keys)),
        )
    for start in range(0, len(kept), _MEMORY_AT_ONCE):
        kinds, keys, values = zip(*kept[start : start + _MEMORY_AT_ONCE], strict=True)
        cursor.execute(
            "INSERT INTO rule_memory (kind, key, value)"
            " SELECT kind, key, value::jsonb"
            " FROM unnest(%s::text[], %s::text[], %s::text[]) AS k(kind, key, value)"
            " ON CONFLICT (kind, key) DO UPDATE SET value = EXCLUDED.value",
            (list(kinds), list(keys), list(values)),
        )


def _open(cursor: psycopg.Cursor, raised: Raised, at: datetime) -> Iterator[Fact]:
    """Open a finding, and say so, unless its cause was raised before, or the one beside it."""
    severity = severity_of(raised.rule)
    row = cursor.execute(
        "INSERT INTO finding (rule, code, src, detail, opened_at, severity, cause, evidence)"
        " SELECT %s, %s, %s, '{}', %s, %s, %s, %s"
        " WHERE NOT EXISTS (SELECT FROM finding WHERE cause = %s)"
        " ON CONFLICT (cause) DO NOTHING RETURNING id",
        (
            *(raised.rule, raised.code, raised.src, at),
            *(severity.value, _cause(raised.cause), list(raised.evidence)),
            None if raised.unless is None else _cause(raised.unless),
        ),
    ).fetchone()
    if row is not None:
        yield announce.opened_fact(int(row[0]), raised, severity.value, at)


def _cause(text: str) -> str:
    """Give the form in which a cause is stored: it shows nobody's pseudonym."""
    return sha256(text.encode()).hexdigest()


def _close(cursor: psycopg.Cursor, healed: Healed, at: datetime) -> Iterator[tuple[int, Fact]]:
    row = cursor.execute(
        "UPDATE finding SET closed_at = %s, closed_reason = %s"
        " WHERE cause = %s AND closed_at IS NULL RETURNING id, rule, code",
        (at, healed.reason, _cause(healed.cause)),
    ).fetchone()
    if row is not None:
        number, rule, code = row
        yield int(number), announce.closed_fact(number, rule, code, healed.reason, at)


def _stored(cursor: psycopg.Cursor, indexes: Sequence[int]) -> list[StoredEntry]:
    if not indexes:
        return []
    raw = load.entries_at(cursor, indexes)
    arrivals = _arrivals(cursor, min(indexes), max(indexes))
    sizes = [size for size, _ in arrivals]
    parts = parts_of(cursor.connection, indexes)
    return [
        StoredEntry(
            index=index,
            raw=raw[index],
            arrived=arrivals[bisect_right(sizes, index)][1],
            parts=parts.get(index, {}),
        )
        for index in indexes
    ]


def _arrivals(cursor: psycopg.Cursor, first: int, last: int) -> list[tuple[int, datetime]]:
    """Give the published checkpoints that first hold the entries between, the smallest first."""
    rows = cursor.execute(
        "SELECT size, signed_at FROM checkpoint WHERE published_at IS NOT NULL AND size > %s"
        " AND size <= (SELECT min(size) FROM checkpoint"
        "  WHERE published_at IS NOT NULL AND size > %s) ORDER BY size",
        (first, last),
    ).fetchall()
    return [(int(size), at) for size, at in rows]
