# SPDX-License-Identifier: Apache-2.0
"""A file of lines that several processes append to and read, each line synced before it counts.

It holds what must outlive a database: what was erased. A line cut short was never acknowledged: it
is left out, and cut off by the next.
"""

import fcntl
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import IO, Generic, TypeVar

from shared.durable import sync_folder
from shared.errors import ErasuresUnreadable

Read = TypeVar("Read")


class SyncedLines(Generic[Read]):
    """The file at one path; the folder must exist. `read` makes of whole lines what they say.

    `read` raises ValueError for a line that says nothing: nobody goes on with such a file.
    """

    def __init__(self, path: Path, read: Callable[[Sequence[bytes]], Read]) -> None:
        self._path = path
        self._read = read
        self._lock = Lock()
        self._seen: tuple[int, int, int] | None = None
        self._known = read(())

    def known(self) -> Read:
        """Give what the file says; it is read again whenever it has changed."""
        with self._lock:
            self._refresh()
            return self._known

    def append(self, fresh: Callable[[Read], Sequence[bytes]]) -> None:
        """Append the lines that `fresh` gives for what the file says, alone, and sync."""
        with self._lock, self._alone() as file:
            _append(file, b"".join(fresh(self._parsed(file.read()))), self._path)

    def _refresh(self) -> None:
        try:
            stat = self._path.stat()
            now = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
            if now == self._seen:
                return
            self._known = self._parsed(self._path.read_bytes())
        except FileNotFoundError:
            if (self._seen is not None and self._seen[1]) or not self._path.parent.is_dir():
                raise ErasuresUnreadable("the file of erasures is gone") from None
            now, self._known = (0, 0, 0), self._read(())
        except OSError:
            raise ErasuresUnreadable("the file of erasures cannot be read") from None
        self._seen = now

    def _parsed(self, content: bytes) -> Read:
        whole = content[: content.rfind(b"\n") + 1]
        try:
            return self._read(whole.splitlines())
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
