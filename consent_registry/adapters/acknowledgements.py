# SPDX-License-Identifier: Apache-2.0
"""`Acknowledgements` on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, exists, func, select
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.tables import BESIDE, FEED_CHANGE
from consent_registry.domain.acknowledgements import Acknowledgement
from consent_registry.domain.register import ChangeKind
from shared.ids import DatasetId, Revision


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

    def every(self) -> Sequence[tuple[Acknowledgement, datetime | None]]:
        """Look up the first uncovered change of each by the dataset's revisions."""
        word, change = BESIDE.node_acknowledgement.c, FEED_CHANGE.c
        lacks = (
            select(func.min(change.recorded_at))
            .where(change.dataset == word.dataset, change.revision > word.revision)
            .scalar_subquery()
        )
        wanted = select(BESIDE.node_acknowledgement, lacks.label("lacks_since"))
        rows = self._connection.execute(wanted)
        return [
            (
                Acknowledgement(
                    node=row.node,
                    dataset=DatasetId(row.dataset),
                    revision=Revision(row.revision),
                    acknowledged_at=row.acknowledged_at,
                ),
                row.lacks_since,
            )
            for row in rows
        ]
