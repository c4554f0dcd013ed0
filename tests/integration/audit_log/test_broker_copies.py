# SPDX-License-Identifier: Apache-2.0
"""How long erased data may stay in Kafka is asked of the broker that runs, and counted in."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from audit_log.adapters.broker_copies import BrokerCopies
from audit_log.adapters.keeping_desk import keeping_transactions
from audit_log.domain.copies import UNREAD
from audit_log.domain.retention import RetentionPolicy
from audit_log.ports import NoRegistry, Producer
from audit_log.usecases.erase import CopiesKept
from audit_log.usecases.retain import Retainer
from shared.brokers import Brokers
from shared.ids import Uuid7Source
from shared.kafka_io import applied_configs, ensure_topics
from shared.transport import TransportError
from tests.fakes.kernel import START
from tests.fakes.log_memory_erasures import MemoryErasures
from tests.support.kafka import KafkaBroker, forget_failed_connections, session_broker
from tests.support.log_world import PSEUDONYMS, VAULT, PostgresWorld

DAYS = 86_400_000
CHECK_AND_DELAY = timedelta(seconds=1) + timedelta(minutes=1)  # tests.support.kafka.broker, ours


@pytest.fixture(scope="module")
def broker() -> KafkaBroker:
    found = session_broker()
    topics = {"copies.week": 7, "copies.long": 40, "copies.ever": -1}
    for name, days in topics.items():
        kept = str(days * DAYS) if days > 0 else "-1"
        ensure_topics(found.brokers, {name: 1}, config={"retention.ms": kept})
    return found


@pytest.fixture
def world() -> Iterator[PostgresWorld]:
    made = PostgresWorld()
    yield made
    made.close()


def test_the_broker_says_what_it_applies_defaults_included(broker: KafkaBroker) -> None:
    topics, brokers = applied_configs(broker.brokers, ["copies.week", "copies.none"])
    assert set(topics) == {"copies.week"}
    assert topics["copies.week"]["retention.ms"] == str(7 * DAYS)
    assert topics["copies.week"]["index.interval.bytes"] == "4096"  # nobody set it
    assert brokers["log.retention.check.interval.ms"] == "1000"


def test_each_topic_lives_for_its_own_term(broker: KafkaBroker) -> None:
    lives = BrokerCopies(broker.brokers)(["copies.week", "copies.long", "copies.ever"])
    assert lives == {
        "copies.week": timedelta(days=8) + CHECK_AND_DELAY,
        "copies.long": timedelta(days=41) + CHECK_AND_DELAY,
        "copies.ever": None,
    }


@pytest.fixture
def forgetting(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Forget failed connections once no captured record of the test holds one any more."""
    yield caplog
    forget_failed_connections()


def test_a_broker_that_is_away_says_nothing_and_leaves_nobody_trying(
    forgetting: pytest.LogCaptureFixture,
) -> None:
    before = set(threading.enumerate())
    with pytest.raises(TransportError):
        BrokerCopies(Brokers(addresses=("127.0.0.1:9",)))(["copies.week"])
    assert set(threading.enumerate()) <= before
    forgetting.clear()


def test_what_was_read_counts_and_what_was_not_is_said(
    broker: KafkaBroker, world: PostgresWorld
) -> None:
    keeping = keeping_transactions(world.engine, world.own, world.clock)
    producer = Producer(src="zz/x/1", client_id="x", vkey="", topic="copies.long")
    with world.transaction() as log:
        log.add_producer(producer, (), START)
        unread = CopiesKept().completeness(START, log.copies())
    assert (unread.by, unread.open) == (None, (UNREAD,))
    retainer = Retainer(
        transaction=keeping,
        policy=RetentionPolicy(),
        kept=CopiesKept(),
        outside=MemoryErasures(),
        read_copies=BrokerCopies(broker.brokers),
        members=NoRegistry(),
        vault=VAULT,
        pseudonyms=PSEUDONYMS,
        ids=Uuid7Source(),
        clock=world.clock,
    )
    while retainer.step():
        pass
    with world.transaction() as log:
        known = CopiesKept().completeness(START, log.copies())
    assert known.open == ()
    # Kept in whole seconds, the started one counted whole.
    assert known.by == START + timedelta(days=41, seconds=1) + CHECK_AND_DELAY
