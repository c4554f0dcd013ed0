# SPDX-License-Identifier: Apache-2.0
"""What permit_service needs from the world, each with the guarantee it leans on.

No port hands out a row, a session or a response: only values of the domain. Every port has one
conformance suite that the adapter and the fake both pass.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from permit_service.domain.account import Account, AccountKey
from permit_service.domain.application import Application
from permit_service.domain.cohort import CohortView, FrozenCohort, Project
from permit_service.domain.grant import Grant
from permit_service.domain.permit import Permit
from permit_service.domain.policy import Policy
from permit_service.domain.purpose import Purpose
from permit_service.domain.register import Change
from permit_service.domain.ruling import RulingStatement
from shared.canonical import JSON
from shared.clock import Clock
from shared.events import Fact
from shared.ids import ApplicationId, CohortId, DatasetId, IdSource, PermitId, Revision


class ApplicationStore(Protocol):
    """All applications."""

    def add(self, application: Application) -> None:
        """Keep a new application."""
        ...

    def get(self, application_id: ApplicationId) -> Application | None:
        """Give the application as last committed or as changed in this unit of work."""
        ...

    def locked(self, application_id: ApplicationId) -> Application | None:
        """Give the newest committed application; until this unit of work ends nobody else can."""
        ...

    def put(self, application: Application) -> None:
        """Keep the changed application."""
        ...

    def unnoted(self) -> Sequence[Application]:
        """Give the undecided ones of which it is not on record that their term is over."""
        ...

    def listed(self, applicant: AccountKey | None = None) -> Sequence[Application]:
        """Give all applications, or those of one applicant, the longest waiting first."""
        ...


class GrantStore(Protocol):
    """The grants that have no live permit yet."""

    def put(self, grant: Grant) -> None:
        """Keep a grant, new or changed."""
        ...

    def get(self, application_id: ApplicationId) -> Grant | None:
        """Give the grant of an application, None when it has none under way."""
        ...

    def remove(self, application_id: ApplicationId) -> None:
        """Forget a grant that has come to its end."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[ApplicationId]:
        """Name at most `limit` grants that may be tried now, the longest waiting first."""
        ...


class PermitStore(Protocol):
    """All permits; at most one for each application, whoever tries however often."""

    def add(self, permit: Permit) -> None:
        """Keep a new permit.

        Raises IssuedMeanwhile when the application has a permit already, even one that another
        unit of work committed a moment ago.
        """
        ...

    def get(self, permit_id: PermitId) -> Permit | None:
        """Give a permit."""
        ...

    def locked(self, permit_id: PermitId) -> Permit | None:
        """Give the newest committed permit; until this unit of work ends nobody else can."""
        ...

    def of_application(self, application_id: ApplicationId) -> Permit | None:
        """Give the one permit of an application."""
        ...

    def of_holder(self, holder: AccountKey) -> Sequence[Permit]:
        """Give every permit of a holder, in the order of issue."""
        ...

    def named(self, permit_ids: Sequence[PermitId]) -> Sequence[Permit]:
        """Give those of these permits that there are, in no order."""
        ...

    def tell_end(self, permit_id: PermitId) -> None:
        """Note that consent_registry is to be told of an end."""
        ...

    def ends_untold(self, limit: int) -> Sequence[Permit]:
        """Give at most `limit` permits of whose end it is to be told.

        The oldest first; behind them those it refused to hear of, the longest ago first.
        """
        ...

    def end_refused(self, permit_id: PermitId, at: datetime) -> None:
        """Note that it refused to hear of an end, which goes on waiting."""
        ...

    def end_told(self, permit_id: PermitId) -> None:
        """Note that it was told."""
        ...

    def put(self, permit: Permit) -> None:
        """Keep the changed permit."""
        ...

    def registered(self) -> Sequence[Permit]:
        """Give every permit that ever entered the register, ended ones included."""
        ...


class RulingStore(Protocol):
    """The statements about rulings: added, never changed."""

    def add(self, statement: RulingStatement) -> None:
        """Keep a statement; consent_registry is still to be told."""
        ...

    def of_application(self, application_id: ApplicationId) -> Sequence[RulingStatement]:
        """Give every statement on an application, in the order they were added."""
        ...

    def untold(self, application_id: ApplicationId) -> Sequence[RulingStatement]:
        """Give those that consent_registry is still to be told, in that order."""
        ...

    def applications_untold(self, limit: int) -> Sequence[ApplicationId]:
        """Name at most `limit` applications that have such, the longest waiting first.

        Behind them those of which it refused every one, the longest ago first.
        """
        ...

    def refused(self, statement: RulingStatement, at: datetime) -> None:
        """Note that it refused a statement, which goes on waiting."""
        ...

    def told(self, statement: RulingStatement) -> None:
        """Note that consent_registry was told."""
        ...


