# SPDX-License-Identifier: Apache-2.0
"""Copying a whole log in the C2SP tlog-tiles layout, verified while it is copied.

A copy is finished when its checkpoint is there: it is written last, and only when everything that
was copied is what that checkpoint signs.
"""

from collections.abc import Callable
from typing import Protocol

from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.errors import NotPublished
from audit_log.domain.tiles import parse_tile_path
from audit_log.ports import LogReader, Trust
from audit_log.usecases import read
from audit_log.usecases.flaws import Flaw
from audit_log.usecases.verify_served import Fetch, verify_served

_CHECKPOINT = "checkpoint"
_TILES = "tile/"


class Copy(Protocol):
    """Where a copy lies: names below the log's prefix, and bytes."""

    def read(self, name: str) -> bytes | None:
        """Give what lies under a name, None when nothing does."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Keep bytes under a name, whole or not at all."""
        ...


def copy_log(fetch: Fetch, trust: Trust, copy: Copy) -> tuple[Checkpoint, tuple[Flaw, ...]]:
    """Copy everything under the newest checkpoint; give it and what does not fit it.

    With flaws the copy gets no checkpoint. Full tiles and bundles that an earlier copy holds are
    not fetched again; they are verified like all others. Raises what `verify_served` raises.
    """
    notes: list[bytes] = []

    def fetched(name: str) -> bytes:
        if name == _CHECKPOINT:
            notes.append(fetch(name))
            return notes[-1]
        kept = None if ".p/" in name else copy.read(name)
        if kept is not None:
            return kept
        data = fetch(name)
        copy.write(name, data)
        return data

    checkpoint, flaws = verify_served(fetched, trust)
    if not flaws:
        copy.write(_CHECKPOINT, notes[-1])
    return checkpoint, flaws


def fetch_copy(copy: Copy) -> Fetch:
    """Read a copy as if it were served."""

    def fetch(name: str) -> bytes:
        data = copy.read(name)
        if data is None:
            raise LookupError(f"{name} is not in the copy")
        return data

    return fetch


def fetch_stored(reader: Callable[[], LogReader]) -> Fetch:
    """Read the published log from its database as if it were served; one checkpoint throughout."""

    def fetch(name: str) -> bytes:
        try:
            if name == _CHECKPOINT:
                return read.checkpoint(reader()).note
            return read.tile(parse_tile_path(name.removeprefix(_TILES)), reader())
        except NotPublished:
            raise LookupError(f"{name} is not published") from None

    return fetch
