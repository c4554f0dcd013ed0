# SPDX-License-Identifier: Apache-2.0
"""What this process holds in memory, and the most it held (Linux)."""

import os
from pathlib import Path
from typing import Final

_SELF: Final = Path("/proc/self")
_FORGET_THE_PEAK: Final = "5"  # proc(5), clear_refs


def resident() -> int:
    """Give the memory held now, in bytes."""
    pages = int((_SELF / "statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def forget_peak() -> None:
    """Count the most held from now on."""
    (_SELF / "clear_refs").write_text(_FORGET_THE_PEAK, encoding="ascii")


def peak() -> int:
    """Give the most memory held since `forget_peak`, in bytes."""
    for line in (_SELF / "status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError("/proc/self/status names no peak")
