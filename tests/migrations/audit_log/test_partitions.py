# SPDX-License-Identifier: Apache-2.0
"""Rows of a log that was there before partitions are moved, all of them, there and back."""

import psycopg

from shared.db import run_migrations, undo_migrations
from tests.support.postgres import empty_database

SERVICE = "audit_log"
_FILL = """
INSERT INTO ev (idx, retention, month, etime, ty, src, actor)
    SELECT n, 1 + n % 4, 24310 + n / 50, now(), 1, 2, n FROM generate_series(0, 119) AS n;
INSERT INTO sealed (idx, grp, kid, data)
    SELECT n, g, 7, decode('00ff', 'hex') FROM generate_series(0, 119, 2) AS n,
    generate_series(1, 2) AS g;
INSERT INTO intake (src, entry, sealed, received_at) VALUES ('zz/x/1', 'entry', '', now());
INSERT INTO finding (rule, code, detail, opened_at) VALUES ('R7', 'x', '{}', now());
"""
_EV = "SELECT idx, retention, month, ty, src, actor FROM ev ORDER BY idx"
_SEALED = "SELECT idx, grp, kid, data FROM sealed ORDER BY idx, grp"


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def test_every_row_is_moved_there_and_back() -> None:
    url = empty_database(SERVICE)
    run_migrations(SERVICE, url, revision="0005")
    with psycopg.connect(url) as connection:
        connection.execute(_FILL.encode())
    before = rows(url, _EV), rows(url, _SEALED)
    assert [len(one) for one in before] == [120, 120]
    run_migrations(SERVICE, url)
    assert (rows(url, _EV), rows(url, _SEALED)) == before
    assert rows(url, "SELECT count(*) FROM ev_1_2025_11") == [(13,)]
    misplaced = (
        "SELECT count(*) FROM sealed AS s JOIN ev AS e USING (idx)"
        " WHERE (s.retention, s.month) <> (e.retention, e.month)"
    )
    assert rows(url, misplaced) == [(0,)]
    strays = "SELECT DISTINCT tableoid::regclass::text FROM ev WHERE tableoid::regclass::text"
    assert rows(url, strays + " LIKE '%default'") == []
    assert rows(url, "SELECT length(digest) FROM intake") == [(32,)]
    assert rows(url, "SELECT tbl, key FROM row_hash WHERE tbl = 'finding'") == [("finding", "[1]")]
    undo_migrations(SERVICE, url, revision="0005")
    assert (rows(url, _EV), rows(url, _SEALED)) == before
