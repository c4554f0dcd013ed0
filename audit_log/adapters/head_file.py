# SPDX-License-Identifier: Apache-2.0
"""The head file: the last signed note, outside the database and outside its backups.

A database restored to an older state cannot make the log sign a fork, as long as this file is not
restored with it.
"""

from pathlib import Path

from shared.durable import write_durably


class FileHead:
    """A `HeadFile` at one path; the folder must exist."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes | None:
        """Give the note, None when nothing was ever kept here."""
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def write(self, note: bytes) -> None:
        """Keep a note: written beside, synced, renamed over the old one, folder synced."""
        write_durably(self._path, note)
