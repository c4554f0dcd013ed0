# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition: by looking, with a generous deadline, never by a guessed pause."""

import time
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def wait_until(predicate: Callable[[], _T], what: str, seconds: float = 30) -> _T:
    """Look until `predicate` gives something true, and give that.

    Raises AssertionError naming `what` was awaited when the deadline passes. An exception of the
    predicate ends the wait: a condition that can fail for a while says so by giving False.
    """
    deadline = time.monotonic() + seconds
    pause = 0.005
    while True:
        found = predicate()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:g} s still waiting for: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)
