# SPDX-License-Identifier: Apache-2.0
"""How many requests may wait for news at once: each of them occupies one of the few threads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class WaitingRoom:
    """So many seats; whoever finds none must be answered without waiting. Safe for threads."""

    def __init__(self, seats: int) -> None:
        self._seats = threading.BoundedSemaphore(seats)

    @contextmanager
    def seat(self) -> Iterator[bool]:
        """Tell whether there is a seat, and keep it until the block ends."""
        taken = self._seats.acquire(blocking=False)
        try:
            yield taken
        finally:
            if taken:
                self._seats.release()
