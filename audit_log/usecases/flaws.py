# SPDX-License-Identifier: Apache-2.0
"""What a verification finds wrong: one row at a time, by table and key."""

import json
from dataclasses import dataclass

from audit_log.domain.stored_tables import TABLES
from audit_log.ports import HashedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One row that is not what the tree says it must be."""

    table: str
    row: str
    what: str

    def __str__(self) -> str:
        """Write table, row and fault in one line."""
        return f"{self.table} ({self.row}): {self.what}"


class Flaws:
    """Everything found so far."""

    def __init__(self) -> None:
        self.found: list[Flaw] = []

    def add(self, table: str, row: str, what: str) -> None:
        """Note one flaw."""
        self.found.append(Flaw(table=table, row=row, what=what))


def row_name(row: HashedRow) -> str:
    """Name a row that has a hash by the columns of its key."""
    columns = TABLES[row.table].key
    try:
        values = json.loads(row.key)
    except ValueError:
        return f"key={row.key}"
    return " ".join(f"{name}={value}" for name, value in zip(columns, values, strict=False))
