# SPDX-License-Identifier: Apache-2.0
"""Processor time of a process and of everything it started, living or waited for (Linux)."""

import os
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_PARENT: Final = 1  # fields of proc(5) stat after the name: state, ppid, ...
_TIMES: Final = slice(11, 15)  # utime, stime, and both of children waited for


def family_seconds(pid: int) -> float:
    """Give the processor seconds of a process and its descendants."""
    stats = _every()
    ticks, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        ticks += sum(map(int, stats[one][_TIMES])) if one in stats else 0
        waiting += [child for child, stat in stats.items() if int(stat[_PARENT]) == one]
    return ticks / os.sysconf("SC_CLK_TCK")


def running_seconds(pid: int) -> float:
    """Give the seconds that a process of one thread has run on a processor, to the nanosecond."""
    stat = (_PROC / str(pid) / "schedstat").read_text(encoding="ascii")
    return int(stat.split()[0]) / 1e9


def _every() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdecimal():
            try:
                stat = (folder / "stat").read_text(encoding="ascii", errors="replace")
            except OSError:  # it has ended meanwhile
                continue
            found[int(folder.name)] = stat.rpartition(")")[2].split()
    return found
