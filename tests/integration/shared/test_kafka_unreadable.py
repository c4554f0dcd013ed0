# SPDX-License-Identifier: Apache-2.0
"""What one producer may write and nobody can take apart stops its own topic, and no other."""

import struct
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from kafka import KafkaProducer

from shared.clock import SystemClock
from shared.kafka_io import EntryConsumer, Place, RecordUnreadable, topic_identities
from tests.support.kafka import KafkaBroker, forget_failed_connections, session_broker
from tests.support.waiting import wait_until

_SNAPPY: Final = 2
_RUN: Final = b"b" * 3_000


@pytest.fixture
def broker() -> Iterator[KafkaBroker]:
    yield session_broker()
    forget_failed_connections()


class NoText(str):
    """A header's name that is no UTF-8: the broker does not look, a client that reads it must."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfe"


def write(broker: KafkaBroker, topic: str, value: bytes, *, name: str = "", **options: Any) -> None:
    producer = KafkaProducer(
        bootstrap_servers=broker.bootstrap, max_request_size=1 << 24, **options
    )
    try:
        headers = [(name, b"x")] if name else []
        producer.send(topic, value=value, headers=headers).get(timeout=30)
    finally:
        producer.close()


def in_snappy(data: bytes) -> bytes:
    """Write as snappy does what holds one long run of a letter, for the library cannot here."""
    start = data.index(_RUN) + 1
    end = start + len(_RUN) - 1
    block = bytes([len(data) & 0x7F | 0x80, len(data) >> 7])
    block += _literal(data[:start])
    for at in range(start, end, 64):
        block += bytes([(min(64, end - at) - 1) << 2 | 2, 1, 0])  # the byte before, again and again
    block += _literal(data[end:])
    return b"\x82SNAPPY\x00" + struct.pack(">iii", 1, 1, len(block)) + block


def _literal(data: bytes) -> bytes:
    return bytes([60 << 2, len(data) - 1]) + data


def no_text(broker: KafkaBroker, topic: str) -> None:
    write(broker, topic, b"bad", name=NoText("x"))


def zeros(broker: KafkaBroker, topic: str) -> None:
    write(broker, topic, bytes(3 << 20), compression_type="zstd", batch_size=1 << 23)


def zeros_in_gzip(broker: KafkaBroker, topic: str) -> None:
    write(broker, topic, bytes(3 << 20), compression_type="gzip", batch_size=1 << 23)


def another_codec(broker: KafkaBroker, topic: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(KafkaProducer._COMPRESSORS, "snappy", (lambda: True, _SNAPPY))
        patch.setattr("kafka.codec.has_snappy", lambda: True)
        patch.setattr("kafka.record.default_records.snappy_encode", in_snappy)
        write(broker, topic, _RUN, compression_type="snappy")


@pytest.mark.parametrize("spoil", [no_text, zeros, zeros_in_gzip, another_codec])
def test_what_cannot_be_taken_apart_is_named_and_others_are_read_on(
    broker: KafkaBroker, spoil: Callable[[KafkaBroker, str], None]
) -> None:
    bad, good = broker.new_topic("bad"), broker.new_topic("good")
    write(broker, bad, b"before")
    spoil(broker, bad)
    write(broker, good, b"other")
    places = [Place(bad, 0), Place(good, 0)]
    consumer = entries_from(broker, *places)
    found: list[bytes] = []

    def poll() -> bool:
        found.extend(one.value for one in consumer.poll())
        return False

    with pytest.raises(RecordUnreadable) as broken:
        wait_until(poll, "the bad record to be named")
    assert (broken.value.place, broken.value.numbers) == (Place(bad, 0), {"offset": 1})
    consumer.close()
    assert found.count(b"before") == 1
    consumer = entries_from(broker, Place(good, 0))
    wait_until(lambda: [one.value for one in consumer.poll()] == [b"other"], "the other topic")
    consumer.close()


def entries_from(broker: KafkaBroker, *places: Place) -> EntryConsumer:
    return EntryConsumer(
        broker.brokers,
        positions=dict.fromkeys(places, 0),
        identities=topic_identities(broker.brokers, [place.topic for place in places]),
        clock=SystemClock(),
    )
