# SPDX-License-Identifier: Apache-2.0
"""The file of erasures: a line for each, outside the database and outside its backups.

Every process of the registry reads it; whoever erases appends to it before the database commits.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from consent_registry.domain.destroyed import Destroyed, Outside, erasure_line, read_lines
from shared.synced_lines import SyncedLines


class ErasuresFile:
    """`OutsideErasures` at one path, for one registry; the folder must exist."""

    def __init__(self, path: Path, registry: str) -> None:
        self._registry = registry
        self._lines = SyncedLines(path, partial(read_lines, registry))

    def known(self) -> Outside:
        """Give what the file holds; it is read again whenever it has changed."""
        return self._lines.known()

    def remember(self, erasures: Sequence[Destroyed]) -> None:
        """Append erasures that are not there yet, durably."""

        def fresh(known: Outside) -> list[bytes]:
            there = {one.erasure_id for one in known.erasures}
            new = [one for one in erasures if one.erasure_id not in there]
            return [erasure_line(self._registry, one) for one in new]

        self._lines.append(fresh)
