# SPDX-License-Identifier: Apache-2.0
"""permit_service's units of work in memory; as strict as the database (the suite says so)."""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime

from permit_service.domain.account import Account, AccountKey
from permit_service.domain.application import Application, ApplicationState
from permit_service.domain.errors import IssuedMeanwhile
from permit_service.domain.grant import Grant
from permit_service.domain.permit import Permit
from permit_service.domain.register import Change
from permit_service.domain.ruling import RulingStatement
from permit_service.ports import UnitOfWork
from shared.events import ChainPosition, Fact, seal
from shared.ids import ApplicationId, PermitId, Revision

A_ROUND_ID = "01890000-0000-7000-8000-000000000000"


@dataclass
class State:
    """What is committed."""

    applications: dict[ApplicationId, Application] = field(default_factory=dict)
    grants: dict[ApplicationId, Grant] = field(default_factory=dict)
    permits: dict[PermitId, Permit] = field(default_factory=dict)
    accounts: dict[AccountKey, Account] = field(default_factory=dict)
    rulings: list[RulingStatement] = field(default_factory=list)
    untold: dict[RulingStatement, datetime | None] = field(default_factory=dict)
    ends: dict[PermitId, datetime | None] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    heartbeat: str | None = None
    facts: list[Fact] = field(default_factory=list)

    def draft(self) -> "State":
        return State(
            applications=copy(self.applications),
            grants=copy(self.grants),
            permits=copy(self.permits),
            accounts=copy(self.accounts),
            rulings=copy(self.rulings),
            untold=copy(self.untold),
            ends=copy(self.ends),
            changes=copy(self.changes),
            heartbeat=self.heartbeat,
            facts=copy(self.facts),
        )


class MemoryUnits:
    """Opens units of work one after another: each sees what the one before committed."""

    def __init__(self) -> None:
        self.committed = State()
        self._turn = threading.Lock()

    @property
    def facts(self) -> list[Fact]:
        return self.committed.facts

    @contextmanager
    def __call__(self) -> Iterator[UnitOfWork]:
        with self._turn:
            yield _MemoryUnit(self.committed.draft(), self._keep)

    def _keep(self, state: State) -> None:
        self.committed = state


class _MemoryUnit:
    def __init__(self, draft: State, keep: Callable[[State], None]) -> None:
        self._draft = draft
        self._keep = keep
        self.applications = _Applications(draft)
        self.grants = _Grants(draft)
        self.permits = _Permits(draft)
        self.rulings = _Rulings(draft)
        self.accounts = _Accounts(draft)
        self.register = _Register(draft)

    def record(self, fact: Fact) -> None:
        position = ChainPosition(src="zz/permit_service/1", epoch=1, seq=1, previous="")
        seal(fact, position, entry_id=A_ROUND_ID, salts=bytes)  # refuses what the log would refuse
        self._draft.facts.append(fact)

    def commit(self) -> None:
        self._keep(self._draft.draft())


def _must_know(key: str, known: Collection[str]) -> None:
    """The database has foreign keys; a fake without them would let a fault pass."""
    if key not in known:
        raise LookupError(key)


class _Applications:
    def __init__(self, draft: State) -> None:
        self._all = draft.applications

    def add(self, application: Application) -> None:
        self._all[application.application_id] = application

    def get(self, application_id: ApplicationId) -> Application | None:
        return self._all.get(application_id)

    locked = get

    def put(self, application: Application) -> None:
        self._all[application.application_id] = application

    def unnoted(self) -> Sequence[Application]:
        return [
            one
            for one in self.listed()
            if one.state is ApplicationState.SUBMITTED and one.overdue is None
        ]

    def listed(self, applicant: AccountKey | None = None) -> Sequence[Application]:
        found = [one for one in self._all.values() if applicant in (None, one.applicant)]
        return sorted(found, key=lambda one: (one.submitted_at, one.application_id))


class _Grants:
    def __init__(self, draft: State) -> None:
        self._all = draft.grants
        self._applications = draft.applications

    def put(self, grant: Grant) -> None:
        _must_know(grant.application_id, self._applications)
        self._all[grant.application_id] = grant

    def get(self, application_id: ApplicationId) -> Grant | None:
        return self._all.get(application_id)

    def remove(self, application_id: ApplicationId) -> None:
        self._all.pop(application_id, None)

    def due(self, now: datetime, limit: int) -> Sequence[ApplicationId]:
        found = sorted(
            (one for one in self._all.values() if one.due(now)),
            key=lambda one: (one.next_try_at, one.application_id),
        )
        return [one.application_id for one in found[:limit]]


