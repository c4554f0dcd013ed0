# SPDX-License-Identifier: Apache-2.0
"""A log to test with, in memory or on PostgreSQL, seen through the same ports."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import psycopg
from sqlalchemy import Engine

from audit_log.adapters.log import transactions
from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.pseudonyms import HmacPseudonyms
from audit_log.adapters.publishing import PostgresPublisherStore
from audit_log.adapters.store import PostgresSequencerStore
from audit_log.adapters.vault import FileVault
from audit_log.domain.batch import Batch
from audit_log.domain.chain import ChainKey, Link
from audit_log.domain.received import Received
from audit_log.domain.search import Account
from audit_log.ports import (
    EntrySource,
    NoRegistry,
    Producer,
    PublisherStore,
    SequencerStore,
    Standing,
    StoredKey,
    Transaction,
    WitnessedStore,
)
from audit_log.usecases.erase import Erased, erase
from audit_log.usecases.resolving import CohortDesk
from audit_log.usecases.sequence import Pace, Sequencer
from shared.db import engine
from shared.events import Fact, SealedEntry, Subject
from shared.ids import Uuid7Source
from tests.fakes.kernel import START, CountingIds, SteppingClock
from tests.fakes.log_factories import OTTO, pairs
from tests.fakes.log_memory import MemoryLog, MemorySequencerStore
from tests.fakes.log_memory_erasures import MemoryErasures
from tests.fakes.log_memory_reading import MemoryPublisherStore, memory_transaction
from tests.support.postgres import fresh_database

ORIGIN = "log.example/zz"
OWN = "zz/audit_log/1"
SRC = "zz/clearinghouse/1"
VAULT = FileVault({"kek-0001": b"k" * 32})
PSEUDONYMS = HmacPseudonyms(b"p" * 32)
COHORTS = CohortDesk(members=NoRegistry(), random=os.urandom)
"""What is asked about cohorts where no registry is named."""


class CheckpointStore(PublisherStore, WitnessedStore, Protocol):
    """Both sides of what is published and witnessed."""


class World(Protocol):
    """One log and all that tests ask of it."""

    clock: SteppingClock
    transaction: Transaction
    publisher: CheckpointStore

    def store(self) -> SequencerStore:
        """Open the log as a sequencer of its own does."""
        ...

    def findings(self) -> list[tuple[str, bool]]:
        """Give code and closedness of every finding."""
        ...

    def quarantined(self) -> list[str]:
        """Give the reasons of what is quarantined."""
        ...


class MemoryWorld:
    """The log in memory."""

    def __init__(self) -> None:
        self.clock = SteppingClock()
        self.log = MemoryLog(self.clock, CountingIds(), ORIGIN)
        self.transaction: Transaction = partial(memory_transaction, self.log)
        self.publisher: CheckpointStore = MemoryPublisherStore(self.log)

    def store(self) -> SequencerStore:
        return MemorySequencerStore(self.log)

    def findings(self) -> list[tuple[str, bool]]:
        return [(one.code, one.closed) for one in self.log.tables.findings]

    def quarantined(self) -> list[str]:
        return [one.reason for one in self.log.tables.quarantined]


class PostgresWorld:
    """The log on PostgreSQL, in a database of its own or in one that is there already."""

    def __init__(self, url: str | None = None) -> None:
        self.clock = SteppingClock()
        self.url = url or fresh_database("audit_log")
        self.engine: Engine = engine(self.url)
        self.own = OwnProducer(OWN, CountingIds())
        self.transaction: Transaction = transactions(self.engine, self.own, self.clock)
        self.publisher: CheckpointStore = PostgresPublisherStore(self.engine)
        self._stores: list[PostgresSequencerStore] = []
        self.store().open_log()

    def store(self) -> PostgresSequencerStore:
        made = PostgresSequencerStore(self.url, origin=ORIGIN, own=self.own, clock=self.clock)
        self._stores.append(made)
        return made

    def findings(self) -> list[tuple[str, bool]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(
                "SELECT code, closed_at IS NOT NULL FROM finding ORDER BY id"
            ).fetchall()

    def quarantined(self) -> list[str]:
        with psycopg.connect(self.url) as connection:
            rows = connection.execute("SELECT reason FROM quarantine ORDER BY id").fetchall()
        return [row[0] for row in rows]

    def close(self) -> None:
        """Let go of every connection."""
        for store in self._stores:
            store.close()
        self.engine.dispose()


class BeforeCommit:
    """A `SequencerStore` that lets something happen right before its next commit, once.

    `after` happens once right after a commit that was done.
    """

    def __init__(self, inner: SequencerStore, happen: Callable[[], None]) -> None:
        self._inner = inner
        self._happen: Callable[[], None] | None = happen
        self.after: Callable[[], None] | None = None

    def happen_next(self, happen: Callable[[], None]) -> None:
        """Let this happen before the next commit."""
        self._happen = happen

    def lead(self, holder: str, seconds: float, announce: Callable[[int], Fact]) -> int | None:
        return self._inner.lead(holder, seconds, announce)

    def renew(self, epoch: int, seconds: float) -> None:
        self._inner.renew(epoch, seconds)

    def release(self, epoch: int) -> None:
        self._inner.release(epoch)

    def load(self) -> Standing:
        return self._inner.load()

    def pending(self, limit: int) -> Sequence[Received]:
        return self._inner.pending(limit)

    def links(
        self, wanted: Mapping[ChainKey, Collection[int]]
    ) -> Mapping[ChainKey, Mapping[int, Link]]:
        return self._inner.links(wanted)

    def keys(self, subjects: Collection[bytes]) -> Mapping[bytes, StoredKey]:
        return self._inner.keys(subjects)

    def key_numbers(self, count: int) -> Sequence[int]:
        return self._inner.key_numbers(count)

    def commit(self, batch: Batch, seconds: float) -> None:
        happen, self._happen = self._happen, None
        if happen is not None:
            happen()
        self._inner.commit(batch, seconds)
        after, self.after = self.after, None
        if after is not None:
            after()

    def report(self, rule: str, code: str, fact: Fact, detail: Mapping[str, int | str]) -> None:
        self._inner.report(rule, code, fact, detail)


@dataclass
class Producing:
    """Puts entries into a log's intake as one producer."""

    world: World
    src: str = SRC

    def send(self, *entries: SealedEntry) -> None:
        """Commit entries to the intake."""
        self.send_raw(*pairs(*entries))

    def send_raw(self, *entries: tuple[bytes, bytes]) -> None:
        """Commit bytes to the intake."""
        with self.world.transaction() as log:
            log.take_in(self.src, entries, START)


