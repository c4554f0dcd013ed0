# SPDX-License-Identifier: Apache-2.0
"""Writing and sending: nothing acknowledged is lost, nothing unacknowledged stays."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.clock import SystemClock
from shared.entries import parse_entry
from shared.errors import AuditUnavailable
from shared.events import Fact
from shared.heartbeat import ChainHead, Waiting, read_heartbeat
from shared.spool.folder import SpoolFolder
from shared.spool.store import Store
from shared.spool.voice import SpoolVoice
from shared.spool.writer import SpoolLimits
from shared.transport import OutboxRow, TransportRefused
from tests.fakes.kernel import START
from tests.fakes.transport import InMemoryTransport
from tests.support.spool import (
    SMALL,
    SRC,
    TOPIC,
    a_fact,
    assert_one_chain,
    no_file_larger_than,
    number_of,
    opened,
    records_of,
)
from tests.support.waiting import wait_until


def fill(store: Store, numbers: range) -> None:
    for number in numbers:
        store.writer.append(a_fact(number))


def drain(store: Store) -> None:
    while store.relay.step():
        pass


def test_many_threads_write_one_chain(tmp_path: Path) -> None:
    with opened(tmp_path / "spool") as store, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: store.writer.append(a_fact(number)), range(400)))
        assert store.writer.head().seq == 400
    records = records_of(tmp_path / "spool")
    assert_one_chain(records)
    assert sorted(number_of(record.entry) for record in records) == list(range(400))


def test_a_full_disk_refuses_and_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    with opened(path) as store:
        fill(store, range(3))
        size = store.shelf.segments()[-1].size
        # The first failure ends the segment: the following ones begin at byte 0 of a new one.
        for limit in (size + 100, 0, 1, 100, 250):
            with no_file_larger_than(limit), pytest.raises(AuditUnavailable):
                store.writer.append(a_fact(99))
        assert not store.writer.writable()
        wait_until(store.writer.writable, "another attempt is let through")
        fill(store, range(3, 6))
    records = records_of(path)
    assert_one_chain(records)
    assert [number_of(record.entry) for record in records] == list(range(6))


def test_a_spool_that_never_could_write_begins_when_it_can(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    with opened(path) as store:
        with no_file_larger_than(10), pytest.raises(AuditUnavailable):
            store.writer.append(a_fact(0))
        fill(store, range(2))
    records = records_of(path)
    assert [record.seq for record in records] == [1, 2]


def test_a_segment_that_cannot_be_begun_refuses_until_it_can(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    limits = SpoolLimits(total_bytes=SMALL.total_bytes, segment_bytes=1)
    with opened(path, limits=limits) as store:
        fill(store, range(1))
        obstacle = SpoolFolder(path).segment(2)
        obstacle.mkdir()
        for _ in range(2):
            with pytest.raises(AuditUnavailable):
                store.writer.append(a_fact(99))
        obstacle.rmdir()
        fill(store, range(1, 4))
    assert [number_of(record.entry) for record in records_of(path)] == [0, 1, 2, 3]


def test_beyond_its_limit_the_spool_takes_nothing_until_the_log_did(tmp_path: Path) -> None:
    transport = InMemoryTransport()
    limits = SpoolLimits(total_bytes=8192, segment_bytes=1024)
    with opened(tmp_path / "spool", transport=transport, limits=limits) as store:
        while store.writer.writable():
            store.writer.append(a_fact())
        with pytest.raises(AuditUnavailable):
            store.writer.append(a_fact())
        drain(store)
        wait_until(store.writer.writable, "there is room again")
        store.writer.append(a_fact())


def test_a_fact_that_cannot_be_an_entry_fails_alone(tmp_path: Path) -> None:
    bad = Fact(type="placet.access.decision.v1", occurred_at=START, trace_id="not hex")
    with opened(tmp_path / "spool") as store:
        with pytest.raises(AuditUnavailable):
            store.writer.append(bad)
        assert store.writer.writable()
        fill(store, range(2))
    assert len(records_of(tmp_path / "spool")) == 2


def test_a_closed_spool_takes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path / "spool") as store:
        pass
    assert not store.writer.writable()
    with pytest.raises(AuditUnavailable):
        store.writer.append(a_fact())


def test_whatever_ends_the_writer_nobody_waits_for_it(tmp_path: Path) -> None:
    def broken(head: ChainHead) -> Fact:
        raise LookupError(head.src)

    hook, seen = threading.excepthook, list[object]()
    threading.excepthook = seen.append
    try:
        with opened(tmp_path / "spool") as store:
            with pytest.raises(AuditUnavailable):
                store.writer.append_after(broken)
            assert not store.writer.writable()
            with pytest.raises(AuditUnavailable):
                store.writer.append(a_fact())
    finally:
        threading.excepthook = hook
    assert len(seen) == 1


def test_entries_leave_in_order_and_segments_go_when_all_of_theirs_arrived(tmp_path: Path) -> None:
    path, transport = tmp_path / "spool", InMemoryTransport()
    with opened(path, transport=transport) as store:
        fill(store, range(60))
        before = len(SpoolFolder(path).segments())
        transport.room = 25
        drain(store)
        assert store.relay.sent == 25
        assert store.backlog().entries == 35
        assert 1 < len(SpoolFolder(path).segments()) < before
        transport.room = None
        drain(store)
        assert store.backlog().entries == 0
        assert len(SpoolFolder(path).segments()) == 1
        assert not store.relay.step()
        assert store.relay.idle()
    assert [number_of(row.value) for row in transport.received] == list(range(60))
    assert {(row.topic, row.key) for row in transport.received} == {(TOPIC, SRC)}
    assert all(row.headers == {} for row in transport.received), "an entry says it all itself"


def test_after_a_restart_only_what_was_not_accepted_is_sent(tmp_path: Path) -> None:
    path, first, second = tmp_path / "spool", InMemoryTransport(), InMemoryTransport()
    first.room = 25
    with opened(path, transport=first) as store:
        fill(store, range(60))
        drain(store)
    with opened(path, transport=second) as store:
        fill(store, range(60, 62))
        drain(store)
    numbers = [number_of(row.value) for row in first.received + second.received]
    assert numbers == list(range(62))


def test_a_lost_mark_sends_again_and_loses_nothing(tmp_path: Path) -> None:
    path, first, second = tmp_path / "spool", InMemoryTransport(), InMemoryTransport()
    first.room = 10
    with opened(path, transport=first) as store:
        fill(store, range(20))
        drain(store)
    (path / "sent").unlink()
    with opened(path, transport=second) as store:
        drain(store)
    assert {number_of(row.value) for row in first.received + second.received} == set(range(20))


def test_a_log_that_refuses_keeps_the_entries_here(tmp_path: Path) -> None:
    class Refusing(InMemoryTransport):
        def send(self, batch: object) -> int:
            del batch
            raise TransportRefused("src_not_yours")

    with opened(tmp_path / "spool", transport=Refusing()) as store:
        fill(store, range(3))
        assert not store.relay.step()
        assert store.backlog().entries == 3
        assert store.backlog().oldest == START
        assert not store.relay.idle()


def test_the_relay_never_sees_what_is_not_durable(tmp_path: Path) -> None:
    transport = InMemoryTransport()
    with opened(tmp_path / "spool", transport=transport) as store:
        fill(store, range(2))
        size = store.shelf.segments()[-1].size
        with no_file_larger_than(size + 300), pytest.raises(AuditUnavailable):
            store.writer.append(a_fact(99))
        drain(store)
        fill(store, range(2, 4))
        drain(store)
    assert [number_of(row.value) for row in transport.received] == [0, 1, 2, 3]


def test_writing_and_sending_at_once(tmp_path: Path) -> None:
    transport = InMemoryTransport()
    with opened(tmp_path / "spool", transport=transport) as store:
        writing = threading.Thread(target=fill, args=(store, range(300)))
        writing.start()

        def all_arrived() -> bool:
            if not store.relay.step():
                store.relay.wait(0.05)
            return len(transport.received) == 300

        wait_until(all_arrived, "all entries to arrive")
        writing.join()
    assert [number_of(row.value) for row in transport.received] == list(range(300))


def sign(message: bytes) -> bytes:
    return message[:64].ljust(64)


@pytest.fixture
def voice() -> Callable[[Store], SpoolVoice]:
    """Give what makes this producer's own words."""
    return lambda store: SpoolVoice(store, sign=sign, clock=SystemClock())