class _Permits:
    def __init__(self, draft: State) -> None:
        self._all = draft.permits
        self._ends = draft.ends
        self._applications = draft.applications

    def add(self, permit: Permit) -> None:
        _must_know(permit.application_id, self._applications)
        if self.of_application(permit.application_id) is not None:
            raise IssuedMeanwhile
        self._all[permit.permit_id] = permit

    def get(self, permit_id: PermitId) -> Permit | None:
        return self._all.get(permit_id)

    locked = get

    def of_application(self, application_id: ApplicationId) -> Permit | None:
        found = (one for one in self._all.values() if one.application_id == application_id)
        return next(found, None)

    def of_holder(self, holder: AccountKey) -> Sequence[Permit]:
        found = [one for one in self._all.values() if one.holder == holder]
        return sorted(found, key=lambda one: (one.issued_at, one.permit_id))

    def named(self, permit_ids: Sequence[PermitId]) -> Sequence[Permit]:
        return [self._all[one] for one in permit_ids if one in self._all]

    def tell_end(self, permit_id: PermitId) -> None:
        _must_know(permit_id, self._all)
        self._ends[permit_id] = None

    def ends_untold(self, limit: int) -> Sequence[Permit]:
        def turn(permit: Permit) -> tuple[datetime, datetime, PermitId]:
            refused = self._ends[permit.permit_id] or datetime.min.replace(tzinfo=UTC)
            return refused, permit.issued_at, permit.permit_id

        return sorted((self._all[one] for one in self._ends), key=turn)[:limit]

    def end_refused(self, permit_id: PermitId, at: datetime) -> None:
        if permit_id in self._ends:
            self._ends[permit_id] = at

    def end_told(self, permit_id: PermitId) -> None:
        self._ends.pop(permit_id, None)

    def put(self, permit: Permit) -> None:
        self._all[permit.permit_id] = permit

    def registered(self) -> Sequence[Permit]:
        found = [one for one in self._all.values() if one.revision is not None]
        return sorted(found, key=lambda one: one.permit_id)


class _Rulings:
    def __init__(self, draft: State) -> None:
        self._draft = draft

    def add(self, statement: RulingStatement) -> None:
        _must_know(statement.application_id, self._draft.applications)
        self._draft.rulings.append(statement)
        self._draft.untold[statement] = None

    def of_application(self, application_id: ApplicationId) -> Sequence[RulingStatement]:
        return [one for one in self._draft.rulings if one.application_id == application_id]

    def untold(self, application_id: ApplicationId) -> Sequence[RulingStatement]:
        return [one for one in self._draft.untold if one.application_id == application_id]

    def applications_untold(self, limit: int) -> Sequence[ApplicationId]:
        never = datetime.min.replace(tzinfo=UTC)
        refused: dict[ApplicationId, datetime] = {}
        for one, at in self._draft.untold.items():
            known = refused.setdefault(one.application_id, at or never)
            refused[one.application_id] = min(known, at or never)
        return sorted(refused, key=lambda one: refused[one])[:limit]

    def refused(self, statement: RulingStatement, at: datetime) -> None:
        if statement in self._draft.untold:
            self._draft.untold[statement] = at

    def told(self, statement: RulingStatement) -> None:
        self._draft.untold.pop(statement, None)


class _Accounts:
    def __init__(self, draft: State) -> None:
        self._all = draft.accounts

    def open(self, key: AccountKey, own_subject: str, at: datetime) -> Account:
        fresh = Account(key=key, own_subject=own_subject, opened_at=at)
        return self._all.setdefault(key, fresh)

    def find(self, key: AccountKey) -> Account | None:
        return self._all.get(key)


class _Register:
    def __init__(self, draft: State) -> None:
        self._draft = draft

    def advance(self) -> Revision:
        return Revision(self.revision() + 1)

    def append(self, change: Change) -> None:
        _must_know(change.permit_id, self._draft.permits)
        self._draft.changes.append(change)

    def revision(self) -> Revision:
        changes = self._draft.changes
        return changes[-1].revision if changes else Revision(0)

    def after(self, revision: int, limit: int) -> Sequence[Change]:
        return [one for one in self._draft.changes if one.revision > revision][:limit]

    def keep_heartbeat(self, jws: str, at: datetime) -> None:
        del at
        self._draft.heartbeat = jws

    def heartbeat(self) -> str | None:
        return self._draft.heartbeat
