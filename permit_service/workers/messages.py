# SPDX-License-Identifier: Apache-2.0
"""Take messages from Kafka into the inbox, and connect anew after the broker was away."""

from collections.abc import Callable
from typing import Protocol


class Reader(Protocol):
    """A connected reader of messages."""

    def step(self) -> bool:
        """Take what has arrived; True when there was something."""
        ...

    def close(self) -> None:
        """Let go of the connections."""
        ...


class MessageWorker:
    """Opens a reader when it has none and drops it when it fails; what was read stays read."""

    def __init__(self, connect: Callable[[], Reader]) -> None:
        self._connect = connect
        self._reader: Reader | None = None

    def step(self) -> bool:
        """Take what has arrived. Raises what the broker or the database raises."""
        if self._reader is None:
            self._reader = self._connect()
        try:
            return self._reader.step()
        except BaseException:
            reader, self._reader = self._reader, None
            reader.close()
            raise
