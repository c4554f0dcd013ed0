# SPDX-License-Identifier: Apache-2.0
"""Imports as rows: the batch itself, its file in pieces, its faults."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.copying import copy_rows
from consent_registry.adapters.tables import (
    BESIDE,
    IMPORT_BAD,
    IMPORT_BATCH,
    IMPORT_CHUNK,
    IMPORT_FAULT,
    IMPORT_ROW,
)
from consent_registry.domain.batches import (
    CancelWish,
    FaultAt,
    Format,
    ImportBatch,
    ImportState,
    Mode,
)
from consent_registry.domain.row_codes import BY_CODE, NOTE, Fault
from shared.principal import Principal

_FAULT_COLUMNS: Final = tuple(column.name for column in IMPORT_FAULT.columns)


class BatchStore:
    """The first half of the port `Imports`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, batch: ImportBatch) -> None:
        """Keep a new import."""
        self._connection.execute(insert(IMPORT_BATCH).values(_values(batch)))

    def keep(self, batch: ImportBatch) -> None:
        """Store the changed import."""
        self._connection.execute(
            update(IMPORT_BATCH)
            .where(IMPORT_BATCH.c.import_id == batch.import_id)
            .values(_values(batch))
        )

    def get(self, import_id: str) -> ImportBatch | None:
        """Give an import."""
        found = self._connection.execute(
            select(IMPORT_BATCH).where(IMPORT_BATCH.c.import_id == import_id)
        )
        return _batch(found.one_or_none())

    def claim(self, state: ImportState) -> ImportBatch | None:
        """Lock the longest waiting import that nobody has locked.

        Judging a whole file takes statements of minutes; the limit is this transaction's alone.
        """
        self._connection.execute(text("SET LOCAL statement_timeout = '15min'"))
        found = self._connection.execute(
            select(IMPORT_BATCH)
            .where(IMPORT_BATCH.c.state == state.value)
            .order_by(IMPORT_BATCH.c.received_at, IMPORT_BATCH.c.import_id)
            .limit(1)
            .with_for_update(skip_locked=True, key_share=True)
        )
        return _batch(found.one_or_none())

    def hold(self, import_id: str) -> ImportBatch | None:
        """Lock the row, or give nothing."""
        wanted = select(IMPORT_BATCH).where(IMPORT_BATCH.c.import_id == import_id)
        found = self._connection.execute(wanted.with_for_update(skip_locked=True, key_share=True))
        return _batch(found.one_or_none())

    def newest(self, limit: int) -> Sequence[ImportBatch]:
        """Read by time of arrival."""
        order = (IMPORT_BATCH.c.received_at.desc(), IMPORT_BATCH.c.import_id.desc())
        rows = self._connection.execute(select(IMPORT_BATCH).order_by(*order).limit(limit))
        return [batch for row in rows if (batch := _batch(row)) is not None]

    def wish_cancelled(self, wish: CancelWish) -> None:
        """Insert once; the lock of a claim leaves the key that this refers to free."""
        values = {
            "import_id": wish.import_id,
            "actor": _actor_values(wish.actor),
            "wished_at": wish.at,
        }
        statement = postgresql.insert(BESIDE.import_cancel).values(values)
        self._connection.execute(statement.on_conflict_do_nothing())

    def cancel_wish(self, import_id: str) -> CancelWish | None:
        """Read; each statement sees what was committed before it."""
        wanted = select(BESIDE.import_cancel).where(BESIDE.import_cancel.c.import_id == import_id)
        row = self._connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return CancelWish(import_id=row.import_id, actor=_actor(row.actor), at=row.wished_at)

    def note_progress(self, import_id: str, rows: int) -> None:
        """Replace the number."""
        values = {"import_id": import_id, "rows_read": rows}
        statement = postgresql.insert(BESIDE.import_progress).values(values)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["import_id"], set_={"rows_read": statement.excluded["rows_read"]}
            )
        )

    def progress(self, import_id: str) -> int:
        """Read the number."""
        table = BESIDE.import_progress.c
        wanted = select(table.rows_read).where(table.import_id == import_id)
        return int(self._connection.execute(wanted).scalar_one_or_none() or 0)

    def add_chunk(self, import_id: str, number: int, content: bytes) -> None:
        """Keep the next piece of the file."""
        values = {"import_id": import_id, "number": number, "content": content}
        self._connection.execute(insert(IMPORT_CHUNK).values(values))

    def chunks(self, import_id: str) -> Iterator[bytes]:
        """Read one piece at a time."""
        number = 0
        while True:
            wanted = select(IMPORT_CHUNK.c.content).where(
                IMPORT_CHUNK.c.import_id == import_id, IMPORT_CHUNK.c.number == number
            )
            content = self._connection.execute(wanted).scalar_one_or_none()
            if content is None:
                return
            yield bytes(content)
            number += 1

    def put_faults(self, import_id: str, faults: Sequence[FaultAt]) -> None:
        """Copy faults in, behind those a line has already."""
        if not faults:
            return
        held = self._held_faults(import_id, sorted({at.line for at in faults}))
        rows: list[tuple[object, ...]] = []
        for line, fault in faults:
            number = held[line] = held.get(line, 0) + 1
            rows.append((import_id, line, number, fault.column, fault.what.code, fault.hint))
        copy_rows(self._connection, IMPORT_FAULT, _FAULT_COLUMNS, rows)

    def _held_faults(self, import_id: str, lines: Sequence[int]) -> dict[int, int]:
        wanted = (
            select(IMPORT_FAULT.c.line, func.count().label("held"))
            .where(
                IMPORT_FAULT.c.import_id == import_id,
                IMPORT_FAULT.c.line.between(lines[0], lines[-1]),
            )
            .group_by(IMPORT_FAULT.c.line)
        )
        return {row.line: row.held for row in self._connection.execute(wanted)}

    def faults(self, import_id: str, limit: int | None) -> Sequence[FaultAt]:
        """Give the faults by line."""
        wanted = (
            select(IMPORT_FAULT)
            .where(IMPORT_FAULT.c.import_id == import_id)
            .order_by(IMPORT_FAULT.c.line, IMPORT_FAULT.c.number)
        )
        rows = self._connection.execute(wanted.limit(limit) if limit is not None else wanted)
        return [
            FaultAt(row.line, Fault(row.column_name, BY_CODE[row.code], row.hint)) for row in rows
        ]

    def faulty_rows(self, import_id: str) -> int:
        """Count the lines with a fault."""
        wanted = select(func.count(IMPORT_FAULT.c.line.distinct())).where(faults_of(import_id))
        return int(self._connection.execute(wanted).scalar_one())

    def clear(self, import_id: str, *, rows: bool, file: bool) -> None:
        """Forget rows, file, or both; what was noted of bad rows goes either way."""
        tables = [IMPORT_BAD]
        tables += [IMPORT_ROW] if rows else []
        tables += [IMPORT_CHUNK] if file else []
        for table in tables:
            self._connection.execute(delete(table).where(table.c.import_id == import_id))


