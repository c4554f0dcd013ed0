# SPDX-License-Identifier: Apache-2.0
"""Messages of other services into this database: each once, with its effect in one transaction."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from permit_service.adapters.stores import SqlPermits
from permit_service.adapters.tables import INBOX
from permit_service.usecases.narrow import NARROWED, narrowed
from shared.brokers import Brokers
from shared.clock import Clock
from shared.inbox import InboxWorker, receive, stored_offsets
from shared.kafka_io import MessageConsumer
from shared.messages import ReceivedMessage

TOPICS: Final = ("consent.changes.v1",)


def act_on(session: Session, message: ReceivedMessage) -> None:
    """Let a message take effect; one of a type not known here has none."""
    if message.type == NARROWED:
        narrowed(message.payload, permits=SqlPermits(session))


class Inbox:
    """The inbox of one database."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def receive(self, messages: Sequence[ReceivedMessage]) -> int:
        """Take a batch that came over HTTP in one transaction; give how many were new."""
        return receive(self._engine, INBOX, messages, act_on, self._clock.now())

    def connect(self, brokers: Brokers) -> "KafkaInbox":
        """Read from Kafka, beginning where the last transaction stopped."""
        with self._engine.connect() as connection:
            stored = stored_offsets(connection, INBOX)
        consumer = MessageConsumer(brokers, TOPICS, stored=stored, clock=self._clock)
        worker = InboxWorker(self._engine, INBOX, consumer, act_on, clock=self._clock)
        return KafkaInbox(consumer, worker)


class KafkaInbox:
    """A connected reader of the inbox's topics."""

    def __init__(self, consumer: MessageConsumer, worker: InboxWorker) -> None:
        self._consumer = consumer
        self._worker = worker

    def step(self) -> bool:
        """Take what has arrived, a transaction for each message."""
        return self._worker.step()

    def close(self) -> None:
        """Let go of the connections."""
        self._consumer.close()
