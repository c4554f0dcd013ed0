# SPDX-License-Identifier: Apache-2.0
"""Blocks of 1,024 entries that say what their search rows do not hold, made behind the sequencer.

A block says between which times its entries happened, of which months they are and which terms they
have. It is only ever a promise of what is not there; that it leaves nothing out is checked with the
search rows (`blocks_that_lie`).
"""

from typing import Final

import psycopg
from sqlalchemy import Connection, Engine, func, select, text

from audit_log.adapters.tables import EV_BLOCK

BLOCK: Final = 1_024
_BLOCKS_AT_ONCE: Final = 64

# The blocks of some entries, as their search rows make them. Rows alike are put together first: a
# block has a hundred kinds of them, and it is the terms of each that cost.
SUMMARY: Final = """
SELECT e.n, min(e.low) AS low, max(e.high) AS high,
    array_agg(DISTINCT v.term::integer) FILTER (WHERE v.term IS NOT NULL) AS terms,
    min(e.low_month) AS low_month, max(e.high_month) AS high_month
FROM (
    SELECT idx / 1024 AS n, ty, src, dataset, purposes, decision, min(etime) AS low,
        max(etime) AS high, min(month) AS low_month, max(month) AS high_month
    FROM ev WHERE idx >= %(first)s AND idx < %(end)s GROUP BY 1, 2, 3, 4, 5, 6
) AS e CROSS JOIN LATERAL
    (VALUES (e.ty), (e.src), (e.dataset), (e.purposes), (-e.decision::integer),
        (-1000 - mod(e.dataset * 1000003::bigint + e.ty, 2000000000)),
        (-1000 - mod(e.dataset * 1000003::bigint + e.src, 2000000000)),
        (CASE WHEN e.decision <> 1
            THEN -1000 - mod(e.dataset * 1000003::bigint - e.decision, 2000000000) END)) AS v (term)
GROUP BY 1
"""


class BlockSummaries:
    """Adds blocks to `ev_block`, behind the sequencer and out of its way."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def step(self) -> bool:
        """Summarise the next full blocks; False when there is none.

        Two at once do no harm: what the other has written stays. A block whose rows were all
        dropped gets one that promises nothing, so that those after it are reached.
        """
        with self._engine.begin() as connection:
            first = edge_of(connection)
            size = connection.execute(text("SELECT size FROM log_state")).scalar_one_or_none() or 0
            end = min(size // BLOCK * BLOCK, first + _BLOCKS_AT_ONCE * BLOCK)
            if end <= first:
                return False
            query = SUMMARY.replace("%(first)s", ":first").replace("%(end)s", ":end")
            added = connection.execute(
                text(
                    "INSERT INTO ev_block (n, low, high, terms, low_month, high_month)"  # noqa: S608 - of constants
                    " SELECT g.n,"
                    " coalesce(s.low, 'infinity'), coalesce(s.high, '-infinity'),"
                    " coalesce(s.terms, '{}'), coalesce(s.low_month, 32767),"
                    " coalesce(s.high_month, 0) FROM generate_series(:first / 1024,"
                    f" :end / 1024 - 1) AS g(n) LEFT JOIN ({query}) AS s ON s.n = g.n"
                    " ON CONFLICT DO NOTHING"
                ),
                {"first": first, "end": end},
            )
            return added.rowcount > 0


def blocks_that_lie(cursor: psycopg.Cursor, first: int, end: int) -> list[int]:
    """Give the blocks, of those of these indexes, that leave out what their search rows say."""
    found: list[int] = []
    row = cursor.execute("SELECT coalesce(max(n) + 1, 0) * 1024 FROM ev_block").fetchone()
    end = min(end, 0 if row is None else int(row[0]))
    for start in range(first // BLOCK * BLOCK, end, _BLOCKS_AT_ONCE * BLOCK):
        rows = cursor.execute(
            f"SELECT s.n FROM ({SUMMARY}) AS s LEFT JOIN ev_block AS b ON b.n = s.n"  # noqa: S608 - a constant
            " WHERE b.n IS NULL OR NOT (s.terms <@ b.terms AND b.low <= s.low AND b.high >= s.high"
            " AND b.low_month <= s.low_month AND b.high_month >= s.high_month)"
            " ORDER BY s.n",
            {"first": start, "end": min(end, start + _BLOCKS_AT_ONCE * BLOCK)},
        ).fetchall()
        found += [int(number) for (number,) in rows]
    return found


def edge_of(connection: Connection) -> int:
    """Give the index after the last block."""
    last = connection.execute(select(func.max(EV_BLOCK.c.n))).scalar_one_or_none()
    return 0 if last is None else (int(last) + 1) * BLOCK