def sequencer(
    world: World,
    *,
    store: SequencerStore | None = None,
    source: EntrySource | None = None,
    holder: str = "one",
    batch: int = 5_120,
    lease_seconds: float = 60,
) -> Sequencer:
    """Make a sequencer over a world."""
    return Sequencer(
        store=store or world.store(),
        source=source,
        vault=VAULT,
        pseudonyms=PSEUDONYMS,
        clock=world.clock,
        holder=holder,
        pace=Pace(batch=batch, wait_ms=0, lease_seconds=lease_seconds),
    )


def drain(one: Sequencer) -> None:
    """Step until nothing is left to do."""
    while one.step():
        pass


def entries_of(world: World) -> list[bytes]:
    """Give every committed entry, in order."""
    size, _ = world.publisher.head()
    found: list[bytes] = []
    with world.transaction() as log:
        for number in range(-(-size // 256)):
            found += log.reader.bundle(number)
    return found


def register(world: World, src: str = SRC, client_id: str = "clearinghouse") -> Producer:
    """Register a producer over HTTP."""
    producer = Producer(src=src, client_id=client_id, vkey="", topic=None)
    with world.transaction() as log:
        log.add_producer(producer, (), START)
    return producer


def erase_in(world: World, target: Account | Subject) -> Erased:
    """Destroy somebody's key, as an officer does on request."""
    return erase(
        target,
        ground="gdpr_17",
        principal=OTTO,
        transaction=world.transaction,
        pseudonyms=PSEUDONYMS,
        outside=MemoryErasures(),
        vault=VAULT,
        ids=Uuid7Source(),
        clock=world.clock,
    )
