# SPDX-License-Identifier: Apache-2.0
"""The register `permits` on PostgreSQL: its revisions are the feed positions of the outbox head.

A position is taken under the row lock of `outbox_head`, held to the commit: so revisions follow
the order of commits, and whoever has read up to one never sees a smaller one appear.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from permit_service.adapters.tables import (
    OUTBOX,
    HeartbeatRow,
    PermitChangeRow,
    PermitRow,
)
from permit_service.domain.register import REGISTER, Change, ChangeKind
from shared.ids import PermitId, Revision
from shared.outbox import Outbox


class SqlRegister:
    """`Register` on a session and the outbox of the same transaction."""

    def __init__(self, session: Session, outbox: Outbox, src: str) -> None:
        self._session = session
        self._outbox = outbox
        self._src = src

    def advance(self) -> Revision:
        """Take the next position; other writers wait until this transaction ends."""
        self._session.flush()  # everything else first: the lock is short
        return Revision(self._outbox.next_position())

    def append(self, change: Change) -> None:
        """Write the change; the JWS stays in its permit."""
        self._session.add(
            PermitChangeRow(
                revision=change.revision, kind=change.kind.value, permit_id=change.permit_id
            )
        )

    def revision(self) -> Revision:
        """Give the present revision; waits for a writer that is about to move it."""
        head = OUTBOX.head
        wanted = select(head.c.position).where(head.c.src == self._src).with_for_update(read=True)
        position = self._session.execute(wanted).scalar_one_or_none()
        return Revision(position or 0)

    def after(self, revision: int, limit: int) -> Sequence[Change]:
        """Give the changes that follow, in order."""
        wanted = (
            select(PermitChangeRow, PermitRow.jws)
            .join(PermitRow, PermitRow.permit_id == PermitChangeRow.permit_id)
            .where(PermitChangeRow.revision > revision)
            .order_by(PermitChangeRow.revision)
            .limit(limit)
        )
        return [_change(row, jws) for row, jws in self._session.execute(wanted)]

    def keep_heartbeat(self, jws: str, at: datetime) -> None:
        """Keep the newest heartbeat."""
        self._session.merge(HeartbeatRow(register=REGISTER, jws=jws, signed_at=at))

    def heartbeat(self) -> str | None:
        """Give the newest heartbeat."""
        row = self._session.get(HeartbeatRow, REGISTER)
        return None if row is None else row.jws


def _change(row: PermitChangeRow, jws: str) -> Change:
    kind = ChangeKind(row.kind)
    return Change(
        revision=Revision(row.revision),
        kind=kind,
        permit_id=PermitId(row.permit_id),
        jws=jws if kind is ChangeKind.ISSUED else None,
    )
