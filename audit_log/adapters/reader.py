# SPDX-License-Identifier: Apache-2.0
"""The committed log as readers see it: single statements, each of one moment.

Writes nothing. What is published is the use cases' question; here is all that is committed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import zstandard
from sqlalchemy import ColumnElement, Connection, Row, Select, select, union_all
from sqlalchemy.sql.expression import func

from audit_log.adapters.tables import (
    BUNDLE,
    CHECKPOINT,
    DROPPED,
    EDGE_ENTRY,
    EV,
    EV_PERSON,
    GAP,
    LOG_SIGNING,
    LOG_STATE,
    PRODUCER,
    PRODUCER_STATE,
    TERM,
    TILE,
    TILE_EDGE,
    TOPIC_COPY,
)
from audit_log.domain.batch import TermKind, term
from audit_log.domain.chain import Chain, ChainKey, Gap
from audit_log.domain.copies import Copies, TopicCopy
from audit_log.domain.errors import LogMismatch
from audit_log.domain.retention import year_of
from audit_log.domain.search import DECISION_CODES, Filter
from audit_log.domain.tiles import WIDTH, decode_bundle
from audit_log.ports import DroppedRange, Producer, Published

MAX_BUNDLE_BYTES: Final = WIDTH * (1 << 16)


class PostgresReader:
    """A `LogReader` over one connection; see the port for what each method guarantees."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def origin(self) -> str:
        """Give the log's name."""
        found = self._connection.execute(select(LOG_STATE.c.origin)).scalar_one_or_none()
        if found is None:
            raise LogMismatch("the database holds no log")
        return str(found)

    def newest(self) -> Published | None:
        """Give the newest published checkpoint."""
        wanted = select(CHECKPOINT).where(CHECKPOINT.c.published_at.is_not(None))
        newest = wanted.order_by(CHECKPOINT.c.size.desc()).limit(1)
        return published_of(self._connection.execute(newest).one_or_none())

    def published(self, size: int) -> Published | None:
        """Give the published checkpoint of exactly this size."""
        wanted = select(CHECKPOINT).where(
            CHECKPOINT.c.published_at.is_not(None), CHECKPOINT.c.size == size
        )
        return published_of(self._connection.execute(wanted).one_or_none())

    def witnessed(self) -> Published | None:
        """Give the newest checkpoint with a quorum's cosignatures, with those in its note."""
        wanted = select(CHECKPOINT).where(CHECKPOINT.c.witnessed_at.is_not(None))
        newest = wanted.order_by(CHECKPOINT.c.size.desc()).limit(1)
        row = self._connection.execute(newest).one_or_none()
        found = published_of(row)
        if row is None or found is None:
            return None
        return replace(found, note=bytes(row.witnessed_note))

    def signing(self) -> str:
        """Tell whether the log signs: `signing`, `waiting_for_witnesses` or `stopped`."""
        state = self._connection.execute(select(LOG_SIGNING.c.state)).scalar_one_or_none()
        return state or "signing"

    def is_published(self, smallest: int, largest: int) -> bool:
        """Tell whether a published checkpoint has a size between these."""
        wanted = select(CHECKPOINT.c.size).where(
            CHECKPOINT.c.published_at.is_not(None), CHECKPOINT.c.size.between(smallest, largest)
        )
        return self._connection.execute(wanted.limit(1)).one_or_none() is not None

    def tile(self, level: int, index: int) -> bytes:
        """Give a tile as wide as it is now; LookupError when it has no hash yet."""
        return read_tile(self._connection, level, index)

    def bundle(self, index: int) -> Sequence[bytes]:
        """Give the entries of a bundle, as many as there are; LookupError when there are none."""
        entries = self._full_bundle(index)
        if entries is None:
            entries = self._edge(index)
        if not entries:  # the edge may have become a bundle between the two looks
            entries = self._full_bundle(index)
        if entries is None:
            raise LookupError("no such bundle")
        return entries

    def years(self) -> range:
        """Give the years in which entries were sequenced."""
        first = self._connection.execute(select(EV.c.month).order_by(EV.c.idx).limit(1)).scalar()
        if first is None:
            return range(0)
        last = self._connection.execute(
            select(EV.c.month).order_by(EV.c.idx.desc()).limit(1)
        ).scalar_one()
        return range(year_of(first), year_of(last) + 1)

    def search(
        self, wanted: Filter, *, actors: Sequence[int], below: int, limit: int
    ) -> Sequence[int]:
        """Give the indexes below `below` of matching entries, newest first."""
        query = select(EV.c.idx).where(EV.c.idx < below)
        if wanted.actor is not None:
            query = query.where(EV.c.actor.in_(actors))
        if wanted.person is not None:
            query = query.join(EV_PERSON, EV_PERSON.c.idx == EV.c.idx).where(
                EV_PERSON.c.dataset == _term(TermKind.DATASET, wanted.person.dataset),
                EV_PERSON.c.ordinal == wanted.person.ordinal,
            )
        query = _narrowed(query, wanted).order_by(EV.c.idx.desc()).limit(limit)
        return list(self._connection.execute(query).scalars())

    def dropped(self, below: int) -> Sequence[DroppedRange]:
        """Give the ranges below an index whose search rows were dropped, the newest first."""
        return dropped_ranges(self._connection, below)

    def chains(self, src: str) -> Sequence[tuple[Chain, int]]:
        """Give a producer's chains, newest epoch first, each with its count of duplicates."""
        gaps: dict[int, list[Gap]] = {}
        for row in self._connection.execute(
            select(GAP).where(GAP.c.src == src).order_by(GAP.c.first_seq)
        ):
            gaps.setdefault(row.epoch, []).append(Gap(row.first_seq, row.last_seq))
        states = self._connection.execute(
            select(PRODUCER_STATE)
            .where(PRODUCER_STATE.c.src == src)
            .order_by(PRODUCER_STATE.c.epoch.desc())
        )
        return [
            (
                Chain(
                    key=ChainKey(row.src, row.epoch),
                    seq=row.seq,
                    head=bytes(row.head),
                    gaps=tuple(gaps.get(row.epoch, ())),
                ),
                row.duplicates,
            )
            for row in states
        ]

    def producer(self, src: str) -> Producer | None:
        """Give a registered producer."""
        row = self._connection.execute(select(PRODUCER).where(PRODUCER.c.src == src)).one_or_none()
        return producer_of(row)

    def _full_bundle(self, index: int) -> tuple[bytes, ...] | None:
        data = self._connection.execute(
            select(BUNDLE.c.data).where(BUNDLE.c.n == index)
        ).scalar_one_or_none()
        return None if data is None else unpacked(bytes(data))

    def _edge(self, index: int) -> tuple[bytes, ...]:
        start = index * WIDTH
        rows = self._connection.execute(
            select(EDGE_ENTRY.c.entry)
            .where(EDGE_ENTRY.c.idx >= start, EDGE_ENTRY.c.idx < start + WIDTH)
            .order_by(EDGE_ENTRY.c.idx)
        ).scalars()
        return tuple(bytes(entry) for entry in rows)


