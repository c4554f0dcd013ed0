# SPDX-License-Identifier: Apache-2.0
"""Load the cases of people of whom more is known than their consents, and ask them.

Most people have none, and then this costs one question.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from consent_registry.domain.cases import Case, Everything, Held, held_at, parts, tied
from consent_registry.domain.history import ConsentEvent, standing_at
from consent_registry.domain.person_events import MERGES
from consent_registry.domain.records import EventRecord
from consent_registry.domain.register import Member
from consent_registry.domain.stops import StopKind, standing_stops
from consent_registry.domain.studies import NOWHERE
from consent_registry.domain.ties import one_person
from consent_registry.ports import UnitOfWork
from shared.ids import DatasetId, Ordinal


def load_case(uow: UnitOfWork, pids: Iterable[str]) -> Case:
    """Load everything known of these people and of everybody ever joined to them."""
    ring = sorted(uow.person_events.ring(pids))
    members = uow.people.memberships_of(ring)
    consents: dict[tuple[str, DatasetId], Sequence[ConsentEvent]] = {}
    by_withdrawal: dict[tuple[str, str], ConsentEvent] = {}
    events = _events_of(uow, members)
    for member in members:
        records = events[member.dataset].get(member.ordinal, ())
        consents[(member.pid, member.dataset)] = [record.event() for record in records]
        for record in records:
            if record.withdrawal_id:
                by_withdrawal.setdefault((member.pid, record.withdrawal_id), record.event())
    everywhere: dict[str, list[Everything]] = {}
    for one in uow.withdrawals.everywhere(ring):
        event = by_withdrawal.get((one.pid, one.withdrawal_id))
        if event is not None:
            reached = frozenset(dataset for dataset, _ in one.revisions)
            whole = Everything(event=event, recorded_in=reached)
            everywhere.setdefault(one.pid, []).append(whole)
    life = uow.person_events.of(ring)
    spoke = any(one.study for events in life.values() for one in events)
    names = sorted({member.dataset for member in members})
    return Case(
        members=tuple(members),
        records=life,
        consents=consents,
        everywhere=everywhere,
        reach=uow.studies.reach(names) if spoke else NOWHERE,
    )


def _events_of(
    uow: UnitOfWork, members: Sequence[Member]
) -> Mapping[DatasetId, Mapping[Ordinal, Sequence[EventRecord]]]:
    """Read the consent events of members, dataset by dataset."""
    ordinals: dict[DatasetId, list[Ordinal]] = {}
    for member in members:
        ordinals.setdefault(member.dataset, []).append(member.ordinal)
    return {name: uow.events.of_members(name, found) for name, found in ordinals.items()}


def held_of(
    uow: UnitOfWork,
    dataset: DatasetId,
    ordinals: Sequence[Ordinal] | None,
    effective_at: datetime,
    known_at: datetime | None = None,
) -> Mapping[Ordinal, Held]:
    """Say what holds of those of these members who have a case; None means of all."""
    known = uow.person_events.known_members(dataset, ordinals)
    case = load_case(uow, known.values())
    own = parts(case)
    return {
        member.ordinal: held_at(own[member.pid], member, effective_at, known_at)
        for member in case.members
        if member.dataset == dataset and member.ordinal in known
    }


def held_one(
    uow: UnitOfWork,
    member: Member,
    events: Sequence[ConsentEvent],
    effective_at: datetime,
    known_at: datetime | None,
) -> Held:
    """Say what holds of one member whose own events were read already."""
    if uow.person_events.known([member.pid]):
        return held_at(load_case(uow, [member.pid]), member, effective_at, known_at)
    return Held(standing=standing_at(events, effective_at, known_at))


def memberships(uow: UnitOfWork, pid: str) -> Sequence[Member]:
    """Give what a person is a member of, under every name confirmed to be hers, by dataset."""
    found = uow.people.memberships_of(names_of(uow, pid))
    return sorted(found, key=lambda one: (one.dataset, one.ordinal))


def names_of(uow: UnitOfWork, pid: str) -> frozenset[str]:
    """Give everybody who is confirmed to be this person, herself included."""
    ring = uow.person_events.ring([pid])
    if len(ring) == 1:
        return ring
    records = (one for found in uow.person_events.of(ring).values() for one in found)
    return one_person(list(records), pid)


def left_everything(uow: UnitOfWork, pids: Iterable[str]) -> Mapping[str, datetime]:
    """Say when those of these people who did last withdrew from everything, by any name of theirs.

    They are asked for together; only who was merged is asked alone.
    """
    wanted = frozenset(pids)
    found = uow.person_events.of(uow.person_events.known(wanted))
    merged = [pid for pid, records in found.items() if any(one.kind in MERGES for one in records)]
    names = {pid: frozenset({pid}) for pid in wanted} | {pid: names_of(uow, pid) for pid in merged}
    every = frozenset().union(*names.values())
    # The last of each name: they come in order.
    left = {one.pid: one.recorded_at for one in uow.withdrawals.everywhere(every)}
    times = {pid: [left[one] for one in hers if one in left] for pid, hers in names.items()}
    return {pid: max(of) for pid, of in times.items() if of}


def ring_memberships(uow: UnitOfWork, pids: Iterable[str]) -> Sequence[Member]:
    """Give what these people, and everybody ever joined to them, are members of."""
    found = uow.people.memberships_of(uow.person_events.ring(pids))
    return sorted(found, key=lambda one: (one.dataset, one.ordinal))


def tied_memberships(uow: UnitOfWork, pid: str) -> Sequence[Member]:
    """Give what everybody else is a member of who is, or may be, the same person."""
    ring = uow.person_events.ring([pid])
    if len(ring) == 1:
        return ()
    case = Case(members=(), records=uow.person_events.of(ring), consents={})
    names = tied(case, pid, datetime.max.replace(tzinfo=UTC)) - {pid}
    found = uow.people.memberships_of(names)
    return sorted(found, key=lambda one: (one.dataset, one.ordinal))


def stops_then(
    uow: UnitOfWork, pid: str, effective_at: datetime, known_at: datetime | None = None
) -> set[StopKind]:
    """Say what stopped a person at an instant, under whichever name was, or might be, hers."""
    case = Case(
        members=(), records=uow.person_events.of(uow.person_events.ring([pid])), consents={}
    )
    names = tied(case, pid, effective_at, known_at)
    events = [one for name in sorted(names) for one in uow.stops.of(name)]
    return standing_stops(events, min(effective_at, known_at or effective_at))
