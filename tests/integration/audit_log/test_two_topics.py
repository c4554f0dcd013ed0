# SPDX-License-Identifier: Apache-2.0
"""A topic for each producer: nobody speaks as another, and nobody's loss is another's."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import psycopg
import pytest

from audit_log.domain.errors import TopicTaken
from shared.entries import parse_entry
from tests.fakes.log_factories import Speaker
from tests.integration.audit_log.test_kafka import Road, remade, sequence_until
from tests.support.kafka import forget_failed_connections, session_broker
from tests.support.log_world import SRC, PostgresWorld, entries_of, sequencer
from tests.support.waiting import wait_until

PERMITS = "zz/permit_service/1"


@dataclass
class Roads:
    """The topics of a data node and of the permit service, into one log."""

    node: Road
    permits: Road

    @property
    def world(self) -> PostgresWorld:
        return self.node.world


@pytest.fixture(params=[False, True], ids=["here", "beside"])
def roads(request: pytest.FixtureRequest) -> Iterator[Roads]:
    broker, world = session_broker(), PostgresWorld()
    node = Road(
        broker=broker,
        topic=broker.new_topic("audit-node", partitions=3),
        world=world,
        beside=request.param,
    )
    permits = replace(node, topic=broker.new_topic("audit-permits", partitions=3))
    assert node.register()
    assert permits.register(PERMITS, "permit_service")
    yield Roads(node=node, permits=permits)
    world.close()
    forget_failed_connections()


def test_a_data_node_cannot_write_as_the_permit_service(roads: Roads) -> None:
    node, permits = Speaker(), Speaker(PERMITS)
    forged = permits.say()  # as the permit service itself would have said it
    roads.node.produce(node.say(), forged)
    source = roads.node.source()
    one = sequencer(roads.world, source=source)
    sequence_until(one, lambda: bool(roads.world.quarantined()), "the forgery to be kept apart")
    sequence_until(one, lambda: roads.node.served() == [1], "what the node may say")
    assert roads.world.quarantined() == ["source_not_allowed"]
    assert roads.node.served(PERMITS) == []
    with psycopg.connect(roads.world.url) as connection:
        places = connection.execute("SELECT topic FROM quarantine").fetchall()
    assert places == [(roads.node.topic,)]
    roads.permits.produce(forged)  # the same bytes, from whoever may write there
    sequence_until(one, lambda: roads.node.served(PERMITS) == [1], "the permit service's word")
    source.close()


def test_what_is_missing_from_one_topic_holds_up_no_other(roads: Roads) -> None:
    node, permits = Speaker(), Speaker(PERMITS)
    said = node.say_many(20)
    roads.node.produce(*said[:5], *said[10:])
    roads.permits.produce(*permits.say_many(30))
    source = roads.node.source()
    one = sequencer(roads.world, source=source)
    sequence_until(one, lambda: len(roads.node.served(PERMITS)) == 30, "the other topic")
    sequence_until(one, lambda: len(roads.node.served()) == 15, "what came behind the gap")
    roads.node.produce(*said[5:10])
    sequence_until(one, lambda: len(roads.node.served()) == 20, "what was missing")
    assert roads.node.served(PERMITS) == list(range(1, 31))
    source.close()


def test_a_topic_made_anew_stops_itself_alone(roads: Roads) -> None:
    permits = Speaker(PERMITS)
    roads.node.produce(*Speaker().say_many(10))
    roads.permits.produce(*permits.say_many(10))
    source = roads.node.source()
    one = sequencer(roads.world, source=source)
    sequence_until(one, lambda: len(roads.node.served()) == 10, "the node's entries")
    sequence_until(one, lambda: len(roads.node.served(PERMITS)) == 10, "the permit service's")
    source.close()
    roads.node.broker.delete_topic(roads.node.topic)
    wait_until(lambda: remade(roads.node), "the topic is made anew", 60)
    roads.node.produce(*Speaker(epoch=2).say_many(40))
    source = roads.node.source()
    two = sequencer(roads.world, source=source, holder="two", lease_seconds=-1)
    one.stop()
    sequence_until(two, lambda: bool(roads.world.findings()), "the finding")
    roads.permits.produce(*permits.say_many(25))
    sequence_until(two, lambda: len(roads.node.served(PERMITS)) == 35, "the other reads on")
    assert roads.world.findings() == [("topic_replaced", False)]
    assert roads.node.served() == list(range(1, 11)), "nothing of the topic made anew"
    found = [parse_entry(raw) for raw in entries_of(roads.world)]
    (opened,) = [entry for entry in found if entry.type == "placet.finding.opened.v1"]
    assert opened.extra["topic"] == roads.node.topic
    source.close()


@pytest.mark.parametrize("roads", [True], indirect=True)
def test_a_topic_is_shared_only_by_those_who_say_so(roads: Roads) -> None:
    with pytest.raises(TopicTaken) as refused:
        roads.permits.register("zz/clearinghouse/2", "another")
    assert refused.value.context == {"topic": roads.permits.topic, "sources": PERMITS}
    with psycopg.connect(roads.world.url) as connection:
        held = connection.execute("SELECT src FROM producer ORDER BY src").fetchall()
    assert held == [(SRC,), (PERMITS,)], "nothing half-written"
    assert not roads.permits.register(PERMITS, "permit_service"), "the same again is no news"
    assert roads.permits.register("zz/clearinghouse/2", "another", shared=True)
    assert not roads.permits.register("zz/clearinghouse/2", "another")


@pytest.mark.parametrize("roads", [True], indirect=True)
def test_of_two_registrations_at_once_one_gets_the_topic(roads: Roads) -> None:
    free = replace(roads.node, topic=roads.node.broker.new_topic("audit-free", partitions=3))
    got: list[bool] = []

    def add(number: int) -> None:
        try:
            got.append(free.register(f"zz/hasty/{number}", f"hasty-{number}"))
        except TopicTaken:
            got.append(False)

    running = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert sorted(got) == [False] * 5 + [True]
