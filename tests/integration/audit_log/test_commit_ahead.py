# SPDX-License-Identifier: Apache-2.0
"""The next batch is prepared while the one before is committed, and falls with it when it fails."""

from collections.abc import Iterator, Mapping, Sequence

import psycopg
import pytest

from audit_log.adapters.store import CommitAhead
from audit_log.domain.errors import Fenced
from audit_log.domain.received import KafkaPlace, Received
from audit_log.ports import Producer, SequencerStore, StoredOffset
from audit_log.usecases.announce import started
from audit_log.usecases.register import register
from audit_log.usecases.sequence import Pace, Sequencer
from shared.entries import parse_entry
from shared.events import SealedEntry, Subject
from tests.fakes.kernel import START
from tests.fakes.log_factories import ALONE, DATASET, Speaker, fact, received
from tests.support.log_world import (
    PSEUDONYMS,
    SRC,
    VAULT,
    BeforeCommit,
    PostgresWorld,
    Producing,
    drain,
    entries_of,
    erase_in,
)

TOPIC = "audit"
BATCH = 20


class Belt:
    """One partition as a list, read from the offset that is stored."""

    def __init__(self, *said: SealedEntry) -> None:
        self.records = list(said)
        self.at = 0

    def follow(
        self, offsets: Sequence[StoredOffset], sources: Mapping[str, frozenset[str]]
    ) -> None:
        (one,) = offsets
        self.at = one.next

    def poll(self, limit: int, wait_ms: int) -> Sequence[Received]:
        first, self.at = self.at, min(self.at + limit, len(self.records))
        return [
            received(one)._replace(place=KafkaPlace(TOPIC, 0, offset))
            for offset, one in enumerate(self.records[first : self.at], start=first)
        ]


@pytest.fixture
def world() -> Iterator[PostgresWorld]:
    made = PostgresWorld()
    producer = Producer(src=SRC, client_id="clearinghouse", vkey="", topic=TOPIC)
    offset = StoredOffset(topic=TOPIC, partition=0, next=0, cluster_id="c", topic_id="t")
    register(producer, [offset], transaction=made.transaction, clock=made.clock, backing=ALONE)
    yield made
    made.close()


@pytest.fixture
def lines() -> Iterator[list[CommitAhead]]:
    made: list[CommitAhead] = []
    yield made
    for line in made:
        line.close()


def ahead(
    world: PostgresWorld, belt: Belt, lines: list[CommitAhead], store: SequencerStore | None = None
) -> Sequencer:
    store = store or world.store()
    lines.append(CommitAhead(store))
    return Sequencer(
        store=store,
        source=belt,
        vault=VAULT,
        pseudonyms=PSEUDONYMS,
        clock=world.clock,
        holder="one",
        pace=Pace(batch=BATCH, wait_ms=0, lease_seconds=60),
        line=lines[-1],
    )


def served(world: PostgresWorld) -> list[int]:
    found = [parse_entry(raw) for raw in entries_of(world)]
    return [entry.seq for entry in found if entry.src == SRC]


def offset(world: PostgresWorld) -> int:
    with psycopg.connect(world.url) as connection:
        ((found,),) = connection.execute("SELECT next_offset FROM kafka_offset").fetchall()
        return int(found)


def said(number: int) -> list[SealedEntry]:
    speaker = Speaker()
    people = [Subject(dataset=DATASET, ordinal=n % 30) for n in range(number)]
    return [speaker.say(fact(subjects=(person,))) for person in people]


def test_every_entry_is_there_once_when_nothing_is_under_way(
    world: PostgresWorld, lines: list[CommitAhead]
) -> None:
    belt = Belt(*said(7 * BATCH + 3))
    one = ahead(world, belt, lines)
    drain(one)
    assert served(world) == list(range(1, 7 * BATCH + 4))
    assert offset(world) == 7 * BATCH + 3


def test_stopping_sees_the_last_batch_through(
    world: PostgresWorld, lines: list[CommitAhead]
) -> None:
    one = ahead(world, Belt(*said(BATCH)), lines)
    assert one.step()
    one.stop()
    assert offset(world) > 0


