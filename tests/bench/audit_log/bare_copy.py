# SPDX-License-Identifier: Apache-2.0
"""The limit: the very same rows into the same tables, as ready bytes, with nothing but COPY.

The rows of each batch are copied out of the sequenced database first; what is measured only hands
these bytes to PostgreSQL, one transaction a batch, so that no Python is in the limit.
"""

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import psycopg

DISCARDED: Final = 200_000
_TABLES: Final = {
    "bundle": "SELECT * FROM bundle WHERE n >= %(first)s / 256 AND n < %(end)s / 256",
    "tile": "SELECT * FROM tile WHERE n >= (%(first)s >> (8 * (level + 1)))"
    " AND n < (%(end)s >> (8 * (level + 1)))",
    "ev": "SELECT * FROM ev WHERE idx >= %(first)s AND idx < %(end)s ORDER BY idx",
    "ev_person": "SELECT * FROM ev_person WHERE idx >= %(first)s AND idx < %(end)s ORDER BY idx",
    "sealed": "SELECT * FROM sealed WHERE idx >= %(first)s AND idx < %(end)s ORDER BY idx, grp",
}


def taken_out(database: str, sizes: list[int], folder: Path) -> None:
    """Write the rows of each batch to files; `sizes` are the tree's after each batch."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE INDEX ON ev_person (idx)")
        for number, (first, end) in enumerate(pairwise(sizes)):
            for table, select in _TABLES.items():
                with (
                    connection.cursor() as cursor,
                    (folder / f"{number}.{table}").open("wb") as file,
                    cursor.copy(
                        f"COPY ({select}) TO STDOUT (FORMAT BINARY)", {"first": first, "end": end}
                    ) as copy,
                ):
                    file.writelines(copy)


def copied(database: str, sizes: list[int], folder: Path) -> float:
    """Copy the same rows in again; give the entries a second, the first 200,000 left out.

    A smaller run has nothing to leave out; its rate is too high: small indexes are cheap.
    """
    entries, seconds, so_far = 0, 0.0, 0
    skipped = DISCARDED if sizes[-1] >= 2 * DISCARDED else 0
    with psycopg.connect(database) as connection:
        for number, (first, end) in enumerate(pairwise(sizes)):
            rows = dict(_rows(folder, number))
            began = time.perf_counter()
            with connection.transaction(), connection.cursor() as cursor:
                for table, data in rows.items():
                    with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
                        copy.write(data)
            so_far += end - first
            if so_far > skipped:
                seconds += time.perf_counter() - began
                entries += end - first
    return entries / seconds


def _rows(folder: Path, number: int) -> Iterator[tuple[str, bytes]]:
    for table in _TABLES:
        yield table, (folder / f"{number}.{table}").read_bytes()
