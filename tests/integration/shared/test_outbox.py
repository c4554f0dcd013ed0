# SPDX-License-Identifier: Apache-2.0
"""The outbox on a real PostgreSQL: the order of ids is the order of commits and of the chain."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from shared.clock import SystemClock
from shared.events import (
    MalformedEntry,
    check_commitments,
    leaf_hash,
    open_sealed,
    parse_entry,
)
from shared.heartbeat import Waiting, read_heartbeat
from shared.ids import Uuid7Source
from shared.outbox import Heartbeats
from shared.outbox_voice import OutboxVoice
from shared.transport import RowKind
from tests.fakes.kernel import SteppingClock
from tests.integration.shared.sample.tables import OUTBOX, NoteRow
from tests.integration.shared.world import (
    SRC,
    TOPIC,
    fact,
    message,
    outbox,
    sample_engine,
    say,
    waiting,
)
from tests.support.waiting import wait_until


@pytest.fixture
def database() -> Iterator[Engine]:
    with sample_engine() as one:
        yield one


def test_facts_of_one_transaction_form_the_start_of_a_chain(database: Engine) -> None:
    with Session(database) as session, session.begin():
        box = outbox(session)
        first, second = box.record(fact("one")), box.record(fact("two"))
        box.flush()
        assert first.position.seq == 1
        assert first.position.previous == ""

    entries = waiting(database)
    assert [entry.id for entry in entries] == [first.entry_id, second.entry_id]
    assert [entry.seq for entry in entries] == [1, 2]
    assert [entry.previous for entry in entries] == [None, leaf_hash(entries[0].raw)]
    assert second.position.seq == 2


def test_a_row_carries_the_entry_and_its_sealed_parts_and_no_envelope(database: Engine) -> None:
    say(database, "one")
    with database.connect() as connection:
        row = connection.execute(select(OUTBOX.outbox)).one()
    entry = parse_entry(bytes(row.value))
    assert (row.kind, row.topic, row.key) == ("entry", TOPIC, SRC)
    assert row.headers == {}
    check_commitments(entry, open_sealed(bytes(row.sealed)))
    assert b"anna" not in bytes(row.value)


def test_a_position_is_not_known_before_flush(database: Engine) -> None:
    with Session(database) as session:
        promised = outbox(session).record(fact("one"))
        with pytest.raises(RuntimeError):
            _ = promised.position


def test_messages_and_facts_keep_the_order_in_which_they_were_said(database: Engine) -> None:
    with Session(database) as session, session.begin():
        box = outbox(session)
        box.publish(message(1))
        box.record(fact("one"))
        box.publish(message(2))
        box.flush()
    with database.connect() as connection:
        rows = connection.execute(select(OUTBOX.outbox).order_by(OUTBOX.outbox.c.id)).all()
    assert [row.kind for row in rows] == [RowKind.MESSAGE, RowKind.ENTRY, RowKind.MESSAGE]
    assert [bytes(row.value) for row in rows[::2]] == [b'{"number":1}', b'{"number":2}']
    assert rows[0].headers["ce_source"] == SRC


def test_a_rollback_leaves_no_gap(database: Engine) -> None:
    say(database, "one")
    with Session(database) as session:
        box = outbox(session)
        box.record(fact("lost"))
        assert box.next_position() == 1
        box.flush()
        session.rollback()
    say(database, "two")
    entries = waiting(database)
    assert [(entry.seq, entry.reason) for entry in entries] == [(1, "one"), (2, "two")]
    with Session(database) as session:
        assert outbox(session).next_position() == 1


def test_whoever_flushes_second_waits_for_the_first_to_commit(database: Engine) -> None:
    """Business work overlaps freely; only flush to commit is one at a time."""
    with Session(database) as early, Session(database) as late, ThreadPoolExecutor(1) as thread:
        early.add(NoteRow(id=1, text="begun first"))
        early.flush()
        late.add(NoteRow(id=2, text="begun second"))
        late.flush()
        late_box, early_box = outbox(late), outbox(early)
        late_box.record(fact("late"))
        early_box.record(fact("early"))
        late_box.flush()

        blocked = thread.submit(early_box.flush)
        wait_until(lambda: _someone_waits(database), "the second flush to wait for the lock")
        assert not blocked.done()
        late.commit()
        blocked.result(timeout=30)
        early.commit()

    assert [(e.seq, e.reason) for e in waiting(database)] == [(1, "late"), (2, "early")]


def test_many_writers_make_one_chain(database: Engine) -> None:
    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(say, database, f"r{i}", f"s{i}") for i in range(40)]:
            done.result(timeout=60)
    entries = waiting(database)
    assert [entry.seq for entry in entries] == list(range(1, 81))
    for before, entry in pairwise(entries):
        assert entry.previous == leaf_hash(before.raw)


def test_positions_of_a_feed_are_contiguous_and_in_commit_order(database: Engine) -> None:
    def take(count: int) -> None:
        with Session(database) as session, session.begin():
            box = outbox(session)
            for position in box.next_positions(count):
                session.add(NoteRow(id=position, text=str(count)))
            box.flush()

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(take, count) for count in (1, 2, 3, 1, 2, 3)]:
            done.result(timeout=60)
    with database.connect() as connection:
        found = connection.execute(text("SELECT id FROM note ORDER BY id")).scalars().all()
    assert list(found) == list(range(1, 13))


def test_a_later_epoch_starts_a_new_chain_and_an_earlier_one_is_refused(database: Engine) -> None:
    say(database, "old")
    with Session(database) as session, session.begin():
        box = outbox(session, epoch=2)
        assert box.next_position() == 1
        started = box.record(fact("fresh"))
        box.flush()
    assert (started.position.epoch, started.position.seq, started.position.previous) == (2, 1, "")
    with Session(database) as session:
        box = outbox(session, epoch=1)
        box.record(fact("stale"))
        with pytest.raises(RuntimeError, match="later epoch"):
            box.flush()


def test_a_fact_outside_the_format_stops_the_transaction(database: Engine) -> None:
    with Session(database) as session:
        session.add(NoteRow(id=1, text="must not stay"))
        box = outbox(session)
        box.record(fact("Not A Code"))
        with pytest.raises(MalformedEntry):
            box.flush()
        session.rollback()
    assert waiting(database) == []


def test_a_heartbeat_signs_the_place_before_it(database: Engine) -> None:
    key = Ed25519PrivateKey.generate()
    say(database, "one", "two")
    head = waiting(database)[-1]
    beats = Heartbeats(database, outbox, key.sign, SystemClock())
    assert beats.step()
    assert not beats.step()

    entry = waiting(database)[-1]
    beat = read_heartbeat(entry)
    assert (entry.seq, beat.head.seq, beat.head.leaf_hash) == (3, 2, leaf_hash(head.raw))
    assert beat.occurred_at <= datetime.now(UTC)
    key.public_key().verify(beat.signature, beat.signed)


def test_a_services_voice_says_what_waits_and_since_when(database: Engine) -> None:
    key, clock = Ed25519PrivateKey.generate(), SteppingClock(wall=datetime.now(UTC))
    voice = OutboxVoice(
        database,
        OUTBOX,
        src=SRC,
        topic=TOPIC,
        sign=key.sign,
        ids=Uuid7Source(),
        clock=clock,
    )
    voice.step()
    clock.pass_time(3_600)
    voice.step()
    first, second = (read_heartbeat(entry) for entry in waiting(database))
    assert first.waiting == Waiting(entries=0, seconds=0)
    assert second.waiting == Waiting(entries=1, seconds=3_600)
    key.public_key().verify(second.signature, second.signed)


def test_the_first_heartbeat_of_a_chain_names_no_entry(database: Engine) -> None:
    key = Ed25519PrivateKey.generate()
    Heartbeats(database, outbox, key.sign, SystemClock()).step()
    beat = read_heartbeat(waiting(database)[0])
    assert (beat.head.seq, beat.head.leaf_hash) == (0, b"")
    key.public_key().verify(beat.signature, beat.signed)


def _someone_waits(database: Engine) -> bool:
    with database.connect() as connection:
        found = connection.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        )
        return bool(found.scalar_one())