def test_a_failed_commit_takes_what_was_prepared_on_it_along(
    world: PostgresWorld, lines: list[CommitAhead]
) -> None:
    store = BeforeCommit(world.store(), lambda: None)
    one = ahead(world, Belt(*said(5 * BATCH)), lines, store)
    one.step()

    def fail() -> None:
        raise psycopg.OperationalError("the server went away")

    store.happen_next(fail)
    with pytest.raises(psycopg.OperationalError):
        drain(one)
    drain(one)
    assert served(world) == list(range(1, 5 * BATCH + 1))
    assert offset(world) == 5 * BATCH


def test_a_commit_under_way_fails_when_another_leads(
    world: PostgresWorld, lines: list[CommitAhead]
) -> None:
    store, other = BeforeCommit(world.store(), lambda: None), world.store()
    one = ahead(world, Belt(*said(5 * BATCH)), lines, store)
    one.step()

    def overtaken() -> None:
        with psycopg.connect(world.url, autocommit=True) as connection:
            connection.execute("UPDATE log_state SET lease_until = '-infinity'")
        assert other.lead("other", -1, lambda epoch: started(epoch, START)) is not None

    store.happen_next(overtaken)
    with pytest.raises((Fenced, psycopg.OperationalError)):
        drain(one)
    drain(one)
    assert served(world) == list(range(1, 5 * BATCH + 1))


def test_a_person_erased_meanwhile_is_sealed_under_a_new_key(
    world: PostgresWorld, lines: list[CommitAhead]
) -> None:
    store = BeforeCommit(world.store(), lambda: None)
    whole = said(5 * BATCH)
    belt = Belt(*whole[: 2 * BATCH])
    one = ahead(world, belt, lines, store)
    drain(one)
    belt.records = whole

    def erased() -> None:
        erase_in(world, Subject(dataset=DATASET, ordinal=7))

    store.happen_next(erased)
    drain(one)
    assert served(world) == list(range(1, 5 * BATCH + 1))
    with psycopg.connect(world.url) as connection:
        parts = connection.execute(
            "SELECT d.erased_at IS NULL, count(*) FROM sealed AS s JOIN dek AS d USING (kid)"
            " JOIN ev_person AS p USING (idx) WHERE s.grp >= 16 AND p.ordinal = 7 GROUP BY 1"
        ).fetchall()
    assert parts == [(True, 2)]  # of four, the two from before are gone


def test_duplicates_of_a_batch_under_way_are_dropped(
    world: PostgresWorld, lines: list[CommitAhead]
) -> None:
    first = said(BATCH)
    one = ahead(world, Belt(*first, *first, *first[:3]), lines)
    drain(one)
    assert served(world) == list(range(1, BATCH + 1))
    assert world.quarantined() == []
    with world.transaction() as log:
        ((chain, duplicates),) = log.reader.chains(SRC)
    assert (chain.seq, duplicates) == (BATCH, BATCH + 3)


def test_an_intake_that_is_never_empty_holds_up_no_topic(
    world: PostgresWorld, lines: list[CommitAhead]
) -> None:
    one = ahead(world, Belt(*said(BATCH)), lines)
    other = Speaker("zz/permit_service/1")
    sending = Producing(world, "zz/permit_service/1")
    for _ in range(8):
        sending.send(*other.say_many(BATCH + 1))
        one.step()
    one.stop()
    assert served(world) == list(range(1, BATCH + 1))


def test_rows_of_the_intake_are_taken_once_beside_a_topic(
    world: PostgresWorld, lines: list[CommitAhead]
) -> None:
    one = ahead(world, Belt(*said(3 * BATCH)), lines)
    other = Speaker("zz/permit_service/1")
    sending = Producing(world, "zz/permit_service/1")
    for _ in range(4):
        sending.send(*other.say_many(BATCH // 2))
        one.step()
    drain(one)
    assert served(world) == list(range(1, 3 * BATCH + 1))
    found = [parse_entry(raw) for raw in entries_of(world)]
    there = [entry.seq for entry in found if entry.src == "zz/permit_service/1"]
    assert there == list(range(1, 2 * BATCH + 1))
