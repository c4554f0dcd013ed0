# SPDX-License-Identifier: Apache-2.0
"""What was published of the register's changes, in the order in which they were committed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from consent_registry.domain.register import StoredChange


class Feed(Protocol):
    """The published changes and heartbeats."""

    def after(self, position: int, limit: int) -> Sequence[StoredChange]:
        """Give stored changes with an item after `position`, in order, about `limit` items."""
        ...

    def narrowings(self, position: int, limit: int) -> Sequence[StoredChange]:
        """Give the stored changes after `position` that say who has left, `limit` at most."""
        ...

    def newest(self) -> int:
        """Give the newest position; every position up to it is visible, 0 when there is none."""
        ...

    def newest_beat(self) -> datetime | None:
        """Give when the newest heartbeat was signed; None when there is none."""
        ...

    def heartbeats(self) -> Sequence[str]:
        """Give the newest signed heartbeat of each register."""
        ...

    def keep_heartbeat(self, register: str, revision: int, at: datetime, jws: str) -> None:
        """Keep a heartbeat in place of the register's one before; an older one changes nothing."""
        ...
