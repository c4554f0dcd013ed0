# SPDX-License-Identifier: Apache-2.0
"""What stands beside the tree, for an inspector: hashes, keys, terms, erased places, the intake."""

from collections.abc import Iterator

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from audit_log.domain.stored_tables import HASHED, StoredTable
from audit_log.ports import ErasedPlaces, HashedRow, InspectedHold, InspectedKey

_PLAIN = SQL("to_jsonb(t)")
_EXPORT = SQL("log_export_content(t)")
_ROWS = SQL(
    "SELECT coalesce(r.key, h.key), r.digest, h.digest, h.said, coalesce(h.logged, false)"
    " FROM (SELECT jsonb_build_array({0})::text AS key, log_row_digest({1}) AS digest"
    "  FROM {2} AS t) AS r"
    " FULL JOIN (SELECT key, digest, said, logged FROM row_hash WHERE tbl = {3}) AS h"
    " ON h.key = r.key ORDER BY 1"
)


def hashed_rows(connection: psycopg.Connection) -> Iterator[HashedRow]:
    """Give every row of every table whose rows have hashes, and every hash without a row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', 'UTC', true)")
        cursor.execute("SELECT set_config('bytea_output', 'hex', true)")
    for table in HASHED:
        with connection.cursor(binary=True) as cursor:
            for key, actual, kept, said, logged in cursor.execute(_query(table)):
                yield HashedRow(table.name, key, actual, kept, said, logged)


def row_sums(connection: psycopg.Connection) -> list[tuple[str, int, bytes]]:
    """Give the sum over each table's hashes as stored."""
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute("SELECT tbl, rows, state FROM row_sum ORDER BY tbl").fetchall()
    return [(str(table), int(number), bytes(state)) for table, number, state in rows]


def strange_hashes(connection: psycopg.Connection) -> list[str]:
    """Give the names under which hashes are kept that are no table's."""
    rows = connection.execute(
        "SELECT DISTINCT tbl FROM row_hash WHERE tbl <> ALL(%s)", ([one.name for one in HASHED],)
    ).fetchall()
    return [str(name) for (name,) in rows]


def altered_intake(connection: psycopg.Connection) -> list[int]:
    """Give the rows of the intake that are not what was handed in."""
    rows = connection.execute(
        "SELECT id FROM intake"
        " WHERE digest <> sha256(convert_to(src, 'UTF8') || entry || sealed) ORDER BY id"
    ).fetchall()
    return [int(number) for (number,) in rows]


def own_sources(connection: psycopg.Connection) -> frozenset[str]:
    """Give the sources under which the log speaks about itself."""
    return frozenset(src for (src,) in connection.execute("SELECT src FROM own_head"))


def waiting(connection: psycopg.Connection) -> list[bytes]:
    """Give what the log has said and not sequenced yet, in its order."""
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(
            "SELECT i.entry FROM intake AS i JOIN own_head AS o ON o.src = i.src ORDER BY i.id"
        ).fetchall()
    return [bytes(entry) for (entry,) in rows]


def keys(connection: psycopg.Connection) -> Iterator[InspectedKey]:
    """Give every data key, with the time of its erasure where one says that it was destroyed."""
    with connection.cursor(binary=True) as cursor:
        for row in cursor.execute(
            "SELECT d.kid, d.kind, d.subject, d.erased_at, e.said_at, coalesce(e.ids, '{}')"
            " FROM dek AS d LEFT JOIN (SELECT kid, kind, max(recorded_at) AS said_at,"
            " array_agg(id) AS ids FROM erasure GROUP BY kid, kind) AS e USING (kid, kind)"
            " ORDER BY d.kid"
        ):
            yield InspectedKey(*row)


def holds(connection: psycopg.Connection) -> list[InspectedHold]:
    """Give every hold, with the times of its lifting."""
    rows = connection.execute("SELECT id, lift_asked_at, lifted_at FROM hold ORDER BY id")
    return [InspectedHold(*row) for row in rows]


def terms(connection: psycopg.Connection) -> list[tuple[int, int, str]]:
    """Give number, kind and text of every term."""
    return connection.execute("SELECT id, kind, value FROM term ORDER BY id").fetchall()


def cohorts(
    connection: psycopg.Connection, first: int, end: int
) -> dict[int, frozenset[tuple[str, str, int | None]]]:
    """Give which cohorts these entries are found by."""
    found: dict[int, set[tuple[str, str, int | None]]] = {}
    for index, dataset, name, revision in connection.execute(
        "SELECT c.idx, coalesce(d.value, ''), coalesce(t.value, ''), c.revision"
        " FROM ev_cohort AS c LEFT JOIN term AS d ON d.id = c.dataset AND d.kind = 3"
        " LEFT JOIN term AS t ON t.id = c.cohort AND t.kind = 6"
        " WHERE c.idx >= %s AND c.idx < %s",
        (first, end),
    ):
        found.setdefault(index, set()).add((dataset, name, revision))
    return {index: frozenset(names) for index, names in found.items()}


def filed(connection: psycopg.Connection, first: int, end: int) -> dict[int, set[tuple[int, int]]]:
    """Give under which class and month the sealed parts of these entries lie."""
    found: dict[int, set[tuple[int, int]]] = {}
    for index, kept, month in connection.execute(
        "SELECT DISTINCT idx, retention, month FROM sealed WHERE idx >= %s AND idx < %s",
        (first, end),
    ):
        found.setdefault(index, set()).add((kept, month))
    return found


def erased_places(connection: psycopg.Connection) -> list[ErasedPlaces]:
    """Give every erasure with the places that are kept of it; those of none come last."""
    found: dict[str, list[tuple[int, int]]] = {}
    for erasure, index, group in connection.execute(
        "SELECT erasure, idx, grp FROM erased_part ORDER BY erasure, idx, grp"
    ):
        found.setdefault(erasure, []).append((index, group))
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute("SELECT id, digest FROM erasure ORDER BY id").fetchall()
    done = [ErasedPlaces(name, bytes(digest), found.pop(name, [])) for name, digest in rows]
    return done + [ErasedPlaces(name, None, places) for name, places in sorted(found.items())]


def _query(table: StoredTable) -> Composed:
    key = SQL(", ").join(SQL("t.{}").format(Identifier(column)) for column in table.key)
    content = _EXPORT if table.name == "export" else _PLAIN
    return _ROWS.format(key, content, Identifier(table.name), Literal(table.name))
