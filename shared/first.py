# SPDX-License-Identifier: Apache-2.0
"""What a process does once before it does anything else."""

from collections.abc import Callable
from threading import Lock
from typing import TypeVar

_Opened = TypeVar("_Opened")


class Once:
    """Does acts in turn until all have succeeded, whoever asks first; everybody else waits."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        self._acts = acts
        self._lock = Lock()
        self._done = False

    def __call__(self) -> None:
        """See to it that it is done; raises what an act does."""
        if self._done:
            return
        with self._lock:
            if not self._done:
                for act in self._acts:
                    act()
                self._done = True


def behind(first: Callable[[], None], transaction: Callable[[], _Opened]) -> Callable[[], _Opened]:
    """Give what opens a transaction once `first` has returned: nothing is seen before that."""

    def opened() -> _Opened:
        first()
        return transaction()

    return opened
