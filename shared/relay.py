# SPDX-License-Identifier: Apache-2.0
"""The relay: takes what the outbox holds to a transport, and forgets it once it has arrived.

Sends at least once, one relay per service at a time, messages before entries and each kind in
commit order: that somebody has left must not wait for the entries of an import. It keeps no
high-water mark: whatever is still in the table is still to be sent, so no row can be skipped. It
changes no row.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, func, select

from shared.clock import Clock
from shared.outbox_tables import OutboxTables, waiting_rows
from shared.transport import RowKind, Transport, TransportError

RELAY_LOCK: Final = 0x504C4152  # "PLAR": one relay per database
BATCH_ROWS: Final = 500

_log = logging.getLogger(__name__)


class Relay:
    """Empties one service's outbox; call `step` again and again (`shared.serving.run_loop`)."""

    def __init__(
        self,
        engine: Engine,
        tables: OutboxTables,
        transport: Transport,
        *,
        batch_rows: int = BATCH_ROWS,
    ) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._tables = tables
        self._transport = transport
        self._batch_rows = batch_rows
        self._trouble = ""

    def step(self) -> bool:
        """Send the next messages, then a batch of entries; True when something went out.

        A full batch of messages is followed by the next messages. Where they are not accepted,
        entries go all the same: another receiver wants those. False when there is nothing to do,
        another relay is at work, or nobody accepts (logged when it begins and ends): wait a moment
        before the next step.
        """
        with self._engine.connect() as connection, _elected(connection) as elected:
            if not elected:
                return False
            messages, trouble = self._send(connection, RowKind.MESSAGE)
            if messages == self._batch_rows:
                return True
            entries, more_trouble = self._send(connection, RowKind.ENTRY)
        self._note(trouble or more_trouble)
        return messages + entries > 0

    def _send(self, connection: Connection, kind: RowKind) -> tuple[int, str]:
        """Send one batch of a kind; gives how many rows went out, or why none did."""
        batch = waiting_rows(connection, self._tables, kind, self._batch_rows)
        if not batch:
            return 0, ""
        try:
            accepted = self._transport.send(batch)
        except TransportError as error:
            return 0, f"{error.code}: {error.cause}"
        table = self._tables.outbox
        arrived = [row.id for row in batch[:accepted]]
        connection.execute(delete(table).where(table.c.id.in_(arrived)))
        return accepted, ""

    def _note(self, trouble: str) -> None:
        """Log once that sending fails, once for each new reason, and once that it works again."""
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if trouble:
            _log.warning("the outbox is not sent", extra={"cause": trouble})
        else:
            _log.info("the outbox is sent again")


def outbox_lag(connection: Connection, tables: OutboxTables, clock: Clock) -> timedelta:
    """Give the age of the oldest unsent row; zero when there is none."""
    table = tables.outbox
    oldest = connection.execute(select(func.min(table.c.created_at))).scalar_one()
    return clock.now() - oldest if oldest is not None else timedelta(0)


@contextmanager
def _elected(connection: Connection) -> Iterator[bool]:
    """Hold the relay's advisory lock for one step, if it is free.

    A relay that dies loses its session and with it the lock; then another may send again what the
    first had sent and not yet deleted. That doubles rows and never reorders them.
    """
    got = bool(connection.execute(select(func.pg_try_advisory_lock(RELAY_LOCK))).scalar_one())
    try:
        yield got
    finally:
        if got and not connection.invalidated:
            connection.execute(select(func.pg_advisory_unlock(RELAY_LOCK)))
