# SPDX-License-Identifier: Apache-2.0
"""The state of an importing producer in one file of one folder, locked while it is open.

The file holds sealed parts until they are sent: it is readable by its owner alone.
"""

import fcntl
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from audit_log.usecases.import_lines import ChainState, Imported
from shared.durable import write_durably
from shared.events import SealedEntry, leaf_hash


class ChainFileInvalid(ValueError):
    """The state file is not one, or another process has it."""


class ChainFile:
    """A `ChainKeeper` at one path."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> ChainState | None:
        """Give the state, None before the first import; raise ChainFileInvalid."""
        try:
            value = json.loads(self._path.read_bytes())
            return _state(value)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise ChainFileInvalid("the state file cannot be read") from None

    def write(self, state: ChainState) -> None:
        """Keep a state durably, readable by its owner alone."""
        write_durably(self._path, json.dumps(_value(state)).encode())


@contextmanager
def chain_file(folder: Path) -> Iterator[ChainFile]:
    """Open the state in a folder, alone; raise ChainFileInvalid while another process has it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ChainFileInvalid("another import is at work with this folder") from None
        yield ChainFile(folder / "chain.json")


def _value(state: ChainState) -> dict[str, Any]:
    return {
        "src": state.src,
        "epoch": state.epoch,
        "seq": state.seq,
        "previous": state.previous,
        "imported": [[one.digest, one.size] for one in state.imported],
        "pending": [
            {
                "entry": b64encode(one.entry).decode("ascii"),
                "sealed": b64encode(one.sealed).decode("ascii"),
            }
            for one in state.pending
        ],
    }


def _imported(value: Any) -> Imported:
    """Read a file's mark; those of earlier releases have no size."""
    if isinstance(value, str):
        return Imported(digest=value, size=None)
    digest, size = value
    return Imported(digest=str(digest), size=None if size is None else int(size))


def _state(value: dict[str, Any]) -> ChainState:
    src = str(value["src"])
    pending = [
        (b64decode(one["entry"], validate=True), b64decode(one["sealed"], validate=True))
        for one in value["pending"]
    ]
    return ChainState(
        src=src,
        epoch=int(value["epoch"]),
        seq=int(value["seq"]),
        previous=str(value["previous"]),
        imported=tuple(map(_imported, value["imported"])),
        pending=tuple(
            SealedEntry(src=src, entry=entry, sealed=sealed, leaf_hash=leaf_hash(entry))
            for entry, sealed in pending
        ),
    )
