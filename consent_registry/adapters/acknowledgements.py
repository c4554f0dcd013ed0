# SPDX-License-Identifier: Apache-2.0
"""`Acknowledgements` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    ScalarSelect,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    select,
    true,
    union,
)
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.tables import BESIDE, DATASET, FEED_CHANGE
from consent_registry.domain.acknowledgements import Acknowledgement, NodeStep, Word
from consent_registry.domain.register import ChangeKind
from shared.ids import DatasetId, Revision

_SEEN_AGAIN: Final = timedelta(minutes=1)


class SqlAcknowledgements:
    """The port `Acknowledgements`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, said: Acknowledgement) -> Revision:
        """Lock the row there is, then replace it."""
        word = BESIDE.node_acknowledgement.c
        wanted = (
            select(word.revision)
            .where(word.node == said.node, word.dataset == said.dataset)
            .with_for_update()
        )
        before = self._connection.execute(wanted).scalar_one_or_none()
        values = {"revision": said.revision, "acknowledged_at": said.acknowledged_at}
        statement = postgresql.insert(BESIDE.node_acknowledgement).values(
            node=said.node, dataset=said.dataset, **values
        )
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["node", "dataset"], set_=values)
        )
        return Revision(before or 0)

    def narrowed_between(self, dataset: DatasetId, after: Revision, upto: Revision) -> bool:
        """Look among the changes of the feed."""
        change = FEED_CHANGE.c
        wanted = exists().where(
            change.dataset == dataset,
            change.revision > after,
            change.revision <= upto,
            change.kind == ChangeKind.MEMBER_NARROWED.value,
        )
        return bool(self._connection.execute(select(wanted)).scalar_one())

    def note(self, node: str, at: datetime) -> None:
        """Write at most once a minute for each node: reading is no reason to write each time."""
        reader = BESIDE.feed_reader
        statement = postgresql.insert(reader).values(node=node, first_seen_at=at, last_seen_at=at)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["node"],
                set_={"last_seen_at": at},
                where=reader.c.last_seen_at <= at - _SEEN_AGAIN,
            )
        )

    def seen(self) -> Sequence[str]:
        """Read the names alone."""
        return list(self._connection.scalars(select(BESIDE.feed_reader.c.node)))

    def step(self, step: NodeStep) -> None:
        """Insert one row."""
        issuer, subject = step.by
        values = {"retired": step.retired, "why": step.why, "issuer": issuer, "subject": subject}
        self._connection.execute(
            BESIDE.node_step.insert().values(node=step.node, at=step.at, **values)
        )

    def last_step(self, node: str) -> datetime | None:
        """Look it up by the key."""
        step = BESIDE.node_step.c
        wanted = select(func.max(step.at)).where(step.node == node)
        found: datetime | None = self._connection.execute(wanted).scalar_one()
        return found

    def retired(self) -> Mapping[str, NodeStep]:
        """Read the newest step of each node."""
        step = BESIDE.node_step.c
        in_order = select(BESIDE.node_step).order_by(step.at)
        newest = {row.node: row for row in self._connection.execute(in_order)}
        return {
            row.node: NodeStep(
                node=row.node,
                retired=True,
                why=row.why,
                by=(row.issuer, row.subject),
                at=row.at,
            )
            for row in newest.values()
            if row.retired
        }

    def every(self, expected: Sequence[str]) -> Sequence[Word]:
        """Look up the first uncovered change of each by the dataset's revisions, one row each."""
        word, reader, dataset = BESIDE.node_acknowledgement.c, BESIDE.feed_reader.c, DATASET.c
        named = select(func.unnest(cast(list(expected), ARRAY(Text))).label("node"))
        nodes = union(named, select(reader.node)).subquery("nodes")
        covered = func.coalesce(word.revision, 0)
        uncovered = _first_change_after(covered)
        never = word.revision.is_(None)
        lacks = case((never, func.greatest(uncovered, reader.first_seen_at)), else_=uncovered)
        found = (
            select(
                nodes.c.node,
                dataset.dataset,
                covered.label("revision"),
                word.acknowledged_at,
                func.greatest(reader.last_seen_at, word.acknowledged_at).label("seen_at"),
                case((uncovered.is_not(None), lacks)).label("lacks_since"),
            )
            .join_from(nodes, DATASET, true())
            .outerjoin(BESIDE.feed_reader, reader.node == nodes.c.node)
            .outerjoin(
                BESIDE.node_acknowledgement,
                and_(word.node == nodes.c.node, word.dataset == dataset.dataset),
            )
        )
        return [
            Word(
                node=row.node,
                dataset=DatasetId(row.dataset),
                revision=Revision(row.revision),
                acknowledged_at=row.acknowledged_at,
                seen_at=row.seen_at,
                lacks_since=row.lacks_since,
            )
            for row in self._connection.execute(found)
        ]


def _first_change_after(revision: ColumnElement[int]) -> ScalarSelect[datetime]:
    """Find by the index when the first change of a dataset after a revision was recorded."""
    change = FEED_CHANGE.c
    return (
        select(change.recorded_at)
        .where(change.dataset == DATASET.c.dataset, change.revision > revision)
        .order_by(change.revision)
        .limit(1)
        .correlate(DATASET, BESIDE.node_acknowledgement)
        .scalar_subquery()
    )
