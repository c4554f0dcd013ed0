# SPDX-License-Identifier: Apache-2.0
"""Writing a batch: bulk rows by binary COPY first, then the small states, then the fence.

Everything happens in the caller's transaction. The fence comes last, so that its row lock is held
only to the commit.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, TypeVar

import psycopg
import zstandard
from psycopg.types.json import Jsonb

from audit_log.adapters.store import rows
from audit_log.domain.batch import Batch, SealedRow, SearchRow
from audit_log.domain.chain import ChainKey, GapMove
from audit_log.domain.errors import Fenced, KeysErased, LogMismatch
from audit_log.domain.tiles import HEIGHT, WIDTH
from audit_log.usecases.announce import RULES

_ZSTD_LEVEL: Final = 1
_Row = TypeVar("_Row")
_INT2, _INT4, _INT8, _BYTES, _TEXT, _TIME = "int2", "int4", "int8", "bytea", "text", "timestamptz"
_COPIES: Final = {
    "tile": ("level, n, data", (_INT2, _INT8, _BYTES)),
    "term": ("id, kind, value", (_INT4, _INT2, _TEXT)),
    "dek": (
        "kid, kind, subject, kek, wrapped, created_at",
        (_INT8, _TEXT, _BYTES, _TEXT, _BYTES, _TIME),
    ),
    "ev_cohort": ("dataset, cohort, idx, revision", (_INT4, _INT4, _INT8, _INT8)),
    "producer_run": (
        "src, epoch, first_seq, n, first_idx",
        (_TEXT, _INT8, _INT8, _INT4, _INT8),
    ),
}


def write(cursor: psycopg.Cursor, batch: Batch, seconds: float) -> None:
    """Write all of a batch but the log's own words; raise as `SequencerStore.commit` says."""
    copy_rows(cursor, batch)
    _move_edge(cursor, batch)
    _write_findings(cursor, batch)
    _write_chains(cursor, batch)  # closes the gaps that were filled, also those of this batch
    _write_quarantine(cursor, batch)
    _move(cursor, batch)
    _fence(cursor, batch, seconds)


def copy_rows(cursor: psycopg.Cursor, batch: Batch) -> None:
    """Write the rows that are only ever added: most of a batch."""
    pack = zstandard.ZstdCompressor(level=_ZSTD_LEVEL)
    packed = [(n, pack.compress(data)) for n, data in batch.bundles]
    _pour(cursor, "bundle (n, data)", packed, rows.blobs)
    _copy(cursor, "tile", ((tile.level, tile.index, tile.data) for tile in batch.full))
    _copy(cursor, "term", ((number, *term) for term, number in batch.terms.items()))
    _pour(cursor, f"ev ({', '.join(SearchRow._fields)})", batch.search, rows.events)
    _pour(cursor, "ev_person (dataset, ordinal, idx)", batch.people, rows.people)
    _copy(cursor, "ev_cohort", batch.cohorts)
    _copy(cursor, "dek", batch.keys)
    _pour(cursor, f"sealed ({', '.join(SealedRow._fields)})", batch.sealed, rows.sealed)
    _copy(cursor, "producer_run", batch.runs)


def _pour(
    cursor: psycopg.Cursor,
    target: str,
    found: Sequence[_Row],
    write: Callable[[Sequence[_Row]], bytes],
) -> None:
    """Write the many rows of a bulk table as one string."""
    if not found:
        return
    with cursor.copy(f"COPY {target} FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(write(found))


def _copy(cursor: psycopg.Cursor, table: str, found: Iterable[Sequence[object]]) -> None:
    """Write the few rows of a small table, a row at a time."""
    columns, types = _COPIES[table]
    waiting = iter(found)
    first = next(waiting, None)
    if first is None:
        return
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types)
        copy.write_row(first)
        for row in waiting:
            copy.write_row(row)


def _move_edge(cursor: psycopg.Cursor, batch: Batch) -> None:
    """Move the edge of the tree on, behind the bundles and tiles that are full now."""
    before, after = batch.before.size, batch.after.size
    edge = max(before, after - after % WIDTH)
    fresh = [(index, batch.entries[index - before]) for index in range(edge, after)]
    _pour(cursor, "edge_entry (idx, entry)", fresh, rows.blobs)
    if batch.bundles:
        cursor.execute("DELETE FROM edge_entry WHERE idx < %s", (after - after % WIDTH,))
    moved = [
        (level, after >> (HEIGHT * (level + 1)), data)
        for level, data in enumerate(batch.after.levels)
        if level >= len(batch.before.levels) or data != batch.before.levels[level]
    ]
    if moved:
        cursor.executemany(
            "INSERT INTO tile_edge (level, n, data) VALUES (%s, %s, %s)"
            " ON CONFLICT (level) DO UPDATE SET n = EXCLUDED.n, data = EXCLUDED.data",
            moved,
        )


