# SPDX-License-Identifier: Apache-2.0
"""A transport in memory: the port's second implementation."""

from collections.abc import Sequence

from shared.transport import OutboxRow, TransportUnavailable


class InMemoryTransport:
    """Keeps what it accepts. `room` limits how many rows it accepts from now on."""

    def __init__(self) -> None:
        self.received: list[OutboxRow] = []
        self.room: int | None = None

    def send(self, batch: Sequence[OutboxRow]) -> int:
        taken = list(batch) if self.room is None else list(batch[: self.room])
        if batch and not taken:
            raise TransportUnavailable("full")
        self.received += taken
        if self.room is not None:
            self.room -= len(taken)
        return len(taken)

    def close(self) -> None:
        """Nothing to let go of."""
