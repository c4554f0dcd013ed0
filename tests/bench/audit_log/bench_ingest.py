# SPDX-License-Identifier: Apache-2.0
"""From a filled topic to committed, searchable leaves, beside a bare COPY of the very same rows.

A real broker holds the topic before the clock starts. Both sides write to the same tables with the
same indexes, batches and durability (fsync and synchronous_commit on), on the same server in the
same run. PLACET_BENCH_ENTRIES (60,000) and PLACET_BENCH_BATCH (5,120) say how much; the published
ratios need at least 1,200,000 (`make bench ARGS="ingest" PLACET_BENCH_ENTRIES=1200000`).
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.pseudonyms import HmacPseudonyms
from audit_log.adapters.reading_process import ReadingProcess
from audit_log.adapters.search_blocks import BlockSummaries
from audit_log.adapters.store import CommitAhead, PostgresSequencerStore
from audit_log.adapters.vault import FileVault
from audit_log.domain.batch import Batch
from audit_log.usecases.sequence import Pace, Sequencer
from services.demo.postgres import EmbeddedPostgres
from shared.brokers import Brokers
from shared.clock import SystemClock
from shared.db import engine
from shared.ids import Uuid7Source
from shared.processes import BATCH_OBJECTS, collect_seldom
from tests.bench.audit_log.bare_copy import copied, taken_out
from tests.bench.audit_log.filling import PARTITIONS, fill, follow
from tests.bench.audit_log.measure import server_settings, table_bytes, times, windows
from tests.bench.database import migrated
from tests.bench.figure import Figure
from tests.support.kafka import KafkaBroker

ENTRIES: Final = int(os.environ.get("PLACET_BENCH_ENTRIES", "60000"))
BATCH: Final = int(os.environ.get("PLACET_BENCH_BATCH", "5120"))
ORIGIN: Final = "log.example/bench"
TOPIC: Final = "placet.audit.zz.v1"
SETTINGS: Final = {
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
}


def figures() -> Iterator[Figure]:
    """Measure the sequencer, then, with the broker stopped, the COPY of what it wrote."""
    collect_seldom(BATCH_OBJECTS)
    folder = Path(tempfile.mkdtemp(prefix="placet-bench-"))
    try:
        with EmbeddedPostgres(folder / "postgres", settings=SETTINGS) as server:
            yield _measured(server, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measured(server: EmbeddedPostgres, folder: Path) -> Figure:
    database, bare = (migrated(server, "audit_log", name) for name in ("ingest", "bare"))
    with KafkaBroker(folder / "kafka") as broker:
        broker.create_topic(TOPIC, partitions=PARTITIONS)
        size = fill(broker.brokers, TOPIC, ENTRIES)
        with sequencing(database, broker.brokers) as (sequencer, store, source):
            before = times(server.pid, broker.pid)
            _drain(sequencer, store)
            used = times(server.pid, broker.pid, source.pid or 0).since(before, ENTRIES)
    first, last = store.commits[0], store.commits[-1]
    behind = _summarised(server, database)
    measured = windows(store.commits)
    space = table_bytes(database, ENTRIES)
    rows = folder / "rows"
    rows.mkdir()
    sizes = [size for _, size in store.commits]
    taken_out(database, sizes, rows)
    before = times(server.pid)
    limit = copied(bare, sizes, rows)
    copy_used = times(server.pid).since(before, sizes[-1] - sizes[0])
    return Figure(
        name="audit_log: Kafka to committed and searchable",
        per_second=(last[1] - first[1]) / (last[0] - first[0]),
        limit="COPY of the same rows into the same tables",
        limit_per_second=limit,
        note=f"{ENTRIES:,} entries of {size} bytes with two sealed parts "
        f"in {len(sizes) - 1} batches, COPY {limit:,.0f}/s\n"
        f"  {measured}\n  {used}\n  search blocks, behind it: {behind}\n"
        f"  COPY: {copy_used}\n  {space}\n"
        f"  {server_settings(database, SETTINGS)}",
    )


@contextmanager
def sequencing(database: str, brokers: Brokers) -> Iterator["Running"]:
    """Make a sequencer as its process does, over a log that follows the topic."""
    clock = SystemClock()
    store = Noting(
        database, origin=ORIGIN, own=OwnProducer("zz/audit_log/1", Uuid7Source()), clock=clock
    )
    store.open_log()
    follow(brokers, TOPIC, database)
    source = ReadingProcess(brokers, batch=BATCH, log_level="warning")
    line = CommitAhead(store)
    try:
        yield Running(
            Sequencer(
                store=store,
                source=source,
                vault=FileVault({"kek": b"k" * 32}),
                pseudonyms=HmacPseudonyms(b"p" * 32),
                clock=clock,
                holder="bench",
                pace=Pace(batch=BATCH, lease_seconds=60),
                line=line,
            ),
            store,
            source,
        )
    finally:
        line.close()
        store.close()
        source.close()


def _drain(sequencer: Sequencer, store: "Noting") -> None:
    """Step until all is committed; the first commit, of the log's own words, starts the clock."""
    while not store.commits or store.commits[-1][1] - store.commits[0][1] < ENTRIES:
        sequencer.step()


def _summarised(server: EmbeddedPostgres, database: str) -> str:
    """Make the search blocks of all entries, as a process of its own does; say what that used."""
    opened = engine(database)
    blocks = BlockSummaries(opened)
    before = times(server.pid)
    while blocks.step():
        pass
    used = times(server.pid).since(before, ENTRIES)  # while its session is there to be counted
    opened.dispose()
    return used


class Running(NamedTuple):
    """A sequencer at work, with its store and its source."""

    sequencer: Sequencer
    store: "Noting"
    source: ReadingProcess


class Noting(PostgresSequencerStore):
    """The store, noting when each batch was committed and how large the tree was then."""

    commits: list[tuple[float, int]]

    def __init__(self, url: str, *, origin: str, own: OwnProducer, clock: SystemClock) -> None:
        super().__init__(url, origin=origin, own=own, clock=clock)
        self.commits = []

    def commit(self, batch: Batch, seconds: float) -> None:
        """Commit and note it."""
        super().commit(batch, seconds)
        self.commits.append((time.perf_counter(), batch.after.size))
