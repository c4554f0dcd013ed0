# SPDX-License-Identifier: Apache-2.0
"""Consuming from a real broker: no silent step, whatever happens to offsets, topics or the client.

What the transport delivers when all is well is in tests/contract/test_transport.py.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from shared.clock import SystemClock
from shared.kafka_io import (
    AssignedStream,
    EntryConsumer,
    EntryRecord,
    KafkaTransport,
    MessageConsumer,
    OffsetGone,
    Place,
    StalledConsumer,
    TopicReplaced,
    ensure_topics,
    partition_starts,
    topic_identities,
)
from shared.kafka_io.library import client_options
from shared.transport import OutboxRow, RowKind, TransportUnavailable
from tests.fakes.kernel import SteppingClock
from tests.support.kafka import KafkaBroker, forget_failed_connections, session_broker
from tests.support.waiting import wait_until


@pytest.fixture
def broker() -> Iterator[KafkaBroker]:
    yield session_broker()
    forget_failed_connections()


@pytest.fixture
def topic(broker: KafkaBroker) -> str:
    return broker.new_topic("kafka")


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


def entries_from(
    broker: KafkaBroker, topic: str, offset: int, *, stall_seconds: float = 10.0
) -> EntryConsumer:
    return EntryConsumer(
        broker.brokers,
        positions={Place(topic, 0): offset},
        identities=topic_identities(broker.brokers, [topic]),
        clock=SystemClock(),
        stall_seconds=stall_seconds,
    )


def read(consumer: EntryConsumer, number: int) -> list[EntryRecord]:
    found: list[EntryRecord] = []

    def enough() -> bool:
        found.extend(consumer.poll())
        return len(found) >= number

    wait_until(enough, f"{number} entries")
    return found


def test_reading_starts_exactly_where_it_is_told(broker: KafkaBroker, topic: str) -> None:
    """Also in the middle of a compressed batch."""
    produce(broker, *(raw_row(topic, b"%d" % i) for i in range(10)))
    consumer = entries_from(broker, topic, 4)
    found = read(consumer, 6)
    assert [(one.offset, one.value) for one in found] == [(i, b"%d" % i) for i in range(4, 10)]
    assert found[0].timestamp_ms > 1_600_000_000_000
    assert consumer.positions() == {Place(topic, 0): 10}
    assert consumer.end_offsets() == {Place(topic, 0): 10}

    consumer.seek(topic, 0, 7)
    assert [one.value for one in read(consumer, 3)] == [b"7", b"8", b"9"]
    consumer.close()


def test_reading_goes_on_after_the_broker_was_away(broker: KafkaBroker, topic: str) -> None:
    produce(broker, raw_row(topic, b"before"))
    consumer = entries_from(broker, topic, 0)
    assert [one.value for one in read(consumer, 1)] == [b"before"]
    broker.restart()
    produce(broker, raw_row(topic, b"after"))

    def next_one() -> list[EntryRecord]:
        try:
            return consumer.poll()
        except TransportUnavailable:
            return []

    assert [one.value for one in wait_until(next_one, "the entry after the restart")] == [b"after"]
    consumer.close()


def test_what_was_fetched_when_the_broker_went_is_given_once_it_is_back(
    broker: KafkaBroker, topic: str
) -> None:
    """The client has the records and stands behind them; that they are its own cannot be asked."""
    said = [b"%d" % number for number in range(20)]
    produce(broker, *(raw_row(topic, value) for value in said))
    consumer, found = entries_from(broker, topic, 0), list[EntryRecord]()

    def came() -> int:
        with suppress(TransportUnavailable):
            found.extend(consumer.poll(max_entries=1 if not found else 100))
        return len(found)

    wait_until(came, "the first record, and with it the others")
    broker.kill()
    try:
        with pytest.raises(TransportUnavailable):
            consumer.poll()
    finally:
        broker.start()
    produce(broker, raw_row(topic, b"after"))  # which must not come before, or instead
    wait_until(lambda: came() > len(said), "all of them")
    assert [one.value for one in found] == [*said, b"after"]
    consumer.close()


def test_an_offset_that_is_gone_names_the_exact_gap(broker: KafkaBroker, topic: str) -> None:
    produce(broker, *(raw_row(topic, b"x") for _ in range(5)))
    with KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
        admin.delete_records({TopicPartition(topic, 0): 3})
    assert partition_starts(broker.brokers, topic) == {0: 3}
    consumer = entries_from(broker, topic, 1)
    with pytest.raises(OffsetGone) as gone:
        read(consumer, 1)
    assert gone.value.place == Place(topic, 0)
    assert gone.value.numbers == {"asked": 1, "first": 3, "end": 5}
    consumer.close()


def test_an_offset_beyond_the_end_is_not_waited_for(broker: KafkaBroker, topic: str) -> None:
    produce(broker, raw_row(topic, b"x"))
    consumer = entries_from(broker, topic, 9)
    with pytest.raises(OffsetGone):
        read(consumer, 1)
    consumer.close()


def recreate(broker: KafkaBroker, topic: str) -> None:
    broker.delete_topic(topic)
    wait_until(lambda: not topic_identities(broker.brokers, [topic]), "the topic to be gone")
    broker.create_topic(topic)


@pytest.mark.parametrize("changed", ["cluster_id", "topic_id"])
def test_offsets_of_another_cluster_or_topic_are_not_read_on(
    broker: KafkaBroker, topic: str, changed: str
) -> None:
    produce(broker, raw_row(topic, b"of another"))
    (now,) = topic_identities(broker.brokers, [topic]).values()
    consumer = EntryConsumer(
        broker.brokers,
        positions={Place(topic, 0): 0},
        identities={topic: replace(now, **{changed: "another"})},
        clock=SystemClock(),
    )
    with pytest.raises(TopicReplaced):
        consumer.poll()
    consumer.close()


def test_a_topic_made_again_under_the_same_name_is_noticed_at_once(
    broker: KafkaBroker, topic: str
) -> None:
    """Its offsets look the same: without the topic's id a hundred entries would be skipped."""
    produce(broker, *(raw_row(topic, b"old") for _ in range(3)))
    running = entries_from(broker, topic, 0)
    assert len(read(running, 3)) == 3
    then = topic_identities(broker.brokers, [topic])
    recreate(broker, topic)
    produce(broker, *(raw_row(topic, b"new") for _ in range(120)))

    with pytest.raises(TopicReplaced):
        _poll_until_broken(running)
    running.close()

    restarted = EntryConsumer(
        broker.brokers,
        positions={Place(topic, 0): 3},
        identities=then,
        clock=SystemClock(),
    )
    with pytest.raises(TopicReplaced):
        restarted.poll()
    restarted.close()


