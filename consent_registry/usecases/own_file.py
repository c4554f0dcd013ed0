# SPDX-License-Identifier: Apache-2.0
"""Everything the registry holds about one person, as one machine-readable file (GDPR 15 and 20).

What it says of her uses comes from the audit log, where that is connected. That a file was made is
put on record before anybody gets it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent_registry.domain.answers import Answers
from consent_registry.domain.contacts import ContactPoint
from consent_registry.domain.erasure import Account, LegalHold
from consent_registry.domain.errors import DatasetUnknown, WhoUsedUnavailable
from consent_registry.domain.levels import Task
from consent_registry.domain.notices import NoticeKind, Outcome
from consent_registry.domain.optout import OptOutEvent
from consent_registry.domain.person_events import PersonRecord
from consent_registry.domain.records import EventRecord, answers_of, terms_of
from consent_registry.domain.register import Dataset, Member, Narrowed, Project, Withdrawal
from consent_registry.domain.rights import RightsRequest
from consent_registry.domain.stops import StopEvent
from consent_registry.domain.supervision import Authority
from consent_registry.domain.terms import Terms
from consent_registry.domain.uses import UseReport
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import names_of
from consent_registry.usecases.containing import answers_by
from consent_registry.usecases.facts import fact
from consent_registry.usecases.stopping import subjects
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId
from shared.principal import Principal

DESK: Final = "rights.manage"
_EXPORTED: Final = "placet.rights.exported.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class InPermit:
    """That she was in the cohort of a permit, and when and why she left it."""

    permit_id: str
    frozen_at: datetime
    left: Sequence[Narrowed]
    project: Project | None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What is held of her in one dataset."""

    dataset: Dataset
    member: Member
    events: Sequence[tuple[EventRecord, Terms | None, Answers | None]]
    permits: Sequence[InPermit]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """Everything, under every name confirmed to be hers; `pseudonyms` has her own first.

    `life` is what is known of her as a person, `contact_points` where she is reached under each
    name, `authority` where she can complain.
    `uses` is the audit log's report, None when it was not asked or is away.
    """

    made_at: datetime
    pseudonyms: Sequence[str]
    accounts: Sequence[Account]
    memberships: Sequence[Membership]
    opt_outs: Sequence[OptOutEvent]
    withdrawals: Sequence[Withdrawal]
    stops: Sequence[StopEvent]
    holds: Sequence[LegalHold]
    requests: Sequence[tuple[RightsRequest, str | None]]
    tasks: Sequence[Task]
    life: Sequence[PersonRecord]
    notices: Sequence[tuple[NoticeKind, Outcome, datetime]]
    contact_points: Sequence[ContactPoint] = ()
    authority: Authority | None = None
    uses: UseReport | None = None


def file_of(pseudonym: str, *, with_uses: bool, tools: Tools, principal: Principal) -> OwnFile:
    """Make the file for the desk, or for the person's own program."""
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, DESK)
    return _file(pid, with_uses=with_uses, tools=tools, principal=principal)


def own_file(*, with_uses: bool | None, tools: Tools, principal: Principal) -> OwnFile:
    """Make the file of the participant this login is linked to. Raises NotLinked.

    With `with_uses` None the log is asked, and its silence leaves the uses out.
    """
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
    return _file(pid, with_uses=with_uses, tools=tools, principal=principal)


def _file(pid: str, *, with_uses: bool | None, tools: Tools, principal: Principal) -> OwnFile:
    with tools.units() as uow:
        members = _members(uow, _names(uow, pid))
        now = tools.clock.now()
        made = fact(_EXPORTED, now, actor=principal, reason="own_file")
        uow.record(replace(made, subjects=subjects(members)))
        uow.commit()
    with tools.reads() as uow:
        names = _names(uow, pid)
        found = _gathered(uow, names, now)
        people = _people(uow, tools, names)
    try:
        wanted = with_uses is not False
        uses = tools.who_used.who_used(people, answers_by(tools)) if wanted else None
    except WhoUsedUnavailable:
        if with_uses:
            raise
        uses = None
    return replace(
        found,
        uses=uses,
        contact_points=_contact_points(tools, names),
        authority=tools.policy_at(now).authority,
    )


def _contact_points(tools: Tools, names: Sequence[str]) -> list[ContactPoint]:
    """Give where she is reached. Raises ContactsAway: a file without it is not everything."""
    points = [] if tools.contacts is None else [tools.contacts.points.get(name) for name in names]
    return [one for one in points if one is not None]


def _names(uow: UnitOfWork, pid: str) -> list[str]:
    """Give every name confirmed to be hers and not erased, her own first."""
    others = sorted(names_of(uow, pid) - {pid})
    return [pid, *(name for name in others if not uow.people.erased(name))]


def _members(uow: UnitOfWork, names: Sequence[str]) -> list[Member]:
    """Give what she is a member of, by dataset."""
    found = (member for name in names for member in uow.people.memberships(name))
    return sorted(found, key=lambda one: (one.dataset, one.ordinal))


def _gathered(uow: UnitOfWork, names: Sequence[str], now: datetime) -> OwnFile:
    requests = [one for name in names for one in uow.requests.of(name)]
    life = uow.person_events.of(names)
    return OwnFile(
        made_at=now,
        pseudonyms=[uow.people.pseudonym(name) for name in names],
        accounts=[one for name in names for one in uow.people.accounts(name)],
        memberships=[_membership(uow, member) for member in _members(uow, names)],
        opt_outs=[one for name in names for one in uow.opt_outs.of(name)],
        withdrawals=[one for name in names for one in uow.withdrawals.of(name)],
        stops=[one for name in names for one in uow.stops.of(name)],
        holds=[one for name in names for one in uow.erasures.holds(name)],
        requests=[(one, uow.requests.words(one.request_id)) for one in requests],
        tasks=[one for name in names for one in uow.tasks.of(name)],
        life=[one for name in names for one in life.get(name, ())],
        notices=uow.notices.steps(names),
    )


def _membership(uow: UnitOfWork, member: Member) -> Membership:
    dataset = uow.datasets.get(member.dataset)
    if dataset is None:
        raise DatasetUnknown
    records = uow.events.of_members(member.dataset, [member.ordinal]).get(member.ordinal, ())
    return Membership(
        dataset=dataset,
        member=member,
        events=[(one, terms_of(one.personal), answers_of(one.personal)) for one in records],
        permits=[
            InPermit(
                permit_id=str(one.bound.frozen.permit_id),
                frozen_at=one.bound.frozen.frozen_at,
                left=uow.cohorts.left(one.bound.frozen.cohort_id, member.ordinal),
                project=one.bound.project,
                ended_at=one.bound.frozen.ended_at,
            )
            for one in reversed(uow.cohorts.permits_for(member.dataset, member.ordinal, None))
            if one.within
        ],
    )


def _people(uow: UnitOfWork, tools: Tools, names: Sequence[str]) -> list[tuple[DatasetId, int]]:
    """Give her numbers: that is all by which the audit log knows her."""
    people = [(member.dataset, int(member.ordinal)) for member in _members(uow, names)]
    numbers = (uow.opt_outs.ordinal(name) for name in names)
    return people + [(tools.opt_outs, int(number)) for number in numbers if number is not None]
