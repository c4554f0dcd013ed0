# SPDX-License-Identifier: Apache-2.0
"""Integrity runs over the connection of one transaction, and what is missing beside them."""

from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text

from audit_log.adapters.tables import EXPORT, INTEGRITY_RUN
from audit_log.domain.statement import IntegrityRun
from audit_log.ports.exporting import ExportState

_UNFINISHED = (ExportState.WAITING.value, ExportState.RECORDED.value)


class PostgresIntegrity:
    """`IntegrityRuns`; see the port for what each method guarantees."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest(self) -> IntegrityRun | None:
        """Give the run that was kept last."""
        wanted = select(INTEGRITY_RUN).order_by(INTEGRITY_RUN.c.id.desc()).limit(1)
        return _run(self._connection.execute(wanted).one_or_none())

    def covering(self, size: int) -> IntegrityRun | None:
        """Give the newest run that reaches this size, else the newest."""
        reaching = select(INTEGRITY_RUN).where(INTEGRITY_RUN.c.size >= size)
        newest = reaching.order_by(INTEGRITY_RUN.c.id.desc()).limit(1)
        return _run(self._connection.execute(newest).one_or_none()) or self.newest()

    def next_id(self) -> int:
        """Give the number of the next run; the table stays locked for other runs to the end."""
        self._connection.execute(text("SELECT log_lock_runs()"))
        last = self._connection.execute(select(func.max(INTEGRITY_RUN.c.id))).scalar_one_or_none()
        return (last or 0) + 1

    def add(self, run: IntegrityRun) -> None:
        """Keep a run."""
        self._connection.execute(
            insert(INTEGRITY_RUN).values(
                id=run.id,
                base=run.base,
                first=run.first,
                size=run.size,
                flaws=run.flaws,
                started_at=run.started_at,
                ended_at=run.ended_at,
                entry_id=run.entry_id,
            )
        )

    def wanted(self) -> int:
        """Give the largest size that an unfinished evidence pack rests on."""
        largest = select(func.max(EXPORT.c.as_of)).where(EXPORT.c.state.in_(_UNFINISHED))
        return self._connection.execute(largest).scalar_one_or_none() or 0


def _run(row: Row[Any] | None) -> IntegrityRun | None:
    if row is None:
        return None
    return IntegrityRun(
        id=row.id,
        base=row.base,
        first=row.first,
        size=row.size,
        flaws=row.flaws,
        started_at=row.started_at,
        ended_at=row.ended_at,
        entry_id=row.entry_id,
    )
