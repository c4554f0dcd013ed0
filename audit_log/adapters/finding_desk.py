# SPDX-License-Identifier: Apache-2.0
"""Findings for those who work on them: a `FindingDesk` in one transaction of the web process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, select, update

from audit_log.adapters import cursors
from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.tables import CHECKPOINT, FINDING, RULE_CURSOR
from audit_log.domain.findings import Finding, FindingFilter, FindingState
from audit_log.domain.rules.catalogue import Severity
from audit_log.ports import Coverage, FindingTransaction, Progress
from shared.clock import Clock
from shared.events import Fact


class PostgresFindingDesk:
    """See the port for what each method guarantees."""

    def __init__(self, connection: Connection, own: OwnProducer, clock: Clock) -> None:
        self._connection = connection
        self._own = own
        self._clock = clock

    def page(self, wanted: FindingFilter, before: int | None, limit: int) -> Sequence[Finding]:
        """Give matching findings, newest first."""
        query = _narrowed(select(FINDING), wanted)
        if before is not None:
            query = query.where(FINDING.c.id < before)
        rows = self._connection.execute(query.order_by(FINDING.c.id.desc()).limit(limit))
        return [_finding(row) for row in rows]

    def hold(self, finding_id: int) -> Finding | None:
        """Give a finding, locked."""
        query = select(FINDING).where(FINDING.c.id == finding_id).with_for_update()
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _finding(row)

    def assign(self, finding_id: int, owner: str) -> None:
        """Give a finding to somebody."""
        self._connection.execute(
            update(FINDING).where(FINDING.c.id == finding_id).values(owner=owner)
        )

    def close(self, finding_id: int, reason: str, at: datetime, closing: str) -> None:
        """Close a finding."""
        self._connection.execute(
            update(FINDING)
            .where(FINDING.c.id == finding_id)
            .values(closed_at=at, closed_reason=reason, closing=closing)
        )

    def record(self, fact: Fact) -> str:
        """Say something through the log's own producer."""
        with cursors.of(self._connection) as cursor:
            return self._own.say(cursor, [fact], self._clock.now())[0]

    def coverage(self) -> Coverage:
        """Give what the checks have covered."""
        size = self._connection.execute(
            select(func.coalesce(func.max(CHECKPOINT.c.size), 0)).where(
                CHECKPOINT.c.published_at.is_not(None)
            )
        ).scalar_one()
        cursors_now = self._connection.execute(
            select(RULE_CURSOR)
            .where(RULE_CURSOR.c.name.not_like("self/%"))
            .order_by(RULE_CURSOR.c.name)
        )
        found = self._connection.execute(
            select(FINDING.c.rule, func.count())
            .where(FINDING.c.closed_at.is_(None))
            .group_by(FINDING.c.rule)
        )
        return Coverage(
            size=size,
            progress=[
                Progress(
                    name=row.name,
                    next=row.next_idx,
                    waiting_since=self._waiting_since(row.next_idx),
                )
                for row in cursors_now
            ],
            open={row[0]: row[1] for row in found},
        )

    def _waiting_since(self, following: int) -> datetime | None:
        """Give when the tree was first signed that holds the next entry."""
        query = select(func.min(CHECKPOINT.c.signed_at)).where(
            CHECKPOINT.c.published_at.is_not(None), CHECKPOINT.c.size > following
        )
        waiting: datetime | None = self._connection.execute(query).scalar_one()
        return waiting


def finding_transactions(engine: Engine, own: OwnProducer, clock: Clock) -> FindingTransaction:
    """Give what opens a transaction: committed when its block ends, gone when it raises."""
    return partial(_transaction, engine, own, clock)


@contextmanager
def _transaction(engine: Engine, own: OwnProducer, clock: Clock) -> Iterator[PostgresFindingDesk]:
    with engine.begin() as connection:
        yield PostgresFindingDesk(connection, own, clock)


def _narrowed(query: Select[Any], wanted: FindingFilter) -> Select[Any]:
    if wanted.rule is not None:
        query = query.where(FINDING.c.rule == wanted.rule)
    if wanted.severity is not None:
        query = query.where(FINDING.c.severity == wanted.severity.value)
    if wanted.state is None:
        return query
    if wanted.state is FindingState.CLOSED:
        return query.where(FINDING.c.closed_at.is_not(None))
    query = query.where(FINDING.c.closed_at.is_(None))
    if wanted.state is FindingState.ASSIGNED:
        return query.where(FINDING.c.owner.is_not(None))
    return query.where(FINDING.c.owner.is_(None))


def _finding(row: Row[Any]) -> Finding:
    return Finding(
        id=row.id,
        rule=row.rule,
        code=row.code,
        severity=Severity(row.severity),
        src=row.src,
        epoch=row.epoch,
        first_seq=row.first_seq,
        last_seq=row.last_seq,
        evidence=tuple(row.evidence),
        detail=dict(row.detail),
        owner=row.owner,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_reason=row.closed_reason,
    )
