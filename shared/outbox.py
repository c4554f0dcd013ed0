# SPDX-License-Identifier: Apache-2.0
"""The outbox: what a transaction says leaves with it, in commit order, and never otherwise.

The unit of work collects facts and messages and calls `flush` last. There, under the row lock of
`outbox_head` that is held to the commit, entries get their place in the producer's hash chain
(`seq` from 1, without a gap) and rows are inserted: so the order of ids is the order of commits and
of the chain. Keep what follows `flush`, `head` or `next_positions` short: every other writer of
this producer waits for it. Sending is `shared.relay`; nothing here opens a socket.
"""

import os
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from shared.clock import Clock
from shared.events import ChainPosition, Fact, Prepared, SealedEntry, prepare, seal_prepared
from shared.heartbeat import HEARTBEAT_SECONDS, ChainHead, heartbeat_fact
from shared.ids import IdSource
from shared.messages import DomainMessage, message_headers, message_value
from shared.outbox_tables import OutboxTables, outbox_tables, row_values
from shared.relay import Relay, outbox_lag
from shared.transport import OutboxRow, RowKind, entry_row

__all__ = [
    "ChainHead",
    "DomainMessage",
    "Heartbeats",
    "Outbox",
    "OutboxTables",
    "Recorded",
    "Relay",
    "heartbeat_fact",
    "outbox_lag",
    "outbox_tables",
]

FIRST_EPOCH: Final = 1


class Recorded:
    """The promise of an entry: its id at once, its place in the chain after `flush`."""

    def __init__(self, entry_id: str) -> None:
        self.entry_id: Final = entry_id
        self._position: ChainPosition | None = None

    @property
    def position(self) -> ChainPosition:
        """The place in the chain; RuntimeError before `flush`."""
        if self._position is None:
            raise RuntimeError("an entry has no position before flush")
        return self._position

    def settle(self, position: ChainPosition) -> None:
        """Take the position; only the outbox calls this."""
        self._position = position


