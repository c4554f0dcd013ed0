# SPDX-License-Identifier: Apache-2.0
"""Which segments exist and how far each is durable: what writer and relay must agree on.

The writer adds, the relay takes away; both look only through here. Nothing is listed before its
bytes are fsynced, so the relay can never send what a crash could still undo.
"""

import threading
from collections.abc import Sequence

from shared.spool.recovery import Segment


class Shelf:
    """The durable segments of a spool, oldest first; the newest is the one being written."""

    def __init__(self, segments: Sequence[Segment] = ()) -> None:
        self._sizes = {segment.first_seq: segment.size for segment in segments}
        self._lock = threading.Lock()
        self._news = threading.Condition(self._lock)

    def total_bytes(self) -> int:
        """Give how many bytes the spool takes on disk."""
        with self._lock:
            return sum(self._sizes.values())

    def segments(self) -> tuple[Segment, ...]:
        """Give the segments with their durable sizes."""
        with self._lock:
            return tuple(Segment(first_seq=seq, size=size) for seq, size in self._sizes.items())

    def grown(self, first_seq: int, size: int) -> None:
        """Note that a segment, old or new, is durable up to `size`."""
        with self._news:
            self._sizes[first_seq] = size
            self._news.notify_all()

    def dropped(self, first_seq: int) -> None:
        """Note that a segment was deleted."""
        with self._lock:
            self._sizes.pop(first_seq, None)

    def wait_beyond(self, segment: Segment, seconds: float) -> None:
        """Return when more is durable than this place, and after `seconds` at the latest."""
        with self._news:
            self._news.wait_for(lambda: self._beyond(segment), timeout=seconds)

    def _beyond(self, segment: Segment) -> bool:
        newest = max(self._sizes, default=0)
        return newest > segment.first_seq or self._sizes.get(newest, 0) > segment.size
