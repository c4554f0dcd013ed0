# SPDX-License-Identifier: Apache-2.0
"""Messages from a real broker into an inbox: once each, over restarts and failures."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from shared.clock import SystemClock
from shared.inbox import InboxWorker, stored_offsets
from shared.kafka_io import KafkaTransport, MessageConsumer
from shared.messages import ReceivedMessage, message_headers, message_value
from shared.transport import OutboxRow, RowKind
from tests.integration.shared.sample.tables import INBOX, NoteRow
from tests.integration.shared.world import message, sample_engine
from tests.support.kafka import KafkaBroker, forget_failed_connections, session_broker
from tests.support.waiting import wait_until


@pytest.fixture
def broker() -> Iterator[KafkaBroker]:
    yield session_broker()
    forget_failed_connections()


@pytest.fixture
def topic(broker: KafkaBroker) -> str:
    return broker.new_topic("inbox")


def message_row(topic: str, number: int) -> OutboxRow:
    said = message(number)
    return OutboxRow(
        id=number,
        kind=RowKind.MESSAGE,
        topic=topic,
        key=said.key,
        headers=message_headers(said, "zz/sample/1"),
        value=message_value(said),
    )


def raw_row(topic: str, value: bytes) -> OutboxRow:
    return OutboxRow(
        id=1, kind=RowKind.ENTRY, topic=topic, key="zz/a/1", headers={"ce_id": "x"}, value=value
    )


def produce(broker: KafkaBroker, *rows: OutboxRow) -> None:
    transport = KafkaTransport(broker.brokers)
    try:
        assert transport.send(rows) == len(rows)
    finally:
        transport.close()


@pytest.fixture
def database() -> Iterator[Engine]:
    with sample_engine() as one:
        yield one


def note(session: Session, arrived: ReceivedMessage) -> None:
    session.add(NoteRow(text=str(arrived.payload["number"])))


def notes(database: Engine) -> list[str]:
    with database.connect() as connection:
        return list(connection.execute(text("SELECT text FROM note ORDER BY id")).scalars())


def message_consumer(broker: KafkaBroker, topic: str, database: Engine) -> MessageConsumer:
    with database.connect() as connection:
        stored = stored_offsets(connection, INBOX)
    return MessageConsumer(broker.brokers, [topic], stored=stored, clock=SystemClock())


def test_messages_are_handled_once_over_restarts(
    broker: KafkaBroker, topic: str, database: Engine
) -> None:
    rows = [message_row(topic, number) for number in range(6)]
    produce(broker, *rows[:3], *rows[1:3])  # as a relay killed before deleting
    for expected in (["0", "1", "2"], ["0", "1", "2", "3", "4", "5"]):
        consumer = message_consumer(broker, topic, database)
        worker = InboxWorker(database, INBOX, consumer, note, clock=SystemClock())
        while len(notes(database)) < len(expected):
            worker.step()
        assert notes(database) == expected
        consumer.close()
        produce(broker, *rows[3:])


def test_a_message_whose_handler_failed_comes_again(
    broker: KafkaBroker, topic: str, database: Engine
) -> None:
    produce(broker, *(message_row(topic, number) for number in range(3)))
    failures = iter([True])

    def fails_once(session: Session, arrived: ReceivedMessage) -> None:
        note(session, arrived)
        if arrived.payload["number"] == 1 and next(failures, False):
            raise ConnectionError

    consumer = message_consumer(broker, topic, database)
    worker = InboxWorker(database, INBOX, consumer, fails_once, clock=SystemClock())
    with pytest.raises(ConnectionError):
        wait_until(lambda: worker.step() and False, "the handler to fail")
    assert notes(database) == ["0"]
    wait_until(lambda: worker.step() and len(notes(database)) == 3, "the rest")
    assert notes(database) == ["0", "1", "2"]
    consumer.close()


def test_a_record_that_is_no_message_is_passed_over(
    broker: KafkaBroker, topic: str, database: Engine
) -> None:
    produce(broker, raw_row(topic, b"no message"), message_row(topic, 1))
    consumer = message_consumer(broker, topic, database)
    worker = InboxWorker(database, INBOX, consumer, note, clock=SystemClock())
    wait_until(lambda: worker.step() and notes(database) == ["1"], "the message")
    consumer.close()
