# SPDX-License-Identifier: Apache-2.0
"""The file of erasures: a line for each, outside the database and outside its backups.

Every process of the log reads it, and whoever erases appends to it, under a lock, synced before the
database commits. A line cut short was never acknowledged: it is left out, and cut off by the next.
"""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import IO

from audit_log.domain.destroyed import (
    Destroyed,
    Outside,
    erasure_line,
    fingerprint,
    read_lines,
    recovered_line,
)
from audit_log.domain.errors import ErasuresUnreadable
from shared.durable import sync_folder


class ErasuresFile:
    """`OutsideErasures` at one path, for one log; the folder must exist."""

    def __init__(self, path: Path, origin: str) -> None:
        self._path = path
        self._origin = origin
        self._lock = Lock()
        self._seen: tuple[int, int, int] | None = None
        self._outside = Outside()
        self._keys: frozenset[str] = frozenset()

    def known(self) -> Outside:
        """Give what the file holds; it is read again whenever it has changed."""
        with self._lock:
            self._refresh()
            return self._outside

    def is_destroyed(self, wrapped: bytes) -> bool:
        """Tell whether an erasure destroyed this very key, wherever it came from again."""
        with self._lock:
            self._refresh()
            return bool(self._keys) and fingerprint(wrapped) in self._keys

    def remember(self, erasures: Sequence[Destroyed]) -> None:
        """Append erasures that are not there yet, durably."""
        with self._lock, self._alone() as file:
            there = {one.id for one in self._parsed(file.read()).erasures}
            fresh = [erasure_line(self._origin, one) for one in erasures if one.id not in there]
            _append(file, b"".join(fresh), self._path)

    def recovered(self, size: int) -> None:
        """Append that this log was recovered up to a size."""
        with self._lock, self._alone() as file:
            _append(file, recovered_line(self._origin, size), self._path)

    def _refresh(self) -> None:
        try:
            stat = self._path.stat()
            now = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
            if now == self._seen:
                return
            self._outside = self._parsed(self._path.read_bytes())
        except FileNotFoundError:
            if self._outside.erasures or not self._path.parent.is_dir():
                raise ErasuresUnreadable("the file of erasures is gone") from None
            now, self._outside = (0, 0, 0), Outside()
        except OSError:
            raise ErasuresUnreadable("the file of erasures cannot be read") from None
        self._keys = frozenset(one.key for one in self._outside.erasures if one.key is not None)
        self._seen = now

    def _parsed(self, content: bytes) -> Outside:
        whole = content[: content.rfind(b"\n") + 1]
        try:
            return read_lines(self._origin, whole.splitlines())
        except ValueError:
            raise ErasuresUnreadable("the file of erasures holds a line that says none") from None

    def _alone(self) -> IO[bytes]:
        """Open the file for the one who holds its lock; closing it gives the lock up."""
        self._refresh()
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:
            raise ErasuresUnreadable("the file of erasures cannot be written") from None
        return os.fdopen(descriptor, "r+b", buffering=0)


def _append(file: IO[bytes], lines: bytes, path: Path) -> None:
    """Write whole lines after the last whole one and sync; raise ErasuresUnreadable otherwise."""
    file.seek(0)
    end = file.read().rfind(b"\n") + 1
    try:
        file.truncate(end)
        file.seek(end)
        written = file.write(lines)
        os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError:
        raise ErasuresUnreadable("the file of erasures cannot be written") from None
    if written != len(lines):
        raise ErasuresUnreadable("the file of erasures cannot be written whole")
