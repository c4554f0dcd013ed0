# SPDX-License-Identifier: Apache-2.0
"""An ended session stays ended as long as it could be shown, wherever that is kept."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import Engine, select

from consent_registry.adapters.tables import ENDED_SESSIONS
from shared.db import engine
from shared.ended_sessions import SqlEndedSessions
from shared.pages.endings import (
    EndedSessions,
    MemoryEndedSessions,
    SessionsUnknown,
    digest_of,
    new_session_id,
)
from tests.support.page_world import HandClock
from tests.support.postgres import fresh_database, owner_of


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def url() -> str:
    return fresh_database("consent_registry")


@pytest.fixture
def database(url: str) -> Iterator[Engine]:
    one = engine(url, pool_size=1)
    yield one
    one.dispose()


@pytest.fixture(params=["sql", "memory"])
def ended(request: pytest.FixtureRequest, clock: HandClock) -> EndedSessions:
    if request.param == "memory":
        return MemoryEndedSessions(clock)
    return SqlEndedSessions(request.getfixturevalue("database"), ENDED_SESSIONS, clock)


def test_what_was_ended_is_ended_and_nothing_else(ended: EndedSessions, clock: HandClock) -> None:
    one, other = new_session_id(), new_session_id()
    assert not ended.has(one)
    for _ in range(2):
        ended.end(one, until=clock.now() + timedelta(hours=8))
    assert ended.has(one)
    assert not ended.has(other)
    assert not ended.has("")


def test_it_is_kept_until_the_session_is_over_by_itself(
    ended: EndedSessions, clock: HandClock
) -> None:
    one = new_session_id()
    ended.end(one, until=clock.now() + timedelta(hours=8))
    clock.move(8 * 3600)
    ended.end(new_session_id(), until=clock.now() + timedelta(hours=8))
    assert ended.has(one)
    clock.move(1)
    ended.end(new_session_id(), until=clock.now() + timedelta(hours=8))
    assert not ended.has(one)


def test_the_id_itself_is_nowhere_in_the_database(database: Engine, clock: HandClock) -> None:
    one = new_session_id()
    SqlEndedSessions(database, ENDED_SESSIONS, clock).end(one, until=clock.now())
    with database.connect() as connection:
        assert connection.execute(select(ENDED_SESSIONS.c.digest)).scalars().all() == [
            digest_of(one)
        ]


def test_a_database_that_cannot_tell_is_said_to_be_unknown(
    url: str, database: Engine, clock: HandClock
) -> None:
    ended = SqlEndedSessions(database, ENDED_SESSIONS, clock)
    with psycopg.connect(owner_of(url)) as connection:
        connection.execute("DROP TABLE ended_session")
    with pytest.raises(SessionsUnknown):
        ended.has("x")
    with pytest.raises(SessionsUnknown):
        ended.end("x", until=clock.now())
