# SPDX-License-Identifier: Apache-2.0
"""The loops of the clearinghouse: one per feed, the spool's relay, the heartbeat.

They are daemon threads of the serving process and hold nothing that a kill could lose: the feeds
are read anew at the next start, and the spool is made to be cut off at any byte.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from shared.clock import Clock
from shared.heartbeat import HEARTBEAT_SECONDS
from shared.processes import run_loop

FEED_RETRY_SECONDS: Final = 0.5
RELAY_WAIT_SECONDS: Final = 5.0
RELAY_RETRY_SECONDS: Final = 1.0


class Steps(Protocol):
    """Something that is done again and again."""

    def step(self) -> bool:
        """Do it once; say whether there may be more to do at once."""
        ...


class Sender(Steps, Protocol):
    """The spool's relay."""

    def wait(self, seconds: float) -> None:
        """Return when there may be something to send, and after `seconds` at the latest."""
        ...

    def idle(self) -> bool:
        """Say whether everything durable has been accepted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Loops:
    """What runs beside the requests."""

    feeds: tuple[tuple[str, Steps], ...]
    relay: Sender
    beat: Callable[[], None]
    clock: Clock

    def start(self, stop: threading.Event) -> None:
        """Start every loop; each ends soon after `stop` is set."""
        for name, feed in self.feeds:
            self._start(f"feed-{name}", feed.step, FEED_RETRY_SECONDS, stop)
        self._start("spool-relay", self._send, RELAY_RETRY_SECONDS, stop)
        self._start("heartbeat", self._beat, HEARTBEAT_SECONDS, stop)

    def _start(
        self, name: str, step: Callable[[], bool], idle_seconds: float, stop: threading.Event
    ) -> None:
        def loop() -> None:
            run_loop(step, clock=self.clock, stop=stop, idle_seconds=idle_seconds, name=name)

        threading.Thread(target=loop, name=name, daemon=True).start()

    def _send(self) -> bool:
        """Send a batch; with nothing to send wait for news, with a silent log pause."""
        if self.relay.step():
            return True
        if self.relay.idle():
            self.relay.wait(RELAY_WAIT_SECONDS)
            return True
        return False

    def _beat(self) -> bool:
        self.beat()
        return False
