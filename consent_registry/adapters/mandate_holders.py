# SPDX-License-Identifier: Apache-2.0
"""The index from a login to the mandates it holds, and the lists of people's events by kind.

A login stands here as a keyed hash, because the mandate that names it is sealed; so does its end,
which tells a birthday. A projection: who was erased has no row, and a mandate without a row gets
one from its event.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, exists, literal, select, tuple_
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.tables import MANDATE_HOLDER, PARTICIPANT, PERSON_EVENT
from consent_registry.domain.person_events import PersonKind
from consent_registry.ports.person_events import Listed

_EVENT: Final = PERSON_EVENT.c
_HOLDER: Final = MANDATE_HOLDER.c
_DESCENDING: Final = (_EVENT.recorded_at.desc(), _EVENT.event_id.desc())


def put(
    connection: Connection,
    whose: tuple[str, str],
    login: bytes | None,
    ends: datetime | None,
) -> None:
    """Insert a row for (mandate, person); one that is there stays."""
    mandate_id, pid = whose
    values = {"mandate_id": mandate_id, "pid": pid, "login": login, "ends": ends}
    statement = postgresql.insert(MANDATE_HOLDER).values(values).on_conflict_do_nothing()
    connection.execute(statement)


def wards(connection: Connection, login: bytes) -> frozenset[str]:
    """Read the people whose mandates a login holds, or held."""
    wanted = select(_HOLDER.pid).where(_HOLDER.login == login).distinct()
    return frozenset(connection.execute(wanted).scalars())


def without_row(connection: Connection, limit: int) -> Sequence[tuple[str, str]]:
    """Read mandates that have no row yet, with whose they are; not those of who was erased."""
    has_row = exists().where(_HOLDER.mandate_id == _EVENT.matter)
    wanted = (
        select(_EVENT.matter, _EVENT.pid)
        .join(PARTICIPANT, PARTICIPANT.c.pid == _EVENT.pid)
        .where(
            _EVENT.kind == PersonKind.MANDATE_RECORDED.value,
            PARTICIPANT.c.erased_at.is_(None),
            ~has_row,
        )
        .order_by(_EVENT.recorded_at, _EVENT.event_id)
        .limit(limit)
    )
    return [(row.matter, row.pid) for row in connection.execute(wanted)]


def listed(
    connection: Connection,
    kind: PersonKind,
    before: tuple[datetime, str] | None,
    limit: int,
    known_at: datetime | None,
) -> Sequence[Listed]:
    """Read events of a kind, the newest first, from below a key on; not those of who was erased."""
    # Written out, so that whatever plan is kept may use the index, which is of these kinds only.
    written: BindParameter[str] = bindparam("kind", kind.value, literal_execute=True)
    wanted = (
        select(_EVENT.event_id, _EVENT.pid, _EVENT.matter, _EVENT.recorded_at)
        .join(PARTICIPANT, PARTICIPANT.c.pid == _EVENT.pid)
        .where(_EVENT.kind == written, PARTICIPANT.c.erased_at.is_(None))
        .order_by(*_DESCENDING)
        .limit(limit)
    )
    if known_at is not None:
        wanted = wanted.where(_EVENT.recorded_at <= known_at)
    if before is not None:
        at, event_id = before
        key = tuple_(literal(at, _EVENT.recorded_at.type), literal(event_id, _EVENT.event_id.type))
        wanted = wanted.where(tuple_(_EVENT.recorded_at, _EVENT.event_id) < key)
    return [
        Listed(event_id=row.event_id, pid=row.pid, matter=row.matter, recorded_at=row.recorded_at)
        for row in connection.execute(wanted)
    ]
