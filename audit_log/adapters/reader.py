# SPDX-License-Identifier: Apache-2.0
"""The committed log as readers see it: single statements, each of one moment.

Writes nothing. What is published is the use cases' question; here is all that is committed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import zstandard
from sqlalchemy import Connection, Row, select, union_all
from sqlalchemy.sql.expression import func

from audit_log.adapters import tallying
from audit_log.adapters.search_blocks import edge_of
from audit_log.adapters.searching import Search
from audit_log.adapters.searching_cohorts import cohorts_named
from audit_log.adapters.tables import (
    BUNDLE,
    CHECKPOINT,
    DROPPED,
    EDGE_ENTRY,
    EV,
    EV_BLOCK,
    GAP,
    LOG_SIGNING,
    LOG_STATE,
    PRODUCER,
    PRODUCER_STATE,
    TILE,
    TILE_EDGE,
    TOPIC_COPY,
)
from audit_log.domain.chain import Chain, ChainKey, Gap
from audit_log.domain.cohorts import CohortAnswer, CohortKey
from audit_log.domain.copies import Copies, TopicCopy
from audit_log.domain.errors import LogMismatch
from audit_log.domain.reports import Cell, PermitUse, Reach, Use
from audit_log.domain.retention import year_of
from audit_log.domain.search import Filter, Marks
from audit_log.domain.tiles import WIDTH, decode_bundle
from audit_log.ports import DroppedRange, Producer, Published
from shared.entries import parse_entry
from shared.events import Subject

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
        return read_bundle(self._connection, index)

    def years(self) -> range:
        """Give the years in which entries were sequenced, by clocks that may have been wrong.

        Neither the first nor the last entry need have the earliest or the latest.
        """
        block, after = EV_BLOCK.c, EV.c.idx >= edge_of(self._connection)
        rows = self._connection.execute(
            union_all(
                select(func.min(block.low_month), func.max(block.high_month)),
                select(func.min(EV.c.month), func.max(EV.c.month)).where(after),
            )
        ).all()
        # A block whose rows are all gone has months that no row has, the latter before the former.
        spans = [row for row in rows if row[0] is not None and row[0] <= row[1]]
        if not spans:
            return range(0)
        first, last = min(row[0] for row in spans), max(row[1] for row in spans)
        return range(year_of(first), year_of(last) + 1)

    def search(
        self, wanted: Filter, *, marks: Marks, below: int, limit: int, above: int = 0
    ) -> Sequence[int]:
        """Give the indexes from `above` to below `below` of matching entries, newest first."""
        found = self._search(wanted, marks)
        return found.indexes(above=above, below=below, limit=limit)

    def count(self, wanted: Filter, *, marks: Marks, below: int, most: int | None) -> int:
        """Tell how many entries below `below` match."""
        return self._search(wanted, marks).count(below, most)

    def cohorts_named(self, dataset: str, below: int) -> Sequence[CohortKey]:
        """Give the cohorts of a dataset that entries below an index name."""
        return cohorts_named(self._connection, dataset, below)

    def uses(self, people: Mapping[Subject, Sequence[CohortAnswer]], below: int) -> Sequence[Use]:
        """Give what happened to these people's data, a line for each day and way."""
        return tallying.uses(self._connection, people, below, self._purposes_at)

    def activity(self, wanted: Filter, *, marks: Marks, below: int) -> Mapping[Cell, int]:
        """Count matching entries by month, dataset, type and decision."""
        return tallying.activity(self._connection, self._search(wanted, marks), below)

    def permits(
        self, wanted: Filter, *, marks: Marks, below: int, limit: int
    ) -> Sequence[PermitUse]:
        """Count matching entries by permit, month and dataset, the earliest first."""
        return tallying.permits(self._connection, self._search(wanted, marks), below, limit)

    def reach(self, wanted: Filter, *, marks: Marks, below: int) -> Reach:
        """Say what matching entries reach."""
        return tallying.reach(self._connection, self._search(wanted, marks), below)

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

    def sources_on(self, topic: str) -> Sequence[str]:
        """Give the sources of all producers registered on a topic, in order."""
        wanted = select(PRODUCER.c.src).where(PRODUCER.c.topic == topic).order_by(PRODUCER.c.src)
        return self._connection.execute(wanted).scalars().all()

    def _search(self, wanted: Filter, marks: Marks) -> Search:
        return Search(self._connection, wanted, marks, self._purposes_at)

    def _purposes_at(self, index: int) -> Sequence[str]:
        return parse_entry(self.bundle(index // WIDTH)[index % WIDTH]).purposes


def read_bundle(connection: Connection, index: int) -> Sequence[bytes]:
    """Read a bundle, full or at the edge; LookupError when it has no entry yet.

    Raises ValueError for one that cannot be read.
    """
    entries: Sequence[bytes] | None = _full_bundle(connection, index)
    if entries is None:
        entries = _edge(connection, index)
    if not entries:  # the edge may have become a bundle between the two looks
        entries = _full_bundle(connection, index)
    if entries is None:
        raise LookupError("no such bundle")
    return entries


def _full_bundle(connection: Connection, index: int) -> tuple[bytes, ...] | None:
    data = connection.execute(select(BUNDLE.c.data).where(BUNDLE.c.n == index)).scalar_one_or_none()
    return None if data is None else unpacked(bytes(data))


def _edge(connection: Connection, index: int) -> tuple[bytes, ...]:
    start = index * WIDTH
    rows = connection.execute(
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
