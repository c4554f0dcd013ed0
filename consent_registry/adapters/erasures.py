# SPDX-License-Identifier: Apache-2.0
"""`Erasures` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update
from sqlalchemy.dialects import postgresql

from consent_registry.adapters.tables import (
    ERASURE,
    ERASURE_ACCOUNT,
    ERASURE_PART,
    LEGAL_HOLD,
)
from consent_registry.domain.destroyed import Destroyed
from consent_registry.domain.erasure import Account, Erasure, LegalHold, Mark, Part


class SqlErasures:
    """The port `Erasures`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, erasure: Erasure) -> None:
        """Insert a row."""
        self._connection.execute(
            insert(ERASURE).values(
                erasure_id=erasure.erasure_id,
                pid=erasure.pid,
                ground=erasure.ground,
                request_id=erasure.request_id,
                asked_at=erasure.asked_at,
                asked_issuer=erasure.asked_by.issuer,
                asked_subject=erasure.asked_by.subject,
                finished=False,
            )
        )

    def get(self, erasure_id: str) -> Erasure | None:
        """Read a row."""
        return self._one(select(ERASURE).where(ERASURE.c.erasure_id == erasure_id))

    def hold(self, erasure_id: str) -> Erasure | None:
        """Lock a row."""
        wanted = select(ERASURE).where(ERASURE.c.erasure_id == erasure_id)
        return self._one(wanted.with_for_update())

    def of(self, pid: str) -> Erasure | None:
        """Read a person's row."""
        return self._one(select(ERASURE).where(ERASURE.c.pid == pid))

    def unfinished(self) -> Sequence[str]:
        """Read ids."""
        wanted = select(ERASURE.c.erasure_id).where(
            ERASURE.c.finished.is_(False), ERASURE.c.confirmed_at.is_not(None)
        )
        found = self._connection.execute(wanted.order_by(ERASURE.c.confirmed_at)).scalars()
        return [str(erasure_id) for erasure_id in found]

    def waiting(self) -> Sequence[Erasure]:
        """Read rows."""
        wanted = select(ERASURE).where(ERASURE.c.finished.is_(False)).order_by(ERASURE.c.asked_at)
        return [self._erasure(row) for row in self._connection.execute(wanted).all()]

    def destroyed(self) -> Sequence[Destroyed]:
        """Read rows whose part has confirmed."""
        part = ERASURE_PART.c
        wanted = (
            select(ERASURE, part.confirmed_at.label("at"))
            .join(ERASURE_PART, part.erasure_id == ERASURE.c.erasure_id)
            .where(part.part == Part.REGISTRY.value)
            .order_by(part.confirmed_at, ERASURE.c.erasure_id)
        )
        return [
            Destroyed(
                erasure_id=row.erasure_id,
                pid=row.pid,
                ground=row.ground,
                request_id=row.request_id,
                key=None,
                at=row.at,
            )
            for row in self._connection.execute(wanted)
        ]

    def confirm(self, erasure_id: str, by: Account, at: datetime) -> None:
        """Set the second person."""
        self._set(
            erasure_id,
            {
                "confirmed_at": at,
                "confirmed_issuer": by.issuer,
                "confirmed_subject": by.subject,
            },
        )

    def done(self, erasure_id: str, part: Part, at: datetime) -> None:
        """Insert a part, once."""
        values = {"erasure_id": erasure_id, "part": part.value, "confirmed_at": at}
        self._connection.execute(
            postgresql.insert(ERASURE_PART).values(values).on_conflict_do_nothing()
        )
        if part is Part.LATE:
            self._set(erasure_id, {"finished": True})

    def mark(self, erasure_id: str, mark: Mark) -> None:
        """Set the mark."""
        self._set(
            erasure_id,
            {"outbox_mark": mark.outbox_id, "epoch_mark": mark.epoch, "seq_mark": mark.seq},
        )

    def asked_log(self, erasure_id: str, names: Sequence[str]) -> None:
        """Set the names."""
        self._set(erasure_id, {"in_log": list(names)})

    def settle(self, erasure_id: str, complete_on: date) -> None:
        """Set the day."""
        self._set(erasure_id, {"complete_on": complete_on})

    def accounts(self, erasure_id: str) -> Sequence[Account]:
        """Read logins."""
        wanted = select(ERASURE_ACCOUNT).where(ERASURE_ACCOUNT.c.erasure_id == erasure_id)
        return [
            Account(issuer=row.issuer, subject=row.subject)
            for row in self._connection.execute(wanted)
        ]

    def forget_account(self, erasure_id: str, account: Account) -> None:
        """Delete a login."""
        self._connection.execute(
            delete(ERASURE_ACCOUNT).where(
                ERASURE_ACCOUNT.c.erasure_id == erasure_id,
                ERASURE_ACCOUNT.c.issuer == account.issuer,
                ERASURE_ACCOUNT.c.subject == account.subject,
            )
        )

    def add_hold(self, hold: LegalHold) -> None:
        """Insert a hold."""
        self._connection.execute(
            insert(LEGAL_HOLD).values(
                hold_id=hold.hold_id,
                pid=hold.pid,
                ground=hold.ground,
                set_at=hold.set_at,
                until=hold.until,
                issuer=hold.set_by.issuer,
                subject=hold.set_by.subject,
            )
        )

    def holds(self, pid: str) -> Sequence[LegalHold]:
        """Read a person's holds."""
        wanted = select(LEGAL_HOLD).where(LEGAL_HOLD.c.pid == pid).order_by(LEGAL_HOLD.c.set_at)
        return [_hold(row) for row in self._connection.execute(wanted)]

    def get_hold(self, hold_id: str) -> LegalHold | None:
        """Read a hold."""
        wanted = select(LEGAL_HOLD).where(LEGAL_HOLD.c.hold_id == hold_id)
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else _hold(row)

    def lift_hold(self, hold_id: str, at: datetime) -> None:
        """Set its end, once."""
        hold = LEGAL_HOLD.c
        self._connection.execute(
            update(LEGAL_HOLD)
            .where(hold.hold_id == hold_id, hold.lifted_at.is_(None))
            .values(lifted_at=at)
        )

    def _set(self, erasure_id: str, values: Mapping[str, object]) -> None:
        statement = update(ERASURE).where(ERASURE.c.erasure_id == erasure_id)
        self._connection.execute(statement.values(dict(values)))

    def _one(self, wanted: Select[Any]) -> Erasure | None:
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else self._erasure(row)

    def _erasure(self, row: Row[Any]) -> Erasure:
        parts = select(ERASURE_PART).where(ERASURE_PART.c.erasure_id == row.erasure_id)
        done = {Part(one.part): one.confirmed_at for one in self._connection.execute(parts)}
        confirmed_by = mark = None
        if row.confirmed_at is not None:
            confirmed_by = Account(issuer=row.confirmed_issuer, subject=row.confirmed_subject)
        if row.outbox_mark is not None:
            mark = Mark(outbox_id=row.outbox_mark, epoch=row.epoch_mark, seq=row.seq_mark)
        return Erasure(
            erasure_id=row.erasure_id,
            pid=row.pid,
            ground=row.ground,
            request_id=row.request_id,
            asked_at=row.asked_at,
            asked_by=Account(issuer=row.asked_issuer, subject=row.asked_subject),
            confirmed_at=row.confirmed_at,
            confirmed_by=confirmed_by,
            mark=mark,
            in_log=tuple(row.in_log),
            complete_on=row.complete_on,
            done=done,
        )


def _hold(row: Row[Any]) -> LegalHold:
    return LegalHold(
        hold_id=row.hold_id,
        pid=row.pid,
        ground=row.ground,
        set_at=row.set_at,
        until=row.until,
        set_by=Account(issuer=row.issuer, subject=row.subject),
        lifted_at=row.lifted_at,
    )
