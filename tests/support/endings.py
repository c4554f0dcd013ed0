# SPDX-License-Identifier: Apache-2.0
"""What a test run ends when it ends: the servers that all its tests share.

`atexit` alone would not do: pytest-xdist kills a worker that is still busy ten seconds after its
last test, and a stopped server's folder would stay behind.
"""

import atexit
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache


def at_end_of_run(end: Callable[[], None]) -> None:
    """Call `end` when the run's last test is over, or when this process ends without that."""
    _endings().callback(end)


def end_run() -> None:
    """Call what was registered, the newest first; nothing twice."""
    _endings().close()


@cache
def _endings() -> ExitStack:
    endings = ExitStack()
    atexit.register(endings.close)
    return endings
