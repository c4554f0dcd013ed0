# SPDX-License-Identifier: Apache-2.0
"""Stored offsets led on while they are sequenced: what is said of them was so at the time."""

from concurrent.futures import ThreadPoolExecutor

import psycopg

from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.topic_desk import topic_desks
from audit_log.ports.topics import HeldPartition, HeldTopic
from audit_log.usecases.topics import Lost, resume_topic
from shared.db import engine
from shared.ids import Uuid7Source
from tests.fakes.log_factories import ALONE
from tests.support.log_world import PostgresWorld
from tests.support.waiting import wait_until

NOW = HeldTopic(
    topic="audit-kept",
    cluster_id="cluster",
    topic_id="topic",
    partitions={0: HeldPartition(first=40, end=50, value=None)},
)


def test_what_is_sequenced_while_the_loss_is_worked_out_is_not_called_lost() -> None:
    world = PostgresWorld()
    database = engine(world.url, pool_size=2)
    desks = topic_desks(database, OwnProducer("zz/audit_log/1", Uuid7Source()), world.clock)
    with psycopg.connect(world.url) as sequencing, ThreadPoolExecutor(1) as beside:
        sequencing.execute(
            "INSERT INTO kafka_offset (topic, part, next_offset, cluster_id, topic_id)"
            " VALUES ('audit-kept', 0, 10, 'cluster', 'topic')"
        )
        sequencing.commit()
        sequencing.execute("UPDATE kafka_offset SET next_offset = 20")  # a batch, uncommitted
        resuming = beside.submit(
            resume_topic, NOW, desks=desks, at=world.clock.now(), backing=ALONE, accept_gap=True
        )
        wait_until(lambda: waits(world), "the command to wait for the batch")
        sequencing.commit()
        assert list(resuming.result()) == [Lost(partition=0, first=20, last=39)]
        stored = sequencing.execute("SELECT next_offset FROM kafka_offset").fetchone()
    assert stored == (40,)
    database.dispose()
    world.close()


def waits(world: PostgresWorld) -> bool:
    with psycopg.connect(world.url) as looking:
        wanted = (
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        row = looking.execute(wanted).fetchone()
    return row is not None and row[0] > 0
