# SPDX-License-Identifier: Apache-2.0
"""Random bytes of the system, fetched a page at a time: for salts, nonces and identifiers.

Each byte is given once. A forked child starts with a page of its own. Keys are not drawn from here:
what is secret for years does not lie in a page that others are served from.
"""

import os
import threading
import weakref
from typing import Final

_PAGE_BYTES: Final = 65_536


class Chance:
    """`Chance()(n)` gives n fresh random bytes, as `os.urandom` does, from any thread."""

    def __init__(self) -> None:
        self._forget()
        # Asking for the process at every draw cost more than the draw.
        forget = weakref.WeakMethod(self._forget)
        os.register_at_fork(after_in_child=lambda: (known := forget()) and known())

    def _forget(self) -> None:
        """Start anew: before the first draw, and in a forked child, whatever its parent held."""
        self._lock = threading.Lock()
        self._page = b""
        self._at = 0

    def __call__(self, size: int) -> bytes:
        """Give so many bytes."""
        if size > _PAGE_BYTES:
            return os.urandom(size)
        with self._lock:
            end = self._at + size
            if end > len(self._page):
                self._page, self._at, end = os.urandom(_PAGE_BYTES), 0, size
            start, self._at = self._at, end
            return self._page[start:end]
