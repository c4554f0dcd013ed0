# SPDX-License-Identifier: Apache-2.0
"""Dropping what outlived its term: a month's partitions go, and what is held moves out first.

Everything happens in the caller's transaction. The month's own tables are locked first and for the
whole time, which nobody but an erasure needs to write; the class's tables, which the sequencer
needs, only at the end. A drop that would wait for long gives up and is tried again later.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from audit_log.adapters import held
from audit_log.domain.holds import NotHers
from audit_log.domain.retention import Retention
from audit_log.ports import DroppedRange, KeptMonth

_LOCK_TIMEOUT: Final = "2s"
_EV: Final = SQL(
    "idx, {0}, month, etime, ty, src, decision, reason, dataset, purposes, actor, permit, visa,"
    " project"
)
_SEALED: Final = SQL("idx, grp, {0}, month, kid, data")
_KEEP: Final = SQL(
    "CREATE TEMPORARY TABLE keep ON COMMIT DROP AS"
    " SELECT e.idx FROM {0} AS e JOIN term AS t ON t.id = e.ty"
    " WHERE t.kind = 1 AND t.value = ANY({1})"
    " UNION SELECT idx FROM held_index AS h WHERE retention = {2} AND month = {3} AND {4}"
)
_MOVE: Final = SQL("INSERT INTO {0} SELECT {1} FROM {2} AS e JOIN keep USING (idx)")
_DROP: Final = "SELECT log_drop_month(%s::int, %s::int)"
_BESIDE: Final = ("ev_person", "ev_cohort")
_FORGET: Final = SQL(
    "DELETE FROM {0} AS p USING {1} AS e WHERE e.idx = p.idx"
    " AND NOT EXISTS (SELECT FROM keep AS k WHERE k.idx = p.idx)"
)


def drop(
    cursor: psycopg.Cursor,
    kept: KeptMonth,
    longer: Sequence[str],
    told: Sequence[NotHers],
    *,
    drop_id: str,
    terms: bytes,
    at: datetime,
) -> DroppedRange | None:
    """Drop a month; see the port."""
    month = (int(kept.retention), kept.month)
    ev, sealed = (_rows(parent, kept) for parent in ("ev", "sealed"))
    _lock(cursor, SQL("SELECT log_lock_month({}, {})").format(*map(Literal, month)))
    cursor.execute(
        _KEEP.format(
            ev,
            Literal(list(longer)),
            Literal(kept.retention),
            Literal(kept.month),
            held.covers(told),
        )
    )
    found = _counted(cursor, kept, SQL("{0} AS e LEFT JOIN keep AS k USING (idx)").format(ev), ev)
    if found is not None:
        (parts,) = _one(
            cursor,
            SQL(
                "SELECT count(*) FROM {0} AS s"
                " WHERE NOT EXISTS (SELECT FROM keep AS k WHERE k.idx = s.idx)"
            ).format(sealed),
        )
        first, last, gone, staying = found
        done = DroppedRange(
            id=drop_id,
            retention=kept.retention,
            month=kept.month,
            first=first,
            last=last,
            rows=gone,
            parts=parts,
            held=staying,
            terms=terms,
            at=at,
        )
        with _named(cursor, done):
            for parent, rows, columns in (("ev", ev, _EV), ("sealed", sealed, _SEALED)):
                values = columns.format(Literal(int(Retention.HELD)))
                cursor.execute(_MOVE.format(Identifier(parent), values, rows))
            for table in _BESIDE:
                cursor.execute(_FORGET.format(Identifier(table), ev))
            cursor.execute(_DROP, month)
    else:
        done = None
        cursor.execute(_DROP, month)
    return done


_PASSED: Final = SQL(
    "CREATE TEMPORARY TABLE gone ON COMMIT DROP AS SELECT e.idx FROM held_ev AS e"
    " JOIN term AS t ON t.id = e.ty WHERE e.month = {0} AND t.value = ANY({1})"
    " AND NOT EXISTS (SELECT FROM held_index AS h WHERE h.retention = 0 AND h.idx = e.idx AND {2})"
)
_LEFT: Final = SQL(
    "SELECT count(*) FROM held_ev AS e JOIN term AS t ON t.id = e.ty WHERE e.month = {0}"
    " AND t.value = ANY({1}) AND NOT EXISTS (SELECT FROM gone AS g WHERE g.idx = e.idx)"
)


def drop_held(
    cursor: psycopg.Cursor,
    kept: KeptMonth,
    passed: Sequence[str],
    told: Sequence[NotHers],
    *,
    drop_id: str,
    terms: bytes,
    at: datetime,
) -> DroppedRange | None:
    """Drop held rows whose term has passed and that no hold covers; see the port."""
    _lock(cursor, SQL("LOCK TABLE held_ev, held_sealed IN SHARE ROW EXCLUSIVE MODE"))
    cursor.execute(_PASSED.format(Literal(kept.month), Literal(list(passed)), held.covers(told)))
    first, last, entries = _one(cursor, SQL("SELECT min(idx), max(idx), count(*) FROM gone"))
    if not entries:
        cursor.execute("DROP TABLE gone")
        return None
    (staying,) = _one(cursor, _LEFT.format(Literal(kept.month), Literal(list(kept.types))))
    (parts,) = _one(cursor, SQL("SELECT count(*) FROM held_sealed JOIN gone USING (idx)"))
    done = DroppedRange(
        id=drop_id,
        retention=kept.retention,
        month=kept.month,
        first=first,
        last=last,
        rows=entries,
        parts=parts,
        held=staying,
        terms=terms,
        at=at,
    )
    with _named(cursor, done):
        for table in (*_BESIDE, "held_sealed", "held_ev"):
            cursor.execute(
                SQL("DELETE FROM {} AS t USING gone AS g WHERE g.idx = t.idx").format(
                    Identifier(table)
                )
            )
    cursor.execute("DROP TABLE gone")
    return done


def _lock(cursor: psycopg.Cursor, statement: SQL | Composed) -> None:
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", (_LOCK_TIMEOUT,))
    cursor.execute(statement)
    cursor.execute("LOCK TABLE hold IN SHARE MODE")  # none is placed or lifted until the end


def _counted(
    cursor: psycopg.Cursor, kept: KeptMonth, joined: Composed, ev: Composed
) -> tuple[int, int, int, int] | None:
    """Give first and last index, how many rows go and how many are held; None for no row."""
    first, last, gone, staying = _one(
        cursor,
        SQL(
            "SELECT min(e.idx), max(e.idx), count(*) FILTER (WHERE k.idx IS NULL), count(k.idx)"
            " FROM {0} AS e LEFT JOIN keep AS k ON k.idx = e.idx"
        ).format(ev),
    )
    return None if first is None else (first, last, gone, staying)


@contextmanager
def _named(cursor: psycopg.Cursor, done: DroppedRange) -> Iterator[None]:
    """Keep what is dropped known; the tables' guards let go of rows only while it is named."""
    cursor.execute(
        "INSERT INTO dropped (id, class, month, first_idx, last_idx, entries, parts, held, terms,"
        " dropped_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(done.id, done.retention, done.month, done.first, done.last, done.rows),
            *(done.parts, done.held, done.terms, done.at),
        ),
    )
    cursor.execute("SELECT set_config('placet.drop', %s, true)", (done.id,))
    yield
    cursor.execute("SELECT set_config('placet.drop', '', true)")


def _rows(parent: str, kept: KeptMonth) -> Composed:
    """Name a month's rows through their table: no process may touch the month's own."""
    return SQL("(SELECT * FROM {} WHERE retention = {} AND month = {})").format(
        Identifier(parent), Literal(int(kept.retention)), Literal(kept.month)
    )


def _one(cursor: psycopg.Cursor, query: Composed | SQL) -> tuple[int, ...]:
    row = cursor.execute(query).fetchone()
    if row is None:
        raise LookupError("an aggregate gave no row")
    return tuple(row)
