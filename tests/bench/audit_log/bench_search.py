# SPDX-License-Identifier: Apache-2.0
"""Pages of 50 by every part of a filter, over search rows made in the database.

PLACET_BENCH_SEARCH (1,000,000) rows of 4 producers, 40 datasets, 2,000 accounts, 3,000 permits and
a visa for every 20 entries; a tenth of the datasets was last used in the first tenth of the rows.
The rows are of a year's months. With PLACET_BENCH_MONTHS (204) there are the months of a log ten
years old: 13 of accesses and of the system, 119 of governance, 59 of oversight.
The limit is reading 50 rows by index. Prints what each index costs an entry; of each filter's pages
the median, the 95th percentile and the longest, and the processor time of the database.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from audit_log.adapters.reader import PostgresReader
from audit_log.adapters.search_blocks import BlockSummaries
from audit_log.domain.search import Account, Filter, Marks
from shared.db import engine
from shared.events import Subject
from tests.bench.database import migrated, server
from tests.bench.figure import Figure
from tests.bench.processor import running_seconds

ROWS: Final = int(os.environ.get("PLACET_BENCH_SEARCH", "1000000"))
PAGE: Final = 51
MONTHS: Final = int(os.environ.get("PLACET_BENCH_MONTHS", "204"))
ROUNDS: Final = 40
BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_FILL: Final = """
INSERT INTO term (id, kind, value)
SELECT n, CASE WHEN n <= 10 THEN 1 WHEN n <= 20 THEN 2 WHEN n <= 60 THEN 3 ELSE 5 END,
    CASE WHEN n <= 10 THEN 'placet.access.t' || n || '.v1' WHEN n <= 20 THEN 'zz/p' || n || '/1'
    WHEN n <= 60 THEN 'GDI-ZZ-DATASET-' || n ELSE 'DUO:' || n || ' DUO:0' END
FROM generate_series(1, 80) AS n;
INSERT INTO ev (idx, retention, month, etime, ty, src, decision, dataset, purposes, actor, permit,
    visa)
SELECT i, 1, 24312 + i * 12 / :rows,
    timestamptz '2026-01-01Z' + i * interval '0.1 s' - r * interval '60 s',
    1 + floor(r * r * r * 10)::int, 11 + i % 4, CASE WHEN i % 97 = 0 THEN 2 ELSE 1 END,
    CASE WHEN i < :rows / 10 THEN 21 + i % 4 ELSE 25 + i % 36 END, 61 + floor(r * 20)::int,
    hashint8extended(i % 2000, 1), hashint8extended(floor(r * 3000)::int, 2),
    hashint8extended(i / 20, 3)
FROM (SELECT i, random() AS r FROM generate_series(0::bigint, :rows - 1) AS i) AS made;
INSERT INTO ev_person (dataset, ordinal, idx)
SELECT 21 + i % 40, floor(random() * 10000)::int, i FROM generate_series(0, :rows - 1) AS i;
"""
_MONTHS: Final = """
SELECT log_add_month(p.name, c.class, 24323 - a) FROM (VALUES (1, 13), (2, 119), (3, 59), (4, 13))
AS c (class, months) CROSS JOIN generate_series(0, c.months - 1) AS a
CROSS JOIN (VALUES ('ev'), ('sealed')) AS p (name) WHERE a < greatest(:months * c.months / 204, 1)
"""
_SIZES: Final = """
SELECT regexp_replace(relname, '_\\d_\\d{4}_\\d\\d|_\\d_default', '') AS name,
    sum(pg_relation_size(oid))::bigint AS size