class Outbox:
    """What one transaction has to say; make a new one for each unit of work.

    `src` names the producer (`zz/consent_registry/1`), `topic` is where its entries go, `epoch`
    numbers its chain: a higher one than stored starts a new chain, a lower one is refused.
    """

    def __init__(
        self,
        session: Session | Connection,
        *,
        tables: OutboxTables,
        src: str,
        topic: str,
        ids: IdSource,
        clock: Clock,
        epoch: int = FIRST_EPOCH,
        salts: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._session = session
        self._tables = tables
        self._src = src
        self._topic = topic
        self._ids = ids
        self._clock = clock
        self._epoch = epoch
        self._salts = salts
        self._pending: list[tuple[Prepared, Recorded] | DomainMessage] = []

    def record(self, fact: Fact) -> Recorded:
        """Collect a fact for the audit log; its position is known after `flush`.

        Its personal parts are committed to here, before the lock that `flush` takes. Raises
        MalformedEntry for a fact outside the format.
        """
        recorded = Recorded(self._ids.new())
        prepared = prepare(fact, entry_id=recorded.entry_id, salts=self._salts)
        self._pending.append((prepared, recorded))
        return recorded

    def publish(self, message: DomainMessage) -> None:
        """Collect a message for other services."""
        self._pending.append(message)

    def head(self) -> ChainHead:
        """Lock this producer's chain until the transaction ends, and give its newest place.

        Raises RuntimeError when the stored chain is of a later epoch: an old configuration, or an
        old copy of this service, must not write into a newer chain.
        """
        table = self._tables.head
        wanted = select(table).where(table.c.src == self._src).with_for_update()
        row = self._session.execute(wanted).one_or_none()
        if row is None:
            fresh = {"src": self._src, "epoch": self._epoch, "seq": 0, "head": b"", "position": 0}
            self._session.execute(postgresql.insert(table).values(fresh).on_conflict_do_nothing())
            row = self._session.execute(wanted).one()
        if row.epoch > self._epoch:
            raise RuntimeError("the stored chain is of a later epoch than configured")
        if row.epoch < self._epoch:
            return ChainHead(src=self._src, epoch=self._epoch, seq=0, leaf_hash=b"")
        return ChainHead(src=self._src, epoch=row.epoch, seq=row.seq, leaf_hash=bytes(row.head))

    def next_position(self) -> int:
        """Give the next position of this producer's change feed, from 1, in commit order."""
        return self.next_positions(1)[0]

    def next_positions(self, count: int) -> range:
        """Give the next `count` positions of the change feed, in commit order and without a gap.

        Takes the same lock as `flush`: whoever reads the feed up to a position will never see a
        smaller one appear later. Call it right before `flush`.
        """
        self.head()
        table = self._tables.head
        last: int = self._session.execute(
            update(table)
            .where(table.c.src == self._src)
            .values(position=table.c.position + count)
            .returning(table.c.position)
        ).scalar_one()
        return range(last - count + 1, last + 1)

    def flush(self) -> None:
        """Write everything collected; the last thing before the commit.

        Raises MalformedEntry or MalformedMessage for something outside the format; then nothing of
        the transaction may be committed.
        """
        if isinstance(self._session, Session):
            self._session.flush()  # everything else first: the lock is short
        if not self._pending:
            return
        head = self.head()
        pending, self._pending = self._pending, []
        now = self._clock.now()
        rows: list[OutboxRow] = []
        for item in pending:
            if isinstance(item, DomainMessage):
                rows.append(self._message_row(item))
            else:
                head, sealed = self._sealed(head, *item)
                rows.append(entry_row(sealed, row_id=0, topic=self._topic))
        self._move_head(head)
        self._session.execute(insert(self._tables.outbox), [row_values(row, now) for row in rows])

    def _sealed(
        self, head: ChainHead, prepared: Prepared, recorded: Recorded
    ) -> tuple[ChainHead, SealedEntry]:
        position = ChainPosition(
            src=head.src, epoch=head.epoch, seq=head.seq + 1, previous=head.previous
        )
        sealed = seal_prepared(prepared, position)
        recorded.settle(position)
        following = ChainHead(
            src=head.src, epoch=head.epoch, seq=position.seq, leaf_hash=sealed.leaf_hash
        )
        return following, sealed

    def _message_row(self, message: DomainMessage) -> OutboxRow:
        return OutboxRow(
            id=0,
            kind=RowKind.MESSAGE,
            topic=message.topic,
            key=message.key,
            headers=message_headers(message, self._src),
            value=message_value(message),
        )

    def _move_head(self, head: ChainHead) -> None:
        table = self._tables.head
        self._session.execute(
            update(table)
            .where(table.c.src == head.src)
            .values(epoch=head.epoch, seq=head.seq, head=head.leaf_hash)
        )


class Heartbeats:
    """Appends the signed heartbeat of this producer's chain every 30 s, the first at once.

    `open_outbox` makes the service's Outbox on a session, `sign` the raw Ed25519 signature with
    the producer's key.
    """

    def __init__(
        self,
        engine: Engine,
        open_outbox: Callable[[Session], Outbox],
        sign: Callable[[bytes], bytes],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._open_outbox = open_outbox
        self._sign = sign
        self._clock = clock
        self._due = clock.monotonic()

    def step(self) -> bool:
        """Append a heartbeat if one is due; tell whether it was."""
        if self._clock.monotonic() < self._due:
            return False
        with Session(self._engine) as session, session.begin():
            outbox = self._open_outbox(session)
            fact = heartbeat_fact(
                outbox.head(),
                occurred_at=self._clock.now(),
                trace_id=os.urandom(16).hex(),
                sign=self._sign,
            )
            outbox.record(fact)
            outbox.flush()
        self._due = self._clock.monotonic() + HEARTBEAT_SECONDS
        return True
