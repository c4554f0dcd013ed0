# SPDX-License-Identifier: Apache-2.0
"""What the kernel says about processes: children, and who still carries a mark."""

import os
from pathlib import Path

_PROC = Path("/proc")


def children(pid: int) -> list[int]:
    """The living direct children of a process."""
    return [child for child in _pids() if _field(child, "PPid") == str(pid) and is_alive(child)]


def is_alive(pid: int) -> bool:
    """Whether the process exists and is more than an entry that waits to be reaped."""
    return _field(pid, "State")[:1] not in {"", "Z", "X"}


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
