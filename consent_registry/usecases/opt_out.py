# SPDX-License-Identifier: Apache-2.0
"""Opt out of secondary use under EHDS Article 71, and reverse it: one step, no reason, at once.

What is recorded here binds permits given later where the opt-out binds (71(3)); on a running
permit it acts only where a national act says so. Doing again what stands already changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from consent_registry.domain.errors import NotLinked, OptOutTooNarrow, TryAgain
from consent_registry.domain.narrowing import OPTED_OUT
from consent_registry.domain.notices import NoticeKind
from consent_registry.domain.optout import (
    SALT_BYTES,
    About,
    OptOutEvent,
    OptOutKind,
    OptOutRegister,
    appended,
    standing_out,
)
from consent_registry.domain.records import Channel
from consent_registry.domain.regimes import Moment, No
from consent_registry.domain.register import (
    ChangeKind,
    Dataset,
    Member,
    Narrowed,
    RegisterChange,
)
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import ring_memberships, tied_memberships
from consent_registry.usecases.despite import DespiteOptOut, despite_opt_out
from consent_registry.usecases.facts import fact
from consent_registry.usecases.narrowing import publish_narrowed
from consent_registry.usecases.notifying import notify
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import Writing, begin, keep_revision
from shared.canonical import JSON
from shared.events import Subject
from shared.ids import DatasetId, Ordinal, Revision
from shared.principal import Principal

DESK: Final = "consents.write"
LOOKING: Final = "consents.read"
_ENTRY: Final = {
    OptOutKind.REGISTERED: "placet.optout.registered.v1",
    OptOutKind.REVERSED: "placet.optout.reversed.v1",
}
_NOTICE: Final = {
    OptOutKind.REGISTERED: NoticeKind.OPTED_OUT,
    OptOutKind.REVERSED: NoticeKind.OPTED_IN,
}
_TICK: Final = timedelta(microseconds=1)
_ATTEMPTS: Final = 5
NOT_IDENTIFIABLE: Final = "not_identifiable"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutStatus:
    """About what one person is opted out, since when, and what an opt-out may be about here.

    `exception_law` lets public bodies use data in spite of it (Article 71(4)); empty: no law does.
    `despite` are the permits that do.
    """

    pseudonym: str
    known_at: datetime
    about: tuple[About, ...]
    since: datetime | None
    register: OptOutRegister
    breadths: tuple[str, ...]
    events: tuple[OptOutEvent, ...]
    exception_law: str = ""
    despite: tuple[DespiteOptOut, ...] = ()


def set_opt_out(
    pseudonym: str,
    about: About,
    kind: OptOutKind,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel = Channel.API,
) -> OptOutStatus:
    """Opt a participant out, or reverse it, for a desk or for herself.

    Raises OptOutTooNarrow for a breadth the policy does not have; reversing is never refused.
    """
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, DESK)
    return _set(pid, about, kind, tools=tools, principal=principal, channel=channel)


def set_own_opt_out(
    about: About, kind: OptOutKind, *, tools: Tools, principal: Principal, channel: Channel
) -> OptOutStatus:
    """Opt out, or reverse it, for the participant this login is linked to.

    Raises NotLinked when nobody here can tell whose data are meant (71(8)); that is put on record.
    """
    with tools.units() as uow:
        try:
            pid = access.oneself(uow, principal)
        except NotLinked:
            _record_unidentified(uow, tools, kind, principal)
            raise
    return _set(pid, about, kind, tools=tools, principal=principal, channel=channel)


def opt_out_of(
    pseudonym: str, known_at: datetime | None, *, tools: Tools, principal: Principal
) -> OptOutStatus:
    """Say how one participant's opt-out stands, as known at an instant; default now."""
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, LOOKING)
        return _status(uow, tools, pid, known_at)


def own_opt_out(*, tools: Tools, principal: Principal) -> OptOutStatus:
    """Say how the opt-out of the participant this login is linked to stands."""
    with tools.reads() as uow:
        return _status(uow, tools, access.oneself(uow, principal), None)


def _set(
    pid: str,
    about: About,
    kind: OptOutKind,
    *,
    tools: Tools,
    principal: Principal,
    channel: Channel,
) -> OptOutStatus:
    offered = tools.policy_at(tools.clock.now()).breadths
    if kind is OptOutKind.REGISTERED and about.breadth not in offered:
        raise OptOutTooNarrow
    wish = _Wish(pid, about, kind, channel, principal)
    for _ in range(_ATTEMPTS):
        with tools.units() as uow:
            members = ring_memberships(uow, [pid])
            held = uow.datasets.hold([member.dataset for member in members])
            uow.opt_outs.hold_person(pid)
            if ring_memberships(uow, [pid]) != members:
                continue  # she joined a dataset meanwhile: it has to be held, and in order
            _append(uow, tools, wish, members, held)
            status = _status(uow, tools, pid, None)
            uow.commit()
            return status
    raise TryAgain


@dataclass(frozen=True, slots=True)
class _Wish:
    pid: str
    about: About
    kind: OptOutKind
    channel: Channel
    principal: Principal


