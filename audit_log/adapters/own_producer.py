# SPDX-License-Identifier: Apache-2.0
"""The log's own producer: what the log says about itself goes through the same door as all else.

An entry gets its place in the chain under the row lock of `own_head`, held to the commit, and lands
in the intake in the caller's transaction. Take other locks first: every other speaker waits.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import psycopg

from shared.events import ChainPosition, Fact, previous_of, seal
from shared.ids import IdSource

_EPOCH: Final = 1


class OwnProducer:
    """Seals the log's own facts as `src` and puts them into the intake."""

    def __init__(self, src: str, ids: IdSource) -> None:
        self._src = src
        self._ids = ids

    @property
    def src(self) -> str:
        """The source under which the log speaks about itself."""
        return self._src

    def say(self, cursor: psycopg.Cursor, facts: Sequence[Fact], at: datetime) -> list[str]:
        """Put facts into the intake, within the cursor's transaction; give their entries' ids."""
        if not facts:
            return []
        seq, previous = self._head(cursor)
        said: list[str] = []
        rows: list[tuple[str, bytes, bytes, datetime]] = []
        leaf = b""
        for fact in facts:
            seq += 1
            position = ChainPosition(src=self._src, epoch=_EPOCH, seq=seq, previous=previous)
            entry_id = self._ids.new()
            sealed = seal(fact, position, entry_id=entry_id, salts=os.urandom)
            previous, leaf = previous_of(sealed), sealed.leaf_hash
            rows.append((self._src, sealed.entry, sealed.sealed, at))
            said.append(entry_id)
        cursor.executemany(
            "INSERT INTO intake (src, entry, sealed, received_at) VALUES (%s, %s, %s, %s)", rows
        )
        cursor.execute(
            "UPDATE own_head SET seq = %s, head = %s WHERE src = %s", (seq, leaf, self._src)
        )
        return said

    def _head(self, cursor: psycopg.Cursor) -> tuple[int, str]:
        wanted = (
            "SELECT seq, replace(encode(head, 'base64'), E'\\n', '')"
            " FROM own_head WHERE src = %s FOR UPDATE"
        )
        row = cursor.execute(wanted, (self._src,)).fetchone()
        if row is None:
            cursor.execute(
                "INSERT INTO own_head (src, epoch, seq, head) VALUES (%s, %s, 0, '')"
                " ON CONFLICT DO NOTHING",
                (self._src, _EPOCH),
            )
            row = cursor.execute(wanted, (self._src,)).fetchone()
        if row is None:
            raise RuntimeError("the log's own chain has no head")
        return int(row[0]), str(row[1])
