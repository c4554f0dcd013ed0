# SPDX-License-Identifier: Apache-2.0
"""A real disk of bounded size, which a test fills to the last byte and makes room on again.

A tmpfs is mounted on a folder. That takes root with the right to mount, as the tests' containers
have it; without it the test fails and says so, for a full disk that was not full shows nothing.
"""

import contextlib
import errno
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_BLOCK: Final = 4_096


@dataclass(frozen=True)
class SmallDisk:
    """A mounted folder."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Take every block that is left."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(_BLOCK))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def make_room(self) -> None:
        """Give all of it back."""
        self._ballast.unlink()


@contextlib.contextmanager
def small_disk(folder: Path, size: str, *, owner: int | None = None) -> Iterator[SmallDisk]:
    """Mount a disk of this size (`64m`) on a folder until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={size},mode=0700" + ("" if owner is None else f",uid={owner}")
    command = ["mount", "-t", "tmpfs", "-o", options, "placet-small-disk", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"no disk can be mounted here, which takes root: {done.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
