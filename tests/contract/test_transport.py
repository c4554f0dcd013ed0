# SPDX-License-Identifier: Apache-2.0
"""One conformance suite for every transport: in memory, over Kafka, over HTTP."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from shared.canonical import canonical
from shared.events import (
    Actor,
    ChainPosition,
    Fact,
    check_commitments,
    open_sealed,
    parse_entry,
    previous_of,
    seal,
)
from shared.ids import Uuid7Source
from shared.messages import DomainMessage, message_headers, message_value
from shared.transport import OutboxRow, RowKind, TransportError, TransportUnavailable, entry_row
from tests.contract.transport_roads import Road, open_road

SRC = "zz/sample/1"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(params=["memory", "kafka", "http"])
def road(request: pytest.FixtureRequest) -> Iterator[Road]:
    with open_road(request.param) as one:
        yield one


def entry_rows(road: Road, number: int, *, weight: int = 1) -> list[OutboxRow]:
    """Make a chain of entries, each with a sealed actor; `weight` is the length of its name."""
    ids, rows = Uuid7Source(), []
    previous = ""
    for seq in range(1, number + 1):
        fact = Fact(
            type="placet.access.decision.v1",
            occurred_at=datetime.now(UTC),
            trace_id=TRACE,
            actor=Actor(issuer="https://idp.example", subject="a" * weight, client_id="desk"),
        )
        position = ChainPosition(src=SRC, epoch=1, seq=seq, previous=previous)
        sealed = seal(fact, position, entry_id=ids.new(), salts=os.urandom)
        previous = previous_of(sealed)
        rows.append(entry_row(sealed, row_id=seq, topic=road.entry_topic))
    return rows


def message_row(road: Road, number: int, *, key: str = "one") -> OutboxRow:
    message = DomainMessage(
        id=f"0190-{key}-{number}",
        type="placet.consent.narrowed.v1",
        key=key,
        topic=road.message_topic,
        occurred_at=datetime(2026, 11, 22, 6, 25, 0, 123456, tzinfo=UTC),
        payload={"dataset": "GDI-ZZ-DATASET-1", "number": number, "nested": {"o": ["ö", True]}},
        trace_id=TRACE,
    )
    return OutboxRow(
        id=number,
        kind=RowKind.MESSAGE,
        topic=message.topic,
        key=message.key,
        headers=message_headers(message, SRC),
        value=message_value(message),
    )


def send_all(road: Road, rows: Sequence[OutboxRow]) -> None:
    """Do what the relay does: go on behind what was accepted."""
    left = list(rows)
    while left:
        left = left[road.transport.send(left) :]


def first_seen(values: Sequence[bytes]) -> list[bytes]:
    return list(dict.fromkeys(values))


def test_an_empty_batch_gives_zero(road: Road) -> None:
    assert road.transport.send([]) == 0


def test_entries_arrive_byte_for_byte_and_in_order(road: Road) -> None:
    rows = entry_rows(road, 5)
    assert road.transport.send(rows) == 5
    arrived = road.entries(5)
    assert [one.entry for one in arrived] == [row.value for row in rows]
    for one in arrived:
        check_commitments(parse_entry(one.entry), open_sealed(one.sealed))


def test_messages_arrive_whole(road: Road) -> None:
    row = message_row(road, 7)
    assert road.transport.send([row]) == 1
    (message,) = road.messages(1)
    assert message.id == "0190-one-7"
    assert message.type == "placet.consent.narrowed.v1"
    assert (message.source, message.topic, message.key) == (SRC, road.message_topic, "one")
    assert message.occurred_at == datetime(2026, 11, 22, 6, 25, 0, 123456, tzinfo=UTC)
    assert message.trace_id == TRACE
    assert canonical(message.payload) == row.value


def test_a_mixed_batch_keeps_the_order_of_each_key(road: Road) -> None:
    entries = entry_rows(road, 6)
    rows: list[OutboxRow] = []
    for number, entry in enumerate(entries):
        rows += [entry, message_row(road, number), message_row(road, number, key="two")]
    send_all(road, rows)
    assert [one.entry for one in road.entries(6)] == [row.value for row in entries]
    messages = road.messages(12)
    for key in ("one", "two"):
        numbers = [one.payload["number"] for one in messages if one.key == key]
        assert numbers == list(range(6))


def test_a_batch_larger_than_any_request_arrives_in_order(road: Road) -> None:
    rows = entry_rows(road, 1_200, weight=2_000)
    send_all(road, rows)
    assert [one.entry for one in road.entries(1_200)] == [row.value for row in rows]


def test_the_largest_entry_arrives(road: Road) -> None:
    (row,) = entry_rows(road, 1)
    largest = OutboxRow(
        id=1,
        kind=RowKind.ENTRY,
        topic=row.topic,
        key=row.key,
        headers=row.headers,
        value=os.urandom(60_000),
        sealed=os.urandom(60_000),
    )
    assert road.transport.send([largest]) == 1
    (arrived,) = road.entries(1)
    assert (arrived.entry, arrived.sealed) == (largest.value, largest.sealed)


def test_an_interruption_loses_nothing_and_keeps_the_order(road: Road) -> None:
    rows = entry_rows(road, 20)
    assert road.transport.send(rows[:5]) == 5
    road.interrupt()
    with pytest.raises(TransportUnavailable):
        road.transport.send(rows[5:10])
    with pytest.raises(TransportUnavailable):
        road.transport.send(rows[5:])
    road.restore()
    send_all(road, rows[5:])
    assert first_seen([one.entry for one in road.entries(20)]) == [row.value for row in rows]


def test_a_topic_that_leads_nowhere_is_an_error_and_not_a_loss(road: Road) -> None:
    row = message_row(road, 1)
    lost = OutboxRow(
        id=1, kind=row.kind, topic="no.such.v1", key="k", headers=row.headers, value=row.value
    )
    with pytest.raises(TransportError):
        road.transport.send([lost])