FROM pg_class WHERE relname ~ '^(ev|pk_ev|ix_ev)' AND relkind IN ('r', 'i') GROUP BY 1 ORDER BY 1
"""


def figures() -> Iterator[Figure]:
    """Fill the search rows, then ask."""
    with server() as running:
        url = migrated(running, "audit_log", "bench_search")
        made = engine(url)
        try:
            fill(url)
            blocks = BlockSummaries(made)
            began = time.perf_counter()
            while blocks.step():
                pass
            tell(f"blocks: {time.perf_counter() - began:.1f} s for {ROWS:,} rows")
            with made.begin() as connection:
                connection.execute(text("ANALYZE ev_block"))
            with made.connect() as connection:
                yield from asked(connection)
        finally:
            made.dispose()


def tell(line: str) -> None:
    """Print a line beside the figures."""
    sys.stdout.write(f"  {line}\n")


def fill(url: str) -> None:
    """Make the rows."""
    filling = engine(url, statement_timeout_ms=None)
    with filling.begin() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        connection.execute(text(_MONTHS), {"months": MONTHS})
        for statement in _FILL.strip().split(";\n"):
            if statement.strip(" ;\n"):
                connection.execute(text(statement.strip(" ;\n")), {"rows": ROWS})
        connection.execute(
            text(
                "INSERT INTO log_state VALUES (1, 'o', :rows, '', 1, 0, '', 0, now())"
                " ON CONFLICT (log_id) DO UPDATE SET size = :rows"
            ),
            {"rows": ROWS},
        )
    with filling.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    filling.dispose()


def asked(connection: Connection) -> Iterator[Figure]:
    """Time the pages of each kind of filter."""
    for name, size in connection.execute(text(_SIZES)):
        tell(f"{name:24} {size / ROWS:8.2f} bytes an entry")
    (backend,) = connection.execute(text("SELECT pg_backend_pid()")).one()
    reader = PostgresReader(connection)
    limit = timed(reader, backend, [(Filter(), Marks())] * ROUNDS).p95
    slowest = 0.0
    for name, filters in questions(connection).items():
        pages = timed(reader, backend, filters)
        slowest = max(slowest, pages.p95)
        tell(f"{name:24} {pages}")
    yield Figure(
        name="audit_log: search pages at the 95th percentile of the slowest filter",
        per_second=1 / slowest,
        limit="a page of rows by index alone",
        limit_per_second=1 / limit,
        note=f"{ROWS:,} search rows in a log of {MONTHS} months' tables, pages of 50, with their"
        " count up to 10,000 apart",
    )


def questions(connection: Connection) -> dict[str, list[tuple[Filter, Marks]]]:
    """Give filters of each kind, with what their rows must have."""
    some = random.Random(7).sample(range(ROWS), ROUNDS)  # noqa: S311 - no secret
    rows = connection.execute(
        text("SELECT idx, actor, permit, visa, etime FROM ev WHERE idx = ANY(:some)"),
        {"some": some},
    ).all()
    who = Account(issuer="i", subject="s")
    datasets = [f"GDI-ZZ-DATASET-{n}" for n in range(21, 61)]
    hour = timedelta(hours=1)
    return {
        "actor": [(Filter(actor=who), Marks(actor=(r.actor,))) for r in rows],
        "permit": [(Filter(permit="p"), Marks(permit=(r.permit,))) for r in rows],
        "visa": [(Filter(visa="v"), Marks(visa=(r.visa,))) for r in rows],
        "person": [
            (Filter(person=Subject(dataset=datasets[n % 40], ordinal=n * 7)), Marks())
            for n in range(ROUNDS)
        ],
        "dataset": [(Filter(dataset=one), Marks()) for one in datasets],
        "dataset of long ago": [(Filter(dataset=one), Marks()) for one in datasets[:4] * 10],
        "dataset, refused": [(Filter(dataset=one, decision="deny"), Marks()) for one in datasets],
        "type": [(Filter(type=f"placet.access.t{n}.v1"), Marks()) for n in range(1, 11)] * 4,
        "source": [(Filter(src=f"zz/p{n}/1"), Marks()) for n in range(11, 15)] * 10,
        "purpose": [(Filter(purpose=f"DUO:{n}"), Marks()) for n in range(61, 81)] * 2,
        "refused": [(Filter(decision="deny"), Marks())] * ROUNDS,
        "failed: none": [(Filter(decision="error"), Marks())] * ROUNDS,
        "an hour": [(Filter(since=r.etime, until=r.etime + hour), Marks()) for r in rows],
        "since": [(Filter(since=r.etime), Marks()) for r in rows],
        "until": [(Filter(until=r.etime), Marks()) for r in rows],
        "hour, dataset, purpose": [
            (
                Filter(until=r.etime, dataset=datasets[30], purpose="DUO:70", src="zz/p12/1"),
                Marks(),
            )
            for r in rows
        ],
        "actor, dataset": [
            (Filter(actor=who, dataset=datasets[n % 40]), Marks(actor=(r.actor,)))
            for n, r in enumerate(rows)
        ],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What pages took: seconds each, and the database's processor seconds each."""

    took: Sequence[float]
    worked: Sequence[float]

    @property
    def p95(self) -> float:
        """Give the 95th percentile."""
        return statistics.quantiles(self.took, n=20)[-1]

    def __str__(self) -> str:
        """Write milliseconds."""
        worked = statistics.quantiles(self.worked, n=20)[-1] * 1e3
        return (
            f"median {statistics.median(self.took) * 1e3:7.2f} ms, p95 {self.p95 * 1e3:7.2f},"
            f" longest {max(self.took) * 1e3:7.2f}; processor p95 {worked:7.2f}"
        )


def timed(reader: PostgresReader, backend: int, filters: list[tuple[Filter, Marks]]) -> Pages:
    """Ask for these pages, one after another."""
    took, worked = [], []
    for wanted, marks in filters:
        before, began = running_seconds(backend), time.perf_counter()
        reader.search(wanted, marks=marks, below=ROWS, limit=PAGE)
        took.append(time.perf_counter() - began)
        worked.append(running_seconds(backend) - before)
    return Pages(took=took, worked=worked)
