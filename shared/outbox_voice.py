# SPDX-License-Identifier: Apache-2.0
"""A service's signed word about its own chain, so that the log notices a chain cut short.

Where entries go through a spool, `shared.spool.voice` says the same.
"""

from collections.abc import Callable

from sqlalchemy import Engine

from shared.clock import Clock
from shared.heartbeat import heartbeat_fact, waiting
from shared.ids import IdSource
from shared.outbox import Outbox, OutboxTables
from shared.outbox_tables import waiting_entries
from shared.tracing import current_trace_id


class OutboxVoice:
    """Appends a heartbeat to the chain of `src`; `sign` gives raw Ed25519."""

    def __init__(
        self,
        engine: Engine,
        tables: OutboxTables,
        *,
        src: str,
        topic: str,
        sign: Callable[[bytes], bytes],
        ids: IdSource,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._tables = tables
        self._src = src
        self._topic = topic
        self._sign = sign
        self._ids = ids
        self._clock = clock

    def step(self) -> bool:
        """Sign the newest place of the chain, say what waits to be sent; the next one can wait."""
        with self._engine.begin() as connection:
            outbox = Outbox(
                connection,
                tables=self._tables,
                src=self._src,
                topic=self._topic,
                ids=self._ids,
                clock=self._clock,
            )
            now = self._clock.now()
            left = waiting(*waiting_entries(connection, self._tables), now)  # before the lock
            outbox.record(
                heartbeat_fact(
                    outbox.head(),
                    occurred_at=now,
                    trace_id=current_trace_id(),
                    sign=self._sign,
                    waits=left,
                )
            )
            outbox.flush()
        return False
