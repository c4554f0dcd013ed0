# SPDX-License-Identifier: Apache-2.0
"""Officers' cases and saved searches over the connection of one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from audit_log.adapters.casework_tables import CASE_FILE, CASE_REVEAL, QUERY_RUN, SAVED_QUERY
from audit_log.domain.cases import Case, Officer, Reveal, RevealState
from audit_log.domain.errors import FourEyesNeeded
from audit_log.domain.saved_queries import QueryRun, SavedQuery


class PostgresCases:
    """`Cases`; see the port for what each method guarantees."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, case: Case) -> None:
        """Keep a new case."""
        self._connection.execute(
            insert(CASE_FILE).values(
                id=case.id,
                reason=case.reason,
                reference=case.reference,
                owner_iss=case.owner.issuer,
                owner_sub=case.owner.subject,
                opened_at=case.opened_at,
            )
        )

    def get(self, case_id: str) -> Case | None:
        """Give a case, locked."""
        wanted = select(CASE_FILE).where(CASE_FILE.c.id == case_id).with_for_update()
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else _case(row)

    def page(self, limit: int) -> Sequence[Case]:
        """Give cases, the newest first."""
        newest = select(CASE_FILE).order_by(CASE_FILE.c.id.desc()).limit(limit)
        return [_case(row) for row in self._connection.execute(newest)]

    def close(self, case_id: str, at: datetime) -> None:
        """Close an open case for good."""
        self._connection.execute(
            update(CASE_FILE).where(CASE_FILE.c.id == case_id).values(closed_at=at)
        )

    def ask(self, reveal: Reveal) -> None:
        """Keep a new request to open."""
        self._connection.execute(
            insert(CASE_REVEAL).values(
                id=reveal.id,
                case_id=reveal.case,
                indexes=list(reveal.indexes),
                groups=list(reveal.groups),
                asked_iss=reveal.asked_by.issuer,
                asked_sub=reveal.asked_by.subject,
                asked_at=reveal.asked_at,
                state=reveal.state.value,
            )
        )

    def reveal(self, reveal_id: str) -> Reveal | None:
        """Give a request, locked."""
        wanted = select(CASE_REVEAL).where(CASE_REVEAL.c.id == reveal_id).with_for_update()
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else _reveal(row)

    def reveals(self, case_id: str) -> Sequence[Reveal]:
        """Give a case's requests, the oldest first."""
        wanted = select(CASE_REVEAL).where(CASE_REVEAL.c.case_id == case_id)
        return [_reveal(row) for row in self._connection.execute(wanted.order_by(CASE_REVEAL.c.id))]

    def decide(self, reveal_id: str, approved: bool, by: Officer, at: datetime) -> None:
        """Decide a request once."""
        own = (CASE_REVEAL.c.asked_iss == by.issuer) & (CASE_REVEAL.c.asked_sub == by.subject)
        done = self._connection.execute(
            update(CASE_REVEAL)
            .where(CASE_REVEAL.c.id == reveal_id, ~own)
            .values(
                state=(RevealState.APPROVED if approved else RevealState.REFUSED).value,
                decided_iss=by.issuer,
                decided_sub=by.subject,
                decided_at=at,
            )
        )
        if done.rowcount != 1:
            raise FourEyesNeeded("nobody decides on her own request")


