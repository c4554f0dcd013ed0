# SPDX-License-Identifier: Apache-2.0
"""`TopicDesk` on PostgreSQL, and what the broker holds."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Final

from sqlalchemy import Engine, select, update

from audit_log.adapters.casework import PostgresCases
from audit_log.adapters.log import PostgresLog
from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.tables import KAFKA_OFFSET, PRODUCER
from audit_log.domain.chain import Chain
from audit_log.ports import Producer, StoredOffset
from audit_log.ports.topics import HeldPartition, HeldTopic, TopicDesks
from shared.brokers import Brokers
from shared.clock import Clock
from shared.events import Fact
from shared.kafka_io import (
    AssignedStream,
    Place,
    entries_of,
    partition_bounds,
    topic_identities,
)
from shared.transport import TransportUnavailable

_READ_SECONDS: Final = 30.0


class PostgresTopicDesk:
    """See the port for what each method guarantees."""

    def __init__(self, log: PostgresLog) -> None:
        self._log = log
        self._connection = log.connection

    def producer(self, src: str) -> Producer | None:
        """Look it up."""
        return self._log.reader.producer(src)

    def sources_on(self, topic: str) -> Sequence[str]:
        """Look them up."""
        return self._log.reader.sources_on(topic)

    def chains(self, src: str) -> Sequence[Chain]:
        """Look them up."""
        return [chain for chain, _ in self._log.reader.chains(src)]

    def offsets(self, topic: str) -> Sequence[StoredOffset]:
        """Look them up and lock them; a batch of the sequencer waits, or is waited for."""
        wanted = select(KAFKA_OFFSET).where(KAFKA_OFFSET.c.topic == topic).with_for_update()
        return [
            StoredOffset(
                topic=row.topic,
                partition=row.part,
                next=row.next_offset,
                cluster_id=row.cluster_id,
                topic_id=row.topic_id,
            )
            for row in self._connection.execute(wanted.order_by(KAFKA_OFFSET.c.part))
        ]

    def begin(self, offset: StoredOffset) -> None:
        """As registering does."""
        self._log.begin(offset)

    def advance(self, offset: StoredOffset) -> None:
        """Write it; a trigger refuses the way back."""
        self._connection.execute(
            update(KAFKA_OFFSET)
            .where(KAFKA_OFFSET.c.topic == offset.topic, KAFKA_OFFSET.c.part == offset.partition)
            .values(next_offset=offset.next)
        )

    def lead_to(self, src: str, topic: str) -> None:
        """Write it."""
        self._connection.execute(update(PRODUCER).where(PRODUCER.c.src == src).values(topic=topic))

    @property
    def cases(self) -> PostgresCases:
        """The log's."""
        return self._log.cases

    def record(self, fact: Fact) -> None:
        """Say it."""
        self._log.record(fact)


def topic_desks(database: Engine, own: OwnProducer, clock: Clock) -> TopicDesks:
    """Give what opens one on a database."""
    return partial(_desk, database, own, clock)


@contextmanager
def _desk(database: Engine, own: OwnProducer, clock: Clock) -> Iterator[PostgresTopicDesk]:
    with database.begin() as connection:
        yield PostgresTopicDesk(PostgresLog(connection, own, clock))


def held(brokers: Brokers, topic: str, clock: Clock) -> HeldTopic | None:
    """Ask the broker what a topic holds; None when there is no such topic.

    Raises TransportUnavailable when it does not answer.
    """
    identity = topic_identities(brokers, [topic]).get(topic)
    if identity is None:
        return None
    bounds = partition_bounds(brokers, topic)
    waiting = {Place(topic, number) for number, (first, end) in bounds.items() if first < end}
    values: dict[int, bytes] = {}
    stream = AssignedStream(
        brokers,
        positions={Place(topic, number): first for number, (first, _) in bounds.items()},
        expected={topic: identity},
        clock=clock,
    )
    until = clock.monotonic() + _READ_SECONDS
    with closing(stream):
        while waiting - {Place(topic, number) for number in values}:
            if clock.monotonic() > until:
                raise TransportUnavailable("records_do_not_come")
            for record in stream.poll(500, 200):
                values.setdefault(record.place.partition, entries_of(record)[0].value)
    return HeldTopic(
        topic=topic,
        cluster_id=identity.cluster_id,
        topic_id=identity.topic_id,
        partitions={
            number: HeldPartition(first=first, end=end, value=values.get(number))
            for number, (first, end) in bounds.items()
        },
    )