def unpacked(data: bytes) -> tuple[bytes, ...]:
    """Read a stored bundle; raise ValueError when it is none."""
    try:
        plain = zstandard.ZstdDecompressor().decompress(data, max_output_size=MAX_BUNDLE_BYTES)
    except zstandard.ZstdError:
        raise ValueError("a stored bundle does not decompress") from None
    return decode_bundle(plain)


def read_tile(connection: Connection, level: int, index: int) -> bytes:
    """Read a tile, full or at the edge; LookupError when it has no hash yet."""
    full = select(TILE.c.data).where(TILE.c.level == level, TILE.c.n == index)
    edge = select(TILE_EDGE.c.data).where(
        TILE_EDGE.c.level == level, TILE_EDGE.c.n == index, func.length(TILE_EDGE.c.data) > 0
    )
    found = connection.execute(union_all(full, edge).limit(1)).scalar_one_or_none()
    if found is None:
        raise LookupError("no such tile")
    return bytes(found)


def dropped_ranges(connection: Connection, below: int) -> list[DroppedRange]:
    """Read what was dropped below an index, the newest first."""
    wanted = select(DROPPED).where(DROPPED.c.first_idx < below).order_by(DROPPED.c.id.desc())
    return [
        DroppedRange(
            id=row.id,
            retention=row[1],
            month=row.month,
            first=row.first_idx,
            last=row.last_idx,
            rows=row.entries,
            parts=row.parts,
            held=row.held,
            terms=bytes(row.terms),
            at=row.dropped_at,
        )
        for row in connection.execute(wanted)
    ]


def read_copies(connection: Connection) -> Copies:
    """Read how long records of the producers' topics live, as it was last read of the broker."""
    topics = select(PRODUCER.c.topic).where(PRODUCER.c.topic.is_not(None)).distinct()
    known = {
        row.topic: TopicCopy(
            topic=row.topic,
            lives=None if row.seconds is None else timedelta(seconds=row.seconds),
            read_at=row.read_at,
        )
        for row in connection.execute(select(TOPIC_COPY))
    }
    used = sorted(connection.execute(topics).scalars())
    return Copies(
        topics=[known[topic] for topic in used if topic in known],
        unread=[topic for topic in used if topic not in known],
    )


def published_of(row: Row[Any] | None) -> Published | None:
    """Read a row of `checkpoint`."""
    if row is None:
        return None
    return Published(
        size=row.size,
        root=bytes(row.root),
        note=bytes(row.note),
        signed_at=row.signed_at,
        witnessed_at=row.witnessed_at,
    )


def producer_of(row: Row[Any] | None) -> Producer | None:
    """Read a row of `producer`."""
    if row is None:
        return None
    return Producer(src=row.src, client_id=row.client_id, vkey=row.vkey, topic=row.topic)


def _narrowed(query: Select[int], wanted: Filter) -> Select[int]:
    if wanted.dataset is not None:
        query = query.where(EV.c.dataset == _term(TermKind.DATASET, wanted.dataset))
    if wanted.type is not None:
        query = query.where(EV.c.ty == _term(TermKind.TYPE, wanted.type))
    if wanted.decision is not None:
        query = query.where(EV.c.decision == DECISION_CODES.get(wanted.decision, 0))
    if wanted.since is not None:
        query = query.where(EV.c.etime >= wanted.since)
    if wanted.until is not None:
        query = query.where(EV.c.etime < wanted.until)
    return query


def _term(kind: TermKind, text: str) -> ColumnElement[int]:
    """Give the number of a text; of an unknown one nothing is found."""
    wanted = term(kind, text)
    return (
        select(TERM.c.id)
        .where(TERM.c.kind == int(wanted.kind), TERM.c.value == wanted.value)
        .scalar_subquery()
    )
