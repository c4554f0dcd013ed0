# SPDX-License-Identifier: Apache-2.0
"""What the player knows of the suite it plays against: addresses, names, and two folders.

The runner writes it to `var/run/suite.json`; nothing secret stands in it, only where the story's
own client secret lies.
"""

import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A running node as an outsider with a client secret and a disk sees it.

    `urls` and `audiences` are by process name; `data` is the data holder's folder that nginx
    serves; `story` is the player's own folder; `control` is the supervisor's socket.
    """

    node: str
    transport: str
    urls: Mapping[str, str]
    audiences: Mapping[str, str]
    dataset_url_base: str
    authority: str
    secret_file: str
    data: str
    story: str
    control: str

    def write(self, path: Path) -> None:
        """Write the file so that a reader never sees half of it."""
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(self), indent=2) + "\n")
        partial.rename(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file of a running suite. Raises OSError when there is none."""
        return cls(**json.loads(path.read_text()))


def is_running(path: Path) -> bool:
    """Say whether a node runs behind this file; one that was killed leaves the file behind."""
    try:
        suite = Suite.read(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(suite.control)
    except OSError:
        return False
    return True


def wait_for_suite(path: Path, *, seconds: float, alive: Callable[[], bool]) -> Suite | None:
    """Give the suite as soon as it runs; None when its runner ends first or takes too long."""
    deadline = time.monotonic() + seconds
    while alive() and time.monotonic() < deadline:
        if is_running(path):
            return Suite.read(path)
        time.sleep(0.1)
    return None
