# SPDX-License-Identifier: Apache-2.0
"""`Notices` on PostgreSQL: a row for each notice, and its steps, which are only ever added."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.sets import among
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
        return self._notice(row)

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

    def steps(self, pids: Iterable[str]) -> Sequence[tuple[NoticeKind, Outcome, datetime]]:
        """Join both tables."""
        wanted = (
            select(_NOTICE.kind, _STEP.outcome, _STEP.at)
            .join(NOTICE_STEP, _STEP.notice_id == _NOTICE.notice_id)
            .where(among(_NOTICE.pid, pids))
            .order_by(_STEP.at.desc(), _STEP.notice_id.desc(), _STEP.number.desc())
            .limit(_SHOWN)
        )
        rows = self._connection.execute(wanted)
        return [(NoticeKind(row.kind), Outcome(row.outcome), row.at) for row in rows]

    def last_sent(self, pids: Iterable[str], kinds: Iterable[NoticeKind]) -> datetime | None:
        """Read the newest step of that outcome."""
        wanted = (
            select(func.max(_STEP.at))
            .join(NOTICE, _STEP.notice_id == _NOTICE.notice_id)
            .where(
                among(_NOTICE.pid, pids),
                _NOTICE.kind.in_([kind.value for kind in kinds]),
                _STEP.outcome == Outcome.SENT.value,
            )
        )
        found: datetime | None = self._connection.execute(wanted).scalar_one()
        return found

    def alike(self, notice: Notice, pids: Iterable[str], queued_by: datetime) -> Sequence[Notice]:
        """Lock rows, and leave out those under way."""
        wanted = select(NOTICE).where(
            among(_NOTICE.pid, pids),
            _NOTICE.kind == notice.kind.value,
            _NOTICE.notice_id != notice.notice_id,
            _NOTICE.due_at.is_not(None),
            _NOTICE.queued_at <= queued_by,
        )
        rows = self._connection.execute(wanted.with_for_update(skip_locked=True)).all()
        found = [self._notice(row) for row in rows]
        return [one for one in found if not one.under_way]

    def _notice(self, row: Row[Any]) -> Notice:
        steps = select(_STEP.outcome).where(_STEP.notice_id == row.notice_id)
        said = list(self._connection.execute(steps.order_by(_STEP.number)).scalars())
        return Notice(
            notice_id=row.notice_id,
            pid=row.pid,
            kind=NoticeKind(row.kind),
            about=row.about,
            day=row.day,
            queued_at=row.queued_at,
            attempts=said.count(Outcome.BEGUN.value),
            under_way=said[-1:] == [Outcome.BEGUN.value],
        )
