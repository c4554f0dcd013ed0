# SPDX-License-Identifier: Apache-2.0
"""Saved searches: kept sealed, asked again on schedule, each run an entry that names nobody.

`QueryRunner` runs them in the process `work`. A run says what is new since the run before, and how
many entries that matched then are gone.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from audit_log.domain.cases import Officer
from audit_log.domain.errors import QueryUnknown, Unopenable
from audit_log.domain.filters import filter_faults, filter_json, filter_of, holders_named
from audit_log.domain.parts import Holder
from audit_log.domain.saved_queries import MAX_NEW, QueryRun, SavedQuery
from audit_log.domain.search import Filter
from audit_log.ports import Log, Pseudonyms, Transaction, Vault
from audit_log.usecases.cases import officer_of
from audit_log.usecases.look import marks_of, officer, said_of
from audit_log.usecases.resolving import CohortDesk, Resolved, resolve
from shared import strict_json
from shared.canonical import JSON, canonical
from shared.clock import Clock
from shared.entry_forms import is_code
from shared.errors import FieldFault, ValidationFailed
from shared.events import Actor, Fact
from shared.ids import IdSource
from shared.principal import Principal
from shared.tracing import current_trace_id

SCOPE: Final = "log.search"
MAX_HOURS: Final = 24 * 92
PUT_OFF: Final = timedelta(minutes=5)
_QUERY: Final = "placet.audit.query.v1"
_BINDING: Final = b"placet/query/v1\n"
_RUNS_SHOWN: Final = 50
MAX_QUERIES: Final = 100
"""How many searches one officer may have running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryFile:
    """A saved search with its filter, None once it was ended, and its runs, the newest first."""

    query: SavedQuery
    wanted: Filter | None
    runs: tuple[QueryRun, ...]


def save_query(
    name: str,
    wanted: Filter,
    hours: int,
    *,
    principal: Principal,
    transaction: Transaction,
    vault: Vault,
    pseudonyms: Pseudonyms,
    ids: IdSource,
    clock: Clock,
) -> SavedQuery:
    """Keep a search and run it every so many hours, the first time at once.

    The name is a code, because it is shown openly. The search ends with the erasure of its owner or
    of whom it names. Raises ValidationFailed, also for one more than an officer may have running.
    """
    principal.require(SCOPE)
    faults = list(filter_faults(wanted))
    if not is_code(name):
        faults.append(FieldFault("/name", "use a code such as refused_requests"))
    if not 0 < hours <= MAX_HOURS:
        faults.append(FieldFault("/hours", f"between 1 and {MAX_HOURS}"))
    if faults:
        raise ValidationFailed("the search has faults", faults=faults)
    now, query_id = clock.now(), ids.new()
    with transaction() as log:
        running = [one for one in log.queries.owned(officer_of(principal)) if one.next_at]
        if len(running) >= MAX_QUERIES:
            fault = FieldFault("/name", f"{MAX_QUERIES} searches are running: end one first")
            raise ValidationFailed("the search has faults", faults=[fault])
        kid = log.exports.number()
        key, wrapped = vault.fresh(kid)
        query = SavedQuery(
            id=query_id,
            name=name,
            owner=officer_of(principal),
            kid=kid,
            kek=vault.kek,
            wrapped=wrapped,
            sealed=key.seal(canonical(filter_json(wanted)), _bound(query_id)),
            hours=hours,
            next_at=now,
            size=0,
            count=0,
            about=_about(wanted, officer_of(principal), pseudonyms),
        )
        log.queries.add(query)
        log.record(_said("query_saved", query, officer(principal), now, filter_parts=wanted))
    return query


def list_queries(*, principal: Principal, transaction: Transaction) -> tuple[SavedQuery, ...]:
    """Give the caller's own searches."""
    principal.require(SCOPE)
    with transaction() as log:
        return tuple(log.queries.owned(officer_of(principal)))


def get_query(
    query_id: str, *, principal: Principal, transaction: Transaction, vault: Vault
) -> QueryFile:
    """Give one of the caller's own searches with its runs; raise QueryUnknown."""
    principal.require(SCOPE)
    with transaction() as log:
        query = _own(log, query_id, principal)
        wanted = _filter(query, vault) if query.wrapped else None
        return QueryFile(
            query=query, wanted=wanted, runs=tuple(log.queries.runs(query_id, _RUNS_SHOWN))
        )


def end_query(
    query_id: str, *, principal: Principal, transaction: Transaction, clock: Clock
) -> None:
    """End one of the caller's own searches: what it asked is forgotten. Raises QueryUnknown."""
    principal.require(SCOPE)
    with transaction() as log:
        query = _own(log, query_id, principal)
        if query.next_at is None:
            return
        log.queries.end(query_id)
        log.record(_said("query_ended", query, officer(principal), clock.now()))


