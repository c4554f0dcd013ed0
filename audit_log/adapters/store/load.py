# SPDX-License-Identifier: Apache-2.0
"""Reading the state a sequencer starts from, and what it looks up on the way."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

import psycopg
import zstandard

from audit_log.domain.batch import Term, TermKind
from audit_log.domain.chain import Chain, ChainKey, Gap, Link
from audit_log.domain.edge import Edge
from audit_log.domain.errors import LogMismatch
from audit_log.domain.merkle import HASH_BYTES
from audit_log.domain.received import IntakePlace, KafkaPlace, Received
from audit_log.domain.tiles import WIDTH, decode_bundle
from audit_log.ports import Producer, Standing, StoredKey, StoredOffset
from shared.entries import parse_entry

_MAX_BUNDLE: Final = WIDTH * (1 << 16)
_BUNDLES_AT_ONCE: Final = 64
MOST_PENDING_BYTES: Final = 32 * 1024 * 1024


def standing(cursor: psycopg.Cursor) -> Standing:
    """Read everything within the cursor's transaction; raise LogMismatch for a torn state."""
    row = cursor.execute("SELECT size, root, erasures FROM log_state").fetchone()
    if row is None:
        raise LogMismatch("the database holds no log")
    size, root, erasures = row
    edge = _edge(cursor, size)
    if edge.root() != root:
        raise LogMismatch("the stored root is not that of the tree's edge")
    return Standing(
        erasures=erasures,
        edge=edge,
        tail=_tail(cursor, size),
        chains=chains(cursor),
        terms={
            Term(TermKind(kind), value): number
            for number, kind, value in cursor.execute("SELECT id, kind, value FROM term")
        },
        producers=tuple(
            Producer(src=src, client_id=client_id, vkey=vkey, topic=topic)
            for src, client_id, vkey, topic in cursor.execute(
                "SELECT src, client_id, vkey, topic FROM producer ORDER BY src"
            )
        ),
        offsets=offsets(cursor),
        set_apart=frozenset(
            (KafkaPlace(*place), digest)
            for *place, digest in cursor.execute(
                "SELECT q.topic, q.part, q.at_offset, q.digest"
                " FROM quarantine AS q JOIN kafka_offset AS k"
                " ON k.topic = q.topic AND k.part = q.part AND q.at_offset >= k.next_offset"
            )
        ),
    )


def chains(cursor: psycopg.Cursor) -> dict[ChainKey, Chain]:
    """Read every chain with its open gaps."""
    gaps: dict[ChainKey, list[Gap]] = {}
    for src, epoch, first, last in cursor.execute(
        "SELECT src, epoch, first_seq, last_seq FROM gap ORDER BY first_seq"
    ):
        gaps.setdefault(ChainKey(src, epoch), []).append(Gap(first, last))
    found: dict[ChainKey, Chain] = {}
    for src, epoch, seq, head in cursor.execute("SELECT src, epoch, seq, head FROM producer_state"):
        key = ChainKey(src, epoch)
        found[key] = Chain(key=key, seq=seq, head=head, gaps=tuple(gaps.get(key, ())))
    return found


def offsets(cursor: psycopg.Cursor) -> tuple[StoredOffset, ...]:
    """Read every partition's stored offset."""
    return tuple(
        StoredOffset(
            topic=topic, partition=part, next=following, cluster_id=cluster, topic_id=topic_id
        )
        for topic, part, following, cluster, topic_id in cursor.execute(
            "SELECT topic, part, next_offset, cluster_id, topic_id FROM kafka_offset"
            " ORDER BY topic, part"
        )
    )


def pending(cursor: psycopg.Cursor, limit: int) -> list[Received]:
    """Read the oldest rows of the intake, as many as a batch may hold of their bytes.

    A batch of the longest entries would not fit into memory, and come again after each restart.
    """
    rows: list[tuple[int, str, bytes, bytes, datetime]] = cursor.execute(
        "SELECT id, src, entry, sealed, received_at FROM ("
        " SELECT *, octet_length(entry) + octet_length(sealed) AS own,"
        "  sum(octet_length(entry) + octet_length(sealed)) OVER (ORDER BY id) AS total"
        "  FROM (SELECT * FROM intake ORDER BY id LIMIT %s) AS oldest) AS sized"
        " WHERE total - own < %s ORDER BY id",
        (limit, MOST_PENDING_BYTES),
    ).fetchall()
    return [
        Received(
            place=IntakePlace(id=number),
            raw=entry,
            sealed=sealed,
            received_at=at,
            sources=frozenset((src,)),
        )
        for number, src, entry, sealed, at in rows
    ]


def links(
    cursor: psycopg.Cursor, wanted: Mapping[ChainKey, Collection[int]]
) -> dict[ChainKey, dict[int, Link]]:
    """Find what fills these places: entries through their runs, and quarantined input."""
    found: dict[ChainKey, dict[int, Link]] = {}
    for key, places in wanted.items():
        here, apart = _quarantined(cursor, key, places)
        indexes = _indexes(cursor, key, places)
        entries = entries_at(cursor, indexes.values())
        leaves = _leaves(cursor, indexes.values())
        for seq, index in indexes.items():
            entry = parse_entry(entries[index])
            here[seq] = Link(leaf=leaves[index], previous=entry.previous)
        found[key] = {
            seq: link._replace(apart=frozenset(apart.get(seq, ()))) for seq, link in here.items()
        }
    return found


