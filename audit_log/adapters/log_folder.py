# SPDX-License-Identifier: Apache-2.0
"""A copy of a log in a folder: the files any transparency-log client serves or reads.

Any web server may serve such a folder, and `fsck` reads it as `file:///...`.
"""

from pathlib import Path


class LogFolder:
    """A `Copy` below one folder; names come from the tile paths of the log alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> bytes | None:
        """Give a file's bytes, None when there is no such file."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Write beside and rename, so that a killed copy holds no half file."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".part")
        fresh.write_bytes(data)
        fresh.replace(path)
