# SPDX-License-Identifier: Apache-2.0
"""`Feed` on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.tables import FEED_CHANGE, HEARTBEAT
from consent_registry.domain.register import ChangeKind, RegisterChange, StoredChange
from shared.ids import DatasetId, Revision


class SqlFeed:
    """The port `Feed`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def after(self, position: int, limit: int) -> Sequence[StoredChange]:
        """Give stored changes until about `limit` items are together, one change at least."""
        wanted = (
            select(FEED_CHANGE)
            .where(FEED_CHANGE.c.last_position > position)
            .where(FEED_CHANGE.c.first_position <= position + limit)
            .order_by(FEED_CHANGE.c.last_position)
        )
        return [_stored(row) for row in self._connection.execute(wanted)]

    def narrowings(self, position: int, limit: int) -> Sequence[StoredChange]:
        """Read by the index of narrowings alone."""
        wanted = (
            select(FEED_CHANGE)
            .where(FEED_CHANGE.c.last_position > position)
            .where(FEED_CHANGE.c.kind == ChangeKind.MEMBER_NARROWED.value)
            .order_by(FEED_CHANGE.c.last_position)
            .limit(limit)
        )
        return [_stored(row) for row in self._connection.execute(wanted)]

    def newest(self) -> int:
        """Give the newest visible position; positions become visible in order."""
        wanted = select(func.coalesce(func.max(FEED_CHANGE.c.last_position), 0))
        return int(self._connection.execute(wanted).scalar_one())

    def newest_beat(self) -> datetime | None:
        """Give when the newest heartbeat was signed."""
        wanted = select(func.max(HEARTBEAT.c.signed_at))
        found: datetime | None = self._connection.execute(wanted).scalar_one()
        return found

    def heartbeats(self) -> Sequence[str]:
        """Give the newest heartbeats by register."""
        wanted = select(HEARTBEAT.c.jws).order_by(HEARTBEAT.c.register)
        return list(self._connection.execute(wanted).scalars())

    def keep_heartbeat(self, register: str, revision: int, at: datetime, jws: str) -> None:
        """Replace the one before unless it is newer."""
        values = {"register": register, "revision": revision, "signed_at": at, "jws": jws}
        statement = postgresql.insert(HEARTBEAT).values(values)
        changed = {name: statement.excluded[name] for name in ("revision", "signed_at", "jws")}
        newer = HEARTBEAT.c.signed_at < statement.excluded["signed_at"]
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["register"], set_=changed, where=newer)
        )

    def add(self, changes: Sequence[RegisterChange], positions: range, at: datetime) -> None:
        """Keep changes at these positions, one for each item; the unit of work calls it."""
        rows = []
        first = positions.start
        for change in changes:
            last = first + len(change.items) - 1
            rows.append(
                {
                    "first_position": first,
                    "last_position": last,
                    "dataset": change.dataset,
                    "revision": change.revision,
                    "kind": change.kind.value,
                    "items": [dict(item) for item in change.items],
                    "recorded_at": at,
                }
            )
            first = last + 1
        self._connection.execute(insert(FEED_CHANGE), rows)


def _stored(row: Row[Any]) -> StoredChange:
    change = RegisterChange(
        dataset=DatasetId(row.dataset),
        revision=Revision(row.revision),
        kind=ChangeKind(row.kind),
        items=tuple(row.items),
    )
    return StoredChange(first_position=row.first_position, change=change)