class PostgresQueries:
    """`SavedQueries`; see the port for what each method guarantees."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, query: SavedQuery) -> None:
        """Keep a new search."""
        self._connection.execute(
            insert(SAVED_QUERY).values(
                id=query.id,
                name=query.name,
                owner_iss=query.owner.issuer,
                owner_sub=query.owner.subject,
                kid=query.kid,
                kek=query.kek,
                wrapped=query.wrapped,
                sealed=query.sealed,
                hours=query.hours,
                next_at=query.next_at,
                size=query.size,
                results=query.count,
                about=None if query.about is None else list(query.about),
            )
        )

    def get(self, query_id: str) -> SavedQuery | None:
        """Give a search, locked."""
        wanted = select(SAVED_QUERY).where(SAVED_QUERY.c.id == query_id).with_for_update()
        return _query(self._connection.execute(wanted).one_or_none())

    def owned(self, owner: Officer) -> Sequence[SavedQuery]:
        """Give an officer's searches, the oldest first."""
        wanted = select(SAVED_QUERY).where(
            SAVED_QUERY.c.owner_iss == owner.issuer, SAVED_QUERY.c.owner_sub == owner.subject
        )
        rows = self._connection.execute(wanted.order_by(SAVED_QUERY.c.id))
        return [found for row in rows if (found := _query(row)) is not None]

    def due(self, at: datetime) -> SavedQuery | None:
        """Give the search that is due the longest, locked."""
        wanted = select(SAVED_QUERY).where(SAVED_QUERY.c.next_at <= at)
        first = wanted.order_by(SAVED_QUERY.c.next_at, SAVED_QUERY.c.id).limit(1)
        return _query(self._connection.execute(first.with_for_update(skip_locked=True)).first())

    def ran(self, run: QueryRun, next_at: datetime) -> None:
        """Keep a run and when the next one is due."""
        self._connection.execute(
            insert(QUERY_RUN).values(
                query=run.query,
                number=run.number,
                ran_at=run.ran_at,
                before=run.before,
                size=run.size,
                results=run.count,
                fresh=run.new,
                gone=run.gone,
                indexes=list(run.indexes),
                unresolved=run.unresolved or None,
            )
        )
        self._connection.execute(
            update(SAVED_QUERY)
            .where(SAVED_QUERY.c.id == run.query)
            .values(size=run.size, results=run.count, next_at=next_at)
        )

    def put_off(self, query_id: str, next_at: datetime) -> None:
        """Let a search run later."""
        wanted = update(SAVED_QUERY).where(SAVED_QUERY.c.id == query_id)
        self._connection.execute(wanted.values(next_at=next_at))

    def end(self, query_id: str) -> None:
        """End a search: its filter and key are emptied, its runs stay."""
        self._connection.execute(
            update(SAVED_QUERY)
            .where(SAVED_QUERY.c.id == query_id)
            .values(next_at=None, wrapped=b"", sealed=b"", about=None)
        )

    def unnamed(self) -> SavedQuery | None:
        """Give a running search of which it was not noted whom it names, locked."""
        wanted = select(SAVED_QUERY).where(
            SAVED_QUERY.c.about.is_(None), SAVED_QUERY.c.next_at.is_not(None)
        )
        return _query(self._connection.execute(wanted.limit(1).with_for_update()).one_or_none())

    def name(self, query_id: str, about: Sequence[bytes]) -> None:
        """Note whom a search names."""
        wanted = update(SAVED_QUERY).where(SAVED_QUERY.c.id == query_id)
        self._connection.execute(wanted.values(about=list(about)))

    def runs(self, query_id: str, limit: int) -> Sequence[QueryRun]:
        """Give the runs of a search, the newest first."""
        wanted = select(QUERY_RUN).where(QUERY_RUN.c.query == query_id)
        rows = self._connection.execute(wanted.order_by(QUERY_RUN.c.number.desc()).limit(limit))
        return [_run(row) for row in rows]


def _case(row: Row[Any]) -> Case:
    return Case(
        id=row.id,
        reason=row.reason,
        reference=row.reference,
        owner=Officer(issuer=row.owner_iss, subject=row.owner_sub),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def _reveal(row: Row[Any]) -> Reveal:
    decided = row.decided_at is not None
    return Reveal(
        id=row.id,
        case=row.case_id,
        indexes=tuple(row.indexes),
        groups=tuple(row.groups),
        asked_by=Officer(issuer=row.asked_iss, subject=row.asked_sub),
        asked_at=row.asked_at,
        state=RevealState(row.state),
        decided_by=Officer(issuer=row.decided_iss, subject=row.decided_sub) if decided else None,
        decided_at=row.decided_at,
    )


def _query(row: Row[Any] | None) -> SavedQuery | None:
    if row is None:
        return None
    return SavedQuery(
        id=row.id,
        name=row.name,
        owner=Officer(issuer=row.owner_iss, subject=row.owner_sub),
        kid=row.kid,
        kek=row.kek,
        wrapped=bytes(row.wrapped),
        sealed=bytes(row.sealed),
        hours=row.hours,
        next_at=row.next_at,
        size=row.size,
        count=row.results,
        about=None if row.about is None else tuple(map(bytes, row.about)),
    )


def _run(row: Row[Any]) -> QueryRun:
    return QueryRun(
        query=row.query,
        number=row.number,
        ran_at=row.ran_at,
        before=row.before,
        size=row.size,
        count=row.results,
        new=row.fresh,
        gone=row.gone,
        indexes=tuple(row.indexes),
        unresolved=row.unresolved or 0,
    )
