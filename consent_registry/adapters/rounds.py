# SPDX-License-Identifier: Apache-2.0
"""`Rounds` on PostgreSQL: how far each is, and pages of the people whom one may concern."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    cast,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.sets import among
from consent_registry.adapters.tables import (
    CONSENT_EVENT,
    DATASET_MEMBER,
    MANDATE_HOLDER,
    NOTICE_ROUND,
    PERSON_EVENT,
    STANDING,
)
from consent_registry.domain.history import State
from consent_registry.domain.notices import NoticeKind
from consent_registry.domain.person_events import PersonKind
from consent_registry.ports.rounds import Round
from shared.ids import DatasetId

_ROUND: Final = NOTICE_ROUND.c
_MEMBER: Final = DATASET_MEMBER.c
_FIRST: Final = "00000000-0000-0000-0000-000000000000"


class SqlRounds:
    """The port `Rounds`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, kind: NoticeKind, about: str, at: datetime) -> bool:
        """Insert a row unless it is there."""
        values = {"kind": kind.value, "about": about, "begun_at": at}
        statement = postgresql.insert(NOTICE_ROUND).values(values).on_conflict_do_nothing()
        added = self._connection.execute(statement.returning(_ROUND.kind))
        return added.one_or_none() is not None

    def hold(self) -> Round | None:
        """Lock a row that has not ended."""
        wanted = (
            select(NOTICE_ROUND)
            .where(_ROUND.ended_at.is_(None))
            .order_by(_ROUND.begun_at, _ROUND.kind, _ROUND.about)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = self._connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return Round(kind=NoticeKind(row.kind), about=row.about, after=row.after_pid or "")

    def went(self, held: Round, after: str | None, at: datetime) -> None:
        """Move the row, or end it."""
        values = {"after_pid": after} if after is not None else {"ended_at": at}
        mine = (_ROUND.kind == held.kind.value, _ROUND.about == held.about)
        self._connection.execute(update(NOTICE_ROUND).where(*mine).values(values))

    def ending(
        self, begun: datetime, until: datetime, *, after: str, limit: int
    ) -> Mapping[str, Sequence[str]]:
        """Join standings with what follows them."""
        following = STANDING.alias("following")
        follows = and_(
            following.c.dataset == STANDING.c.dataset,
            following.c.ordinal == STANDING.c.ordinal,
            following.c.starts_at == STANDING.c.ends_at,
        )
        wanted = (
            select(_MEMBER.pid, func.array_agg(cast(STANDING.c.event_id, String)).label("about"))
            .select_from(STANDING)
            .join(DATASET_MEMBER, _of_member(STANDING))
            .outerjoin(following, follows)
            .where(
                STANDING.c.state == State.GIVEN.value,
                STANDING.c.starts_at <= begun,
                STANDING.c.ends_at > begun,
                STANDING.c.ends_at <= until,
                or_(following.c.state.is_(None), following.c.state == State.EXPIRED.value),
            )
        )
        return self._by_person(wanted, _MEMBER.pid, after, limit)

    def mandates_ending(
        self, begun: datetime, until: datetime, *, after: str, limit: int
    ) -> Mapping[str, Sequence[str]]:
        """Read what was recorded; an end that came before it is the caller's to know."""
        holder = MANDATE_HOLDER.c
        wanted = select(
            holder.pid, func.array_agg(cast(holder.mandate_id, String)).label("about")
        ).where(holder.ends > begun, holder.ends <= until)
        return self._by_person(wanted, holder.pid, after, limit)

    def with_preferences(self, *, after: str, limit: int) -> Sequence[str]:
        """Read who said something."""
        event = PERSON_EVENT.c
        wanted = select(event.pid).where(
            event.kind == PersonKind.PREFERENCES.value, event.pid > (after or _FIRST)
        )
        found = self._connection.execute(wanted.distinct().order_by(event.pid).limit(limit))
        return [str(pid) for pid in found.scalars()]

    def consenting_under(
        self, dataset: DatasetId, forms: Sequence[str], now: datetime, *, after: str, limit: int
    ) -> Sequence[str]:
        """Join standings with their events."""
        wanted = (
            select(_MEMBER.pid)
            .select_from(STANDING)
            .join(DATASET_MEMBER, _of_member(STANDING))
            .join(CONSENT_EVENT, CONSENT_EVENT.c.event_id == STANDING.c.event_id)
            .where(
                STANDING.c.dataset == dataset,
                STANDING.c.state == State.GIVEN.value,
                STANDING.c.starts_at <= now,
                or_(STANDING.c.ends_at.is_(None), STANDING.c.ends_at > now),
                among(CONSENT_EVENT.c.form_version, forms),
                _MEMBER.pid > (after or _FIRST),
            )
        )
        found = self._connection.execute(wanted.distinct().order_by(_MEMBER.pid).limit(limit))
        return [str(pid) for pid in found.scalars()]

    def _by_person(
        self, wanted: Select[Any], pid: ColumnElement[Any], after: str, limit: int
    ) -> Mapping[str, Sequence[str]]:
        page = wanted.where(pid > (after or _FIRST)).group_by(pid).order_by(pid).limit(limit)
        return {row.pid: sorted(row.about) for row in self._connection.execute(page)}


def _of_member(table: Any) -> ColumnElement[bool]:
    return and_(_MEMBER.dataset == table.c.dataset, _MEMBER.ordinal == table.c.ordinal)
