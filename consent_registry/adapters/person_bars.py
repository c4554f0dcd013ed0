# SPDX-License-Identifier: Apache-2.0
"""The projected bars of members: rows of `bar`, and how an index takes them in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pyroaring import BitMap
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    delete,
    or_,
    select,
    union,
    update,
)

from consent_registry.adapters.copying import copy_rows
from consent_registry.adapters.sets import among
from consent_registry.adapters.tables import BAR, PERSON_REACH
from consent_registry.domain.bars import BarSegment, Cause, cause_of
from consent_registry.domain.cohort_index import CohortIndex
from shared.ids import DatasetId, Ordinal


def put(
    connection: Connection,
    dataset: DatasetId,
    bars: Mapping[Ordinal, Sequence[BarSegment]],
    now: datetime,
) -> None:
    """Replace these members' rows."""
    connection.execute(delete(BAR).where(BAR.c.dataset == dataset, among(BAR.c.ordinal, bars)))
    rows = [
        (dataset, ordinal, one.cause.value, one.starts_at, one.ends_at, one.starts_at > now)
        for ordinal, segments in bars.items()
        for one in segments
    ]
    if rows:
        copy_rows(connection, BAR, tuple(column.name for column in BAR.columns), rows)


def read(
    connection: Connection, dataset: DatasetId, ordinals: Sequence[Ordinal]
) -> dict[Ordinal, list[BarSegment]]:
    """Give bars by member, in the order in which they begin."""
    wanted = (
        select(BAR)
        .where(BAR.c.dataset == dataset, among(BAR.c.ordinal, ordinals))
        .order_by(BAR.c.ordinal, BAR.c.starts_at, BAR.c.cause)
    )
    found: dict[Ordinal, list[BarSegment]] = {}
    for row in connection.execute(wanted):
        one = BarSegment(cause=cause_of(row.cause), starts_at=row.starts_at, ends_at=row.ends_at)
        found.setdefault(Ordinal(row.ordinal), []).append(one)
    return found


def to_turn(connection: Connection, dataset: DatasetId, after: datetime) -> list[Ordinal]:
    """Give members with a bar that begins later."""
    wanted = select(BAR.c.ordinal).where(BAR.c.dataset == dataset, BAR.c.starts_at > after)
    found = connection.execute(wanted.order_by(BAR.c.ordinal).distinct()).scalars()
    return [Ordinal(ordinal) for ordinal in found]


def _pending(dataset: DatasetId, upto: datetime) -> ColumnElement[bool]:
    return and_(BAR.c.dataset == dataset, BAR.c.pending, BAR.c.starts_at <= upto)


def turning(
    connection: Connection, dataset: DatasetId, upto: datetime, limit: int
) -> list[Ordinal]:
    """Give members with a pending bar that has begun."""
    wanted = select(BAR.c.ordinal).where(_pending(dataset, upto))
    found = connection.execute(wanted.order_by(BAR.c.starts_at, BAR.c.ordinal).limit(limit))
    return [Ordinal(ordinal) for ordinal in dict.fromkeys(found.scalars())]


def turned(
    connection: Connection, dataset: DatasetId, ordinals: Sequence[Ordinal], upto: datetime
) -> None:
    """Settle these members' pending bars."""
    of_members = among(BAR.c.ordinal, ordinals)
    connection.execute(update(BAR).where(_pending(dataset, upto), of_members).values(pending=False))


def changed(
    dataset: DatasetId, revision: int, after: datetime | None, upto: datetime
) -> CompoundSelect[Any]:
    """Select who was reached since a revision, or for whom a bar began or ended since."""
    reached = select(PERSON_REACH.c.ordinal).where(
        PERSON_REACH.c.dataset == dataset, PERSON_REACH.c.revision > revision
    )
    return union(reached, _between(dataset, after, upto))


def turned_between(
    connection: Connection, dataset: DatasetId, after: datetime, upto: datetime
) -> bool:
    """Say whether a bar began or ended in (after, upto]."""
    found = connection.execute(_between(dataset, after, upto).limit(1))
    return found.first() is not None


def _between(dataset: DatasetId, after: datetime | None, upto: datetime) -> Select[Any]:
    return select(BAR.c.ordinal).where(
        BAR.c.dataset == dataset,
        or_(
            and_(BAR.c.starts_at > after, BAR.c.starts_at <= upto),
            and_(BAR.c.ends_at > after, BAR.c.ends_at <= upto),
        ),
    )


def fill(
    index: CohortIndex,
    connection: Connection,
    dataset: DatasetId,
    at: datetime,
    ordinals: Sequence[int] | None,
) -> None:
    """Put the bars of an instant into an index, of everybody or of these members."""
    holds = [
        BAR.c.dataset == dataset,
        BAR.c.starts_at <= at,
        or_(BAR.c.ends_at.is_(None), BAR.c.ends_at > at),
    ]
    if ordinals is not None:
        holds.append(among(BAR.c.ordinal, ordinals))
    by_cause: dict[Cause, BitMap] = {}
    for row in connection.execute(select(BAR.c.cause, BAR.c.ordinal).where(*holds)):
        by_cause.setdefault(cause_of(row.cause), BitMap()).add(row.ordinal)
    for cause, people in by_cause.items():
        index.bar(people, frozenset({cause}))
