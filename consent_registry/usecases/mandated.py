# SPDX-License-Identifier: Apache-2.0
"""Who may act for a participant beside a desk and herself: asked before anything is recorded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from consent_registry.domain.errors import GuardianMustSign
from consent_registry.domain.identifiers import is_name
from consent_registry.domain.mandates import Mandate, guardians, mandates
from consent_registry.domain.person_events import MERGES, PersonKind, PersonRecord
from consent_registry.domain.ties import one_person
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId, EventId
from shared.principal import Principal


def records_of(
    uow: UnitOfWork, pid: str, known_at: datetime | None = None
) -> Sequence[PersonRecord]:
    """Give the events of a person under every name confirmed to be hers, in no fixed order.

    With an instant, those recorded by then, under the names known to be hers then.
    """
    found = uow.person_events.of(uow.person_events.ring([pid]))
    names = one_person([one for of in found.values() for one in of], pid, known_at)
    return [
        one
        for name in sorted(names)
        for one in found.get(name, ())
        if known_at is None or one.recorded_at <= known_at
    ]


def then(
    records: Sequence[PersonRecord],
    effective_at: datetime | None,
    known_at: datetime | None,
    tools: Tools,
) -> tuple[datetime, datetime]:
    """Give the instants that count: now, where none is named, is never before what is recorded."""
    latest = max([tools.clock.now(), *(one.recorded_at for one in records)])
    return effective_at or latest, known_at or latest


def records_of_each(uow: UnitOfWork, pids: Iterable[str]) -> Mapping[str, Sequence[PersonRecord]]:
    """Give what `records_of` gives, of many people at once: only who was merged is asked alone."""
    wanted = sorted(set(pids))
    found = uow.person_events.of(wanted)
    each = {pid: found.get(pid, ()) for pid in wanted}
    merged = [pid for pid, own in each.items() if any(one.kind in MERGES for one in own)]
    return each | {pid: records_of(uow, pid) for pid in merged}


def decided_in_her_place(uow: UnitOfWork, pid: str, event_id: EventId) -> bool:
    """Say whether a decision in her place became this event; no later mandate changes that."""
    records = uow.person_events.of([pid]).get(pid, ())
    return any(
        one.kind is PersonKind.DECISION_COMPLETED and one.about == event_id for one in records
    )


def mandates_of(uow: UnitOfWork, pid: str) -> list[Mandate]:
    """Give every mandate that was ever recorded for a person."""
    return mandates(records_of(uow, pid))


def held_by(uow: UnitOfWork, tools: Tools, principal: Principal, pid: str) -> list[Mandate]:
    """Give the mandates in force for a person that this login holds."""
    found = mandates_of(uow, pid)
    at = now_for(tools, found)
    return [
        one
        for one in found
        if one.in_force(at) and one.held_by(principal.issuer, principal.subject)
    ]


def acting_for(
    uow: UnitOfWork,
    tools: Tools,
    principal: Principal,
    pseudonym: str,
    desk_scope: str,
    *,
    datasets: Sequence[DatasetId] | None,
) -> str:
    """Give the id of a participant for whom this caller may end use: a desk, herself, a mandate.

    A mandate about some datasets reaches these; `datasets` None means all.

    Raises what `access.participant` raises; somebody without a mandate learns nothing more.
    """
    if desk_scope not in principal.scopes and access.SELF in principal.scopes:
        pid = uow.people.pid(pseudonym) if is_name(pseudonym) else None
        held = held_by(uow, tools, principal, pid) if pid is not None else []
        if pid is not None and any(_reaches(one, datasets) for one in held):
            return pid
    return access.participant(uow, principal, pseudonym, desk_scope)


def somebody_for(
    uow: UnitOfWork, tools: Tools, principal: Principal, pseudonym: str, desk_scope: str
) -> str:
    """Give the id of a participant for whom this caller may decide something, in any dataset.

    Raises what `access.participant` raises.
    """
    if desk_scope not in principal.scopes and access.SELF in principal.scopes:
        pid = uow.people.pid(pseudonym) if is_name(pseudonym) else None
        if pid is not None and held_by(uow, tools, principal, pid):
            return pid
    return access.participant(uow, principal, pseudonym, desk_scope)


def _reaches(held: Mandate, datasets: Sequence[DatasetId] | None) -> bool:
    if held.datasets is None:
        return True
    return datasets is not None and all(held.covers(dataset) for dataset in datasets)


def require_nobody_else_decides(
    uow: UnitOfWork, tools: Tools, pid: str, dataset: DatasetId
) -> None:
    """Raise GuardianMustSign when a guardian decides in this person's place about a dataset."""
    if not uow.person_events.known([pid]):
        return
    held = mandates_of(uow, pid)
    if guardians(held, dataset, now_for(tools, held)):
        raise GuardianMustSign


def now_for(tools: Tools, held: Sequence[Mandate]) -> datetime:
    """Give the time that counts: never before what was recorded, also after a clock set back."""
    return max([tools.clock.now(), *(one.changed_at or one.recorded_at for one in held)])


def guarded_then(
    uow: UnitOfWork, dataset: DatasetId, signed_at: Mapping[str, datetime]
) -> frozenset[str]:
    """Give those in whose place a guardian decided about a dataset at the instants given."""
    return frozenset(
        pid
        for pid, records in records_of_each(uow, uow.person_events.known(signed_at)).items()
        if guardians(mandates(records), dataset, signed_at[pid])
    )
