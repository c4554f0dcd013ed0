# SPDX-License-Identifier: Apache-2.0
"""The inbox on a real PostgreSQL: a message takes effect once."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from shared.clock import SystemClock
from shared.inbox import Delivery, InboxWorker, StoredOffset, receive, stored_offsets
from shared.messages import ReceivedMessage
from tests.integration.shared.sample.tables import INBOX, NoteRow
from tests.integration.shared.world import sample_engine


@pytest.fixture
def database() -> Iterator[Engine]:
    with sample_engine() as one:
        yield one


def arrived(number: int) -> ReceivedMessage:
    return ReceivedMessage(
        id=f"message-{number}",
        type="placet.consent.narrowed.v1",
        source="zz/consent_registry/1",
        key="GDI-ZZ-DATASET-1",
        topic="consent.changes.v1",
        occurred_at=datetime.now(UTC),
        payload={"number": number},
    )


def note(session: Session, message: ReceivedMessage) -> None:
    number = message.payload["number"]
    assert isinstance(number, int)
    session.add(NoteRow(text=str(number)))


def notes(database: Engine) -> list[str]:
    with database.connect() as connection:
        return list(connection.execute(text("SELECT text FROM note ORDER BY id")).scalars())


def test_a_repeated_message_takes_effect_once(database: Engine) -> None:
    now = datetime.now(UTC)
    assert receive(database, INBOX, [arrived(1), arrived(2), arrived(1)], note, now) == 2
    assert receive(database, INBOX, [arrived(2), arrived(3)], note, now) == 1
    assert notes(database) == ["1", "2", "3"]


def test_a_batch_that_fails_leaves_nothing_and_may_come_again(database: Engine) -> None:
    def fails_on_two(session: Session, message: ReceivedMessage) -> None:
        note(session, message)
        if message.payload["number"] == 2:
            raise ValueError

    now = datetime.now(UTC)
    with pytest.raises(ValueError):  # noqa: PT011  its own
        receive(database, INBOX, [arrived(1), arrived(2)], fails_on_two, now)
    assert notes(database) == []
    assert receive(database, INBOX, [arrived(1), arrived(2)], note, now) == 2


def test_the_same_message_twice_at_once_takes_effect_once(database: Engine) -> None:
    def once() -> int:
        return receive(database, INBOX, [arrived(1)], note, datetime.now(UTC))

    with ThreadPoolExecutor(6) as threads:
        done = [threads.submit(once) for _ in range(12)]
        assert sum(one.result(timeout=60) for one in done) == 1
    assert notes(database) == ["1"]


class Listed:
    """A message source in memory that delivers what was put back again."""

    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self._waiting = list(deliveries)

    def poll(self) -> Sequence[Delivery]:
        found, self._waiting = self._waiting, []
        return found

    def put_back(self, delivery: Delivery) -> None:
        self._waiting.insert(0, delivery)


def at(offset: int) -> StoredOffset:
    return StoredOffset(
        topic="consent.changes.v1",
        partition=0,
        next_offset=offset + 1,
        cluster_id="cluster",
        topic_id="topic",
    )


def test_the_offset_is_stored_with_the_effect(database: Engine) -> None:
    source = Listed([Delivery(message=arrived(n), at=at(n)) for n in range(3)])
    worker = InboxWorker(database, INBOX, source, note, clock=SystemClock())
    assert worker.step()
    assert not worker.step()
    assert notes(database) == ["0", "1", "2"]
    with database.connect() as connection:
        assert stored_offsets(connection, INBOX) == [at(2)]


def test_an_error_leaves_the_message_and_those_behind_it_for_the_next_step(
    database: Engine,
) -> None:
    broken = True

    def fails_once(session: Session, message: ReceivedMessage) -> None:
        note(session, message)
        if broken and message.payload["number"] == 1:
            raise ConnectionError

    source = Listed([Delivery(message=arrived(n), at=at(n)) for n in range(3)])
    worker = InboxWorker(database, INBOX, source, fails_once, clock=SystemClock())
    with pytest.raises(ConnectionError):
        worker.step()
    assert notes(database) == ["0"]
    broken = False
    assert worker.step()
    assert notes(database) == ["0", "1", "2"]


def test_something_unreadable_is_passed_over_with_its_offset(
    database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    source = Listed(
        [Delivery(message=None, fault="not JSON", at=at(0)), Delivery(message=arrived(1), at=at(1))]
    )
    InboxWorker(database, INBOX, source, note, clock=SystemClock()).step()
    assert notes(database) == ["1"]
    assert "not JSON" in caplog.text
    with database.connect() as connection:
        assert stored_offsets(connection, INBOX) == [at(1)]
