# SPDX-License-Identifier: Apache-2.0
"""How producers stand: how far their chains have come, what they lack, what the rules found."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, or_, select

from audit_log.adapters.tables import FINDING, GAP, PRODUCER, PRODUCER_STATE
from audit_log.domain.pack import SILENT_SECONDS, ProducerStanding, Remark
from audit_log.domain.rules import epochs, silence


def standing(
    connection: Connection, since: datetime | None, until: datetime | None
) -> Sequence[ProducerStanding]:
    """Give every producer by source: its newest chain, the gaps of all of them, remarks.

    Remarks are those whose time touches the one from `since` (included) to `until`.
    """
    gaps = _gaps(connection)
    remarks = _remarks(connection, since, until)
    sources = select(PRODUCER.c.src).union(select(PRODUCER_STATE.c.src)).subquery()
    registered = PRODUCER.c.src
    newest = (
        select(PRODUCER_STATE.c.src, func.max(PRODUCER_STATE.c.epoch).label("epoch"))
        .group_by(PRODUCER_STATE.c.src)
        .subquery()
    )
    state = PRODUCER_STATE.c
    rows = connection.execute(
        select(
            *(sources.c.src, state.epoch, state.seq, state.last_ts),
            registered.is_not(None).label("beats"),
        )
        .select_from(
            sources.outerjoin(PRODUCER, registered == sources.c.src)
            .outerjoin(newest, newest.c.src == sources.c.src)
            .outerjoin(
                PRODUCER_STATE, and_(state.src == newest.c.src, state.epoch == newest.c.epoch)
            )
        )
        .order_by(sources.c.src)
    )
    return [
        ProducerStanding(
            src=row.src,
            epoch=row.epoch or 0,
            seq=row.seq or 0,
            gaps=tuple(gaps.get(row.src, ())),
            last_at=row.last_ts,
            remarks=tuple(remarks.get(row.src, ())),
            beats=row.beats,
        )
        for row in rows
    ]


def _gaps(connection: Connection) -> Mapping[str, Sequence[tuple[int, int, int]]]:
    found: dict[str, list[tuple[int, int, int]]] = {}
    for row in connection.execute(select(GAP).order_by(GAP.c.epoch, GAP.c.first_seq)):
        found.setdefault(row.src, []).append((row.epoch, row.first_seq, row.last_seq))
    return found


def _remarks(
    connection: Connection, since: datetime | None, until: datetime | None
) -> Mapping[str, Sequence[Remark]]:
    """Sum up what R4 and R5 found, by source and code."""
    one = FINDING.c
    wanted = (
        select(
            *(one.src, one.code, func.count().label("number")),
            func.count().filter(one.closed_at.is_(None)).label("still"),
            func.min(one.opened_at).label("first_at"),
            func.max(one.closed_at).label("last_at"),
        )
        .where(one.rule.in_((silence.RULE, epochs.RULE)), one.src.is_not(None))
        .group_by(one.src, one.code)
        .order_by(one.src, one.code)
    )
    if since is not None:
        wanted = wanted.where(or_(one.closed_at.is_(None), one.closed_at >= since))
    if until is not None:
        # Silence is found once it has lasted: it began before its finding was opened.
        # Counted back from there: nothing comes after the last moment that can be asked for.
        wanted = wanted.where(one.opened_at - timedelta(seconds=SILENT_SECONDS) < until)
    found: dict[str, list[Remark]] = {}
    for row in connection.execute(wanted):
        remark = Remark(
            code=row.code,
            count=row.number,
            still=row.still,
            first_at=row.first_at,
            last_at=None if row.still else row.last_at,
        )
        found.setdefault(row.src, []).append(remark)
    return found
