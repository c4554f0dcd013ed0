# SPDX-License-Identifier: Apache-2.0
"""Which partitions have been silent for so long that somebody should look whether records wait.

A client may go deaf to one partition while it hears the others. Counted is the time spent asking:
whoever comes back to the client after a long while has not waited for it. Asks no broker itself.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, Generic, TypeVar

from shared.clock import Clock

MOST_BETWEEN: Final = 1.0
"""How many seconds between two questions count as time spent asking."""
_Place = TypeVar("_Place")


class Hearing(Generic[_Place]):
    """When each partition was last heard, and how often in a row it was found to wait unheard."""

    def __init__(self, places: Iterable[_Place], *, stall_seconds: float, clock: Clock) -> None:
        self._clock = clock
        self._stall_seconds = stall_seconds
        self._asked_at = clock.monotonic()
        self._asking = 0.0
        self._last = dict.fromkeys(places, 0.0)
        self._patience: dict[_Place, int] = {}

    def asks(self) -> None:
        """Note that the client is asked now."""
        now = self._clock.monotonic()
        self._asking += min(now - self._asked_at, MOST_BETWEEN)
        self._asked_at = now

    def heard(self, places: Iterable[_Place]) -> None:
        """Note that these gave records."""
        for place in places:
            self._last[place] = self._asking
            self._patience.pop(place, None)

    def suspects(self) -> Sequence[_Place]:
        """Give those to look at: all when none is heard, or one that is not while others are.

        That one must have been silent for longer by as many as there are: a client that has much to
        give gives it partition by partition.
        """
        if not self._last:
            return ()
        if self._asking - max(self._last.values()) >= self._stall_seconds:
            return list(self._last)
        since = self._asking - self._stall_seconds * len(self._last)
        return [place for place, last in self._last.items() if last <= since]

    def judge(self, suspects: Iterable[_Place], behind: Collection[_Place]) -> Mapping[_Place, int]:
        """Note which of those that were looked at have records waiting.

        Gives of each how often in a row that was found.
        """
        for place in suspects:
            self._last[place] = self._asking
            if place in behind:
                self._patience[place] = self._patience.get(place, 0) + 1
            else:
                self._patience.pop(place, None)
        return {place: self._patience[place] for place in behind}