def _poll_until_broken(consumer: EntryConsumer) -> None:
    def poll() -> bool:
        try:
            assert consumer.poll() == []
        except TransportUnavailable:
            return False
        return False

    wait_until(poll, "the consumer to notice")


def test_a_client_gone_deaf_is_woken_replaced_and_at_last_given_up(
    broker: KafkaBroker, topic: str
) -> None:
    """Deaf as of kafka-python issue 3106: records wait, and polls stay empty."""
    produce(broker, raw_row(topic, b"waiting"))
    part = TopicPartition(topic, 0)
    consumer = entries_from(broker, topic, 0, stall_seconds=1.0)
    stream = consumer._stream

    stream._connected().pause(part)  # position() does not help, another client does
    assert [one.value for one in read(consumer, 1)] == [b"waiting"]

    produce(broker, raw_row(topic, b"never read"))

    def stay_deaf() -> bool:
        stream._connected().pause(part)
        assert consumer.poll(wait_ms=20) == []
        return False

    with pytest.raises(StalledConsumer):
        wait_until(stay_deaf, "the stream to give up")
    consumer.close()


def test_a_client_deaf_to_one_partition_is_noticed_while_it_hears_another(
    broker: KafkaBroker,
) -> None:
    topic, clock = broker.new_topic("kafka", partitions=2), SteppingClock()
    loud, mute = Place(topic, 0), Place(topic, 1)
    with admin_producer(broker) as producer:
        producer.send(topic, value=b"waiting", partition=mute.partition)
        producer.flush()
        stream = AssignedStream(
            broker.brokers,
            positions={loud: 0, mute: 0},
            expected=topic_identities(broker.brokers, [topic]),
            clock=clock,
            stall_seconds=3.0,
        )
        heard: list[Place] = []

        def asked(*, deaf: bool) -> bool:
            if deaf:
                stream._connected().pause(TopicPartition(*mute))
            producer.send(topic, value=b"said", partition=loud.partition)
            producer.flush()
            clock.pass_time(1)
            heard.extend(record.place for record in stream.poll(10, 500))
            return mute in heard

        first = stream._connected()
        first.pause(TopicPartition(*mute))  # position() does not help, another client does
        wait_until(lambda: asked(deaf=False), "the mute partition to be heard")
        assert loud in heard
        assert stream._consumer is not first
        producer.send(topic, value=b"never read", partition=mute.partition)
        heard.clear()
        with pytest.raises(StalledConsumer, match=f"{topic}/1"):
            wait_until(lambda: asked(deaf=True), "the stream to give up")
    stream.close()


def test_the_mark_of_a_transaction_is_nothing_that_waits(broker: KafkaBroker, topic: str) -> None:
    clock = SteppingClock()
    with admin_producer(broker, transactional_id=topic) as producer:
        producer.init_transactions()
        producer.begin_transaction()
        producer.send(topic, value=b"said", partition=0)
        producer.commit_transaction()
    stream = AssignedStream(
        broker.brokers,
        positions={Place(topic, 0): 0},
        expected=topic_identities(broker.brokers, [topic]),
        clock=clock,
        stall_seconds=3.0,
    )
    found: list[bytes] = []
    for _ in range(40):
        clock.pass_time(1)
        found += [record.value for record in stream.poll(10, 100)]
    assert found == [b"said"]
    stream.close()


@contextmanager
def admin_producer(broker: KafkaBroker, **options: object) -> Iterator[Any]:
    """A producer of the library's own, which writes where it is told."""
    producer = KafkaProducer(**client_options(broker.brokers), **options)
    try:
        yield producer
    finally:
        producer.close()


def test_a_topic_that_is_not_there_is_waited_for(broker: KafkaBroker) -> None:
    with pytest.raises(TransportUnavailable, match="unknown_topic"):
        MessageConsumer(broker.brokers, ["no.such.v1"], stored=[], clock=SystemClock())


def test_topics_are_created_once(broker: KafkaBroker, topic: str) -> None:
    before = topic_identities(broker.brokers, [topic])
    ensure_topics(broker.brokers, {topic: 3})
    assert topic_identities(broker.brokers, [topic]) == before


def test_the_library_never_logs_what_it_carries(
    broker: KafkaBroker, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    produce(broker, raw_row(topic, b"marker-name"))
    assert "marker-name" not in caplog.text
