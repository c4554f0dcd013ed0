# SPDX-License-Identifier: Apache-2.0
"""Holding rows that no entry can be made from against their hashes, and these against the log.

Between a change and the entry that says it lies about a second: until then the hash beside the row
is all there is. A recovery says everything anew, for a restored database is older than the log.
"""

from typing import Final

from audit_log.domain.stored_tables import TABLES, Proof
from audit_log.ports import HashedRow, Inspector
from audit_log.usecases.flaws import Flaws, row_name
from audit_log.usecases.say_rows import ROWS, key_digest, rows_said
from audit_log.usecases.verify_sums import SumVerifier
from shared.entries import Entry

RECOVERED: Final = "log_recovered"


class HashVerifier:
    """Reads what the log says of rows as its entries pass, and compares at the end."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, bytes], bytes] = {}
        self._sums = SumVerifier()

    def see(self, entry: Entry, own: frozenset[str]) -> None:
        """Take in an entry, if it is the log's own word about rows."""
        if entry.src not in own:
            return
        self._sums.see(entry)
        if entry.type == ROWS:
            self._said |= rows_said(entry)
        elif entry.reason == RECOVERED:
            self._said.clear()
            self._sums.begin_anew()

    def finish(self, inspector: Inspector, flaws: Flaws) -> None:
        """Compare every row that has a hash."""
        for number in inspector.altered_intake():
            flaws.add("intake", f"id={number}", "is not what was handed in")
        for table in inspector.strange_hashes():
            flaws.add("row_hash", f"tbl={table}", "is of no table")
        for row in inspector.hashed_rows():
            self._sums.take(row)
            if row.kept is not None and row.logged != (TABLES[row.table].proof is Proof.LOGGED):
                flaws.add("row_hash", f"tbl={row.table} {row_name(row)}", "is marked wrongly")
            said = self._said.pop((row.table, key_digest(row.key)), None)
            fault = _fault(row, said)
            if fault is not None:
                table, what = fault
                where = "" if table == row.table else f"tbl={row.table} "
                flaws.add(table, where + row_name(row), what)
        for (table, key), digest in sorted(self._said.items()):
            if digest:
                flaws.add(table, f"sha256(key)={key.hex()}", "is gone, and its hash with it")
        self._sums.finish(inspector, flaws)


def _fault(row: HashedRow, said: bytes | None) -> tuple[str, str] | None:
    """Give the table that was altered, and what is wrong; None when all fits."""
    settled = row.logged and row.said is not None and row.said == row.kept
    if row.said is not None and row.kept == row.actual and said is not None and row.said != said:
        # What is marked as said was not: either the mark was altered, or row and hash together.
        return ("row_hash" if said == row.actual else row.table), "is not what the log says of it"
    if row.actual == (row.kept or None):
        if settled and said != row.actual:
            return row.table, "is not what the log says of it"
        return None
    if row.actual is not None and said == row.actual:
        return "row_hash", "is not the hash of its row"
    if row.actual is None:
        return row.table, "is gone"
    return row.table, "does not fit its hash"
