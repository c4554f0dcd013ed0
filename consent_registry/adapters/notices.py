# SPDX-License-Identifier: Apache-2.0
"""`Notices` on PostgreSQL: a row for each notice, and its steps, which are only ever added."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.tables import NOTICE, NOTICE_STEP
from consent_registry.domain.notices import Notice, NoticeKind, Outcome

_NOTICE: Final = NOTICE.c
_STEP: Final = NOTICE_STEP.c
_SHOWN: Final = 100


class SqlNotices:
    """The port `Notices`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, notice: Notice, at: datetime) -> bool:
        """Insert a row unless it is there."""
        values = {
            "notice_id": notice.notice_id,
            "pid": notice.pid,
            "kind": notice.kind.value,
            "about": notice.about,
            "day": notice.day,
            "queued_at": at,
            "due_at": at,
        }
        statement = postgresql.insert(NOTICE).values(values).on_conflict_do_nothing()
        added = self._connection.execute(statement.returning(_NOTICE.notice_id))
        return added.one_or_none() is not None

    def due(self, at: datetime) -> Notice | None:
        """Lock the row that is due longest."""
        wanted = (
            select(NOTICE)
            .where(_NOTICE.due_at <= at)
            .order_by(_NOTICE.due_at, _NOTICE.notice_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = self._connection.execute(wanted).one_or_none()
        if row is None:
            return None
        steps = select(_STEP.outcome).where(_STEP.notice_id == row.notice_id)
        said = list(self._connection.execute(steps.order_by(_STEP.number)).scalars())
        return Notice(
            notice_id=row.notice_id,
            pid=row.pid,
            kind=NoticeKind(row.kind),
            about=row.about,
            day=row.day,
            attempts=said.count(Outcome.BEGUN.value),
            under_way=said[-1:] == [Outcome.BEGUN.value],
        )

    def step(self, notice: Notice, outcome: Outcome, at: datetime, again: datetime | None) -> None:
        """Insert a step, and move the row."""
        mine = _STEP.notice_id == notice.notice_id
        last = select(_STEP.number).where(mine).order_by(_STEP.number.desc()).limit(1)
        number = int(self._connection.execute(last).scalar_one_or_none() or 0) + 1
        values = {
            "notice_id": notice.notice_id,
            "number": number,
            "outcome": outcome.value,
            "at": at,
        }
        self._connection.execute(insert(NOTICE_STEP).values(values))
        moved = update(NOTICE).where(_NOTICE.notice_id == notice.notice_id)
        self._connection.execute(moved.values(due_at=again))

    def settled(self, pid: str, kind: NoticeKind, about: str) -> bool | None:
        """Look whether it is due any more."""
        wanted = select(_NOTICE.due_at).where(
            _NOTICE.pid == pid, _NOTICE.kind == kind.value, _NOTICE.about == about
        )
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else row.due_at is None

    def steps(self, pid: str) -> Sequence[tuple[NoticeKind, Outcome, datetime]]:
        """Join both tables."""
        wanted = (
            select(_NOTICE.kind, _STEP.outcome, _STEP.at)
            .join(NOTICE_STEP, _STEP.notice_id == _NOTICE.notice_id)
            .where(_NOTICE.pid == pid)
            .order_by(_STEP.at.desc(), _STEP.notice_id.desc(), _STEP.number.desc())
            .limit(_SHOWN)
        )
        rows = self._connection.execute(wanted)
        return [(NoticeKind(row.kind), Outcome(row.outcome), row.at) for row in rows]
