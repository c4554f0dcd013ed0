# SPDX-License-Identifier: Apache-2.0
"""Writing a small file so that it is old or new and never half, also after a power cut."""

import os
from pathlib import Path


def write_durably(path: Path, data: bytes) -> None:
    """Write beside, for the owner alone, sync, rename over the old one, sync the folder."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Have a folder's names survive a power cut."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