def _write_chains(cursor: psycopg.Cursor, batch: Batch) -> None:
    for key, chain in batch.chains.items():
        cursor.execute(
            "INSERT INTO producer_state AS s (src, epoch, seq, head, last_ts, duplicates)"
            " VALUES (%s, %s, %s, %s, %s, 0) ON CONFLICT (src, epoch) DO UPDATE SET"
            " seq = EXCLUDED.seq, head = EXCLUDED.head,"
            " last_ts = greatest(s.last_ts, EXCLUDED.last_ts)",
            (key.src, key.epoch, chain.seq, chain.head, batch.last_seen.get(key)),
        )
    for key, move in batch.gaps.items():
        _move_gaps(cursor, key, move, batch.at)
    for key, count in batch.duplicates.items():
        cursor.execute(
            "UPDATE producer_state SET duplicates = duplicates + %s WHERE src = %s AND epoch = %s",
            (count, *key),
        )


def _move_gaps(cursor: psycopg.Cursor, key: ChainKey, move: GapMove, at: datetime) -> None:
    """Write what moved, however many gaps there are, and close the findings of those filled."""
    if move.gone:
        cursor.execute(
            "DELETE FROM gap WHERE src = %s AND epoch = %s AND first_seq = ANY(%s)",
            (*key, [gap.first for gap in move.gone]),
        )
    if move.new:
        cursor.executemany(
            "INSERT INTO gap (src, epoch, first_seq, last_seq) VALUES (%s, %s, %s, %s)",
            [(*key, *gap) for gap in move.new],
        )
    if move.filled is not None:
        # What is left of a gap lies within the one that was found.
        cursor.execute(
            "UPDATE finding AS f SET closed_at = %s WHERE f.rule = 'R1' AND f.src = %s"
            " AND f.epoch = %s AND f.closed_at IS NULL AND f.last_seq >= %s AND f.first_seq <= %s"
            " AND NOT EXISTS (SELECT FROM gap AS g WHERE g.src = f.src AND g.epoch = f.epoch"
            " AND g.first_seq BETWEEN f.first_seq AND f.last_seq)",
            (at, *key, *move.filled),
        )


def _write_quarantine(cursor: psycopg.Cursor, batch: Batch) -> None:
    if not batch.quarantined:
        return
    cursor.executemany(
        "INSERT INTO quarantine (reason, digest, leaf, kid, data, src, epoch, seq, occupies, topic,"
        " part, at_offset, received_at, quarantined_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (
                *(one.reason, one.digest, one.leaf, one.kid, one.data),
                *((*one.claims[0], one.claims[1]) if one.claims else (None, None, None)),
                *(int(one.occupies), one.topic, one.partition, one.offset),
                *(one.received_at, batch.at),
            )
            for one in batch.quarantined
        ],
    )


def _write_findings(cursor: psycopg.Cursor, batch: Batch) -> None:
    if not batch.breaches:
        return
    cursor.executemany(
        "INSERT INTO finding (rule, code, src, epoch, first_seq, last_seq, detail, opened_at,"
        " closed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, NULL)",
        [
            (*(RULES[one.code], one.code.value, *one.key, one.seq, one.last), Jsonb({}), batch.at)
            for one in batch.breaches
        ],
    )


def _move(cursor: psycopg.Cursor, batch: Batch) -> None:
    """Take what was sequenced from the intake, and move the offsets behind it."""
    if batch.taken:
        cursor.execute("DELETE FROM intake WHERE id = ANY(%s)", (list(batch.taken),))
        if cursor.rowcount != len(batch.taken):
            raise Fenced("rows of the intake were taken by another")
    for move in batch.offsets:
        cursor.execute(
            "UPDATE kafka_offset SET next_offset = %s"
            " WHERE topic = %s AND part = %s AND next_offset = %s",
            (move.new, move.topic, move.partition, move.old),
        )
        if cursor.rowcount != 1:
            raise LogMismatch("a stored offset is not where the batch began")


def _fence(cursor: psycopg.Cursor, batch: Batch, seconds: float) -> None:
    """Compare and swap the log's state: the batch counts only on top of what it was made from."""
    cursor.execute(
        "UPDATE log_state SET size = %s, root = %s, backend = pg_backend_pid(),"
        " lease_until = clock_timestamp() + make_interval(secs => %s)"
        " WHERE size = %s AND epoch = %s AND erasures = %s",
        (
            *(batch.after.size, batch.after.root(), seconds),
            *(batch.before.size, batch.epoch, batch.erasures),
        ),
    )
    if cursor.rowcount == 1:
        return
    require_same_state(cursor, batch)
    raise Fenced("the log's state could not be moved on")


def require_same_state(cursor: psycopg.Cursor, batch: Batch) -> None:
    """Raise Fenced or KeysErased unless the log is as the batch found it."""
    row = cursor.execute("SELECT epoch, size, erasures FROM log_state").fetchone()
    if row is None or row[:2] != (batch.epoch, batch.before.size):
        raise Fenced("the log has moved on without this sequencer")
    if row[2] != batch.erasures:
        raise KeysErased("keys were destroyed while the batch was prepared")
