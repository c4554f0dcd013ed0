# SPDX-License-Identifier: Apache-2.0
"""The sequencer's side of the database: one session that leads and writes, one that reads.

What a batch needs while it is prepared is read beside the commit of the batch before it. Each
session is opened when it is needed, and reopened after a failure.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final

import psycopg
from psycopg import errors
from psycopg.types.json import Jsonb

from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.store import lease, load, write
from audit_log.domain.batch import Batch
from audit_log.domain.chain import ChainKey, Link
from audit_log.domain.received import Received
from audit_log.ports import Standing, StoredKey
from shared.clock import Clock
from shared.db import connect
from shared.events import Fact

_LOCK_TIMEOUT_MS: Final = 10_000
# A sequencer that was stopped for longer than `IDLE_IN_TRANSACTION_MS` finds its session ended by
# the server, which the driver does not count among the operational errors.
_SESSION_LOST: Final = (psycopg.OperationalError, errors.IdleInTransactionSessionTimeout)


class PostgresSequencerStore:
    """A `SequencerStore` on PostgreSQL; see the port for what each method guarantees."""

    def __init__(self, url: str, *, origin: str, own: OwnProducer, clock: Clock) -> None:
        self._origin = origin
        self._own = own
        self._clock = clock
        self._writing = _Session(url, lease.APPLICATION)
        self._reading = _Session(url, lease.READING)

    def open_log(self) -> None:
        """Create the log in an empty database; raise LogMismatch when it holds another log."""
        with self._transaction() as cursor:
            lease.open_log(cursor, self._origin)

    def lead(self, holder: str, seconds: float, announce: Callable[[int], Fact]) -> int | None:
        """Take or retake the lease; see the port."""
        with self._transaction() as cursor:
            epoch = lease.take(cursor, holder, seconds)
            if epoch is not None:
                self._own.say(cursor, [announce(epoch)], self._clock.now())
        return epoch

    def renew(self, epoch: int, seconds: float) -> None:
        """Prolong the lease; see the port."""
        with self._transaction() as cursor:
            lease.prolong(cursor, epoch, seconds)

    def release(self, epoch: int) -> None:
        """Give the lease back; see the port."""
        with self._transaction() as cursor:
            lease.release(cursor, epoch)

    def load(self) -> Standing:
        """Give the present state; see the port."""
        with self._transaction() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return load.standing(cursor)

    def pending(self, limit: int) -> Sequence[Received]:
        """Give the oldest rows of the intake; see the port."""
        with self._reading.transaction() as cursor:
            return load.pending(cursor, limit)

    def links(
        self, wanted: Mapping[ChainKey, Collection[int]]
    ) -> Mapping[ChainKey, Mapping[int, Link]]:
        """Give what fills these places of chains; see the port."""
        with self._reading.transaction() as cursor:
            return load.links(cursor, wanted)

    def keys(self, subjects: Collection[bytes]) -> Mapping[bytes, StoredKey]:
        """Give the living keys of these holders; see the port."""
        with self._reading.transaction() as cursor:
            return load.keys(cursor, subjects)

    def key_numbers(self, count: int) -> Sequence[int]:
        """Give numbers for new keys; see the port."""
        with self._reading.transaction() as cursor:
            rows = cursor.execute("SELECT nextval('dek_kid') FROM generate_series(1, %s)", (count,))
            return [int(number) for (number,) in rows]

    def commit(self, batch: Batch, seconds: float) -> None:
        """Write all of a batch, or nothing; see the port."""
        try:
            with self._transaction() as cursor:
                write.require_same_state(cursor, batch)
                write.write(cursor, batch, seconds)
                self._own.say(cursor, batch.facts, batch.at)
        except (errors.UniqueViolation, *_SESSION_LOST):
            # Another leader may have written the same bundle, or ended this session to take over:
            # if that is what it was, say so.
            with self._transaction() as cursor:
                write.require_same_state(cursor, batch)
            raise

    def report(self, rule: str, code: str, fact: Fact, detail: Mapping[str, int | str]) -> None:
        """Open a finding and say it, unless the same one is open already; see the port."""
        with self._transaction() as cursor:
            cursor.execute("SELECT FROM log_state FOR UPDATE")
            known = cursor.execute(
                "SELECT FROM finding WHERE rule = %s AND code = %s AND detail = %s"
                " AND closed_at IS NULL",
                (rule, code, Jsonb(dict(detail))),
            ).fetchone()
            if known is not None:
                return
            now = self._clock.now()
            cursor.execute(
                "INSERT INTO finding (rule, code, detail, opened_at) VALUES (%s, %s, %s, %s)",
                (rule, code, Jsonb(dict(detail)), now),
            )
            self._own.say(cursor, [fact], now)

    def close(self) -> None:
        """Let go of the connections."""
        self._writing.close()
        self._reading.close()

    def _transaction(self) -> AbstractContextManager[psycopg.Cursor]:
        return self._writing.transaction()


class _Session:
    """One connection, for one transaction at a time, whichever thread asks."""

    def __init__(self, url: str, application: str) -> None:
        self._url = url
        self._application = application
        self._lock = threading.Lock()
        self._connection: psycopg.Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Cursor]:
        with self._lock:
            connection = self._connected()
            try:
                with connection.transaction(), connection.cursor(binary=True) as cursor:
                    yield cursor
            except _SESSION_LOST:
                self.close()
                raise

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            connection = connect(self._url, application_name=self._application)
            for name, value in (
                ("idle_in_transaction_session_timeout", lease.IDLE_IN_TRANSACTION_MS),
                ("lock_timeout", _LOCK_TIMEOUT_MS),
            ):
                connection.execute("SELECT set_config(%s, %s, false)", (name, str(value)))
            connection.commit()
            self._connection = connection
        return self._connection
