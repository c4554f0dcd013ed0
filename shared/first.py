# SPDX-License-Identifier: Apache-2.0
"""What a process does once before it does anything else."""

from collections.abc import Callable
from threading import Lock
from typing import TypeVar

_Opened = TypeVar("_Opened")


class Once:
    """Does an act until it has succeeded once, whoever asks first; everybody else waits for it."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act
        self._lock = Lock()
        self._done = False

    def __call__(self) -> None:
        """See to it that it is done; raises what the act does."""
        if self._done:
            return
        with self._lock:
            if not self._done:
                self._act()
                self._done = True


def behind(first: Callable[[], None], transaction: Callable[[], _Opened]) -> Callable[[], _Opened]:
    """Give what opens a transaction once `first` has returned: nothing is seen before that."""

    def opened() -> _Opened:
        first()
        return transaction()

    return opened
