# SPDX-License-Identifier: Apache-2.0
"""Summing up the rows that change too often to be said one by one.

Every ten minutes, if any of them changed, one entry says of each such table how many rows it has
and the digest of the sum over their hashes (`domain.sums`). The entry itself changes some of them:
they are in the next sum, so that a log that is left alone says six entries an hour and no more.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from audit_log.domain.sums import Sum
from audit_log.ports import RowSums
from shared.canonical import JSON
from shared.clock import Clock
from shared.entries import Entry
from shared.events import Fact
from shared.tracing import current_trace_id

SUMS: Final = "placet.sys.sums.v1"
PACE: Final = timedelta(minutes=10)
_MOST: Final = 5_000
_CELLS: Final = 3


class SaidSum(NamedTuple):
    """What an entry says of one table."""

    rows: int
    digest: bytes


class RowSummer:
    """Call `step` again and again; it keeps its own pace."""

    def __init__(self, sums: RowSums, clock: Clock) -> None:
        self._sums = sums
        self._clock = clock
        self._next = clock.monotonic() + PACE.total_seconds()

    def step(self) -> bool:
        """Sum up what changed, if it is time; True when there is more of it."""
        if self._clock.monotonic() < self._next:
            return False
        if self._sums.sum_up(_MOST, self._clock.now()) == _MOST:
            return True
        self._next = self._clock.monotonic() + PACE.total_seconds()
        return False


def sums_fact(sums: Mapping[str, Sum], at: datetime) -> Fact:
    """Make the entry: `[table, number of rows, digest of the sum]` each."""
    said: list[JSON] = [
        [table, one.rows, b64encode(one.digest).decode("ascii")]
        for table, one in sorted(sums.items())
    ]
    return Fact(type=SUMS, occurred_at=at, trace_id=current_trace_id(), extra={"tables": said})


def sums_said(entry: Entry) -> dict[str, SaidSum]:
    """Read such an entry; what is not laid out so says nothing."""
    said: dict[str, SaidSum] = {}
    tables = entry.extra.get("tables")
    for cells in tables if isinstance(tables, Sequence) else ():
        if not isinstance(cells, list) or len(cells) != _CELLS:
            continue
        table, rows, digest = cells
        if isinstance(table, str) and isinstance(rows, int) and isinstance(digest, str):
            said[table] = SaidSum(rows, b64decode(digest))
    return said
