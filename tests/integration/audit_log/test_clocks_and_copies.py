# SPDX-License-Identifier: Apache-2.0
"""A clock that jumps, a topic that reorders, and a database from before, without any witness."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from audit_log.adapters.head_file import FileHead
from audit_log.adapters.inspector import inspecting
from audit_log.adapters.publishing import PostgresPublisherStore
from audit_log.domain.errors import HeadMismatch
from audit_log.domain.merkle import leaf_hash, root_of
from audit_log.usecases.publish import Publisher
from audit_log.usecases.sequence import Sequencer
from audit_log.usecases.verify import verify
from shared.db import engine
from shared.entries import parse_entry
from shared.events import SealedEntry
from tests.contract.audit_log.test_publishing import TRUST, Signing
from tests.fakes.kernel import SteppingClock
from tests.fakes.log_factories import Speaker
from tests.support.log_world import (
    SRC,
    PostgresWorld,
    Producing,
    drain,
    entries_of,
    sequencer,
)
from tests.support.postgres import copied_database

HOUR = timedelta(hours=1)
JUMPS = {
    "a second back": (timedelta(seconds=-1),),
    "an hour back": (-HOUR,),
    "a year back": (timedelta(days=-365),),
    "a year on": (timedelta(days=365),),
    "on and back": (30 * 24 * HOUR, -30 * 24 * HOUR),
    "back at every batch": (-HOUR, -HOUR, -HOUR),
}


@pytest.fixture
def world() -> Iterator[PostgresWorld]:
    made = PostgresWorld()
    yield made
    made.close()


def publisher(store: PostgresPublisherStore, head: Path, clock: SteppingClock) -> Publisher:
    return Publisher(
        store=store, signer=Signing(), trust=TRUST, head_file=FileHead(head), clock=clock
    )


def publish(world: PostgresWorld, head: Path) -> None:
    publisher(PostgresPublisherStore(world.engine), head, world.clock).step()


def seqs(world: PostgresWorld) -> list[int]:
    found = [parse_entry(raw) for raw in entries_of(world)]
    return [entry.seq for entry in found if entry.src == SRC]


@pytest.mark.parametrize("name", JUMPS)
def test_a_clock_that_jumps_costs_neither_an_entry_nor_the_lead_nor_a_checkpoint(
    world: PostgresWorld, tmp_path: Path, name: str
) -> None:
    """Order comes from places in chains and in the tree, leases from the database's clock."""
    speaker, one, said = Speaker(), sequencer(world), 0
    waiting = sequencer(world, holder="waiting")
    for jump in (timedelta(0), *JUMPS[name]):
        world.clock.wall += jump
        Producing(world).send(*speaker.say_many(130))
        said += 130
        drain(one)
        assert not waiting.step(), "the lead does not change hands"
        publish(world, tmp_path / "head.note")
        assert seqs(world) == list(range(1, said + 1))
        assert PostgresPublisherStore(world.engine).published_size() == world.publisher.head()[0]
    assert one.leads
    assert world.findings() == []
    with inspecting(world.url) as inspector:
        assert verify(inspector, trust=TRUST, rows=None).sound


ORDERS: dict[str, Callable[[list[SealedEntry]], list[SealedEntry]]] = {
    "backwards": lambda said: said[::-1],
    "every other one first": lambda said: said[::2] + said[1::2],
    "each one twice": lambda said: [one for one in said for _ in range(2)],
    "the last half again, then the first": lambda said: said[30:] + said[:30] + said,
}


@pytest.mark.parametrize("batch", [7, 5_120])
@pytest.mark.parametrize("order", ORDERS)
def test_whatever_the_order_each_entry_is_there_once_and_no_gap_stays_open(
    world: PostgresWorld, order: str, batch: int
) -> None:
    said = Speaker().say_many(60)
    for one in ORDERS[order](said):
        Producing(world).send(one)
    drain(sequencer(world, batch=batch))
    raw = [entry for entry in entries_of(world) if parse_entry(entry).src == SRC]
    assert sorted(raw) == sorted(one.entry for one in said)
    assert world.quarantined() == []
    assert all(closed for _, closed in world.findings())


def older_and_newer(
    world: PostgresWorld, head: Path, said: list[SealedEntry]
) -> tuple[str, bytes, bytes]:
    """Give a copy of a log's database from before its last round, and both head files."""
    Producing(world).send(*said[:300])
    drain_and_stop(sequencer(world))
    publish(world, head)
    old = head.read_bytes()
    world.close()
    older = copied_database(world.url)
    Producing(world).send(*said[300:])
    drain_and_stop(sequencer(world))
    publish(world, head)
    return older, old, head.read_bytes()


def drain_and_stop(one: Sequencer) -> None:
    drain(one)
    one.stop()


@pytest.mark.parametrize("head_file", ["kept", "lost", "older too"])
def test_an_older_database_without_witnesses(
    world: PostgresWorld, tmp_path: Path, head_file: str
) -> None:
    """The head file alone stops the signing; where it is as old, a reader's checkpoint tells."""
    head = tmp_path / "head.note"
    older, old, new = older_and_newer(world, head, Speaker().say_many(400))
    with psycopg.connect(older) as connection:
        connection.execute("UPDATE log_state SET holder = 'nobody', lease_until = '-infinity'")
    database = engine(older)
    try:
        store = PostgresPublisherStore(database)
        restored = PostgresWorld(older)
        Producing(restored).send(*Speaker("zz/other/1").say_many(500))
        drain_and_stop(sequencer(restored))
        if head_file == "lost":
            head.unlink()
        if head_file == "older too":
            head.write_bytes(old)
            assert publisher(store, head, world.clock).step()
            leaves = [leaf_hash(entry) for entry in entries_of(restored)]
            seen = TRUST.open(new)
            assert root_of(leaves[: seen.size]) != seen.root, "whoever kept the newer one sees it"
        else:
            kept = store.newest()
            with pytest.raises(HeadMismatch):
                publisher(store, head, world.clock).step()
            assert store.newest() == kept
        restored.close()
    finally:
        database.dispose()
