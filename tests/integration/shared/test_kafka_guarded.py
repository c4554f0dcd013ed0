# SPDX-License-Identifier: Apache-2.0
"""A broker that asks who comes, clients that ask who it is: nothing travels until both know."""

import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from audit_log.adapters.reading_process import ReadingProcess
from audit_log.domain.received import received_of
from audit_log.ports import StoredOffset
from shared.brokers import Brokers
from shared.clock import SystemClock
from shared.kafka_io import (
    EntryConsumer,
    KafkaTransport,
    Place,
    applied_configs,
    ensure_topics,
    partition_starts,
    topic_identities,
)
from shared.transport import OutboxRow, RowKind, TransportError, TransportUnavailable
from tests.support.kafka import KafkaBroker, forget_failed_connections
from tests.support.kafka.guard import PASSWORD, Authority, Guard
from tests.support.waiting import wait_until

TOPIC = "guarded.v1"


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    folder = tmp_path_factory.mktemp("guarded")
    found = Guard(folder / "known")
    with KafkaBroker(folder / "broker", found) as broker:
        broker.create_topic(TOPIC)
        yield found


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    forget_failed_connections()


def row(value: bytes) -> OutboxRow:
    return OutboxRow(
        id=1, kind=RowKind.ENTRY, topic=TOPIC, key="zz/a/1", headers={}, value=value, sealed=b"s"
    )


def send(brokers: Brokers, value: bytes) -> int:
    transport = KafkaTransport(brokers, patience_ms=3_000)
    try:
        return transport.send([row(value)])
    finally:
        transport.close()


def end_of(brokers: Brokers) -> int:
    consumer = EntryConsumer(
        brokers,
        positions={Place(TOPIC, 0): 0},
        identities=topic_identities(brokers, [TOPIC]),
        clock=SystemClock(),
    )
    try:
        wait_until(lambda: [*consumer.poll()] or True, "one look")
        return consumer.end_offsets()[Place(TOPIC, 0)]
    finally:
        consumer.close()


def strangers(guard: Guard, folder: Path) -> dict[str, Brokers]:
    """Give everybody who must not get in, or must not believe this broker."""
    foreign = Authority(folder, "foreign")
    certificate, key = foreign.vouch("stranger")
    by_certificate, by_user = guard.by_certificate, guard.by_user
    named = tuple(one.replace("127.0.0.1", "localhost") for one in by_user.addresses)
    return {
        "in the clear, to the certificates": Brokers(addresses=by_certificate.addresses),
        "in the clear, to the users": Brokers(addresses=by_user.addresses),
        "without a certificate": replace(by_certificate, certificate_file=None, key_file=None),
        "a certificate of another authority": replace(
            by_certificate, certificate_file=certificate, key_file=key
        ),
        "a broker vouched for by another authority": replace(by_user, ca_file=foreign.file),
        "a broker of another name": replace(by_user, addresses=named),
        "a wrong password": replace(by_user, password="guessed"),
        "no user": replace(by_user, user="", password=""),
    }


def test_strangers_send_nothing_and_learn_nothing(guard: Guard, tmp_path: Path) -> None:
    def refused(brokers: Brokers) -> None:
        with pytest.raises(TransportError) as error:
            send(brokers, b"never")
        assert PASSWORD not in str(error.value)
        with pytest.raises(TransportError):
            topic_identities(brokers, [TOPIC])

    before = end_of(guard.by_user)
    everybody = strangers(guard, tmp_path)
    with ThreadPoolExecutor(len(everybody)) as at_once:  # each waits for its own patience to end
        tried = {who: at_once.submit(refused, brokers) for who, brokers in everybody.items()}
    assert {who: one.exception() for who, one in tried.items()} == dict.fromkeys(everybody)
    assert end_of(guard.by_user) == before


@pytest.mark.parametrize("way", ["by_certificate", "by_user"])
def test_known_clients_do_everything(guard: Guard, way: str) -> None:
    """Every client that the suite makes: producer, admin, consumer of places, reading process."""
    brokers: Brokers = getattr(guard, way)
    ensure_topics(brokers, {TOPIC: 1})
    assert applied_configs(brokers, [TOPIC])[0].keys() == {TOPIC}
    end = end_of(brokers)
    assert send(brokers, b"by either way") == 1
    assert partition_starts(brokers, TOPIC) == {0: 0}
    assert end_of(brokers) == end + 1


def test_the_reading_process_is_told_the_password_where_nobody_else_reads(guard: Guard) -> None:
    send(guard.by_user, b"not an entry")
    identity = topic_identities(guard.by_user, [TOPIC])[TOPIC]
    offset = StoredOffset(
        topic=TOPIC,
        partition=0,
        next=0,
        cluster_id=identity.cluster_id,
        topic_id=identity.topic_id,
    )
    reading = ReadingProcess(guard.by_user, batch=8, log_level="warning")
    try:
        reading.follow([offset], {TOPIC: frozenset()})
        found = wait_until(lambda: reading.poll(8, 200), "what was sent")
        assert received_of(found[0]).sealed == b"s"
        told = Path(f"/proc/{reading.pid}/cmdline").read_bytes()
        told += Path(f"/proc/{reading.pid}/environ").read_bytes()
        assert PASSWORD.encode() not in told
    finally:
        reading.close()


def test_files_that_are_gone_are_a_road_that_is_closed_for_now(
    guard: Guard, tmp_path: Path
) -> None:
    """A certificate being exchanged while a client connects is tried again, not a crash."""
    torn = tmp_path / "torn.pem"
    torn.write_text("-----BEGIN CERTIFICATE-----\n")
    for brokers in (
        replace(guard.by_user, ca_file=tmp_path / "absent.pem"),
        replace(guard.by_user, ca_file=torn),
    ):
        with pytest.raises(TransportUnavailable, match="credentials_unreadable"):
            send(brokers, b"never")
        with pytest.raises(TransportUnavailable, match="credentials_unreadable"):
            partition_starts(brokers, TOPIC)


def test_no_repr_shows_the_password(guard: Guard) -> None:
    assert PASSWORD not in repr(guard.by_user)
    assert pickle.loads(pickle.dumps(guard.by_user)) == guard.by_user  # noqa: S301