def _append(
    uow: UnitOfWork,
    tools: Tools,
    wish: _Wish,
    members: Sequence[Member],
    held: Mapping[DatasetId, Dataset],
) -> None:
    stands = wish.about in standing_out(uow.opt_outs.of(wish.pid))
    if stands is (wish.kind is OptOutKind.REGISTERED):
        return
    before = uow.opt_outs.hold(tools.opt_outs, tools.clock.now())
    known = uow.opt_outs.ordinal(wish.pid)
    event = OptOutEvent(
        number=Revision(before.number + 1),
        optout_id=tools.ids.new(),
        pid=wish.pid,
        ordinal=Ordinal(before.people) if known is None else known,
        kind=wish.kind,
        about=wish.about,
        recorded_at=max(tools.clock.now(), before.recorded_at + _TICK),
        channel=wish.channel,
        salt=tools.salts(SALT_BYTES),
    )
    after = OptOutRegister(
        name=before.name,
        number=event.number,
        people=before.people + (known is None),
        recorded_at=event.recorded_at,
        edge=appended(before.number, before.edge, event.leaf()),
    )
    tied = {wish.pid, *(member.pid for member in tied_memberships(uow, wish.pid))}
    reached = [
        member
        for member in members
        if member.pid in tied and wish.about.covers(held[member.dataset].controller)
    ]
    names = sorted({member.dataset for member in reached})
    writings = {name: begin(tools, held[name], wish.principal) for name in names}
    own = [member for member in reached if member.pid == wish.pid]
    uow.opt_outs.add(event, [(m, writings[m.dataset].revision) for m in own], after)
    for name, writing in writings.items():
        there = [member for member in reached if member.dataset == name]
        # Whoever may be the same person is out with her.
        others = [member.ordinal for member in there if member.pid != wish.pid]
        uow.person_events.reach(name, writing.revision, others)
        _move(uow, tools, writing, there, wish.kind)
    _record(uow, event, after, wish.principal)
    notify(uow, tools, wish.pid, _NOTICE[wish.kind], event.optout_id)


def _move(
    uow: UnitOfWork, tools: Tools, writing: Writing, members: Sequence[Member], kind: OptOutKind
) -> None:
    """Bring one dataset to its next revision; running permits change only where a law says so."""
    dataset = writing.dataset
    rules = tools.rules(dataset, writing.now)
    change = RegisterChange(
        dataset=dataset.dataset,
        revision=writing.revision,
        kind=ChangeKind.DATASET_MOVED,
        items=({},),
    )
    if kind is OptOutKind.REGISTERED and rules.says(No.OPT_OUT, Moment.RUNNING):
        publish_narrowed(uow, tools, writing, _leaving(uow, writing, members))
        items: list[Mapping[str, JSON]] = [
            {"ordinal": member.ordinal, "cause": OPTED_OUT, "cohorts": []} for member in members
        ]
        change = replace(change, kind=ChangeKind.MEMBER_NARROWED, items=tuple(items))
    uow.announce(change)
    keep_revision(uow, writing)


def _leaving(uow: UnitOfWork, writing: Writing, members: Sequence[Member]) -> list[Narrowed]:
    return [
        Narrowed(
            cohort_id=live.frozen.cohort_id,
            ordinal=member.ordinal,
            revision=writing.revision,
            left_at=writing.recorded_at,
            cause=OPTED_OUT,
        )
        for live in uow.cohorts.live(writing.dataset.dataset)
        for member in members
        if member.ordinal in live.members
    ]


def _record(
    uow: UnitOfWork, event: OptOutEvent, after: OptOutRegister, principal: Principal
) -> None:
    made = fact(
        _ENTRY[event.kind],
        event.recorded_at,
        actor=principal,
        dataset=after.name,
        reason=event.about.breadth.value,
        extra={"revision": after.number, "root": after.root.hex()},
    )
    subject = Subject(dataset=after.name, ordinal=event.ordinal)
    uow.record(replace(made, subjects=(subject,)))


def _record_unidentified(
    uow: UnitOfWork, tools: Tools, kind: OptOutKind, principal: Principal
) -> None:
    at = tools.clock.now()
    made = fact(_ENTRY[kind], at, actor=principal, dataset=tools.opt_outs, reason=NOT_IDENTIFIABLE)
    uow.record(replace(made, decision="deny"))
    uow.commit()


def _status(uow: UnitOfWork, tools: Tools, pid: str, known_at: datetime | None) -> OptOutStatus:
    now = tools.clock.now()
    events = [
        event for event in uow.opt_outs.of(pid) if known_at is None or event.recorded_at <= known_at
    ]
    about = standing_out(events)
    registered = [e.recorded_at for e in events if e.kind is OptOutKind.REGISTERED]
    return OptOutStatus(
        pseudonym=uow.people.pseudonym(pid),
        known_at=known_at or now,
        about=tuple(sorted(about, key=lambda one: one.text)),
        since=max(registered) if about else None,
        register=uow.opt_outs.register(tools.opt_outs, now),
        breadths=tuple(breadth.value for breadth in tools.policy_at(now).breadths),
        events=tuple(events),
        exception_law=tools.policy_at(now).exception_law,
        despite=despite_opt_out(uow, tools, pid),
    )
