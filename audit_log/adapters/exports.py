# SPDX-License-Identifier: Apache-2.0
"""Export jobs and what they read, over the connection of one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, literal, select, text, update

from audit_log.adapters.standing import standing
from audit_log.adapters.tables import DEK, ERASED_PART, EXPORT, LOG_STATE, SEALED
from audit_log.domain.pack import ProducerStanding
from audit_log.ports import StoredKey
from audit_log.ports.exporting import ExportJob, ExportState

_UNFINISHED = (ExportState.WAITING.value, ExportState.RECORDED.value)
_FIXED = (ExportState.RECORDED.value, ExportState.READY.value)


class PostgresExports:
    """`Exports`; see the port for what each method guarantees."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def number(self) -> int:
        """Give a number for a job's key: the data keys' own sequence."""
        return int(self._connection.execute(text("SELECT nextval('dek_kid')")).scalar_one())

    def add(self, job: ExportJob) -> None:
        """Keep a new job."""
        self._connection.execute(insert(EXPORT).values(id=job.id, **_values(job)))

    def get(self, job_id: str) -> ExportJob | None:
        """Give a job."""
        return _job(
            self._connection.execute(select(EXPORT).where(EXPORT.c.id == job_id)).one_or_none()
        )

    def next(self, after: str) -> ExportJob | None:
        """Give the next unfinished job that nobody holds, locked."""
        wanted = (
            select(EXPORT)
            .where(EXPORT.c.state.in_(_UNFINISHED), EXPORT.c.id > after)
            .order_by(EXPORT.c.id)
            .limit(1)
        )
        locked = wanted.with_for_update(skip_locked=True)
        return _job(self._connection.execute(locked).one_or_none())

    def kept(self) -> Sequence[ExportJob]:
        """Give the jobs whose pack is fixed and still there."""
        columns = [one for one in EXPORT.c if one.name != EXPORT.c.content.name]
        wanted: Select[Any] = select(*columns, literal(b"").label(EXPORT.c.content.name))
        rows = self._connection.execute(wanted.where(EXPORT.c.state.in_(_FIXED)))
        return [found for row in rows if (found := _job(row)) is not None]

    def void(self, job_id: str) -> None:
        """Empty a job for good."""
        self._connection.execute(
            update(EXPORT)
            .where(EXPORT.c.id == job_id)
            .values(state=ExportState.VOID.value, wrapped=b"", request=b"", content=b"")
        )

    def change(self, job: ExportJob) -> None:
        """Keep a job's new state."""
        self._connection.execute(update(EXPORT).where(EXPORT.c.id == job.id).values(_values(job)))

    def end(self, before: datetime) -> int:
        """Empty what is older; the row stays and says what became of it."""
        ended = (
            update(EXPORT)
            .where(EXPORT.c.changed_at < before, func.length(EXPORT.c.wrapped) > 0)
            .values(state=ExportState.VOID.value, wrapped=b"", request=b"", content=b"")
        )
        return self._connection.execute(ended).rowcount

    def erasures(self, *, hold: bool) -> int:
        """Give how many erasures there were; with `hold`, none happens until the end."""
        wanted = select(LOG_STATE.c.erasures)
        locked = wanted.with_for_update(read=True) if hold else wanted
        return int(self._connection.execute(locked).scalar_one())

    def parts(self, indexes: Sequence[int]) -> Mapping[int, Mapping[int, tuple[StoredKey, bytes]]]:
        """Give the sealed parts of these entries by group number, with their wrapped keys."""
        found: dict[int, dict[int, tuple[StoredKey, bytes]]] = {}
        wanted = (
            select(SEALED, DEK.c.kek, DEK.c.wrapped)
            .join(DEK, DEK.c.kid == SEALED.c.kid)
            .where(SEALED.c.idx.in_(indexes), DEK.c.wrapped.is_not(None))
        )
        for row in self._connection.execute(wanted):
            key = StoredKey(row.kid, row.kek, bytes(row.wrapped))
            found.setdefault(row.idx, {})[row.grp] = (key, bytes(row.data))
        return found

    def erased(self, indexes: Sequence[int]) -> Collection[tuple[int, int]]:
        """Give the parts of these entries that erasures destroyed."""
        wanted = select(ERASED_PART.c.idx, ERASED_PART.c.grp)
        rows = self._connection.execute(wanted.where(ERASED_PART.c.idx.in_(indexes)))
        return {(row.idx, row.grp) for row in rows}

    def standing(
        self, since: datetime | None, until: datetime | None
    ) -> Sequence[ProducerStanding]:
        """Give how every producer stands; see `standing`."""
        return standing(self._connection, since, until)


def _values(job: ExportJob) -> dict[str, object]:
    return {
        "state": job.state.value,
        "kid": job.key.kid,
        "kek": job.key.kek,
        "wrapped": job.key.wrapped,
        "request": job.request,
        "content": job.content,
        "as_of": job.as_of,
        "results": job.count,
        "opened": job.opened,
        "entry_id": job.entry_id,
        "fault": job.fault,
        "asked_at": job.asked_at,
        "changed_at": job.changed_at,
    }


def _job(row: Row[Any] | None) -> ExportJob | None:
    if row is None:
        return None
    return ExportJob(
        id=row.id,
        key=StoredKey(row.kid, row.kek, bytes(row.wrapped)),
        state=ExportState(row.state),
        asked_at=row.asked_at,
        changed_at=row.changed_at,
        request=bytes(row.request),
        content=bytes(row.content),
        as_of=row.as_of,
        count=row.results,
        opened=row.opened,
        entry_id=row.entry_id,
        fault=row.fault,
    )
