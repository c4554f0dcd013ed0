# SPDX-License-Identifier: Apache-2.0
"""Stored consent that cannot be read: into the log at once, and into a table for all to see.

The people it is about are left out by whoever reads it; the alarm is noted in a transaction of its
own, because most readers have one that may not write. A note that fails leaves the line in the log.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError

from consent_registry.adapters.tables import BESIDE
from consent_registry.domain.unreadable import Unreadable, UnreadableKind

_MESSAGES: Final[Mapping[UnreadableKind, str]] = {
    UnreadableKind.EVENT: "a stored consent event is unreadable",
    UnreadableKind.TERMS: "stored consent terms are unreadable",
    UnreadableKind.OPT_OUT: "a stored opt-out event is unreadable",
    UnreadableKind.STOP: "a stored stop event is unreadable",
}
_NOTED_AT_ONCE: Final = 1_000
_log: Final = logging.getLogger(__name__)


def raise_alarm(connection: Connection, kind: UnreadableKind, references: Sequence[str]) -> None:
    """Say of each that it cannot be read; references are ids of rows, never of people."""
    for reference in references:
        _log.error(_MESSAGES[kind], extra={f"{kind.value}_id": reference})
    noted = sorted(set(references))[:_NOTED_AT_ONCE]
    if not noted:
        return
    rows = [{"kind": kind.value, "reference": reference} for reference in noted]
    statement = postgresql.insert(BESIDE.unreadable_consent).values(rows)
    again = statement.on_conflict_do_update(
        index_elements=["kind", "reference"], set_={"last_seen_at": func.now()}
    )
    try:
        with connection.engine.begin() as aside:
            aside.execute(again)
    except SQLAlchemyError as fault:
        _log.error("an alarm could not be noted", extra={"cause": type(fault).__name__})


class SqlAlarms:
    """The port `Alarms` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take_unreported(self, limit: int) -> Sequence[Unreadable]:
        """Mark rows, oldest first."""
        table = BESIDE.unreadable_consent
        chosen = (
            select(table.c.kind, table.c.reference)
            .where(table.c.reported.is_(False))
            .order_by(table.c.first_seen_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .subquery()
        )
        statement = (
            update(table)
            .where(table.c.kind == chosen.c.kind, table.c.reference == chosen.c.reference)
            .values(reported=True)
            .returning(table.c.kind, table.c.reference, table.c.first_seen_at)
        )
        rows = self._connection.execute(statement)
        return [
            Unreadable(
                kind=UnreadableKind(row.kind), reference=row.reference, seen_at=row.first_seen_at
            )
            for row in rows
        ]

    def counts(self) -> Mapping[UnreadableKind, int]:
        """Count what was met within the last day."""
        table = BESIDE.unreadable_consent.c
        wanted = (
            select(table.kind, func.count().label("number"))
            .where(table.last_seen_at > func.now() - func.make_interval(0, 0, 0, 1))
            .group_by(table.kind)
        )
        found = {UnreadableKind(row.kind): row.number for row in self._connection.execute(wanted)}
        return {kind: found.get(kind, 0) for kind in UnreadableKind}
