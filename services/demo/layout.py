# SPDX-License-Identifier: Apache-2.0
"""The folder of one local run: where everything lies, who holds it, and how it is emptied.

A folder is ours when it carries our marker. Nothing is ever deleted in a folder that does not,
and nothing but our own named parts in one that does.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_MARKER: Final = ".placet-run.json"
_MARK: Final = {"made_by": "placet demo", "layout": 1}
_PARTS: Final = (
    *("data", "gateway", "keys", "log", "notices", "policy", "postgres", "run"),
    *("secrets", "spool", "story", "trust"),
)
_SOCKET_PATH_LIMIT: Final = 100  # bytes; sun_path holds 108 on Linux


class StateRefused(RuntimeError):
    """The folder cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below the folder of a run; `sockets` is elsewhere when the folder is too deep."""

    root: Path
    sockets: Path

    @property
    def postgres(self) -> Path:
        """The embedded server's folder."""
        return self.root / "postgres"

    @property
    def data(self) -> Path:
        """The data holder's files: `<dataset>/<local id>/<file>`."""
        return self.root / "data"

    @property
    def notices(self) -> Path:
        """What would be sent to people: one file for each message."""
        return self.root / "notices"

    @property
    def secrets(self) -> Path:
        """One file per client secret, mode 0600."""
        return self.root / "secrets"

    @property
    def suite_file(self) -> Path:
        """What a story or a test must know to talk to the running suite."""
        return self.root / "run" / "suite.json"

    @property
    def control_socket(self) -> Path:
        """Where the supervisor answers."""
        return self.sockets / "control.sock"

    @property
    def clearinghouse_socket(self) -> Path:
        """Where the clearinghouse answers nginx."""
        return self.sockets / "clearinghouse.sock"

    def keys(self, service: str) -> Path:
        """Give the folder of one service's keys; nothing of another service lies in it."""
        return self.root / "keys" / service

    def log(self, process: str) -> Path:
        """Give the file that receives a process's standard error."""
        return self.root / "log" / f"{process}.log"


@contextmanager
def hold_state(root: Path, *, fresh: bool) -> Iterator[Layout]:
    """Take a folder for a run, emptied first if `fresh`; release it afterwards.

    Raises StateRefused when another run holds it or when it holds what is not ours.
    """
    root = root.absolute()
    _refuse_strangers(root)
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".placet-run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StateRefused(
                f"another run holds {root}: stop it first (Ctrl-C where it was started)"
            ) from None
        if fresh:
            _empty(root)
        (root / _MARKER).write_text(json.dumps(_MARK) + "\n")
        (root / "run").mkdir(exist_ok=True)
        sockets = _sockets(root)
        try:
            yield Layout(root, sockets)
        finally:
            (root / "run" / "suite.json").unlink(missing_ok=True)
            if sockets.parent != root / "run":
                shutil.rmtree(sockets, ignore_errors=True)


def _refuse_strangers(root: Path) -> None:
    """Refuse a folder with parts that bear our names but not our marker, and symbolic links."""
    if root.is_symlink():
        raise StateRefused(f"{root} is a symbolic link; name the folder itself")
    try:
        ours = json.loads((root / _MARKER).read_text()) == _MARK
    except (OSError, ValueError):
        ours = False
    found = sorted(part for part in _PARTS if os.path.lexists(root / part))
    if found and not ours:
        raise StateRefused(
            f"{root} holds {', '.join(found)}, and no run of ours made them: "
            "move them away or name another folder with --state"
        )


def _empty(root: Path) -> None:
    for part in _PARTS:
        path = root / part
        if path.is_symlink():
            raise StateRefused(f"{path} is a symbolic link; nothing was deleted behind it")
        if path.exists():
            shutil.rmtree(path)


def _sockets(root: Path) -> Path:
    """Find a private folder for unix sockets, whose paths must be short."""
    folder = root / "run" / "sockets"
    if len(os.fsencode(folder / "clearinghouse.sock.lock")) > _SOCKET_PATH_LIMIT:
        return Path(tempfile.mkdtemp(prefix="placet-"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
