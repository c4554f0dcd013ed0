# SPDX-License-Identifier: Apache-2.0
"""What the kernel says about processes: children, and who still carries a mark."""

import os
from pathlib import Path

_PROC = Path("/proc")


def children(pid: int) -> list[int]:
    """The living direct children of a process; none of 0, which is how one that is down reads."""
    if pid == 0:
        return []  # to the kernel it is the parent of the first of all processes
    return [child for child in _pids() if _field(child, "PPid") == str(pid) and is_alive(child)]


def is_alive(pid: int) -> bool:
    """Whether the process exists and is more than an entry that waits to be reaped."""
    return _field(pid, "State")[:1] not in {"", "Z", "X"}


def born(pid: int) -> str:
    """When a living process began, in ticks since the host did; "" for one that is gone.

    A number may be another process's a moment later; the two together are not.
    """
    state, _, rest = _read(pid, "stat").rpartition(b") ")[2].partition(b" ")
    return "" if state in {b"", b"Z", b"X"} else rest.split(b" ")[18].decode()


def is_stopped(pid: int) -> bool:
    """Whether the process stands still, as after SIGSTOP."""
    return _field(pid, "State")[:1] == "T"


def carrying(mark: str) -> list[int]:
    """Every living process but our own whose command line or environment holds `mark`."""
    sought = os.fsencode(mark)
    return [
        pid
        for pid in _pids()
        if pid != os.getpid() and is_alive(pid) and sought in _read(pid, "cmdline", "environ")
    ]


def command(pid: int) -> str:
    """The command line of a process, for messages."""
    return _read(pid, "cmdline").replace(b"\0", b" ").decode(errors="replace")


def _pids() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]


def _field(pid: int, name: str) -> str:
    for line in _read(pid, "status").decode(errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return value.strip()
    return ""


def _read(pid: int, *names: str) -> bytes:
    found = b""
    for name in names:
        try:
            found += (_PROC / str(pid) / name).read_bytes()
        except OSError:
            continue
    return found


def environment(pid: int) -> dict[str, str]:
    """The environment that a process was started with."""
    pairs = _read(pid, "environ").decode(errors="replace").split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)
