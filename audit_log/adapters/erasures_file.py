# SPDX-License-Identifier: Apache-2.0
"""The file of erasures: a line for each, outside the database and outside its backups.

Every process of the log reads it, and whoever erases appends to it before the database commits.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from audit_log.domain.destroyed import (
    Destroyed,
    Outside,
    erasure_line,
    fingerprint,
    read_lines,
    recovered_line,
)
from shared.synced_lines import SyncedLines

_Read = tuple[Outside, frozenset[str]]


class ErasuresFile:
    """`OutsideErasures` at one path, for one log; the folder must exist."""

    def __init__(self, path: Path, origin: str) -> None:
        self._origin = origin
        self._lines = SyncedLines(path, partial(_read, origin))

    def known(self) -> Outside:
        """Give what the file holds; it is read again whenever it has changed."""
        return self._lines.known()[0]

    def is_destroyed(self, wrapped: bytes) -> bool:
        """Tell whether an erasure destroyed this very key, wherever it came from again."""
        keys = self._lines.known()[1]
        return bool(keys) and fingerprint(wrapped) in keys

    def remember(self, erasures: Sequence[Destroyed]) -> None:
        """Append erasures that are not there yet, durably."""

        def fresh(known: _Read) -> list[bytes]:
            there = {one.id for one in known[0].erasures}
            return [erasure_line(self._origin, one) for one in erasures if one.id not in there]

        self._lines.append(fresh)

    def recovered(self, size: int) -> None:
        """Append that this log was recovered up to a size."""
        self._lines.append(lambda _: [recovered_line(self._origin, size)])


def _read(origin: str, lines: Sequence[bytes]) -> _Read:
    outside = read_lines(origin, lines)
    return outside, frozenset(one.key for one in outside.erasures if one.key is not None)
