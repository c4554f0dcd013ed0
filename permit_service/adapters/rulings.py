# SPDX-License-Identifier: Apache-2.0
"""`RulingStore` on a PostgreSQL session. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from permit_service.adapters.tables import RulingStatementRow, UntoldRulingRow
from permit_service.domain.account import AccountKey
from permit_service.domain.ruling import Matter, RulingStatement, Says
from shared.ids import ApplicationId, DatasetId

_Statements = Select[RulingStatementRow]


class SqlRulings:
    """`RulingStore` on a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, statement: RulingStatement) -> None:
        """Insert a row, and one that says that it is still to be told."""
        row = _row(statement)
        self._session.add(row)
        self._session.flush()
        waiting = {"number": row.number, "application_id": row.application_id}
        self._session.execute(insert(UntoldRulingRow).values(waiting))

    def of_application(self, application_id: ApplicationId) -> Sequence[RulingStatement]:
        """Read by application."""
        return self._read(_of(application_id))

    def untold(self, application_id: ApplicationId) -> Sequence[RulingStatement]:
        """Read those that wait."""
        waits = RulingStatementRow.number.in_(select(UntoldRulingRow.number))
        return self._read(_of(application_id).where(waits))

    def applications_untold(self, limit: int) -> Sequence[ApplicationId]:
        """Group those that wait."""
        refused = func.min(func.coalesce(UntoldRulingRow.refused_at, text("'-infinity'")))
        wanted = (
            select(UntoldRulingRow.application_id)
            .group_by(UntoldRulingRow.application_id)
            .order_by(refused, func.min(UntoldRulingRow.number))
            .limit(limit)
        )
        return [ApplicationId(found) for found in self._session.scalars(wanted)]

    def refused(self, statement: RulingStatement, at: datetime) -> None:
        """Note it in the row that says it waits."""
        self._session.execute(
            update(UntoldRulingRow).where(_waits(statement)).values(refused_at=at)
        )

    def told(self, statement: RulingStatement) -> None:
        """Delete the row that says it waits."""
        self._session.execute(delete(UntoldRulingRow).where(_waits(statement)))

    def _read(self, wanted: _Statements) -> Sequence[RulingStatement]:
        return [_statement(row) for row in self._session.scalars(wanted)]


def _waits(statement: RulingStatement) -> ColumnElement[bool]:
    number = (
        select(RulingStatementRow.number)
        .where(RulingStatementRow.ruling_id == statement.ruling_id)
        .where(RulingStatementRow.says == statement.says.value)
        .scalar_subquery()
    )
    return UntoldRulingRow.number == number


def _of(application_id: ApplicationId) -> _Statements:
    return (
        select(RulingStatementRow)
        .where(RulingStatementRow.application_id == application_id)
        .order_by(RulingStatementRow.number)
    )


def _row(statement: RulingStatement) -> RulingStatementRow:
    return RulingStatementRow(
        ruling_id=statement.ruling_id,
        application_id=statement.application_id,
        dataset=statement.dataset,
        purpose_sha256=statement.purpose_sha256,
        clause=statement.matter.clause,
        question=statement.matter.question,
        value=statement.matter.value,
        says=statement.says.value,
        by_issuer=statement.by.issuer,
        by_subject=statement.by.subject,
        reasons=statement.reasons,
        salt=statement.salt,
        stated_at=statement.stated_at,
        jws=statement.jws,
    )


def _statement(row: RulingStatementRow) -> RulingStatement:
    return RulingStatement(
        ruling_id=row.ruling_id,
        application_id=ApplicationId(row.application_id),
        dataset=DatasetId(row.dataset),
        purpose_sha256=row.purpose_sha256,
        matter=Matter(clause=row.clause, question=row.question, value=row.value),
        says=Says(row.says),
        by=AccountKey(row.by_issuer, row.by_subject),
        reasons=row.reasons,
        salt=bytes(row.salt),
        stated_at=row.stated_at,
        jws=row.jws,
    )
