# SPDX-License-Identifier: Apache-2.0
"""Holding the rows that the log sums up against the newest sum that it says of their table.

A row's `said` hash is the one in the sum: whoever rewrites row and hashes together makes another
sum, and the difference of the two names the row. Between a change and the next sum, ten minutes at
most, the hash beside the row is all there is. A recovery begins all sums anew.
"""

from collections.abc import Iterator

from audit_log.domain.stored_tables import TABLES, Proof
from audit_log.domain.sums import Difference, Sum, SummedRow, explained, sum_of
from audit_log.ports import HashedRow, Inspector
from audit_log.usecases.flaws import Flaws, row_name
from audit_log.usecases.say_rows import key_digest
from audit_log.usecases.sum_rows import SUMS, SaidSum, sums_said
from shared.entries import Entry


class SumVerifier:
    """Takes in the log's own entries and every row that has a hash; compares at the end."""

    def __init__(self) -> None:
        self._said: dict[str, SaidSum] = {}
        self._made: dict[str, Sum] = {}

    def see(self, entry: Entry) -> None:
        """Take in one of the log's own entries."""
        if entry.type == SUMS:
            self._said |= sums_said(entry)

    def begin_anew(self) -> None:
        """Forget what was said: the log was recovered."""
        self._said.clear()

    def take(self, row: HashedRow) -> None:
        """Take in a row."""
        if _is_summed(row) and row.said is not None:
            self._made[row.table] = self._made.get(row.table, Sum()).with_row(_summed(row))

    def finish(self, inspector: Inspector, flaws: Flaws) -> None:
        """Compare the sums of all tables."""
        stored = _read(inspector, flaws)
        for table in sorted(self._said.keys() | stored.keys() | self._made.keys()):
            said, kept = self._said.get(table), stored.get(table)
            if said is None or kept is None or SaidSum(kept.rows, kept.digest) != said:
                flaws.add("row_sum", f"tbl={table}", "is not what the log says of it")
            made = self._made.get(table, Sum())
            if kept is None or (said == SaidSum(made.rows, made.digest)):
                continue
            if said == SaidSum(kept.rows, kept.digest):
                _name(table, explained(kept, made, _rows(inspector, table)), inspector, flaws)
            elif made != kept:
                flaws.add(table, "some row", "is not what the log sums up")


def _read(inspector: Inspector, flaws: Flaws) -> dict[str, Sum]:
    found: dict[str, Sum] = {}
    for table, rows, state in inspector.row_sums():
        try:
            found[table] = sum_of(rows, state)
        except ValueError:
            flaws.add("row_sum", f"tbl={table}", "is no sum")
    return found


def _name(table: str, found: Difference | None, inspector: Inspector, flaws: Flaws) -> None:
    """Say which row makes the difference, where one alone does."""
    if found is None:
        flaws.add(table, "more than one row", "are not what the log sums up")
        return
    row = None if found.now is None else _row(inspector, table, found.now.key)
    if row is None:
        key = (found.was or found.now or SummedRow(b"", b"")).key.hex()
        flaws.add(table, f"sha256(key)={key}", "is gone, and its hash with it")
    elif found.was is None:
        flaws.add(table, row_name(row), "is in no sum of the log")
    elif row.actual == found.was.digest:
        flaws.add("row_hash", f"tbl={table} {row_name(row)}", "is not the hash that was summed up")
    else:
        flaws.add(table, row_name(row), "is not what the log sums up")


def _rows(inspector: Inspector, table: str) -> Iterator[SummedRow]:
    for row in inspector.hashed_rows():
        if row.table == table and row.said is not None:
            yield _summed(row)


def _row(inspector: Inspector, table: str, key: bytes) -> HashedRow | None:
    return next(
        (
            row
            for row in inspector.hashed_rows()
            if row.table == table and key_digest(row.key) == key
        ),
        None,
    )


def _is_summed(row: HashedRow) -> bool:
    return TABLES[row.table].proof is Proof.SUMMED


def _summed(row: HashedRow) -> SummedRow:
    return SummedRow(key_digest(row.key), row.said or b"")
