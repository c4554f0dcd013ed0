# SPDX-License-Identifier: Apache-2.0
"""What the player knows of the suite it plays against: addresses, names, and two folders.

The runner writes it to `var/run/suite.json`; nothing secret stands in it, only where the story's
own client secret lies.
"""

import json
import time
from collections.abc import Mapping
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


def wait_for_suite(path: Path, *, seconds: float) -> Suite | None:
    """Give the suite as soon as its file is there; None when it does not come in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if path.exists():
            return Suite.read(path)
        time.sleep(0.1)
    return None