def entries_at(cursor: psycopg.Cursor, indexes: Collection[int]) -> dict[int, bytes]:
    """Read entries by index, from their bundles or from the edge."""
    if not indexes:
        return {}
    found: dict[int, bytes] = dict(
        cursor.execute(
            "SELECT idx, entry FROM edge_entry WHERE idx = ANY(%s)", (list(indexes),)
        ).fetchall()
    )
    inside: dict[int, list[int]] = {}  # by bundle: each may lie in one of its own
    for index in indexes:
        if index not in found:
            inside.setdefault(index // WIDTH, []).append(index)
    unpack = zstandard.ZstdDecompressor()
    numbers = sorted(inside)
    for start in range(0, len(numbers), _BUNDLES_AT_ONCE):
        for number, data in cursor.execute(
            "SELECT n, data FROM bundle WHERE n = ANY(%s)",
            (numbers[start : start + _BUNDLES_AT_ONCE],),
        ).fetchall():
            bundle = decode_bundle(unpack.decompress(data, max_output_size=_MAX_BUNDLE))
            found |= {index: bundle[index % WIDTH] for index in inside[number]}
    return found


def keys(cursor: psycopg.Cursor, subjects: Collection[bytes]) -> dict[bytes, StoredKey]:
    """Read the living keys of holders."""
    rows = cursor.execute(
        "SELECT subject, kid, kek, wrapped FROM dek WHERE subject = ANY(%s)", (list(subjects),)
    )
    return {subject: StoredKey(kid, kek, wrapped) for subject, kid, kek, wrapped in rows}


def _edge(cursor: psycopg.Cursor, size: int) -> Edge:
    rows = cursor.execute("SELECT level, n, data FROM tile_edge ORDER BY level").fetchall()
    levels: list[bytes] = []
    for at, (level, n, data) in enumerate(rows):
        hashes = size >> (8 * level)
        if level != at or n != hashes // WIDTH or len(data) != hashes % WIDTH * HASH_BYTES:
            raise LogMismatch("the tree's edge has not the size that is stored")
        levels.append(data)
    return Edge(size=size, levels=tuple(levels))


def _tail(cursor: psycopg.Cursor, size: int) -> tuple[bytes, ...]:
    rows = cursor.execute("SELECT idx, entry FROM edge_entry ORDER BY idx").fetchall()
    if [index for index, _ in rows] != list(range(size - size % WIDTH, size)):
        raise LogMismatch("the entries of the edge are not those of the size that is stored")
    return tuple(entry for _, entry in rows)


def _indexes(cursor: psycopg.Cursor, key: ChainKey, places: Collection[int]) -> dict[int, int]:
    rows = cursor.execute(
        "SELECT p.seq, r.first_idx + p.seq - r.first_seq"
        " FROM unnest(%s::bigint[]) AS p(seq) CROSS JOIN LATERAL ("
        "  SELECT first_seq, n, first_idx FROM producer_run"
        "  WHERE src = %s AND epoch = %s AND first_seq <= p.seq"
        "  ORDER BY first_seq DESC LIMIT 1) AS r"
        " WHERE p.seq < r.first_seq + r.n",
        (sorted(places), key.src, key.epoch),
    )
    return dict(rows.fetchall())


def _leaves(cursor: psycopg.Cursor, indexes: Collection[int]) -> dict[int, bytes]:
    rows = cursor.execute(
        "SELECT p.idx, substring(coalesce(t.data, e.data) FROM (p.idx %% 256 * 32 + 1)::int FOR 32)"
        " FROM unnest(%s::bigint[]) AS p(idx)"
        " LEFT JOIN tile AS t ON t.level = 0 AND t.n = p.idx / 256"
        " LEFT JOIN tile_edge AS e ON e.level = 0 AND e.n = p.idx / 256",
        (sorted(indexes),),
    )
    return dict(rows.fetchall())


def _quarantined(
    cursor: psycopg.Cursor, key: ChainKey, places: Collection[int]
) -> tuple[dict[int, Link], dict[int, set[bytes]]]:
    """Find what quarantined input holds of these places, and all that only claimed them."""
    rows = cursor.execute(
        "SELECT seq, leaf, occupies FROM quarantine"
        " WHERE src = %s AND epoch = %s AND seq = ANY(%s)",
        (key.src, key.epoch, sorted(places)),
    )
    holding: dict[int, Link] = {}
    claiming: dict[int, set[bytes]] = {}
    for seq, leaf, occupies in rows:
        if occupies:
            holding[seq] = Link(leaf=leaf, previous=None, readable=False)
        else:
            claiming.setdefault(seq, set()).add(leaf)
    return holding, claiming
