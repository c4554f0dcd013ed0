# SPDX-License-Identifier: Apache-2.0
"""Saying the hashes of rows that changed beside the tree, so that they can be held against it.

An entry names a row by its table and the hash of its key: keys may name accounts and sessions.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from audit_log.ports import ChangedRow, RowHashes
from shared.clock import Clock
from shared.entries import Entry
from shared.events import Fact
from shared.tracing import current_trace_id

ROWS: Final = "placet.sys.rows.v1"
_MOST: Final = 200
_CELLS: Final = 3


class RowSayer:
    """Call `step` again and again."""

    def __init__(self, hashes: RowHashes, clock: Clock) -> None:
        self._hashes = hashes
        self._clock = clock

    def step(self) -> bool:
        """Say what changed; True when there may be more."""
        return self._hashes.say(_MOST, self._clock.now()) == _MOST


def rows_fact(changed: Sequence[ChangedRow], at: datetime) -> Fact:
    """Make the entry: `[table, hash of the key, hash of the row]` each, empty for a row gone."""
    rows = [
        [one.table, _text(key_digest(one.key)), _text(one.digest) if one.digest else ""]
        for one in changed
    ]
    return Fact(
        type=ROWS, occurred_at=at, trace_id=current_trace_id(), extra={"rows": rows}
    )  # fmt: skip


def rows_said(entry: Entry) -> dict[tuple[str, bytes], bytes]:
    """Read such an entry; what is not laid out so says nothing."""
    said: dict[tuple[str, bytes], bytes] = {}
    rows = entry.extra.get("rows")
    for row in rows if isinstance(rows, Sequence) else ():
        if isinstance(row, list) and len(row) == _CELLS and all(isinstance(c, str) for c in row):
            table, key, digest = row
            said[table, b64decode(key)] = b64decode(digest)
    return said


def key_digest(key: str) -> bytes:
    """Give the hash under which a row's key is said."""
    return sha256(key.encode()).digest()


def _text(digest: bytes) -> str:
    return b64encode(digest).decode("ascii")
