# SPDX-License-Identifier: Apache-2.0
"""The inbox: a message takes effect once, however often it arrives.

Its id, its effect and, over Kafka, the offset behind it are one transaction. Nothing here sends,
and a message that cannot be read is passed over with a log line, never half-applied.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.clock import Clock
from shared.messages import ReceivedMessage

Handler = Callable[[Session, ReceivedMessage], None]

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOffset:
    """How far one partition has been read, and of which topic of which cluster."""

    topic: str
    partition: int
    next_offset: int
    cluster_id: str
    topic_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One thing that arrived: a message, or the fault of something unreadable; and from where.

    `at` is the offset to store with its effect; None when it came over HTTP.
    """

    message: ReceivedMessage | None
    fault: str = ""
    at: StoredOffset | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxTables:
    """The two tables of one service, bound to its MetaData."""

    inbox: Table
    offsets: Table


class MessageSource(Protocol):
    """Where messages come from, at least once and in order within a key."""

    def poll(self) -> Sequence[Delivery]:
        """Give what has arrived since the last call; empty when nothing came for a while."""
        ...

    def put_back(self, delivery: Delivery) -> None:
        """Give this delivery, and those of its partition behind it, again at the next poll."""
        ...


def inbox_tables(metadata: MetaData) -> InboxTables:
    """Declare `inbox` and `consumer_offset` in a service's MetaData."""
    inbox = Table(
        "inbox",
        metadata,
        Column("message_id", Text, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False),
    )
    offsets = Table(
        "consumer_offset",
        metadata,
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True, autoincrement=False),
        Column("next_offset", BigInteger, nullable=False),
        Column("cluster_id", Text, nullable=False),
        Column("topic_id", Text, nullable=False),
    )
    return InboxTables(inbox=inbox, offsets=offsets)


def handle_once(
    session: Session,
    tables: InboxTables,
    message: ReceivedMessage,
    handler: Handler,
    received_at: datetime,
) -> bool:
    """Let the handler act unless this message's id has been seen; tell whether it acted.

    Belongs into the caller's transaction: a rollback forgets the id with the effect. A second
    delivery at the same time waits for the first to end.
    """
    added = session.execute(
        insert(tables.inbox)
        .values(message_id=message.id, received_at=received_at)
        .on_conflict_do_nothing()
        .returning(tables.inbox.c.message_id)
    ).one_or_none()
    if added is None:
        return False
    handler(session, message)
    return True


def stored_offsets(connection: Connection | Session, tables: InboxTables) -> list[StoredOffset]:
    """Read how far each partition has been read."""
    return [
        StoredOffset(
            topic=row.topic,
            partition=row.partition,
            next_offset=row.next_offset,
            cluster_id=row.cluster_id,
            topic_id=row.topic_id,
        )
        for row in connection.execute(select(tables.offsets))
    ]


def store_offset(session: Session, tables: InboxTables, at: StoredOffset) -> None:
    """Remember an offset in the transaction of what was read before it."""
    values = {
        "topic": at.topic,
        "partition": at.partition,
        "next_offset": at.next_offset,
        "cluster_id": at.cluster_id,
        "topic_id": at.topic_id,
    }
    statement = insert(tables.offsets).values(values)
    keys = ["topic", "partition"]
    changed = {name: value for name, value in values.items() if name not in keys}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


class InboxWorker:
    """Takes messages from a source into one service's database, a transaction for each."""

    def __init__(
        self,
        engine: Engine,
        tables: InboxTables,
        source: MessageSource,
        handler: Handler,
        *,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._tables = tables
        self._source = source
        self._handler = handler
        self._clock = clock

    def step(self) -> bool:
        """Handle what has arrived; True when there was something.

        An error of the handler leaves this message and those behind it to be delivered again.
        """
        deliveries = self._source.poll()
        for number, delivery in enumerate(deliveries):
            try:
                self._take(delivery)
            except BaseException:
                for unread in reversed(deliveries[number:]):
                    self._source.put_back(unread)
                raise
        return bool(deliveries)

    def _take(self, delivery: Delivery) -> None:
        with Session(self._engine) as session, session.begin():
            if delivery.message is None:
                _log.error("a message could not be read: %s", delivery.fault)
            else:
                now = self._clock.now()
                handle_once(session, self._tables, delivery.message, self._handler, now)
            if delivery.at is not None:
                store_offset(session, self._tables, delivery.at)


def receive(
    engine: Engine,
    tables: InboxTables,
    messages: Sequence[ReceivedMessage],
    handler: Handler,
    now: datetime,
) -> int:
    """Take a batch that arrived over HTTP, in one transaction; give how many were new.

    After it returns the sender may forget the batch.
    """
    with Session(engine) as session, session.begin():
        return sum(handle_once(session, tables, one, handler, now) for one in messages)