class QueryRunner:
    """Runs what is due; call `step` again and again."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        vault: Vault,
        pseudonyms: Pseudonyms,
        cohorts: CohortDesk,
        clock: Clock,
    ) -> None:
        self._transaction = transaction
        self._vault = vault
        self._pseudonyms = pseudonyms
        self._cohorts = cohorts
        self._clock = clock

    def step(self) -> bool:
        """Run one search that is due; False when there is none.

        One for a person is put off while nobody says which cohorts hold her. One whose run fails,
        such as for the time it takes, raises and is due again as late: it stops no other.
        """
        now = self._clock.now()
        with self._transaction() as log:
            if (unnamed := log.queries.unnamed()) is not None:
                log.queries.name(unnamed.id, self._named(unnamed))
                return True
        with self._transaction() as log:
            due, newest = log.queries.due(now), log.reader.newest()
            if due is None or newest is None:
                return False
            log.queries.put_off(due.id, now + PUT_OFF)
        wanted = _filter(due, self._vault)
        resolved = resolve(wanted, newest.size, transaction=self._transaction, desk=self._cohorts)
        with self._transaction() as log:
            query = log.queries.get(due.id)
            if query is None or query != replace(due, next_at=now + PUT_OFF):
                return True  # changed, ended, or run by another meanwhile
            if resolved.cohorts is not None and not resolved.cohorts.reached:
                log.record(_said("query_put_off", query, _worker(query), now))
                return True
            run = self._run(query, wanted, resolved, log=log, size=newest.size, now=now)
            log.queries.ran(run, now + timedelta(hours=query.hours))
            said: dict[str, JSON] = {
                **said_of(resolved.cohorts),
                "before": run.before,
                "size": run.size,
                "new": run.new,
                "gone": run.gone,
            }
            log.record(_said("query_ran", query, _worker(query), now, said=said, results=run.count))
        return True

    def _named(self, query: SavedQuery) -> tuple[bytes, ...]:
        try:
            wanted = _filter(query, self._vault)
        except Unopenable:
            wanted = Filter()  # nobody reads whom it names
        return _about(wanted, query.owner, self._pseudonyms)

    def _run(
        self,
        query: SavedQuery,
        wanted: Filter,
        resolved: Resolved,
        *,
        log: Log,
        size: int,
        now: datetime,
    ) -> QueryRun:
        reader = log.reader
        marks = resolved.among(marks_of(wanted, reader, self._pseudonyms))
        total = reader.count(wanted, marks=marks, below=size, most=None)
        before = min(query.size, size)
        old = reader.count(wanted, marks=marks, below=before, most=None) if before else 0
        indexes = reader.search(wanted, marks=marks, below=size, above=before, limit=MAX_NEW)
        last = log.queries.runs(query.id, 1)
        return QueryRun(
            query=query.id,
            number=last[0].number + 1 if last else 1,
            ran_at=now,
            before=before,
            size=size,
            count=total,
            new=total - old,
            gone=max(query.count - old, 0),
            indexes=tuple(indexes),
            unresolved=0 if resolved.cohorts is None else resolved.cohorts.unresolved,
        )


def _worker(query: SavedQuery) -> Actor:
    return Actor(issuer=query.owner.issuer, subject=query.owner.subject, client_id="work")


def _filter(query: SavedQuery, vault: Vault) -> Filter:
    key = vault.unwrap(query.kid, query.kek, query.wrapped)
    return filter_of(strict_json.loads(key.open(query.sealed, _bound(query.id))))


def _about(wanted: Filter, owner: Officer, pseudonyms: Pseudonyms) -> tuple[bytes, ...]:
    """Give the pseudonyms of whom a search is about, as their keys are stored under them.

    Its owner is one of them: each run says her name, which would be again under a fresh key.
    """
    hers: Holder = ("actor", (owner.issuer, owner.subject))
    return tuple(map(pseudonyms.holder, dict.fromkeys((hers, *holders_named(wanted)))))


def _own(log: Log, query_id: str, principal: Principal) -> SavedQuery:
    query = log.queries.get(query_id)
    if query is None or query.owner != officer_of(principal):
        raise QueryUnknown("there is no such search of yours")
    return query


def _bound(query_id: str) -> bytes:
    return _BINDING + query_id.encode("ascii")


def _said(
    reason: str,
    query: SavedQuery,
    actor: Actor,
    at: datetime,
    *,
    filter_parts: Filter | None = None,
    said: dict[str, JSON] | None = None,
    results: int | None = None,
) -> Fact:
    extra: dict[str, JSON] = {"query": query.id, "hours": query.hours, **(said or {})}
    if filter_parts is not None and filter_parts.named():
        extra["filter"] = list(filter_parts.named())
    if results is not None:
        extra["results"] = results
    return Fact(
        type=_QUERY,
        occurred_at=at,
        trace_id=current_trace_id(),
        reason=reason,
        extra=extra,
        actor=actor,
    )
