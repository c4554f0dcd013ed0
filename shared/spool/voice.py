# SPDX-License-Identifier: Apache-2.0
"""This producer's signed words about its own chain: a start, and a heartbeat every 30 s."""

import os
from collections.abc import Callable
from typing import Final

from shared.clock import Clock
from shared.errors import AuditUnavailable
from shared.events import Fact
from shared.heartbeat import ChainHead, heartbeat_fact, waiting
from shared.spool.store import Store
from shared.version import VERSION

START_TYPE: Final = "placet.sys.start.v1"


class SpoolVoice:
    """Appends what the log needs to notice a chain that was cut; `sign` gives raw Ed25519."""

    def __init__(self, store: Store, *, sign: Callable[[bytes], bytes], clock: Clock) -> None:
        self._store = store
        self._spool = store.writer
        self._sign = sign
        self._clock = clock

    def start(self, *, cut_bytes: int) -> None:
        """Put on record that this process began, and how much of a torn write it cut off.

        Raises AuditUnavailable.
        """
        self._spool.append(
            Fact(
                type=START_TYPE,
                occurred_at=self._clock.now(),
                trace_id=os.urandom(16).hex(),
                counts={"cut_bytes": cut_bytes},
                extra={"release": VERSION},
            )
        )

    def beat(self) -> None:
        """Sign the newest place of the chain, and say what waits to be sent.

        A spool that takes nothing gets none.
        """

        def after(head: ChainHead) -> Fact:
            now = self._clock.now()
            left = self._store.relay.backlog(head.seq)
            return heartbeat_fact(
                head,
                occurred_at=now,
                trace_id=os.urandom(16).hex(),
                sign=self._sign,
                waits=waiting(left.entries, left.oldest, now),
            )

        try:
            self._spool.append_after(after)
        except AuditUnavailable:
            return
