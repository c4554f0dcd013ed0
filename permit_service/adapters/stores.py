# SPDX-License-Identifier: Apache-2.0
"""Applications, grants, permits and accounts on one PostgreSQL session.

Nothing here commits. A value given back is a copy: changing it changes no row.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from permit_service.adapters.mapping import (
    application_of,
    application_row,
    permit_columns,
    permit_of,
)
from permit_service.adapters.tables import (
    AccountRow,
    ApplicationRow,
    PendingGrantRow,
    PermitRow,
    UntoldEndRow,
)
from permit_service.domain.account import Account, AccountKey
from permit_service.domain.application import Application, ApplicationState
from permit_service.domain.errors import IssuedMeanwhile
from permit_service.domain.grant import Grant
from permit_service.domain.permit import Permit
from shared.ids import ApplicationId, PermitId


class SqlApplications:
    """`ApplicationStore` on a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, application: Application) -> None:
        """Keep a new application."""
        self._session.add(application_row(application))

    def get(self, application_id: ApplicationId) -> Application | None:
        """Give the application."""
        row = self._session.get(ApplicationRow, application_id)
        return None if row is None else application_of(row)

    def locked(self, application_id: ApplicationId) -> Application | None:
        """Give the newest committed application under its row lock."""
        row = self._session.get(
            ApplicationRow, application_id, with_for_update=True, populate_existing=True
        )
        return None if row is None else application_of(row)

    def put(self, application: Application) -> None:
        """Keep the changed application."""
        self._session.merge(application_row(application))

    def unnoted(self) -> Sequence[Application]:
        """Give undecided ones of which no silence is on record."""
        wanted = select(ApplicationRow).where(
            ApplicationRow.state == ApplicationState.SUBMITTED.value,
            ~ApplicationRow.overdue.has(),
        )
        ordered = wanted.order_by(ApplicationRow.submitted_at, ApplicationRow.application_id)
        return [application_of(row) for row in self._session.scalars(ordered)]

    def listed(self, applicant: AccountKey | None = None) -> Sequence[Application]:
        """Give applications, the longest waiting first."""
        wanted = select(ApplicationRow).order_by(
            ApplicationRow.submitted_at, ApplicationRow.application_id
        )
        if applicant is not None:
            wanted = wanted.where(
                ApplicationRow.applicant_issuer == applicant.issuer,
                ApplicationRow.applicant_subject == applicant.subject,
            )
        return [application_of(row) for row in self._session.scalars(wanted)]


