# SPDX-License-Identifier: Apache-2.0
"""The relay on a real PostgreSQL: nothing skipped, nothing lost, one at a time."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shared.clock import SystemClock
from shared.db import engine
from shared.events import parse_entry
from shared.outbox import Relay, outbox_lag
from shared.transport import OutboxRow, RowKind, TransportError, TransportRefused
from tests.fakes.transport import InMemoryTransport
from tests.integration.shared.sample.tables import OUTBOX
from tests.integration.shared.world import (
    SAMPLE,
    fact,
    message,
    outbox,
    sample_engine,
    say,
    waiting,
)
from tests.support.postgres import empty_database, fresh_database
from tests.support.waiting import wait_until

_ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def database() -> Iterator[Engine]:
    with sample_engine() as one:
        yield one


def sent(transport: InMemoryTransport) -> list[int]:
    return [parse_entry(row.value).seq for row in transport.received]


def drain(relay: Relay) -> None:
    while relay.step():
        pass


def test_everything_said_is_sent_once_in_order_and_forgotten(database: Engine) -> None:
    transport = InMemoryTransport()
    relay = Relay(database, OUTBOX, transport, batch_rows=3)
    assert not relay.step()
    for number in range(4):
        say(database, f"a{number}", f"b{number}")
    drain(relay)
    assert sent(transport) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert waiting(database) == []


def test_what_is_not_committed_is_not_sent_and_not_skipped(database: Engine) -> None:
    """The trap of every relay with a high-water mark: a smaller id that commits later."""
    transport = InMemoryTransport()
    relay = Relay(database, OUTBOX, transport)
    say(database, "one")
    with Session(database) as session:
        box = outbox(session)
        box.record(fact("two"))
        box.flush()
        drain(relay)
        assert sent(transport) == [1]
        session.commit()
    say(database, "three")
    drain(relay)
    assert sent(transport) == [1, 2, 3]


def test_a_long_transaction_elsewhere_does_not_stall_the_relay(database: Engine) -> None:
    """Neither in another database of the same server nor in this one."""
    transport = InMemoryTransport()
    relay = Relay(database, OUTBOX, transport)
    with psycopg.connect(empty_database("other")) as elsewhere, Session(database) as here:
        elsewhere.execute("CREATE TABLE busy (id int)")
        here.begin()
        here.connection().exec_driver_sql("INSERT INTO note (id, text) VALUES (9, 'open')")
        say(database, "one")
        drain(relay)
        assert sent(transport) == [1]


def tell(database: Engine, *numbers: int) -> None:
    """Commit one transaction for each message, with an entry beside it."""
    for number in numbers:
        with Session(database) as session, session.begin():
            box = outbox(session)
            box.record(fact(f"beside{number}"))
            box.publish(message(number))
            box.flush()


def test_who_left_is_told_before_the_entries_of_an_import(database: Engine) -> None:
    transport = InMemoryTransport()
    relay = Relay(database, OUTBOX, transport, batch_rows=4)
    say(database, *(f"row{number}" for number in range(40)))
    assert relay.step(), "the import is on its way"
    tell(database, 1, 2)
    before = len(transport.received)
    assert relay.step()
    new = transport.received[before:]
    assert [row.value for row in new[:2]] == [b'{"number":1}', b'{"number":2}']
    drain(relay)
    entries = [row for row in transport.received if row.kind is RowKind.ENTRY]
    assert [parse_entry(row.value).seq for row in entries] == list(range(1, 43))
    assert len(transport.received) == 44


def test_more_messages_than_a_batch_still_go_first_and_in_order(database: Engine) -> None:
    transport = InMemoryTransport()
    relay = Relay(database, OUTBOX, transport, batch_rows=2)
    say(database, "one")
    tell(database, *range(5))
    drain(relay)
    told = [row.value for row in transport.received[:5]]
    assert told == [b'{"number":%d}' % number for number in range(5)]
    assert [row.kind for row in transport.received[5:]] == [RowKind.ENTRY] * 6


def test_a_subscriber_that_is_away_does_not_keep_entries_from_the_log(
    database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    class NoSubscriber(InMemoryTransport):
        def send(self, batch: Sequence[OutboxRow]) -> int:
            if any(row.kind is RowKind.MESSAGE for row in batch):
                raise TransportError("away")
            return super().send(batch)

    transport = NoSubscriber()
    tell(database, 1)
    say(database, "one")
    drain(Relay(database, OUTBOX, transport))
    assert sent(transport) == [1, 2]
    assert "the outbox is not sent" in caplog.text
    later = InMemoryTransport()
    drain(Relay(database, OUTBOX, later))
    assert [row.value for row in later.received] == [b'{"number":1}']


def test_rows_the_other_side_did_not_accept_stay(database: Engine) -> None:
    transport = InMemoryTransport()
    transport.room = 2
    relay = Relay(database, OUTBOX, transport)
    say(database, "one", "two", "three")
    assert relay.step()
    assert [entry.seq for entry in waiting(database)] == [3]
    assert not relay.step(), "nothing accepted: wait before the next try"
    transport.room = None
    drain(relay)
    assert sent(transport) == [1, 2, 3]


def test_a_refusal_loses_nothing(database: Engine, caplog: pytest.LogCaptureFixture) -> None:
    class Refusing(InMemoryTransport):
        def send(self, batch: Sequence[OutboxRow]) -> int:
            raise TransportRefused("src_not_yours")

    say(database, "one")
    assert not Relay(database, OUTBOX, Refusing()).step()
    assert len(waiting(database)) == 1
    assert "anna" not in caplog.text


def test_a_far_end_that_is_away_is_logged_once(
    database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "shared.relay")
    transport = InMemoryTransport()
    transport.room = 0
    relay = Relay(database, OUTBOX, transport)
    say(database, "one")
    for _ in range(3):
        assert not relay.step()
    transport.room = None
    drain(relay)
    assert [record.message for record in caplog.records] == [
        "the outbox is not sent",
        "the outbox is sent again",
    ]


def test_of_two_relays_one_works(database: Engine) -> None:
    entered, leave = threading.Event(), threading.Event()

    class Slow(InMemoryTransport):
        def send(self, batch: Sequence[OutboxRow]) -> int:
            entered.set()
            assert leave.wait(30)
            return super().send(batch)

    say(database, "one", "two")
    slow, quick = Slow(), InMemoryTransport()
    first = threading.Thread(target=Relay(database, OUTBOX, slow).step)
    first.start()
    try:
        assert entered.wait(30)
        second = Relay(database, OUTBOX, quick)
        assert not second.step()
    finally:
        leave.set()
        first.join(30)
    assert sent(slow) == [1, 2]
    say(database, "three")
    assert second.step(), "the lock is free again"
    assert sent(quick) == [3]


def test_a_relay_killed_between_sending_and_deleting_doubles_and_never_loses(
    tmp_path: Path,
) -> None:
    url, out = fresh_database(SAMPLE), tmp_path / "sent"
    database = engine(url)
    try:
        say(database, "one", "two", "three")
        command = [sys.executable, "-m", "tests.integration.shared.doomed_relay", url, str(out)]
        killed = subprocess.run(command, cwd=_ROOT, check=False)
        assert killed.returncode == -signal.SIGKILL
        before = out.read_text().split()
        assert before == ["1", "2", "3"]
        assert [entry.seq for entry in waiting(database)] == [1, 2, 3]

        transport = InMemoryTransport()
        relay = Relay(database, OUTBOX, transport)
        wait_until(relay.step, "the dead relay's lock to be free")
        assert sent(transport) == [1, 2, 3]
        assert waiting(database) == []
    finally:
        database.dispose()


def test_the_lag_is_the_age_of_the_oldest_row(database: Engine) -> None:
    with database.connect() as connection:
        assert outbox_lag(connection, OUTBOX, SystemClock()).total_seconds() == 0
        say(database, "one")
        assert outbox_lag(connection, OUTBOX, SystemClock()).total_seconds() > 0