class AccountStore(Protocol):
    """Accounts by (issuer, subject)."""

    def open(self, key: AccountKey, own_subject: str, at: datetime) -> Account:
        """Give the account, opened now with `own_subject` if there was none.

        Two callers at once get the same account; an own subject once given never changes.
        """
        ...

    def find(self, key: AccountKey) -> Account | None:
        """Give the account, None when it was never opened."""
        ...


class Register(Protocol):
    """The register `permits`: a gapless sequence of changes in the order they were committed."""

    def advance(self) -> Revision:
        """Give the next revision and keep others from advancing until this unit of work ends."""
        ...

    def append(self, change: Change) -> None:
        """Write the change of the revision just advanced to."""
        ...

    def revision(self) -> Revision:
        """Give the present revision; every change up to it is visible to this unit of work."""
        ...

    def after(self, revision: int, limit: int) -> Sequence[Change]:
        """Give at most `limit` changes that follow `revision`, in order and without a gap."""
        ...

    def keep_heartbeat(self, jws: str, at: datetime) -> None:
        """Keep the newest signed heartbeat in place of the one before."""
        ...

    def heartbeat(self) -> str | None:
        """Give the newest signed heartbeat."""
        ...


class UnitOfWork(Protocol):
    """One transaction. What is not committed did not happen, entries included."""

    @property
    def applications(self) -> ApplicationStore:
        """All applications."""
        ...

    @property
    def grants(self) -> GrantStore:
        """The grants under way."""
        ...

    @property
    def permits(self) -> PermitStore:
        """All permits."""
        ...

    @property
    def rulings(self) -> RulingStore:
        """All rulings."""
        ...

    @property
    def accounts(self) -> AccountStore:
        """All accounts."""
        ...

    @property
    def register(self) -> Register:
        """The register `permits`."""
        ...

    def record(self, fact: Fact) -> None:
        """Put a fact on record: its entry commits with the state it speaks of, or neither does."""
        ...

    def commit(self) -> None:
        """Make everything durable at once. Raises what the database raises; then nothing is."""
        ...


UnitsOfWork = Callable[[], AbstractContextManager[UnitOfWork]]
"""Opens a unit of work; leaving it without commit undoes everything."""


class CohortSource(Protocol):
    """consent_registry, which alone decides who is in."""

    def evaluate(
        self, dataset: DatasetId, purpose: Purpose, application_id: ApplicationId
    ) -> CohortView:
        """Say who would be in now, in counts, with what was ruled. Freezes nothing.

        Raises CohortsUnavailable when it cannot be asked, CohortRefused when it says no.
        """
        ...

    def freeze(
        self, dataset: DatasetId, purpose: Purpose, application_id: ApplicationId
    ) -> FrozenCohort:
        """Freeze the cohort of this instant; it stays closed until it is bound.

        Raises CohortsUnavailable and CohortRefused.
        """
        ...

    def rule(self, statement: str) -> None:
        """Hand in a signed ruling, or its withdrawal. Doing it again changes nothing.

        Raises CohortsUnavailable and CohortRefused.
        """
        ...

    def bind(self, cohort_id: CohortId, permit_id: PermitId, project: Project) -> None:
        """Bind a freeze to its permit, which makes it live. Doing it again changes nothing.

        `project` is what the people of the cohort are told.

        Raises FreezeVoid after 60 s and FreezeOvertaken when a member changed since the freeze;
        CohortsUnavailable leaves open whether it was bound.
        """
        ...

    def end(self, cohort_id: CohortId, permit_id: PermitId, ended_at: datetime) -> None:
        """Say when a permit ended early. Doing it again changes nothing.

        Raises CohortsUnavailable and CohortRefused.
        """
        ...


class Signer(Protocol):
    """A signing key set of one use."""

    def sign(self, body: Mapping[str, JSON], *, typ: str) -> str:
        """Give the compact JWS of the canonical body, signed with the active key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything the use cases reach the world through; made once by bootstrap.

    `random(n)` gives n fresh random bytes.
    """

    units: UnitsOfWork
    cohorts: CohortSource
    permit_signer: Signer
    visa_signer: Signer
    feed_signer: Signer
    clock: Clock
    ids: IdSource
    random: Callable[[int], bytes]
    policy: Policy