class SqlGrants:
    """`GrantStore` on a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, grant: Grant) -> None:
        """Keep a grant, new or changed."""
        self._session.merge(
            PendingGrantRow(
                application_id=grant.application_id,
                next_try_at=grant.next_try_at,
                tries=grant.tries,
                fault=grant.fault,
            )
        )

    def get(self, application_id: ApplicationId) -> Grant | None:
        """Give the grant as last committed; the lock on its application guards it."""
        row = self._session.get(PendingGrantRow, application_id, populate_existing=True)
        if row is None:
            return None
        return Grant(
            application_id=ApplicationId(row.application_id),
            next_try_at=row.next_try_at,
            tries=row.tries,
            fault=row.fault,
        )

    def remove(self, application_id: ApplicationId) -> None:
        """Forget a grant."""
        self._session.execute(
            delete(PendingGrantRow).where(PendingGrantRow.application_id == application_id)
        )

    def due(self, now: datetime, limit: int) -> Sequence[ApplicationId]:
        """Name the grants that may be tried now."""
        wanted = (
            select(PendingGrantRow.application_id)
            .where(PendingGrantRow.next_try_at <= now)
            .order_by(PendingGrantRow.next_try_at, PendingGrantRow.application_id)
            .limit(limit)
        )
        return [ApplicationId(found) for found in self._session.scalars(wanted)]


class SqlPermits:
    """`PermitStore` on a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, permit: Permit) -> None:
        """Keep a new permit; a second insert for one application waits, and is then refused."""
        added = self._session.execute(
            insert(PermitRow)
            .values(permit_columns(permit))
            .on_conflict_do_nothing(index_elements=["application_id"])
            .returning(PermitRow.permit_id)
        ).one_or_none()
        if added is None:
            raise IssuedMeanwhile(context={"application_id": permit.application_id})

    def get(self, permit_id: PermitId) -> Permit | None:
        """Give a permit."""
        row = self._session.get(PermitRow, permit_id)
        return None if row is None else permit_of(row)

    def locked(self, permit_id: PermitId) -> Permit | None:
        """Give the newest committed permit under its row lock."""
        row = self._session.get(PermitRow, permit_id, with_for_update=True, populate_existing=True)
        return None if row is None else permit_of(row)

    def of_application(self, application_id: ApplicationId) -> Permit | None:
        """Give the one permit of an application."""
        wanted = select(PermitRow).where(PermitRow.application_id == application_id)
        row = self._session.scalars(wanted).one_or_none()
        return None if row is None else permit_of(row)

    def of_holder(self, holder: AccountKey) -> Sequence[Permit]:
        """Give every permit of a holder, in the order of issue."""
        wanted = (
            select(PermitRow)
            .where(
                PermitRow.holder_issuer == holder.issuer,
                PermitRow.holder_subject == holder.subject,
            )
            .order_by(PermitRow.issued_at, PermitRow.permit_id)
        )
        return [permit_of(row) for row in self._session.scalars(wanted)]

    def named(self, permit_ids: Sequence[PermitId]) -> Sequence[Permit]:
        """Give those of these permits that there are."""
        wanted = select(PermitRow).where(PermitRow.permit_id.in_(permit_ids))
        return [permit_of(row) for row in self._session.scalars(wanted)]

    def tell_end(self, permit_id: PermitId) -> None:
        """Insert a row that says it waits."""
        self._session.execute(insert(UntoldEndRow).values(permit_id=permit_id))

    def ends_untold(self, limit: int) -> Sequence[Permit]:
        """Read those that wait."""
        turn = UntoldEndRow.refused_at.asc().nulls_first()
        wanted = (
            select(PermitRow)
            .join(UntoldEndRow, UntoldEndRow.permit_id == PermitRow.permit_id)
            .order_by(turn, PermitRow.issued_at, PermitRow.permit_id)
            .limit(limit)
        )
        return [permit_of(row) for row in self._session.scalars(wanted)]

    def end_refused(self, permit_id: PermitId, at: datetime) -> None:
        """Note it in the row that says it waits."""
        waits = UntoldEndRow.permit_id == permit_id
        self._session.execute(update(UntoldEndRow).where(waits).values(refused_at=at))

    def end_told(self, permit_id: PermitId) -> None:
        """Delete the row that says it waits."""
        self._session.execute(delete(UntoldEndRow).where(UntoldEndRow.permit_id == permit_id))

    def put(self, permit: Permit) -> None:
        """Keep the changed permit."""
        self._session.merge(PermitRow(**permit_columns(permit)))

    def registered(self) -> Sequence[Permit]:
        """Give every permit that ever entered the register."""
        wanted = (
            select(PermitRow).where(PermitRow.revision.is_not(None)).order_by(PermitRow.permit_id)
        )
        return [permit_of(row) for row in self._session.scalars(wanted)]


class SqlAccounts:
    """`AccountStore` on a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, key: AccountKey, own_subject: str, at: datetime) -> Account:
        """Give the account; the insert that loses a race gives the winner's."""
        self._session.execute(
            insert(AccountRow)
            .values(issuer=key.issuer, subject=key.subject, own_subject=own_subject, opened_at=at)
            .on_conflict_do_nothing(index_elements=["issuer", "subject"])
        )
        found = self.find(key)
        if found is None:
            raise LookupError("the account just opened is not there")
        return found

    def find(self, key: AccountKey) -> Account | None:
        """Give the account, None when it was never opened."""
        row = self._session.get(AccountRow, (key.issuer, key.subject))
        if row is None:
            return None
        return Account(key=key, own_subject=row.own_subject, opened_at=row.opened_at)
