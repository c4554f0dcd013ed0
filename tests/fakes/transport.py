# SPDX-License-Identifier: Apache-2.0
"""A transport in memory: the port's second implementation."""

from collections.abc import Collection, Sequence

from shared.transport import OutboxRow, TransportRefused, TransportUnavailable


class InMemoryTransport:
    """Keeps what it accepts. `room` limits how many rows it accepts from now on.

    `topics` are those that lead somewhere; without it, every topic does.
    """

    def __init__(self, topics: Collection[str] | None = None) -> None:
        self.received: list[OutboxRow] = []
        self.room: int | None = None
        self._topics = topics

    def send(self, batch: Sequence[OutboxRow]) -> int:
        if self._topics is not None and any(row.topic not in self._topics for row in batch):
            raise TransportRefused("unknown_topic")
        taken = list(batch) if self.room is None else list(batch[: self.room])
        if batch and not taken:
            raise TransportUnavailable("full")
        self.received += taken
        if self.room is not None:
            self.room -= len(taken)
        return len(taken)

    def close(self) -> None:
        """Nothing to let go of."""
