# SPDX-License-Identifier: Apache-2.0
"""A topic filled beforehand: entries of about 0.7 KB with two sealed parts, from six producers."""

import multiprocessing
import os
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from hashlib import sha256
from itertools import islice, repeat
from operator import attrgetter
from typing import Final

from audit_log.adapters.log import transactions
from audit_log.adapters.own_producer import OwnProducer
from audit_log.ports import Producer, StoredOffset
from audit_log.usecases.register import register
from shared.brokers import Brokers
from shared.clock import SystemClock
from shared.db import engine
from shared.events import Actor, ChainPosition, Fact, SealedEntry, Subject, previous_of, seal
from shared.ids import Uuid7Source
from shared.kafka_io import KafkaTransport, partition_starts, topic_identities
from shared.transport import OutboxRow, entry_row
from tests.fakes.log_factories import ALONE, NOON

SOURCES: Final = tuple(f"zz/clearinghouse/{number}" for number in range(1, 7))
PARTITIONS: Final = 3
ACTORS: Final = 500
PEOPLE: Final = 1_000  # in each data set
DATASETS: Final = 20
_ROUND: Final = 2_000
_BESIDE: Final = 2  # a divisor of the producers: each of them speaks in one process


def fill(brokers: Brokers, topic: str, entries: int) -> int:
    """Produce that many entries, in processes beside each other; give their mean size in bytes."""
    parts = [range(first, entries, _BESIDE) for first in range(_BESIDE)]
    with ProcessPoolExecutor(_BESIDE, multiprocessing.get_context("spawn")) as beside:
        sizes = beside.map(_fill, repeat(brokers), repeat(topic), parts)
        return sum(sizes) // entries


def _fill(brokers: Brokers, topic: str, numbers: range) -> int:
    """Produce these entries of the month; give the bytes of all of them."""
    transport = KafkaTransport(brokers)
    said = _spoken(numbers, topic)
    size = 0
    try:
        while rows := list(islice(said, _ROUND)):
            size += sum(len(row.value) for row in rows)
            send_all(transport, sorted(rows, key=attrgetter("key")))  # each sends its own
    finally:
        transport.close()
    return size


def spoken(entries: int, topic: str) -> Iterator[OutboxRow]:
    """Give that many entries as their producers send them, a millisecond of the month apart."""
    return _spoken(range(entries), topic)


def _spoken(numbers: range, topic: str) -> Iterator[OutboxRow]:
    """Give these entries of the month; a step that divides the producers keeps theirs apart."""
    speakers = {src: _Speaker(src) for src in SOURCES}
    for row, (src, what) in enumerate(_facts(numbers)):
        yield entry_row(speakers[src].say(what), row_id=row, topic=topic)


def send_all(transport: KafkaTransport, rows: Sequence[OutboxRow]) -> None:
    """Send until the broker has confirmed every row."""
    sent = 0
    while sent < len(rows):
        sent += transport.send(rows[sent:])


def follow(brokers: Brokers, topic: str, database: str) -> None:
    """Register the producers, with the first offsets of the topic."""
    identity = topic_identities(brokers, [topic])[topic]
    offsets = [
        StoredOffset(
            topic=topic,
            partition=partition,
            next=first,
            cluster_id=identity.cluster_id,
            topic_id=identity.topic_id,
        )
        for partition, first in partition_starts(brokers, topic).items()
    ]
    opened, clock = engine(database), SystemClock()
    own = OwnProducer("zz/audit_log/1", Uuid7Source())
    for number, src in enumerate(SOURCES):
        producer = Producer(src=src, client_id=f"clearinghouse-{number}", vkey="", topic=topic)
        register(
            producer,
            offsets,
            transaction=transactions(opened, own, clock),
            backing=ALONE,
            clock=clock,
            shared_topic=True,
        )
    opened.dispose()


class _Speaker:
    """A producer that keeps its chain."""

    def __init__(self, src: str) -> None:
        self._src = src
        self._seq = 0
        self._previous = ""
        self._ids = Uuid7Source()

    def say(self, what: Fact) -> SealedEntry:
        self._seq += 1
        place = ChainPosition(src=self._src, epoch=1, seq=self._seq, previous=self._previous)
        sealed = seal(what, place, entry_id=self._ids.new(), salts=os.urandom)
        self._previous = previous_of(sealed)
        return sealed


def _facts(numbers: range) -> Iterator[tuple[str, Fact]]:
    chance = random.Random(35_802_597 + numbers.start)  # noqa: S311 - the same month every time
    for number in numbers:
        dataset = f"GDI-ZZ-DATASET-{chance.randrange(DATASETS)}"
        allowed = chance.random() < 0.97
        read = sha256(str(number).encode()).hexdigest()
        yield (
            SOURCES[number % len(SOURCES)],
            Fact(
                type="placet.access.read.v1" if allowed else "placet.access.decision.v1",
                occurred_at=NOON + timedelta(milliseconds=number),
                trace_id=read[:32],
                dataset=dataset,
                decision="permit" if allowed else "deny",
                reason="permit_valid" if allowed else "permit_expired",
                basis="6.1.e+9.2.j",
                purposes=("DUO:0000006",),
                counts={"bytes": chance.randrange(1 << 32), "recs": chance.randrange(1, 5_000)},
                extra={"consent": f"{chance.randrange(400)}", "object": read, "visa": read[::-1]},
                actor=Actor(
                    issuer="https://login.example/realms/research",
                    subject=sha256(str(chance.randrange(ACTORS)).encode()).hexdigest()[:36],
                    client_id="htsget-desk",
                ),
                subjects=(Subject(dataset=dataset, ordinal=chance.randrange(PEOPLE)),),
            ),
        )
