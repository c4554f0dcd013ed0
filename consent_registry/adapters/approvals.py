# SPDX-License-Identifier: Apache-2.0
"""`Approvals` on PostgreSQL."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from consent_registry.adapters.tables import LISTED_APPROVAL
from consent_registry.domain.approvals import Approval, Widening
from shared.ids import DatasetId


class SqlApprovals:
    """The port `Approvals`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, approval: Approval) -> None:
        """Keep a row."""
        self._connection.execute(
            insert(LISTED_APPROVAL).values(
                approval_id=approval.approval_id,
                widening=approval.widening.value,
                pid=approval.pid,
                dataset=approval.dataset,
                dated=approval.dated,
                evidence=approval.evidence,
                issuer=approval.issuer,
                subject=approval.subject,
                listed_at=approval.listed_at,
                used=False,
            )
        )

    def get(self, approval_id: str) -> Approval | None:
        """Read a row."""
        wanted = select(LISTED_APPROVAL).where(LISTED_APPROVAL.c.approval_id == approval_id)
        row = self._connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return Approval(
            approval_id=row.approval_id,
            widening=Widening(row.widening),
            pid=row.pid,
            dataset=DatasetId(row.dataset),
            dated=row.dated,
            evidence=row.evidence,
            issuer=row.issuer,
            subject=row.subject,
            listed_at=row.listed_at,
        )

    def use(self, approval_id: str) -> bool:
        """Mark a row, once."""
        approval = LISTED_APPROVAL.c
        statement = (
            update(LISTED_APPROVAL)
            .where(approval.approval_id == approval_id, approval.used.is_(False))
            .values(used=True)
            .returning(approval.approval_id)
        )
        return self._connection.execute(statement).one_or_none() is not None

    def use_for(self, dataset: DatasetId, pid: str, dated: datetime) -> bool:
        """Mark the earliest row, once."""
        approval = LISTED_APPROVAL.c
        wanted = (
            select(approval.approval_id)
            .where(approval.widening == Widening.NO_TO_YES.value, approval.used.is_(False))
            .where(approval.dataset == dataset, approval.pid == pid, approval.dated == dated)
            .order_by(approval.listed_at, approval.approval_id)
            .limit(1)
        )
        found = self._connection.execute(wanted).scalar_one_or_none()
        return found is not None and self.use(found)
