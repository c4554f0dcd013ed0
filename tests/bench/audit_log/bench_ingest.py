# SPDX-License-Identifier: Apache-2.0
"""From waiting entries to committed, searchable leaves, beside a bare COPY of the very same rows.

Both write to the same tables with the same indexes, batch size and durability (fsync and
synchronous_commit on), in the same run on the same server. Entries carry two sealed parts and one
person. PLACET_BENCH_ENTRIES (20,000) and PLACET_BENCH_BATCH (5,120) say how much; the published
figures need a million and more.
"""

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.pseudonyms import HmacPseudonyms
from audit_log.adapters.store import PostgresSequencerStore, write
from audit_log.adapters.vault import FileVault
from audit_log.domain.batch import Batch
from audit_log.domain.chain import ChainKey, Link
from audit_log.domain.received import IntakePlace, Received
from audit_log.ports import Standing, StoredKey
from audit_log.usecases.sequence import Pace, Sequencer
from services.demo.postgres import EmbeddedPostgres
from shared.clock import SystemClock
from shared.db import connect
from shared.events import Fact, Subject
from shared.ids import Uuid7Source
from tests.bench.database import migrated, server
from tests.bench.figure import Figure
from tests.fakes.log_factories import DATASET, NOON, RITA, Speaker, fact

ENTRIES = int(os.environ.get("PLACET_BENCH_ENTRIES", "20000"))
BATCH = int(os.environ.get("PLACET_BENCH_BATCH", "5120"))
PEOPLE = 2_000
ORIGIN = "log.example/bench"
SRC = "zz/clearinghouse/1"


def figures() -> Iterator[Figure]:
    """Measure both, the sequencer first: its batches are what the bare COPY writes again."""
    waiting = prepared()
    with server() as database:
        kept = Keeping(store_of(database, "ingest"), waiting)
        began = time.perf_counter()
        sequencer = Sequencer(
            store=kept,
            source=None,
            vault=FileVault({"kek": b"k" * 32}),
            pseudonyms=HmacPseudonyms(b"p" * 32),
            clock=SystemClock(),
            holder="bench",
            pace=Pace(batch=BATCH, lease_seconds=60),
        )
        cpu = time.process_time()
        while waiting:
            sequencer.step()
        seconds = time.perf_counter() - began
        used = time.process_time() - cpu
        bare = copied(database, kept.batches)
    done = sum(len(batch.entries) for batch in kept.batches)
    yield Figure(
        name="audit_log: entries sequenced",
        per_second=done / seconds,
        limit="COPY of the same rows into the same tables",
        limit_per_second=done / bare,
        note=f"{done:,} entries in {len(kept.batches)} batches; "
        f"{used / done * 1e6:.0f} us of the sequencer's own time per entry",
    )


def prepared() -> list[Received]:
    """Give the entries to sequence, as they would be read from a topic."""
    speaker, numbers = Speaker(SRC), count()
    made = []
    for number in range(ENTRIES):
        person = Subject(dataset=DATASET, ordinal=next(numbers) % PEOPLE)
        sealed = speaker.say(fact(actor=RITA, subjects=(person,)))
        made.append(
            Received(
                place=IntakePlace(id=number),
                raw=sealed.entry,
                sealed=sealed.sealed,
                received_at=NOON,
                sources=frozenset((SRC,)),
            )
        )
    return made


def store_of(server: EmbeddedPostgres, database: str) -> PostgresSequencerStore:
    """Migrate a fresh database and open it as a sequencer does."""
    url = migrated(server, "audit_log", database)
    store = PostgresSequencerStore(
        url, origin=ORIGIN, own=OwnProducer("zz/audit_log/1", Uuid7Source()), clock=SystemClock()
    )
    store.open_log()
    return store


def copied(server: EmbeddedPostgres, batches: Sequence[Batch]) -> float:
    """Write the rows of the same batches again, with nothing but COPY; give the seconds."""
    url = migrated(server, "audit_log", "bare")
    connection = connect(url)
    try:
        began = time.perf_counter()
        for batch in batches:
            with connection.transaction(), connection.cursor() as cursor:
                write.copy_rows(cursor, batch)
        return time.perf_counter() - began
    finally:
        connection.close()


class Keeping:
    """A store whose intake is a list in memory, and which keeps the batches it committed."""

    def __init__(self, inner: PostgresSequencerStore, waiting: list[Received]) -> None:
        self._inner = inner
        self._waiting = waiting
        self.batches: list[Batch] = []

    def lead(self, holder: str, seconds: float, announce: Callable[[int], Fact]) -> int | None:
        return self._inner.lead(holder, seconds, announce)

    def renew(self, epoch: int, seconds: float) -> None:
        self._inner.renew(epoch, seconds)

    def release(self, epoch: int) -> None:
        self._inner.release(epoch)

    def load(self) -> Standing:
        return self._inner.load()

    def pending(self, limit: int) -> Sequence[Received]:
        return self._waiting[:limit]

    def links(
        self, wanted: Mapping[ChainKey, Collection[int]]
    ) -> Mapping[ChainKey, Mapping[int, Link]]:
        return self._inner.links(wanted)

    def keys(self, subjects: Collection[bytes]) -> Mapping[bytes, StoredKey]:
        return self._inner.keys(subjects)

    def key_numbers(self, count: int) -> Sequence[int]:
        return self._inner.key_numbers(count)

    def commit(self, batch: Batch, seconds: float) -> None:
        self._inner.commit(_without_intake(batch), seconds)
        del self._waiting[: len(batch.taken)]
        self.batches.append(batch)

    def report(self, rule: str, code: str, fact: Fact, detail: Mapping[str, int | str]) -> None:
        self._inner.report(rule, code, fact, detail)


def _without_intake(batch: Batch) -> Batch:
    """Leave out the rows to be taken: these entries came from memory, as from Kafka."""
    return replace(batch, taken=())
