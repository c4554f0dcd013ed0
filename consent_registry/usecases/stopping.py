# SPDX-License-Identifier: Apache-2.0
"""Stop a person's data at once, beside whatever she consented to; or let them go on.

One way for restriction, objection and erasure: the event, the narrowing of live cohorts, the change
for the feed, each dataset's next revision, the entry. A stop that ends brings nobody back into a
running cohort: those only ever narrow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent_registry.domain.regimes import Moment
from consent_registry.domain.register import (
    ChangeKind,
    Dataset,
    Member,
    Narrowed,
    RegisterChange,
)
from consent_registry.domain.stops import StopKind, acts, standing_stops
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import tied_memberships
from consent_registry.usecases.facts import PEOPLE_PER_ENTRY, fact
from consent_registry.usecases.narrowing import publish_narrowed
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import Writing, begin, keep_revision
from shared.canonical import JSON
from shared.events import Fact, Subject
from shared.ids import DatasetId, Ordinal
from shared.principal import Principal

_STOPPED: Final = "placet.rights.stopped.v1"
_RESUMED: Final = "placet.rights.resumed.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A person with her datasets, held: nobody else changes either until the unit of work ends.

    `others` are the memberships of whoever may be the same person: what stops her, stops them.
    """

    pid: str
    members: Sequence[Member]
    datasets: Mapping[DatasetId, Dataset]
    others: Sequence[Member] = ()


def hold_person(uow: UnitOfWork, pid: str) -> Held | None:
    """Hold a person; None when she joined a dataset meanwhile, for another try.

    Raises ParticipantUnknown for somebody erased.
    """
    members, others = uow.people.memberships(pid), tied_memberships(uow, pid)
    datasets = uow.datasets.hold(sorted({member.dataset for member in (*members, *others)}))
    uow.people.hold(pid)
    if uow.people.memberships(pid) != members or tied_memberships(uow, pid) != others:
        return None
    return Held(pid=pid, members=members, datasets=datasets, others=others)


def set_stop(
    uow: UnitOfWork,
    tools: Tools,
    held: Held,
    kind: StopKind,
    *,
    begins: bool,
    principal: Principal | None,
    request_id: str | None = None,
) -> bool:
    """Begin or end a stop of a held person; False, and nothing done, when it stands so already."""
    if begins is (kind in standing_stops(uow.stops.of(held.pid))):
        return False
    move(uow, tools, held, kind, begins=begins, principal=principal, request_id=request_id)
    made = fact(
        _STOPPED if begins else _RESUMED,
        tools.clock.now(),
        actor=principal,
        reason=kind.cause,
    )
    uow.record(replace(made, subjects=subjects(held.members)))
    return True


def move(
    uow: UnitOfWork,
    tools: Tools,
    held: Held,
    kind: StopKind,
    *,
    begins: bool,
    principal: Principal | None,
    request_id: str | None = None,
    said_as: ChangeKind | None = None,
) -> None:
    """Write the event and bring each dataset to its next revision.

    `said_as` names the change in the feed; without it, who is out is said to be out.
    """
    people = (*held.members, *held.others)
    names = sorted({member.dataset for member in people})
    writings = {name: begin(tools, held.datasets[name], principal) for name in names}
    at = max([tools.clock.now(), *(writing.recorded_at for writing in writings.values())])
    reach = [(member, writings[member.dataset].revision) for member in held.members]
    uow.stops.add(held.pid, kind, begins=begins, at=at, request_id=request_id, reach=reach)
    for name, writing in writings.items():
        there = [member.ordinal for member in people if member.dataset == name]
        others = [member.ordinal for member in held.others if member.dataset == name]
        uow.person_events.reach(name, writing.revision, others)
        change = _change(uow, tools, writing, there, kind=kind if begins else None)
        if said_as is not None:
            items = tuple({"ordinal": ordinal} for ordinal in there)
            change = replace(change, kind=said_as, items=items)
        uow.announce(change)
        keep_revision(uow, writing)


def _change(
    uow: UnitOfWork,
    tools: Tools,
    writing: Writing,
    people: Sequence[Ordinal],
    *,
    kind: StopKind | None,
) -> RegisterChange:
    """Narrow live cohorts where this kind of stop does; give what the feed is to say."""
    rules = tools.rules(writing.dataset, writing.now)
    items: tuple[Mapping[str, JSON], ...] = ({},)
    said = ChangeKind.DATASET_MOVED
    if kind is not None and acts(kind, rules, Moment.RUNNING):
        publish_narrowed(uow, tools, writing, _leaving(uow, writing, people, kind.cause))
        items = tuple({"ordinal": one, "cause": kind.cause, "cohorts": []} for one in people)
        said = ChangeKind.MEMBER_NARROWED
    return RegisterChange(
        dataset=writing.dataset.dataset, revision=writing.revision, kind=said, items=items
    )


def _leaving(
    uow: UnitOfWork, writing: Writing, people: Sequence[Ordinal], cause: str
) -> list[Narrowed]:
    return [
        Narrowed(
            cohort_id=live.frozen.cohort_id,
            ordinal=ordinal,
            revision=writing.revision,
            left_at=writing.recorded_at,
            cause=cause,
        )
        for live in uow.cohorts.live(writing.dataset.dataset)
        for ordinal in people
        if ordinal in live.members
    ]


def subjects(members: Sequence[Member]) -> tuple[Subject, ...]:
    """Give the sealed parts that say whose data an entry is about."""
    return tuple(
        Subject(dataset=member.dataset, ordinal=member.ordinal)
        for member in members[:PEOPLE_PER_ENTRY]
    )


def record_about(uow: UnitOfWork, pid: str, made: Fact) -> None:
    """Collect a fact about one person: who she is in each dataset is sealed with it."""
    uow.record(replace(made, subjects=subjects(uow.people.memberships(pid))))


def unnamed(kind: str, at: datetime, reason: str) -> Fact:
    """Make a fact about a person that says of nobody who she is."""
    return fact(kind, at, actor=None, reason=reason)
