# SPDX-License-Identifier: Apache-2.0
"""A dataset's index as it was known at another time, computed from the events themselves.

For looking back. It reads and opens every event of the dataset, and keeps nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from pyroaring import BitMap
from sqlalchemy import Connection, func, select

from consent_registry.adapters.holdings import mark_fewer_data
from consent_registry.adapters.opt_outs import opted_out_members
from consent_registry.adapters.stops import mark_stopped
from consent_registry.adapters.tables import DATASET_MEMBER, FEED_CHANGE
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.history import State, standing_at
from consent_registry.domain.manifest import AsOf
from consent_registry.domain.records import EventRecord
from shared.ids import DatasetId, Ordinal, Revision

_AT_ONCE: Final = 5_000


class Reader(Protocol):
    """What gives the events of members."""

    def of_members(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal]
    ) -> Mapping[Ordinal, Sequence[EventRecord]]:
        """Give every event of these members."""
        ...


def index_as_of(
    connection: Connection,
    reader: Reader,
    dataset: DatasetId,
    times: AsOf,
    of: Sequence[Ordinal] | None = None,
) -> CohortIndex:
    """Build the index of these members, or of everybody who was one by then."""
    effective_at, known_at = times.effective_at, times.known_at
    wanted = range(_members(connection, dataset, known_at)) if of is None else of
    index = CohortIndex(members=max(wanted, default=-1) + 1)
    for start in range(0, len(wanted), _AT_ONCE):
        part = [Ordinal(o) for o in wanted[start : start + _AT_ONCE]]
        held = []
        for ordinal, records in reader.of_members(dataset, part).items():
            events = [record.event() for record in records]
            standing = standing_at(events, effective_at, known_at)
            if standing.state is not State.NOT_ASKED:
                held.append((BitMap([ordinal]), standing))
        index.put_all(held)
    known = min(effective_at, known_at)
    chosen = None if of is None else list(of)
    mark_fewer_data(index, connection, dataset, list(wanted))
    index.opted_out = opted_out_members(connection, dataset, chosen, known_at=known)
    index.opted_out &= BitMap(range(index.members))
    mark_stopped(index, connection, dataset, chosen, known_at=known)
    for stopped in (index.restricted, index.objecting, index.erased):
        stopped.intersection_update(BitMap(range(index.members)))
    return index


def _members(connection: Connection, dataset: DatasetId, known_at: datetime) -> int:
    count = select(func.count()).where(
        DATASET_MEMBER.c.dataset == dataset, DATASET_MEMBER.c.added_at <= known_at
    )
    return int(connection.execute(count).scalar_one())


def revision_known(connection: Connection, dataset: DatasetId, known_at: datetime) -> Revision:
    """Give the dataset's revision as of an instant; 0 before the first.

    Whatever takes a revision (consents, opt-outs, stops, people's lives) is a change of the feed.
    """
    newest = select(func.coalesce(func.max(FEED_CHANGE.c.revision), 0)).where(
        FEED_CHANGE.c.dataset == dataset, FEED_CHANGE.c.recorded_at <= known_at
    )
    return Revision(int(connection.execute(newest).scalar_one()))
