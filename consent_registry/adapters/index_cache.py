# SPDX-License-Identifier: Apache-2.0
"""Cohort indexes kept in memory between questions, brought up to date before each.

An index is built once per process and dataset; afterwards only members who changed, joined, began
or ended since are read again. What a question sees is exactly its transaction's state: an index
that is ahead of it is built anew and not kept.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pyroaring import BitMap
from sqlalchemy import Connection, select, union

from consent_registry.adapters import person_bars
from consent_registry.adapters.holdings import mark_fewer_data
from consent_registry.adapters.opt_outs import opted_out_members
from consent_registry.adapters.sets import among
from consent_registry.adapters.standings import held_at
from consent_registry.adapters.stops import mark_stopped
from consent_registry.adapters.tables import (
    CONSENT_EVENT,
    DATASET,
    OPT_OUT_REACH,
    STANDING,
    STOP_REACH,
)
from consent_registry.domain.cohort_index import CohortIndex
from shared.ids import DatasetId

_CHUNK: Final = 20_000


@dataclass(slots=True)
class _Held:
    """One dataset's index with the revision and the instant it is true for."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    index: CohortIndex | None = None
    revision: int = -1
    at: datetime | None = None


class IndexCache:
    """The indexes of one process; safe for its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[DatasetId, _Held] = {}

    @contextmanager
    def at(self, connection: Connection, dataset: DatasetId, at: datetime) -> Iterator[CohortIndex]:
        """Give the index of a dataset at an instant in this transaction's state.

        Only one thread has a dataset's index at a time, for the length of the block.
        """
        with self._lock:
            held = self._held.setdefault(dataset, _Held())
        with held.lock:
            row = connection.execute(
                select(DATASET.c.revision, DATASET.c.members).where(DATASET.c.dataset == dataset)
            ).one()
            if held.index is None or held.at is None:
                self._rebuild(connection, dataset, held, row, at)
            elif held.revision > row.revision or _turned_between(connection, dataset, at, held.at):
                yield _build(connection, dataset, row.members, at)
                return
            elif held.revision < row.revision or held.at < at:
                self._refresh(connection, dataset, held, row, at)
            yield _required(held)

    @staticmethod
    def _rebuild(
        connection: Connection, dataset: DatasetId, held: _Held, row: Any, at: datetime
    ) -> None:
        held.index = _build(connection, dataset, row.members, at)
        held.revision, held.at = row.revision, at

    @staticmethod
    def _refresh(
        connection: Connection, dataset: DatasetId, held: _Held, row: Any, at: datetime
    ) -> None:
        at = max(at, held.at or at)
        changed = BitMap(changed_since(connection, dataset, held.revision, turned=(held.at, at)))
        index, held.index = _required(held), None  # none rather than one half changed
        changed |= BitMap(range(index.members, row.members))
        index.forget(changed)
        who = list(changed)
        for start in range(0, len(who), _CHUNK):
            part = who[start : start + _CHUNK]
            index.put_all(held_at(connection, dataset, at, among(STANDING.c.ordinal, part)))
            index.opted_out |= opted_out_members(connection, dataset, part)
            person_bars.fill(index, connection, dataset, at, part)
            mark_stopped(index, connection, dataset, part)
            mark_fewer_data(index, connection, dataset, part)
        index.members = row.members
        held.index, held.revision, held.at = index, row.revision, at


def _required(held: _Held) -> CohortIndex:
    if held.index is None:
        raise RuntimeError("an index that was not built is asked for")
    return held.index


def _build(connection: Connection, dataset: DatasetId, members: int, at: datetime) -> CohortIndex:
    index = CohortIndex(members=members)
    index.put_all(held_at(connection, dataset, at))
    index.opted_out = opted_out_members(connection, dataset)
    person_bars.fill(index, connection, dataset, at, None)
    mark_stopped(index, connection, dataset)
    mark_fewer_data(index, connection, dataset)
    return index


def _turned_between(
    connection: Connection, dataset: DatasetId, after: datetime, upto: datetime
) -> bool:
    """Say whether somebody's standing turned in (after, upto], so that the two differ."""
    if upto <= after:
        return False
    wanted = select(STANDING.c.ordinal).where(
        STANDING.c.dataset == dataset, STANDING.c.starts_at > after, STANDING.c.starts_at <= upto
    )
    if connection.execute(wanted.limit(1)).first() is not None:
        return True
    return person_bars.turned_between(connection, dataset, after, upto)


def changed_since(
    connection: Connection,
    dataset: DatasetId,
    revision: int,
    *,
    turned: tuple[datetime | None, datetime],
    limit: int | None = None,
) -> Sequence[int]:
    """Read who, or whom of so many, has an event of any sort since a revision, or turned.

    That is, turned after one instant and by another.
    """
    after, at = turned
    events = select(CONSENT_EVENT.c.ordinal).where(
        CONSENT_EVENT.c.dataset == dataset, CONSENT_EVENT.c.revision > revision
    )
    begun = select(STANDING.c.ordinal).where(
        STANDING.c.dataset == dataset,
        STANDING.c.starts_at > after,
        STANDING.c.starts_at <= at,
    )
    opted = select(OPT_OUT_REACH.c.ordinal).where(
        OPT_OUT_REACH.c.dataset == dataset, OPT_OUT_REACH.c.revision > revision
    )
    lives = person_bars.changed(dataset, revision, after, at)
    stopped = select(STOP_REACH.c.ordinal).where(
        STOP_REACH.c.dataset == dataset, STOP_REACH.c.revision > revision
    )
    every = union(events, begun, opted, lives, stopped).limit(limit)
    return connection.execute(every).scalars().all()
