# SPDX-License-Identifier: Apache-2.0
"""Searching a log of many months: what the tables' order hides is found, what is held too.

The months of sequencing follow the sequencer's clock, which may have been wrong: blocks of two
months, of months far apart, and of a month that came again later must hide nothing.
"""

import random
from collections.abc import Iterator
from itertools import product
from typing import Final

import psycopg
import pytest
from sqlalchemy import Connection

from audit_log.adapters.reader import PostgresReader
from audit_log.adapters.search_blocks import BLOCK, BlockSummaries
from audit_log.domain.search import Account, Filter, Marks
from shared.db import engine
from shared.events import Subject
from tests.support.postgres import fresh_database

ROWS: Final = 5 * BLOCK + 100
# The month of each block's rows; the clock of the last was ten years behind for a while.
MONTHS: Final = "(ARRAY[24312, 24312, 24313, 24340, 24312, 24192])[1 + i / 1024]"
_FILL: Final = f"""
INSERT INTO term (id, kind, value) VALUES (1, 1, 'placet.access.read.v1'), (2, 2, 'zz/p/1'),
    (3, 3, 'GDI-ZZ-DATASET-1'), (4, 3, 'GDI-ZZ-DATASET-2'), (5, 5, 'DUO:1'), (6, 5, 'DUO:2');
INSERT INTO ev (idx, retention, month, etime, ty, src, decision, dataset, purposes, actor, permit,
    visa)
SELECT i, CASE WHEN i % 7 = 0 THEN 0 ELSE 1 END,
    month,
    timestamptz '2026-01-01Z' + i * interval '1 s', 1, 2,
    CASE WHEN i % 40 = 0 THEN 2 WHEN i % 41 = 0 THEN NULL ELSE 1 END, 3 + i % 2, 5 + (i / 9) % 2,
    i % 11, i % 300 + 1000 * (month / 12), i / 20
FROM (SELECT i, CASE WHEN i % 500 = 499 THEN 24341 ELSE {MONTHS} END AS month
    FROM generate_series(0, {ROWS} - 1) AS i) AS made;
INSERT INTO ev_person (dataset, ordinal, idx) SELECT 3, i % 5, i FROM generate_series(0, 400) AS i;
INSERT INTO log_state VALUES (1, 'o', {ROWS}, '', 1, 0, '', 0, now())
    ON CONFLICT (log_id) DO UPDATE SET size = {ROWS};
"""  # noqa: S608  made of this file's own numbers
_WHO: Final = Account(issuer="i", subject="s")
_QUESTIONS: Final = {
    "dataset": (Filter(dataset="GDI-ZZ-DATASET-1"), "dataset = 3"),
    "refused": (Filter(decision="deny"), "decision = 2"),
    "failed": (Filter(decision="error"), "decision = 3"),
    "permitted": (Filter(decision="permit"), "decision = 1"),
    "dataset, refused": (
        Filter(dataset="GDI-ZZ-DATASET-1", decision="deny"),
        "dataset = 3 AND decision = 2",
    ),
    "purpose": (Filter(purpose="DUO:2"), "purposes = 6"),
    "source, dataset": (Filter(src="zz/p/1", dataset="GDI-ZZ-DATASET-2"), "dataset = 4"),
    "visa": (Filter(visa="v"), "visa = 17"),
    "visa, dataset": (
        Filter(visa="v", dataset="GDI-ZZ-DATASET-2"),
        "visa = 17 AND dataset = 4",
    ),
    "permit": (Filter(permit="p"), "mod(permit, 1000) = 17"),
    "actor, refused": (Filter(actor=_WHO, decision="deny"), "actor = 17 AND decision = 2"),
    "person": (
        Filter(person=Subject(dataset="GDI-ZZ-DATASET-1", ordinal=2)),
        "idx IN (SELECT idx FROM ev_person WHERE dataset = 3 AND ordinal = 2)",
    ),
    "person, refused": (
        Filter(person=Subject(dataset="GDI-ZZ-DATASET-1", ordinal=0), decision="deny"),
        "decision = 2 AND idx IN (SELECT idx FROM ev_person WHERE dataset = 3 AND ordinal = 0)",
    ),
    "nobody's": (Filter(dataset="GDI-ZZ-DATASET-9"), "false"),
}


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    url = fresh_database("audit_log")
    with psycopg.connect(url) as filling:
        for month in (24192, 24312, 24313, 24340, 24341):
            filling.execute("SELECT log_add_month('ev', 1, %s)", (month,))
        filling.execute(_FILL)
    made = engine(url)
    blocks = BlockSummaries(made)
    while blocks.step():
        pass
    with made.connect() as asking:
        yield asking
    made.dispose()


def marks(wanted: Filter, years: range) -> Marks:
    """Give what rows have: a permit's mark is another one in each year."""

    def mark(name: str, *found: int) -> tuple[int, ...]:
        return found if getattr(wanted, name) is not None else ()

    permit = mark("permit", *(17 + 1000 * year for year in years))
    return Marks(actor=mark("actor", 17), permit=permit, visa=mark("visa", 17))


@pytest.mark.parametrize("name", _QUESTIONS)
def test_every_page_is_what_a_walk_through_all_rows_gives(
    connection: Connection, name: str
) -> None:
    wanted, condition = _QUESTIONS[name]
    reader, chance = PostgresReader(connection), random.Random(name)  # noqa: S311 - the same pages every time
    for above, below in product((0, 1, 1_500), (ROWS, BLOCK, chance.randrange(1, ROWS))):
        for limit in (1, 50, ROWS):
            found = reader.search(
                wanted,
                marks=marks(wanted, reader.years()),
                below=below,
                limit=limit,
                above=above,
            )
            walked = connection.exec_driver_sql(
                f"SELECT idx FROM ev WHERE {condition} AND idx >= {above} AND idx < {below}"  # noqa: S608
                f" ORDER BY idx DESC LIMIT {limit}"
            )
            assert list(found) == list(walked.scalars())


def test_every_year_is_known_whichever_came_first_or_last(connection: Connection) -> None:
    reader = PostgresReader(connection)
    assert reader.years() == range(2016, 2029)
    assert connection.exec_driver_sql("SELECT month FROM ev WHERE idx = 0").scalar_one() == 24312
    last = connection.exec_driver_sql("SELECT month FROM ev ORDER BY idx DESC LIMIT 1")
    assert last.scalar_one() == 24192, "its clock was behind"


def test_blocks_say_their_months(connection: Connection) -> None:
    found = connection.exec_driver_sql("SELECT n, low_month, high_month FROM ev_block ORDER BY n")
    months = (24312, 24312, 24313, 24340, 24312)
    assert [tuple(row) for row in found] == [(n, month, 24341) for n, month in enumerate(months)]
