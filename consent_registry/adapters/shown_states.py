# SPDX-License-Identifier: Apache-2.0
"""`ShownStates` on PostgreSQL: one row for each dataset."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.index_cache import changed_since
from consent_registry.adapters.tables import SHOWN_STATE, STAND_IN
from consent_registry.domain.bitmaps import canonical_bytes, from_bytes
from consent_registry.domain.manifest import AsOf
from consent_registry.domain.shown import ShownState
from shared.ids import DatasetId, Ordinal, Revision


class SqlShownStates:
    """The port `ShownStates`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, dataset: DatasetId) -> ShownState | None:
        """Read the row."""
        wanted = select(SHOWN_STATE).where(SHOWN_STATE.c.dataset == dataset)
        row = self._connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return ShownState(
            number=row.number,
            revision=Revision(row.revision),
            times=AsOf(effective_at=row.effective_at, known_at=row.known_at),
            members=row.members,
            reach=row.reach,
            touched=None if row.touched is None else from_bytes(bytes(row.touched)),
        )

    def changed(
        self, dataset: DatasetId, state: ShownState, at: datetime, *, limit: int
    ) -> Sequence[Ordinal]:
        """Ask as the kept indexes do."""
        found = changed_since(
            self._connection,
            dataset,
            state.revision,
            turned=(state.times.effective_at, at),
            limit=limit,
        )
        return [Ordinal(one) for one in found]

    def move(self, dataset: DatasetId, to: ShownState) -> None:
        """Replace the row, and remove sets of people that nothing is carried over from any more."""
        values = {
            "number": to.number,
            "touched": None if to.touched is None else canonical_bytes(to.touched),
            "revision": to.revision,
            "effective_at": to.times.effective_at,
            "known_at": to.times.known_at,
            "members": to.members,
            "reach": to.reach,
        }
        statement = postgresql.insert(SHOWN_STATE).values(dataset=dataset, **values)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["dataset"], set_=values)
        )
        past = STAND_IN.c.state < to.number - 1
        self._connection.execute(
            delete(STAND_IN).where(STAND_IN.c.dataset == dataset, past, STAND_IN.c.size > 0)
        )
