# SPDX-License-Identifier: Apache-2.0
"""A producer moved to a topic of its own, and partitions added: nothing is skipped in silence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import psycopg
import pytest

from audit_log.domain.errors import TopicTaken, TopicUnready
from audit_log.usecases.sequence import Sequencer
from audit_log.usecases.topics import Aside
from services.audit_log import topic_cli
from shared.entries import Entry, parse_entry
from shared.errors import ValidationFailed
from tests.fakes.log_factories import Speaker
from tests.integration.audit_log.test_kafka import Road, remade, sequence_until
from tests.support.kafka import forget_failed_connections, session_broker
from tests.support.log_world import SRC, PostgresWorld, entries_of, sequencer
from tests.support.waiting import wait_until

PERMITS = "zz/permit_service/1"


@dataclass
class Shared:
    """A topic of two producers, and one that is meant for the first of them alone."""

    old: Road
    new: Road

    def served(self, src: str = SRC) -> list[int]:
        return self.old.served(src)

    def move(self, *, accept_gap: bool = False) -> Sequence[Aside] | None:
        return topic_cli.move(self.old.settings(), SRC, self.new.topic, accept_gap=accept_gap)

    def said(self, reason: str) -> list[Entry]:
        found = [parse_entry(raw) for raw in entries_of(self.old.world)]
        return [one for one in found if one.reason == reason]


@pytest.fixture(params=[False, True], ids=["here", "beside"])
def shared(request: pytest.FixtureRequest) -> Iterator[Shared]:
    broker, world = session_broker(), PostgresWorld()
    topic = broker.new_topic("audit-shared", partitions=3)
    old = Road(broker=broker, topic=topic, world=world, beside=request.param)
    assert old.register()
    assert old.register(PERMITS, "permit_service", shared=True)
    yield Shared(old=old, new=replace(old, topic=broker.new_topic("audit-own", partitions=3)))
    world.close()
    forget_failed_connections()


def read_all(one: Sequencer, shared: Shared, own: int, other: int) -> None:
    def done() -> bool:
        shared.old.world.clock.pass_time(2)  # idle, a sequencer looks what was registered
        return (len(shared.served()), len(shared.served(PERMITS))) == (own, other)

    sequence_until(one, done, f"{own} and {other} entries")


def test_a_producer_is_moved_without_loss_and_without_a_double(shared: Shared) -> None:
    speaker, permits = Speaker(), Speaker(PERMITS)
    said = speaker.say_many(60)
    shared.old.produce(*said[:20], *permits.say_many(10))
    source = shared.old.source()
    one = sequencer(shared.old.world, source=source)
    read_all(one, shared, 20, 10)
    with pytest.raises(TopicUnready, match="written nothing"):
        shared.move()
    shared.old.produce(*said[20:40], *permits.say_many(5))  # the sequencer has yet to read these
    shared.new.produce(*said[40:50])  # restarted, it writes to its own topic
    with pytest.raises(TopicUnready, match="goes on with 41, sequenced up to 20"):
        shared.move()
    read_all(one, shared, 40, 15)
    assert shared.move() == []
    assert shared.move() is None, "the same again is no news"
    shared.new.produce(*said[45:])  # a relay that was killed sends some again
    shared.old.produce(*permits.say_many(5))
    read_all(one, shared, 60, 20)
    assert shared.served() == list(range(1, 61))
    assert shared.served(PERMITS) == list(range(1, 21))
    assert shared.old.world.findings() == []
    assert shared.old.world.quarantined() == []
    (moved,) = shared.said("producer_moved")
    assert moved.extra == {
        "before": shared.old.topic,
        "topic": shared.new.topic,
        "src": SRC,
        "accepted": 0,
        "entries": [],
        "offsets": [],
    }
    # Whoever still writes to the shared topic speaks for the moved producer no more.
    shared.old.produce(speaker.say())
    sequence_until(one, lambda: bool(shared.old.world.quarantined()), "the stranger's record")
    assert shared.old.world.quarantined() == ["source_not_allowed"]
    assert shared.served() == list(range(1, 61))
    source.close()


@pytest.mark.parametrize("shared", [False], indirect=True)
def test_a_move_that_would_lose_or_mix_is_refused(shared: Shared) -> None:
    speaker, permits = Speaker(), Speaker(PERMITS)
    said = speaker.say_many(30)
    shared.old.produce(*said[:10])
    source = shared.old.source()
    one = sequencer(shared.old.world, source=source)
    read_all(one, shared, 10, 0)
    foreign = replace(shared.new, topic=shared.new.broker.new_topic("audit-foreign"))
    foreign.produce(permits.say())
    with pytest.raises(ValidationFailed):
        replace(shared, new=foreign).move()
    taken = replace(shared.new, topic=shared.new.broker.new_topic("audit-taken"))
    taken.register("zz/other/1", "other")
    taken.produce(said[10])
    with pytest.raises(TopicTaken):
        replace(shared, new=taken).move()
    shared.new.produce(*said[10:20])
    shared.old.produce(permits.say_many(3)[2])  # unread: nobody knows yet whose it is
    with pytest.raises(TopicUnready, match="is sequenced up to"):
        shared.move()
    with psycopg.connect(shared.old.world.url) as connection:
        topics = connection.execute("SELECT topic FROM producer WHERE src = %s", (SRC,)).fetchall()
        begun = connection.execute("SELECT DISTINCT topic FROM kafka_offset").fetchall()
    assert topics == [(shared.old.topic,)]
    assert (shared.new.topic,) not in begun, "nothing half-written"
    source.close()


@pytest.mark.parametrize("shared", [False], indirect=True)
def test_after_a_topic_was_made_anew_its_producer_goes_on_elsewhere(shared: Shared) -> None:
    speaker = Speaker()
    said = speaker.say_many(40)
    shared.old.produce(*said[:10])
    source = shared.old.source()
    one = sequencer(shared.old.world, source=source)
    read_all(one, shared, 10, 0)
    source.close()
    shared.old.produce(*said[10:20])  # lost with the topic
    shared.old.broker.delete_topic(shared.old.topic)
    wait_until(lambda: remade(shared.old), "the topic is made anew", 60)
    source = shared.old.source()
    two = sequencer(shared.old.world, source=source, holder="two", lease_seconds=-1)
    one.stop()
    sequence_until(two, lambda: bool(shared.old.world.findings()), "the finding")
    shared.new.produce(*said[20:])
    with pytest.raises(TopicUnready, match="the old topic is no more"):
        shared.move()
    stored = offsets_of(shared)
    assert shared.move(accept_gap=True)
    read_all(two, shared, 30, 0)  # and what it says since
    assert shared.served() == [*range(1, 11), *range(21, 41)]
    assert shared.old.world.findings() == [("topic_replaced", False), ("gap", False)]
    (moved,) = shared.said("producer_moved")
    assert moved.extra["accepted"] == 2
    assert moved.extra["entries"] == [[1, 11, 20]]
    assert moved.extra["offsets"] == [[part, following, None] for part, following in stored]
    source.close()


@pytest.mark.parametrize("shared", [False], indirect=True)
def test_what_a_move_leaves_unread_on_the_old_topic_is_named_to_the_offset(shared: Shared) -> None:
    speaker = Speaker()
    said = speaker.say_many(40)
    shared.old.produce(*said[:10])
    source = shared.old.source()
    one = sequencer(shared.old.world, source=source)
    read_all(one, shared, 10, 0)
    source.close()
    for never_read in said[10:20]:  # its partition is full of faults, say
        shared.old.produce(never_read)
    shared.new.produce(*said[20:])
    before = dict(offsets_of(shared))
    aside = shared.move(accept_gap=True)
    assert aside is not None
    one.stop()
    source = shared.old.source()
    two = sequencer(shared.old.world, source=source, holder="two", lease_seconds=-1)
    read_all(two, shared, 30, 0)
    (moved,) = shared.said("producer_moved")
    assert moved.extra["entries"] == [[1, 11, 20]]
    left = moved.extra["offsets"]
    assert isinstance(left, list)
    assert sum(last - first + 1 for _, first, last in left) == 10
    assert all(before[part] == first for part, first, _ in left)
    assert left == [list(reach) for each in aside for reach in each.offsets]
    source.close()


def offsets_of(shared: Shared) -> list[tuple[int, int]]:
    with psycopg.connect(shared.old.world.url) as connection:
        wanted = "SELECT part, next_offset FROM kafka_offset WHERE topic = %s ORDER BY part"
        return connection.execute(wanted, (shared.old.topic,)).fetchall()


def test_a_partition_that_is_added_is_found_and_read_from_its_first_record(shared: Shared) -> None:
    road, permits = shared.old, Speaker(PERMITS)
    said = Speaker().say_many(200)
    road.produce(*said[:20])
    source = road.source()
    one = sequencer(road.world, source=source)
    read_all(one, shared, 20, 0)
    road.broker.add_partitions(road.topic, 17)
    road.produce(*said[20:], *permits.say_many(40))  # the keys lead to other partitions now
    sequence_until(one, lambda: bool(road.world.findings()), "the finding")
    assert road.world.findings() == [("partition_unknown", False)]
    # Nobody looks; the process is started anew, and reads nothing past what it does not know.
    source.close()
    source = road.source()
    two = sequencer(road.world, source=source, holder="two", lease_seconds=-1)
    one.stop()
    for _ in range(10):
        two.step()
    assert road.world.findings() == [("partition_unknown", False)], "one finding, not two"
    assert not road.register(), "registered already, and now begun in every partition"
    read_all(two, shared, 200, 40)
    assert shared.served() == list(range(1, 201))
    assert road.world.quarantined() == []
    source.close()
