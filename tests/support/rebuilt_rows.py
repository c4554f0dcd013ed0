# SPDX-License-Identifier: Apache-2.0
"""What somebody can do who may write every row: entries deleted, and the tree built anew."""

from typing import Final, LiteralString

import psycopg
import zstandard
from psycopg.sql import SQL, Identifier

from audit_log.domain.edge import Edge, grow
from audit_log.domain.merkle import leaf_hash
from audit_log.domain.tiles import WIDTH, decode_bundle
from shared.entries import Entry, parse_entry

_OF_ENTRIES: Final = ("ev", "ev_person", "ev_cohort", "sealed", "edge_entry")
_MAX_BUNDLE: Final = WIDTH * (1 << 16)


def rebuild(url: str, size: int) -> None:
    """Delete every entry from index `size` on, with all that tells of it, and mend the tree."""
    with psycopg.connect(url) as connection:
        entries = _entries(connection)[:size]
        _triggers(connection, "DISABLE")
        for table in _OF_ENTRIES:
            query = SQL("DELETE FROM {} WHERE idx >= %s").format(Identifier(table))
            connection.execute(query, (size,))
        connection.execute("DELETE FROM checkpoint WHERE size > %s", (size,))
        connection.execute("DELETE FROM intake")
        _tree(connection, entries)
        _chains(connection, entries)
        _triggers(connection, "ENABLE")


def _entries(connection: psycopg.Connection) -> list[bytes]:
    unpack = zstandard.ZstdDecompressor()
    found: list[bytes] = []
    for (data,) in connection.execute("SELECT data FROM bundle ORDER BY n").fetchall():
        found += decode_bundle(unpack.decompress(data, max_output_size=_MAX_BUNDLE))
    edge = connection.execute("SELECT entry FROM edge_entry ORDER BY idx").fetchall()
    return [*found, *(bytes(entry) for (entry,) in edge)]


def _triggers(connection: psycopg.Connection, how: LiteralString) -> None:
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = 'public'::regnamespace"
    ).fetchall()
    for (table,) in tables:
        query = SQL("ALTER TABLE {} {} TRIGGER USER").format(Identifier(table), SQL(how))
        connection.execute(query)


def _tree(connection: psycopg.Connection, entries: list[bytes]) -> None:
    size = len(entries)
    growth = grow(Edge(), [leaf_hash(entry) for entry in entries])
    first = size - size % WIDTH
    connection.execute("DELETE FROM bundle WHERE n >= %s", (size // WIDTH,))
    connection.execute("DELETE FROM edge_entry")
    connection.execute("DELETE FROM tile")
    connection.execute("DELETE FROM tile_edge")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO edge_entry (idx, entry) VALUES (%s, %s)",
            list(enumerate(entries[first:], start=first)),
        )
        cursor.executemany(
            "INSERT INTO tile (level, n, data) VALUES (%s, %s, %s)",
            [(tile.level, tile.index, tile.data) for tile in growth.full],
        )
        cursor.executemany(
            "INSERT INTO tile_edge (level, n, data) VALUES (%s, %s, %s)",
            [
                (level, size >> (8 * (level + 1)), data)
                for level, data in enumerate(growth.edge.levels)
            ],
        )
    connection.execute(
        "UPDATE log_state SET size = %s, root = %s, holder = 'nobody', lease_until = '-infinity'",
        (size, growth.edge.root()),
    )


def _chains(connection: psycopg.Connection, entries: list[bytes]) -> None:
    """Let every producer's chain end where the entries that are left end."""
    heads: dict[tuple[str, int], tuple[Entry, bytes]] = {}
    for raw in entries:
        entry = parse_entry(raw)
        heads[entry.src, entry.epoch] = entry, leaf_hash(raw)
    connection.execute("DELETE FROM producer_run WHERE first_idx >= %s", (len(entries),))
    connection.execute("UPDATE producer_run SET n = least(n, %s - first_idx)", (len(entries),))
    for (src, epoch), (entry, head) in heads.items():
        connection.execute(
            "UPDATE producer_state SET seq = %s, head = %s WHERE src = %s AND epoch = %s",
            (entry.seq, head, src, epoch),
        )
        connection.execute(
            "UPDATE own_head SET seq = %s, head = %s WHERE src = %s AND epoch = %s",
            (entry.seq, head, src, epoch),
        )
