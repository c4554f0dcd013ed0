# SPDX-License-Identifier: Apache-2.0
"""A sequencer that stands still inside its transaction holds nobody up, and commits nothing."""

from collections.abc import Iterator

import psycopg
import pytest

from audit_log.usecases.announce import started
from tests.fakes.kernel import START
from tests.fakes.log_factories import Speaker
from tests.support.log_world import PostgresWorld, Producing, drain, sequencer
from tests.support.waiting import wait_until


@pytest.fixture
def world() -> Iterator[PostgresWorld]:
    made = PostgresWorld()
    yield made
    made.close()


def test_a_stopped_leader_s_locks_end_with_its_lease(world: PostgresWorld) -> None:
    stopped, other = world.store(), world.store()
    epoch = stopped.lead("stopped", -1, lambda n: started(n, START))
    assert epoch is not None

    def stand_still_and_commit() -> None:
        with stopped._transaction() as cursor:
            cursor.execute("SELECT FROM log_state FOR UPDATE")
            cursor.execute("INSERT INTO bundle VALUES (0, 'of a batch that never was')")
            # Here the process was stopped. The other takes over, although the row is locked.
            assert other.lead("other", 60, lambda n: started(n, START)) == epoch + 1
            Producing(world).send(*Speaker().say_many(300))
            drain(sequencer(world, holder="other", store=other))

    with pytest.raises(psycopg.OperationalError):
        stand_still_and_commit()
    assert world.publisher.head()[0] > 300
    with world.transaction() as log:
        assert len(log.reader.bundle(0)) == 256


def test_a_leader_whose_session_ended_need_not_be_waited_for(world: PostgresWorld) -> None:
    killed, other = world.store(), world.store()
    assert killed.lead("killed", 600, lambda n: started(n, START)) == 1
    assert other.lead("other", 600, lambda n: started(n, START)) is None
    killed.close()
    waiting = sequencer(world, holder="other", store=other, lease_seconds=600)
    wait_until(waiting.step, "the other leads and sequences")