def faults_of(import_id: str) -> ColumnElement[bool]:
    """Say in SQL that a fault is one of this import, and no mere note."""
    is_note = IMPORT_FAULT.c.code.startswith(NOTE, autoescape=True)
    return and_(IMPORT_FAULT.c.import_id == import_id, ~is_note)


def _values(batch: ImportBatch) -> dict[str, object]:
    return {
        "import_id": batch.import_id,
        "source": batch.source,
        "mode": batch.mode.value,
        "dry_run": batch.dry_run,
        "mapping": batch.mapping,
        "file_sha256": batch.file_sha256,
        "state": batch.state.value,
        "received_at": batch.received_at,
        "finished_at": batch.finished_at,
        "rows": batch.rows,
        "bad": batch.bad,
        "applied": batch.applied,
        "repeated": batch.repeated,
        "done_line": batch.done_line,
        "actor": _actor_values(batch.actor),
        "failure": batch.failure,
        "format": batch.format.value,
    }


def _actor_values(actor: Principal) -> dict[str, object]:
    return {
        "issuer": actor.issuer,
        "subject": actor.subject,
        "client_id": actor.client_id,
        "is_service": actor.is_service,
    }


def _actor(stored: Mapping[str, Any]) -> Principal:
    return Principal(
        issuer=stored["issuer"],
        subject=stored["subject"],
        client_id=stored["client_id"],
        scopes=frozenset(),
        is_service=stored["is_service"],
    )


def _batch(row: Row[Any] | None) -> ImportBatch | None:
    if row is None:
        return None
    return ImportBatch(
        import_id=row.import_id,
        source=row.source,
        mode=Mode(row.mode),
        dry_run=row.dry_run,
        mapping=row.mapping,
        file_sha256=bytes(row.file_sha256),
        state=ImportState(row.state),
        received_at=row.received_at,
        actor=_actor(row.actor),
        finished_at=row.finished_at,
        rows=row.rows,
        bad=row.bad,
        applied=row.applied,
        repeated=row.repeated,
        done_line=row.done_line,
        failure=row.failure,
        format=Format(row.format),
    )