def test_a_heartbeat_names_the_newest_place_before_it(
    tmp_path: Path, voice: Callable[[Store], SpoolVoice]
) -> None:
    with opened(tmp_path / "spool") as store:
        voice(store).start(cut_bytes=12)
        fill(store, range(3))
        voice(store).beat()
    entries = [parse_entry(record.entry) for record in records_of(tmp_path / "spool")]
    beat = read_heartbeat(entries[-1])
    assert (beat.head.seq, beat.head.leaf_hash) == (4, entries[-1].previous)
    assert beat.signature == sign(beat.signed)
    assert beat.waiting == Waiting(entries=4, seconds=0), "nobody has taken any of it"
    assert entries[0].type == "placet.sys.start.v1"
    assert entries[0].counts == {"cut_bytes": 12}


def test_a_heartbeat_that_cannot_be_written_is_let_go(
    tmp_path: Path, voice: Callable[[Store], SpoolVoice]
) -> None:
    with opened(tmp_path / "spool") as store:
        fill(store, range(1))
        with no_file_larger_than(store.shelf.total_bytes()):
            voice(store).beat()
    assert len(records_of(tmp_path / "spool")) == 1


def test_rows_carry_the_sealed_parts(tmp_path: Path) -> None:
    transport = InMemoryTransport()
    with opened(tmp_path / "spool", transport=transport) as store:
        store.writer.append(
            Fact(
                type="placet.access.decision.v1",
                occurred_at=START,
                trace_id=f"{7:032x}",
                net={"ip": "192.0.2.7"},
            )
        )
        drain(store)
    row: OutboxRow = transport.received[0]
    assert b"192.0.2.7" in row.sealed
    assert b"192.0.2.7" not in row.value
