# SPDX-License-Identifier: Apache-2.0
"""How old an entry is when the first signed checkpoint holds it, while entries keep coming.

A producer's process pours PLACET_BENCH_RATE (10,000) entries a second for PLACET_BENCH_SECONDS (15)
into a real broker; a sequencer and a checkpointer work as in their processes. An entry's age counts
from before its sending to the publication of the first checkpoint that is larger than its index.
The first five seconds, in which the readers start, are poured beside that and left out.
The limit is the checkpointer's own second: an entry may have to wait for all of it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit_log.adapters.head_file import FileHead
from audit_log.adapters.key_files import LogSigner, check_ed25519
from audit_log.adapters.publishing import PostgresPublisherStore
from audit_log.ports import Trust
from audit_log.usecases.publish import Publisher
from audit_log.workers.loops import PUBLISH_SECONDS
from services.demo.postgres import EmbeddedPostgres
from shared.brokers import Brokers
from shared.clock import SystemClock
from shared.db import engine
from shared.keys import SigningKey
from shared.processes import BATCH_OBJECTS, collect_seldom
from tests.bench.audit_log.bench_ingest import ORIGIN, SETTINGS, TOPIC, sequencing
from tests.bench.audit_log.filling import PARTITIONS
from tests.bench.audit_log.pouring import SLICES_A_SECOND
from tests.bench.database import migrated
from tests.bench.figure import Figure
from tests.fakes.log_factories import NOON
from tests.support.kafka import KafkaBroker

RATE: Final = int(os.environ.get("PLACET_BENCH_RATE", "10000"))
SECONDS: Final = int(os.environ.get("PLACET_BENCH_SECONDS", "15"))
WARMING: Final = 5


def figures() -> Iterator[Figure]:
    """Pour, sequence, sign; then compare the moments."""
    collect_seldom(BATCH_OBJECTS)
    folder = Path(tempfile.mkdtemp(prefix="placet-bench-"))
    try:
        with (
            EmbeddedPostgres(folder / "postgres", settings=SETTINGS) as server,
            KafkaBroker(folder / "kafka") as broker,
        ):
            broker.create_topic(TOPIC, partitions=PARTITIONS)
            database = migrated(server, "audit_log", "freshness")
            sent = _run(database, broker.brokers, folder / "head")
            yield _figure(_ages(database, sent))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(database: str, brokers: Brokers, head: Path) -> Sequence[float]:
    """Sequence and sign until all that was poured is published; give when each slice was sent."""
    command = [sys.executable, "-m", "tests.bench.audit_log.pouring"]
    with subprocess.Popen(
        [*command, *brokers.addresses, TOPIC, str(RATE), str(WARMING + SECONDS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as pouring:
        if pouring.stdin is None or pouring.stdout is None:
            raise RuntimeError("the producer has no pipes")
        pouring.stdout.readline()
        publishing = _Publishing(database, head)
        with sequencing(database, brokers) as (sequencer, store, _):
            sequencer.step()
            publishing.start()
            pouring.stdin.write("go\n")
            pouring.stdin.flush()
            while not store.commits or store.commits[-1][1] < RATE * (WARMING + SECONDS):
                if not sequencer.step():
                    time.sleep(0.05)
            publishing.end()
        return [float(line) for line in pouring.stdout]


class _Publishing(threading.Thread):
    """The checkpointer, once a second."""

    def __init__(self, database: str, head: Path) -> None:
        super().__init__(daemon=True, name="checkpointer")
        self._engine = engine(database)
        self._ending = threading.Event()
        key = SigningKey(kid="log", algorithm="Ed25519", private=Ed25519PrivateKey.generate())
        signer = LogSigner(ORIGIN, key)
        self._publisher = Publisher(
            store=PostgresPublisherStore(self._engine),
            signer=signer,
            trust=Trust(origin=ORIGIN, keys=(signer.key,), check=check_ed25519),
            head_file=FileHead(head),
            clock=SystemClock(),
        )

    def run(self) -> None:
        """Sign what there is; once more when told to end."""
        ending = False
        while not ending:
            ending = self._ending.wait(PUBLISH_SECONDS)
            self._publisher.step()

    def end(self) -> None:
        """Sign the last of it."""
        self._ending.set()
        self.join()
        self._engine.dispose()


def _ages(database: str, sent: Sequence[float]) -> list[float]:
    """Give the age of each measured entry at its first checkpoint, the smallest first."""
    with psycopg.connect(database) as connection:
        signed = connection.execute(
            "SELECT size, extract(epoch FROM published_at)::float8 FROM checkpoint ORDER BY size"
        ).fetchall()
        entries = connection.execute(
            "SELECT idx, etime FROM ev WHERE etime >= %s AND etime < %s",
            (
                NOON + timedelta(milliseconds=RATE * WARMING),
                NOON + timedelta(milliseconds=RATE * (WARMING + SECONDS)),
            ),
        ).fetchall()
    sizes = [size for size, _ in signed]
    ages = []
    for index, etime in entries:
        slice_ = (etime - NOON) // timedelta(milliseconds=1) * SLICES_A_SECOND // RATE
        ages.append(signed[bisect_right(sizes, index)][1] - sent[slice_])
    if len(ages) != RATE * SECONDS:
        raise RuntimeError("not every entry was found again")
    return sorted(ages)


def _figure(ages: Sequence[float]) -> Figure:
    half, most = (ages[int(len(ages) * share)] for share in (0.5, 0.99))
    return Figure(
        name=f"audit_log: produced to signed at {RATE:,}/s, p99",
        per_second=1 / most,
        limit="the checkpointer's second",
        limit_per_second=1 / PUBLISH_SECONDS,
        note=f"{len(ages):,} entries: median {half:.2f} s, p99 {most:.2f} s, "
        f"oldest {ages[-1]:.2f} s",
    )
