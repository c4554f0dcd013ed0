# SPDX-License-Identifier: Apache-2.0
"""One transaction of the web process: reading the log, and what must be written with it.

Locks are always taken in the order `log_state`, `own_head`, as the sequencer takes them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.dialects import postgresql

from audit_log.adapters import cursors, shredding
from audit_log.adapters.casework import PostgresCases, PostgresQueries
from audit_log.adapters.exports import PostgresExports
from audit_log.adapters.integrity import PostgresIntegrity
from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.reader import PostgresReader, producer_of, read_copies
from audit_log.adapters.tables import ERASURE_WAITING, INTAKE, KAFKA_OFFSET, PRODUCER
from audit_log.domain.copies import Copies
from audit_log.domain.errors import LogMismatch, ProducerExists
from audit_log.ports import Producer, Shredded, Shredding, StoredOffset, Transaction
from shared.clock import Clock
from shared.events import Fact


class PostgresLog:
    """A `Log` within one transaction; see the port for what each method guarantees."""

    def __init__(self, connection: Connection, own: OwnProducer, clock: Clock) -> None:
        self._connection = connection
        self._reader = PostgresReader(connection)
        self._own = own
        self._clock = clock

    @property
    def connection(self) -> Connection:
        """The transaction's connection, for the other adapters that write in it."""
        return self._connection

    @property
    def reader(self) -> PostgresReader:
        """The log, as committed."""
        return self._reader

    @property
    def integrity(self) -> PostgresIntegrity:
        """The runs in which search rows were recomputed."""
        return PostgresIntegrity(self._connection)

    @property
    def cases(self) -> PostgresCases:
        """Officers' cases and their requests to open."""
        return PostgresCases(self._connection)

    @property
    def queries(self) -> PostgresQueries:
        """Officers' saved searches."""
        return PostgresQueries(self._connection)

    @property
    def exports(self) -> PostgresExports:
        """The evidence packs on their way."""
        return PostgresExports(self._connection)

    def record(self, fact: Fact) -> str:
        """Say something through the log's own producer; give the entry's id."""
        with cursors.of(self._connection) as cursor:
            return self._own.say(cursor, [fact], self._clock.now())[0]

    def producer_of(self, client_id: str) -> Producer | None:
        """Give the producer that this client may write as, locked until the transaction ends."""
        wanted = select(PRODUCER).where(PRODUCER.c.client_id == client_id).with_for_update()
        return producer_of(self._connection.execute(wanted).one_or_none())

    def take_in(self, src: str, entries: Sequence[tuple[bytes, bytes]], at: datetime) -> None:
        """Put entries with their sealed parts into the intake, in this order."""
        if not entries:
            return
        self._connection.execute(
            insert(INTAKE),
            [
                {"src": src, "entry": entry, "sealed": sealed, "received_at": at}
                for entry, sealed in entries
            ],
        )

    def add_producer(
        self, producer: Producer, offsets: Sequence[StoredOffset], at: datetime
    ) -> bool:
        """Register a producer and where its partitions begin; False when it is there already."""
        added = self._connection.execute(
            postgresql.insert(PRODUCER)
            .values(
                src=producer.src,
                client_id=producer.client_id,
                vkey=producer.vkey,
                topic=producer.topic,
                added_at=at,
            )
            .on_conflict_do_nothing()
            .returning(PRODUCER.c.src)
        ).one_or_none()
        for one in offsets:
            self.begin(one)
        if added is not None:
            return True
        if self._reader.producer(producer.src) != producer:
            raise ProducerExists("this source or client is registered with other particulars")
        return False

    def shred(self, wanted: Shredding, at: datetime) -> Shredded:
        """Destroy a holder's key and everything sealed under it."""
        with cursors.of(self._connection) as cursor:
            return shredding.shred(cursor, wanted, at)

    def postpone(self, wanted: Shredding, at: datetime) -> None:
        """Keep an erasure that a hold forbids, until the hold is lifted."""
        dataset, ordinal = wanted.person or (None, None)
        self._connection.execute(
            insert(ERASURE_WAITING).values(
                id=wanted.id,
                kind=wanted.kind,
                ground=wanted.ground,
                subject=wanted.subject,
                pseudonyms=list(wanted.pseudonyms),
                dataset=dataset,
                ordinal=ordinal,
                asked_at=at,
            )
        )

    def copies(self) -> Copies:
        """Give what Kafka may still hold of what was sequenced, as last read."""
        return read_copies(self._connection)

    def begin(self, offset: StoredOffset) -> None:
        """Store the first offset of a partition; one that is stored stays where it is."""
        self._connection.execute(
            postgresql.insert(KAFKA_OFFSET)
            .values(
                topic=offset.topic,
                part=offset.partition,
                next_offset=offset.next,
                cluster_id=offset.cluster_id,
                topic_id=offset.topic_id,
            )
            .on_conflict_do_nothing()
        )
        stored = self._connection.execute(
            select(KAFKA_OFFSET).where(
                KAFKA_OFFSET.c.topic == offset.topic, KAFKA_OFFSET.c.part == offset.partition
            )
        ).one()
        if (stored.cluster_id, stored.topic_id) != (offset.cluster_id, offset.topic_id):
            raise LogMismatch("the offsets stored are of another topic under this name")


def transactions(engine: Engine, own: OwnProducer, clock: Clock) -> Transaction:
    """Give what opens a transaction: committed when its block ends, gone when it raises."""
    return partial(_transaction, engine, own, clock)


@contextmanager
def _transaction(engine: Engine, own: OwnProducer, clock: Clock) -> Iterator[PostgresLog]:
    with engine.begin() as connection:
        yield PostgresLog(connection, own, clock)
