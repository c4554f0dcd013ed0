# SPDX-License-Identifier: Apache-2.0
"""A registry whose database is a backup from before an erasure; keys and erasures lie outside it.

`python -m tests.support.restored_registry DATABASE_URL FOLDER erase|start POINT` erases whoever is
to be erased, or starts as every process of the registry does, and is killed at one named point.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from consent_registry.adapters.destruction import SqlDestruction
from consent_registry.adapters.erasures_file import ErasuresFile
from consent_registry.adapters.signers import Keys, create_keys, read_keys
from consent_registry.usecases import replaying
from consent_registry.usecases.erasing_parts import erase_next
from consent_registry.usecases.replaying import replay
from shared.first import Once, behind
from tests.fakes.audit_erasure import ForgettingLog
from tests.support.doomed_erasure import _is_line
from tests.support.doomed_log import Point, _die, _meet
from tests.support.erasing_world import ErasingWorld
from tests.support.registry_world import registry_world

ERASING: Final[Mapping[str, Point]] = {
    "destroyed": Point(SqlDestruction, "destroy"),
    "line written": Point(os, "fsync", after=False, when=_is_line),
    "line synced": Point(ErasuresFile, "remember"),
}
WRITTEN: Final = ("line written", "line synced")
"""Points of `ERASING` from which on the erasure is remembered, and done at the next start."""
AGAIN: Final[Mapping[str, Point]] = {
    "before it": Point(replaying, "_again", after=False),
    "imports ended": Point(replaying, "_end_imports"),
    "confirmed": Point(replaying, "_confirm"),
    "destroyed": Point(SqlDestruction, "destroy"),
    "all destroyed": Point(replaying, "destroy_here"),
    "line synced": Point(ErasuresFile, "remember"),
    "committed": Point(replaying, "_destroy"),
}


def outside_of(folder: Path) -> tuple[Keys, Path]:
    """Give what lies outside the database: the keys, made at first, and the file of erasures."""
    keys = folder / "keys"
    if not keys.is_dir():
        keys.mkdir()
        create_keys(keys)
    return read_keys(keys), folder / "erasures.jsonl"


@contextmanager
def restored(url: str, folder: Path) -> Iterator[ErasingWorld]:
    """Start on a restored database as every process of the registry starts."""
    keys, file = outside_of(folder)
    with registry_world(url=url, keys=keys, erasures=file) as world:
        log = ForgettingLog()
        raw = replace(world.tools, audit=log)
        ensure = Once(lambda: replay(tools=raw, outside=world.outside))
        tools = replace(raw, units=behind(ensure, raw.units), reads=behind(ensure, raw.reads))
        yield ErasingWorld(world=replace(world, tools=tools), tools=tools, log=log)


def main() -> int:
    """Meet the fate, if the point is reached; 0 when it never was."""
    url, folder, act, point = sys.argv[1:]
    keys, file = outside_of(Path(folder))
    with registry_world(url=url, keys=keys, erasures=file) as world:
        _meet((ERASING if act == "erase" else AGAIN)[point], _die)
        tools = replace(world.tools, audit=ForgettingLog())
        if act == "start":
            replay(tools=tools, outside=world.outside)
        else:
            while erase_next(tools=tools):
                pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
