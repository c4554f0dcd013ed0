# SPDX-License-Identifier: Apache-2.0
"""Entries over a real Kafka broker: offsets in the same transaction, and never a silent step."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaProducer

from audit_log.adapters.kafka_entries import KafkaEntries
from audit_log.adapters.reading_process import ReadingEnded, ReadingProcess
from audit_log.domain.errors import LogMismatch, OffsetMissing, TopicTaken
from audit_log.settings import AdminSettings
from audit_log.usecases.sequence import Sequencer
from services.audit_log import admin
from shared.clock import SystemClock
from shared.entries import parse_entry
from shared.errors import ValidationFailed
from shared.events import SealedEntry
from shared.kafka_io import KafkaTransport
from shared.kafka_io.packing import ENTRIES_HEADER
from shared.settings import load
from shared.transport import OutboxRow, RowKind, entry_row
from tests.fakes.log_factories import Speaker
from tests.integration.audit_log.test_processes import process
from tests.support.kafka import KafkaBroker, forget_failed_connections, session_broker
from tests.support.log_world import (
    ORIGIN,
    SRC,
    BeforeCommit,
    PostgresWorld,
    Producing,
    entries_of,
    sequencer,
)
from tests.support.postgres import owner_of
from tests.support.waiting import wait_until


@dataclass
class Road:
    """One topic that leads into one log."""

    broker: KafkaBroker
    topic: str
    world: PostgresWorld
    beside: bool  # read in a process of its own, as the sequencer's process does

    def settings(self) -> AdminSettings:
        return load(
            AdminSettings,
            {
                "PLACET_ENV": "development",
                "PLACET_NODE": "ZZ",
                "PLACET_DATABASE_URL": self.world.url,
                "PLACET_KEYS_DIR": "/nowhere",
                "PLACET_LOG_ORIGIN": ORIGIN,
                "PLACET_TRANSPORT": "kafka",
                "PLACET_KAFKA_BOOTSTRAP": self.broker.bootstrap,
            },
        )

    def register(
        self,
        src: str = SRC,
        client: str = "clearinghouse",
        offsets: tuple[int, ...] | None = None,
        shared: bool = False,
    ) -> bool:
        return admin.add_producer(
            self.settings(),
            src=src,
            client_id=client,
            vkey="",
            topic=self.topic,
            offsets=offsets,
            shared_topic=shared,
        )

    def produce(self, *entries: SealedEntry) -> None:
        self.produce_rows(*(entry_row(one, row_id=1, topic=self.topic) for one in entries))

    def produce_rows(self, *rows: OutboxRow) -> None:
        transport = KafkaTransport(self.broker.brokers)
        try:
            assert transport.send(rows) == len(rows)
        finally:
            transport.close()

    def source(self) -> KafkaEntries | ReadingProcess:
        if self.beside:
            return ReadingProcess(self.broker.brokers, batch=64, log_level="warning")
        # The waits after a broker's "not now" and for a deaf client are real ones: a clock that
        # stands still would make the first of them last for ever.
        return KafkaEntries(self.broker.brokers, clock=SystemClock())

    def served(self, src: str = SRC) -> list[int]:
        found = [parse_entry(raw) for raw in entries_of(self.world)]
        return [entry.seq for entry in found if entry.src == src]

    def offsets(self) -> list[int]:
        with psycopg.connect(self.world.url) as connection:
            rows = connection.execute("SELECT next_offset FROM kafka_offset ORDER BY part")
            return [row[0] for row in rows.fetchall()]


@pytest.fixture(params=[False, True], ids=["here", "beside"])
def road(request: pytest.FixtureRequest) -> Iterator[Road]:
    broker = session_broker()
    topic = broker.new_topic("audit", partitions=3)
    world = PostgresWorld()
    yield Road(broker=broker, topic=topic, world=world, beside=request.param)
    world.close()
    forget_failed_connections()


def sequence_until(one: Sequencer, done: Callable[[], bool], what: str) -> None:
    def step() -> bool:
        one.step()
        return done()

    wait_until(step, what, 60)


def test_each_entry_is_sequenced_once_and_the_offsets_move_with_it(road: Road) -> None:
    road.register()
    speaker = Speaker()
    said = speaker.say_many(120)
    road.produce(*said[:80])
    source = road.source()
    one = sequencer(road.world, source=source)
    sequence_until(one, lambda: len(road.served()) == 80, "80 entries")
    road.produce(*said[60:])  # a relay that was killed sends again
    sequence_until(one, lambda: len(road.served()) == 120, "120 entries")
    assert road.served() == list(range(1, 121))
    records = road.broker.written(road.topic)
    sequence_until(one, lambda: sum(road.offsets()) == records, "all is behind its offset")
    source.close()
    with road.world.transaction() as log:
        assert log.reader.chains(SRC)[0][1] == 20
    again = road.source()
    another = sequencer(road.world, source=again, holder="another", lease_seconds=-1)
    road.produce(speaker.say())
    one.stop()
    sequence_until(another, lambda: len(road.served()) == 121, "the next after a restart")
    again.close()
    assert road.world.findings() == []


def test_both_doors_feed_one_log(road: Road) -> None:
    road.register()
    by_kafka, by_http = Speaker(), Speaker("zz/permit_service/1")
    road.produce(*by_kafka.say_many(30))
    Producing(road.world, by_http.src).send(*by_http.say_many(30))
    source = road.source()
    one = sequencer(road.world, source=source)
    sequence_until(one, lambda: len(road.served()) == 30, "entries over Kafka")
    assert road.served(by_http.src) == list(range(1, 31))
    source.close()


def test_a_batch_that_was_rolled_back_is_read_again(road: Road) -> None:
    road.register()
    road.produce(*Speaker().say_many(50))

    def fail() -> None:
        raise psycopg.OperationalError("the server went away")

    source = road.source()
    store = BeforeCommit(road.world.store(), lambda: None)
    one = sequencer(road.world, source=source, store=store)
    one.step()
    store.happen_next(fail)
    with pytest.raises(psycopg.OperationalError):
        sequence_until(one, lambda: False, "the failing commit")
    sequence_until(one, lambda: len(road.served()) == 50, "the entries, after all")
    assert road.served() == list(range(1, 51))
    source.close()


def test_poison_on_the_topic_is_quarantined_with_its_place(road: Road) -> None:
    road.register()
    speaker = Speaker()
    bad = OutboxRow(
        id=1, kind=RowKind.ENTRY, topic=road.topic, key=SRC, headers={}, value=b"poison"
    )
    good = entry_row(speaker.say(), row_id=1, topic=road.topic)
    stranger = entry_row(Speaker("zz/nobody/1").say(), row_id=1, topic=road.topic)
    road.produce_rows(bad, good, stranger)
    source = road.source()
    one = sequencer(road.world, source=source)
    sequence_until(one, lambda: len(road.world.quarantined()) == 2, "two quarantined inputs")
    assert sorted(road.world.quarantined()) == ["malformed_entry", "source_not_allowed"]
    assert road.served() == [1]
    with psycopg.connect(road.world.url) as connection:
        topics = connection.execute("SELECT DISTINCT topic FROM quarantine").fetchall()
    assert topics == [(road.topic,)]
    source.close()


def test_entries_that_share_a_record_are_taken_together(road: Road) -> None:
    """They share the offset that is stored with them: a cut between them would lose the rest."""
    road.register()
    road.produce(*Speaker().say_many(40))
    records = road.broker.written(road.topic)
    assert records <= 2
    source = road.source()
    taken: list[int] = []
    one = sequencer(road.world, source=source, batch=7)

    def step() -> bool:
        one.step()
        taken.append(len(road.served()))
        return taken[-1] == 40

    wait_until(step, "all of them", 60)
    assert len({count for count in taken if count}) <= records
    assert sum(road.offsets()) == records
    source.close()


@pytest.mark.parametrize("layout", [b"1", b"2"])
def test_a_record_that_does_not_come_apart_is_quarantined_whole(road: Road, layout: bytes) -> None:
    road.register()
    speaker = Speaker()
    first, second = speaker.say_many(2)
    road.produce(first)
    producer = KafkaProducer(bootstrap_servers=road.broker.bootstrap)
    producer.send(
        road.topic, b"\x00\x00\x00\x09short", SRC.encode(), headers=[(ENTRIES_HEADER, layout)]
    )
    producer.flush()
    producer.close()
    road.produce(second)
    source = road.source()
    one = sequencer(road.world, source=source)
    sequence_until(one, lambda: len(road.served()) == 2, "the entries around it")
    sequence_until(one, lambda: road.world.quarantined() == ["malformed_entry"], "the record")
    source.close()


def test_a_partition_without_an_offset_is_never_read_from_a_guess(road: Road) -> None:
    source = road.source()
    one = sequencer(road.world, source=source)
    with pytest.raises(OffsetMissing):
        sequence_until(one, lambda: False, "the refusal")
    road.register()
    with psycopg.connect(owner_of(road.world.url)) as connection:
        connection.execute("ALTER TABLE kafka_offset DISABLE TRIGGER USER")
        connection.execute("DELETE FROM kafka_offset WHERE part = 2")
    road.produce(*Speaker().say_many(10))
    sequence_until(one, lambda: bool(road.world.findings()), "the finding")
    assert road.world.findings() == [("partition_unknown", False)]
    assert road.served() == []
    source.close()


def test_a_topic_made_anew_is_a_finding_and_reading_stops(road: Road) -> None:
    road.register()
    road.produce(*Speaker().say_many(10))
    source = road.source()
    one = sequencer(road.world, source=source)
    sequence_until(one, lambda: len(road.served()) == 10, "the entries of the first topic")
    source.close()
    road.broker.delete_topic(road.topic)
    wait_until(lambda: remade(road), "the topic is made anew", 60)
    road.produce(*Speaker(epoch=2).say_many(40))
    source = road.source()
    two = sequencer(road.world, source=source, holder="two", lease_seconds=-1)
    one.stop()
    sequence_until(two, lambda: bool(road.world.findings()), "the finding")
    assert road.world.findings() == [("topic_replaced", False)]
    Producing(road.world, "zz/permit_service/1").send(Speaker("zz/permit_service/1").say())
    sequence_until(two, lambda: road.served("zz/permit_service/1") == [1], "HTTP goes on")
    assert road.served() == list(range(1, 11))
    found = [parse_entry(raw) for raw in entries_of(road.world)]
    (said,) = [entry for entry in found if entry.type == "placet.finding.opened.v1"]
    assert (said.reason, said.extra["topic"]) == ("topic_replaced", road.topic)
    source.close()


def at_least(road: Road, entries: int) -> bool:
    return len(road.served()) >= entries


def remade(road: Road) -> bool:
    road.broker.create_topic(road.topic, partitions=3)
    return True


@pytest.mark.parametrize("road", [True], indirect=True)
def test_a_reading_process_that_dies_costs_no_entry_and_doubles_none(road: Road) -> None:
    road.register()
    speaker = Speaker()
    road.produce(*speaker.say_many(300))
    source = road.source()
    assert isinstance(source, ReadingProcess)
    one = sequencer(road.world, source=source, batch=50)
    sequence_until(one, lambda: len(road.served()) >= 50, "the first entries")
    for enough in (120, 240):
        assert source.pid is not None
        os.kill(source.pid, signal.SIGKILL)  # with batches read ahead, and one on the line
        with pytest.raises(ReadingEnded):
            sequence_until(one, lambda: False, "the loss to be noticed")
        sequence_until(one, partial(at_least, road, enough), "it to go on")
    road.produce(*speaker.say_many(10))
    sequence_until(one, lambda: len(road.served()) == 310, "all entries")
    assert road.served() == list(range(1, 311))
    assert sum(road.offsets()) == road.broker.written(road.topic)
    assert road.world.findings() == []
    source.close()


@pytest.mark.parametrize("road", [True], indirect=True)
def test_registering_again_changes_nothing_and_otherwise_is_refused(road: Road) -> None:
    assert road.register(offsets=(0, 0, 0))
    assert not road.register(offsets=(0, 0, 0))
    with pytest.raises(TopicTaken, match="clearinghouse"):
        road.register("zz/permit_service/1", "permit_service")
    assert road.register("zz/permit_service/1", "permit_service", shared=True)
    with pytest.raises(ValidationFailed):
        road.register("zz/other/1", "other", offsets=(0,))
    with pytest.raises(ValidationFailed):
        road.register("no source", "other")
    with psycopg.connect(owner_of(road.world.url)) as connection:
        connection.execute("ALTER TABLE kafka_offset DISABLE TRIGGER USER")
        connection.execute("UPDATE kafka_offset SET topic_id = 'another' WHERE part = 0")
    with pytest.raises(LogMismatch):
        road.register("zz/third/1", "third", shared=True)


@pytest.mark.parametrize("road", [True], indirect=True)
def test_the_process_drains_the_topic_and_survives_a_kill(road: Road, tmp_path: Path) -> None:
    road.register()
    environment = sequencing_environment(road, tmp_path)
    speaker = Speaker()
    road.produce(*speaker.say_many(100))
    with process(environment, "sequence", tmp_path / "log") as child:
        wait_until(lambda: len(road.served()) > 0, "the first entries", 60)
        child.send_signal(signal.SIGKILL)
        child.wait(timeout=30)
    road.produce(*speaker.say_many(100))
    with process(environment, "sequence", tmp_path / "log"):
        wait_until(lambda: len(road.served()) >= 200, "all entries", 60)
    assert road.served() == list(range(1, 201))
    assert road.world.findings() == []


def sequencing_environment(road: Road, folder: Path) -> dict[str, str]:
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text("a secret of tests, which nobody is ever asked for")
    nowhere = "http://127.0.0.1:9"
    return {
        "PLACET_ENV": "development",
        "PLACET_NODE": "ZZ",
        "PLACET_BIND": "127.0.0.1:9",
        "PLACET_PUBLIC_URL": nowhere,
        "PLACET_DATABASE_URL": road.world.url,
        "PLACET_TOKEN_ISSUER": nowhere,
        "PLACET_TOKEN_JWKS_URL": f"{nowhere}/jwks",
        "PLACET_TOKEN_ENDPOINT": f"{nowhere}/token",
        "PLACET_AUDIENCE": "urn:placet:zz:audit_log",
        "PLACET_CLIENT_ID": "audit_log",
        "PLACET_CLIENT_SECRET_FILE": str(secret),
        "PLACET_KEYS_DIR": str(folder / "keys"),
        "PLACET_TRANSPORT": "kafka",
        "PLACET_KAFKA_BOOTSTRAP": road.broker.bootstrap,
        "PLACET_LOG_ORIGIN": ORIGIN,
        "PLACET_SESSION_KEY_FILE": str(secret),
        "PLACET_SIGN_IN_ISSUER": nowhere,
        "PLACET_SIGN_IN_CLIENT_ID": "audit_log-pages",
        "PLACET_SIGN_IN_CLIENT_SECRET_FILE": str(secret),
    }
