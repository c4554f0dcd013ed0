# SPDX-License-Identifier: Apache-2.0
"""A consent CSV from its arrival to its last audit entry: a dry run, then the same file for good.

The limit is a COPY of the very rows that the import left behind, in transactions as large, into
the same tables with the same indexes and durability (fsync and synchronous_commit on), in the same
run on the same server. Somebody withdraws now and then while the file is recorded, in a process of
its own as in life; how long she waits stands in the note. Then the registry so filled is asked for
cohorts. PLACET_BENCH_ROWS says how many rows (20,000; the full size is 1,000,000).
"""

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

import psycopg

from consent_registry.adapters.signers import create_keys, read_keys
from consent_registry.adapters.tables import METADATA
from consent_registry.domain.batches import ROWS_PER_TRANSACTION, ImportBatch, ImportState, Mode
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.imports import import_report, receive_import
from consent_registry.usecases.tools import Tools
from services.demo.postgres import EmbeddedPostgres
from shared.clock import SystemClock
from shared.db import connect
from shared.processes import collect_seldom, hand_over_soon
from tests.bench.consent_registry.asking import asked
from tests.bench.consent_registry.consent_file import consent_file
from tests.bench.consent_registry.leaving import LEAVERS, Leaving
from tests.bench.consent_registry.population import hierarchy
from tests.bench.database import migrated, server
from tests.bench.figure import Figure
from tests.bench.memory import forget_peak, peak
from tests.bench.processor import family_seconds
from tests.support.registry_world import DESK, DS, people, registry_world

ROWS: Final = 20_000
_KEPT: Final = {  # in the order in which they refer to each other; rows as they came
    "dataset": "dataset",
    "participant": "created_at",
    "person_key": "pid",
    "dataset_member": "ordinal",
    "consent_terms": "terms_id",
    "consent_event": "revision, ordinal",
    "standing": "ordinal",
    "feed_change": "last_position",
    "outbox": "id",
}


def figures() -> Iterator[Figure]:
    """Judge a file, record it, and copy what it left into an empty registry."""
    rows = int(os.environ.get("PLACET_BENCH_ROWS", str(ROWS)))
    random = Random(20261128)  # noqa: S311 - made-up people, the same in every run
    diseases = hierarchy(random)
    with server() as database, tempfile.TemporaryDirectory() as folder:
        url, keys = migrated(database, "consent_registry", "import"), Path(folder)
        create_keys(keys)
        with registry_world(SystemClock(), url, read_keys(keys)) as world:
            world.dataset()
            tools = replace(world.tools, hierarchy=lambda _: diseases)
            world.load(*people(LEAVERS))
            seed = random.randrange(2**32)
            collect_seldom()  # as the process `work` does, and the next
            hand_over_soon()
            judged = _run(tools, rows, seed, database.pid, dry_run=True)
            with Leaving(url, keys) as leaving:
                done = _run(tools, rows, seed, database.pid, dry_run=False)
            bare = _copied(database, url)
        question = asked(url, diseases, random)
    yield Figure(
        name="consent_registry: rows of a dry run",
        per_second=rows / judged.seconds,
        limit="COPY of what the import leaves behind",
        limit_per_second=rows / bare,
        note=judged.told(),
    )
    yield Figure(
        name="consent_registry: rows imported",
        per_second=rows / done.seconds,
        limit="COPY of what the import leaves behind",
        limit_per_second=rows / bare,
        note=f"{done.told()}; COPY {bare:.1f} s; {leaving.told()}",
    )
    yield question


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """How an import went: seconds by the clock, of processors here and in the database, bytes held.

    `used` counts the process that imports and those it started, in which people withdraw, `stored`
    the database's.
    """

    batch: ImportBatch
    seconds: float
    used: float
    stored: float
    held: int

    def told(self) -> str:
        """Say so."""
        return (
            f"{self.batch.rows:,} rows in {self.seconds:.1f} s, with {self.used:.1f} s of a "
            f"processor here and {self.stored:.1f} s in the database; at most "
            f"{self.held / 1e6:.0f} MB held"
        )


def _run(tools: Tools, rows: int, seed: int, database: int, *, dry_run: bool) -> _Run:
    """Import a file, and measure from its last byte on; `database` is the server's process."""
    forget_peak()
    content = consent_file(rows, DS, tools.diseases, Random(seed))  # noqa: S311
    batch = receive_import(
        content,
        mode=Mode.VALID_ROWS_ONLY,
        dry_run=dry_run,
        source="bench",
        tools=tools,
        principal=DESK,
    )
    began, used, stored = time.perf_counter(), _used(database), family_seconds(database)
    while apply_next(tools=tools) or stage_next(tools=tools):
        pass
    seconds, used = time.perf_counter() - began, _used(database) - used
    stored = family_seconds(database) - stored
    done = import_report(batch.import_id, every_fault=False, tools=tools).batch
    if done.state is not ImportState.FINISHED or (done.bad, done.rows) != (0, rows):
        raise ArithmeticError("the import did not do what it was given")
    return _Run(batch=done, seconds=seconds, used=used, stored=stored, held=peak())


def _used(database: int) -> float:
    """Give the processor seconds of this process and of its children that are not the database."""
    return family_seconds(os.getpid()) - family_seconds(database)


def _copied(database: EmbeddedPostgres, source: str) -> float:
    """Copy what an import left into an empty registry, with nothing but COPY; gives the seconds.

    Each transaction takes the next part of every table, for as many people as the import's did.
    """
    url = migrated(database, "consent_registry", "bare")
    with connect(source) as reading, connect(url) as writing:
        kept = {name: _lines(reading, name) for name in _KEPT}
        steps = -(-len(kept["consent_event"]) // ROWS_PER_TRANSACTION)
        began = time.perf_counter()
        for step in range(steps):
            for place, (name, lines) in enumerate(kept.items()):
                # What others refer to goes a transaction ahead: nothing need be looked for.
                ahead = ROWS_PER_TRANSACTION * (len(kept) - place)
                _copy(writing, name, lines[_part(len(lines), step, steps, ahead)])
            writing.commit()
        return time.perf_counter() - began


def _part(length: int, step: int, steps: int, ahead: int) -> slice:
    start = min(length, length * step // steps + ahead) if step else 0
    return slice(start, length * (step + 1) // steps + ahead)


def _lines(reading: psycopg.Connection, table: str) -> list[bytes]:
    rows = f"SELECT {_columns(table)} FROM {table} ORDER BY {_KEPT[table]}"  # noqa: S608
    statement = f"COPY ({rows}) TO STDOUT"
    with reading.cursor() as cursor, cursor.copy(statement) as out:
        return [bytes(line) for line in out]


def _copy(writing: psycopg.Connection, table: str, lines: list[bytes]) -> None:
    statement = f"COPY {table} ({_columns(table)}) FROM STDIN"
    with writing.cursor() as cursor, cursor.copy(statement) as into:
        into.write(b"".join(lines))


def _columns(table: str) -> str:
    return ", ".join(column.name for column in METADATA.tables[table].columns)
