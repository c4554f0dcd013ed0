# SPDX-License-Identifier: Apache-2.0
"""Move confirmed erasures on, one part and one transaction at a time.

Each part can be done again: a process killed anywhere leaves an erasure that the next one goes on
with, and a part counts only once it has confirmed. The audit log is asked only after it has
sequenced everything that was said of the person here: what it sequences later gets a new key.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import Final

from consent_registry.domain.destroyed import Destroyed
from consent_registry.domain.erasure import Erasure, Forgetting, Part
from consent_registry.domain.errors import AuditLogAway, AuditLogNotConnected, ContactsAway
from consent_registry.domain.notices import NoticeKind
from consent_registry.domain.register import ChangeKind, Dataset
from consent_registry.domain.stops import StopKind
from consent_registry.ports import AuditErasure, UnitOfWork
from consent_registry.usecases.cases import names_of
from consent_registry.usecases.notifying import notify
from consent_registry.usecases.requests import close_erased
from consent_registry.usecases.settling import settle
from consent_registry.usecases.stopping import Held, move, unnamed
from consent_registry.usecases.tools import Tools
from shared.events import Subject
from shared.ids import DatasetId

_ERASED: Final = "placet.rights.erased.v1"
_log: Final = logging.getLogger(__name__)


class _Went(Enum):
    """How a step went: nothing written, something written, or its part confirmed."""

    WAITS = "waits"
    FURTHER = "further"
    CONFIRMED = "confirmed"


def erase_next(*, tools: Tools) -> bool:
    """Take one step of each erasure that is under way; True when some were taken."""
    with tools.reads() as uow:
        waiting = uow.erasures.unfinished()
    return True in [_step(erasure_id, tools) for erasure_id in waiting]


def _step(erasure_id: str, tools: Tools) -> bool:
    """Do the next part of one erasure; False when it has to wait."""
    with tools.units() as uow:
        erasure = uow.erasures.get(erasure_id)
        if erasure is None or erasure.next_part is None:
            return False
        try:
            went = _DO[erasure.next_part](uow, tools, erasure)
        except (AuditLogAway, AuditLogNotConnected, ContactsAway) as fault:
            _log.warning(
                "an erasure waits for another database or service",
                extra={"erasure_id": erasure_id, "cause": fault.code},
            )
            return False
        if went is _Went.WAITS:
            return False
        if went is _Went.CONFIRMED:
            uow.erasures.done(erasure_id, erasure.next_part, tools.clock.now())
        uow.commit()
    return True


def _imports(uow: UnitOfWork, _: Tools, erasure: Erasure) -> _Went:
    by = erasure.confirmed_at
    waits = by is None or uow.destruction.imports_wait(by)
    return _Went.WAITS if waits else _Went.CONFIRMED


def _registry(uow: UnitOfWork, tools: Tools, erasure: Erasure) -> _Went:
    """Destroy everything here, and tell the feed that a local id is gone."""
    every = [dataset.dataset for dataset in uow.datasets.every()]
    datasets = uow.datasets.hold(every)
    known = uow.erasures.hold(erasure.erasure_id)
    if known is None or Part.REGISTRY in known.done:
        return _Went.WAITS
    destroy_here(uow, tools, erasure, datasets, erasure.ground)
    return _Went.CONFIRMED


def destroy_here(
    uow: UnitOfWork,
    tools: Tools,
    erasure: Erasure,
    datasets: Mapping[DatasetId, Dataset],
    reason: str,
) -> None:
    """Destroy what is here of somebody, who is remembered outside before the caller's commit.

    `datasets` are all there are, held. Doing it again destroys nothing more.
    """
    now = tools.clock.now()
    uow.forget(
        Destroyed(
            erasure_id=erasure.erasure_id,
            pid=erasure.pid,
            ground=erasure.ground,
            request_id=erasure.request_id,
            key=uow.destruction.key_of(erasure.pid),
            at=now,
        )
    )
    uow.destruction.destroy(erasure.pid, erasure.erasure_id, now)
    if uow.person_events.known([erasure.pid]):
        # What a merge put of hers into the projections of her other names goes with her key.
        settle(uow, tools, {erasure.pid}, None)
        datasets = uow.datasets.hold(sorted(datasets))
    uow.destruction.drop_terms()
    held = Held(pid=erasure.pid, members=uow.people.memberships(erasure.pid), datasets=datasets)
    move(
        uow,
        tools,
        held,
        StopKind.ERASURE,
        begins=True,
        principal=None,
        request_id=erasure.erasure_id,
        said_as=ChangeKind.MEMBER_ERASED,
    )
    uow.record(unnamed(_ERASED, now, reason))


def _outbox(uow: UnitOfWork, _: Tools, erasure: Erasure) -> _Went:
    if erasure.mark is None:
        uow.erasures.mark(erasure.erasure_id, uow.destruction.mark())
        return _Went.FURTHER
    return _Went.CONFIRMED if uow.destruction.sent(erasure.mark) else _Went.WAITS


def _log_part(uow: UnitOfWork, tools: Tools, erasure: Erasure) -> _Went:
    """Have the log forget; under a legal hold of its own it does so later, and is looked after."""
    audit = _audit(tools)
    if erasure.mark is None or not audit.sequenced(erasure.mark):
        return _Went.WAITS
    answers = _looked(audit, erasure) or [
        *_forget_accounts(uow, audit, erasure),
        *_forget_members(uow, tools, audit, erasure),
    ]
    if not all(one.settled for one in answers):
        return _await_log(uow, erasure, answers)
    uow.erasures.asked_log(erasure.erasure_id, ())
    if erasure.request_id is not None:
        close_erased(uow, erasure.request_id, tools)
    complete_on = tools.retention.settled_on(tools.clock.now(), answers)
    uow.erasures.settle(erasure.erasure_id, complete_on)
    return _Went.CONFIRMED


def _contacts(uow: UnitOfWork, tools: Tools, erasure: Erasure) -> _Went:
    """Tell her that it is done while it is still known where, and then forget that too.

    An address may have been entered under any of her names: it is forgotten under all of them. Of
    several erasures of one person the first tells her, once every one of them is as far.
    """
    names = sorted(names_of(uow, erasure.pid))
    if tools.contacts is None:
        # Whoever ever entered an address has a notice: it is kept somewhere, and waited for.
        return _Went.WAITS if uow.notices.steps(names) else _Went.CONFIRMED
    beside = [one for name in names if name != erasure.pid and (one := uow.erasures.of(name))]
    if any(_goes_first(other, erasure) for other in beside):
        return _Went.WAITS
    about, day = erasure.erasure_id, _last_day([erasure, *beside])
    told = uow.notices.settled(erasure.pid, NoticeKind.ERASED, about)
    if told is None:
        notify(uow, tools, erasure.pid, NoticeKind.ERASED, about, day=day)
        return _Went.FURTHER
    if not told:
        return _Went.WAITS
    for name in names:
        tools.contacts.points.forget(name)
    return _Went.CONFIRMED


def _goes_first(other: Erasure, erasure: Erasure) -> bool:
    """Say whether another erasure of hers has to come to the same part, or through it, before."""
    if other.confirmed_at is None or Part.CONTACTS in other.done:
        return False
    return Part.LOG not in other.done or other.erasure_id < erasure.erasure_id


def _last_day(erasures: Sequence[Erasure]) -> date | None:
    return max((one.complete_on for one in erasures if one.complete_on is not None), default=None)


def _late(uow: UnitOfWork, tools: Tools, erasure: Erasure) -> _Went:
    """Ask once more when every copy has expired: entries may have come late from elsewhere."""
    if erasure.complete_on is None or tools.clock.now().date() < erasure.complete_on:
        return _Went.WAITS
    audit = _audit(tools)
    answers = _looked(audit, erasure) or _forget_members(uow, tools, audit, erasure)
    if any(one.waits for one in answers):
        return _await_log(uow, erasure, answers)
    uow.erasures.asked_log(erasure.erasure_id, ())
    return _Went.CONFIRMED


def _looked(audit: AuditErasure, erasure: Erasure) -> list[Forgetting]:
    """Look after what the log was asked for before; nothing is asked twice while it waits."""
    return [audit.forgetting(name) for name in erasure.in_log]


def _await_log(uow: UnitOfWork, erasure: Erasure, answers: Sequence[Forgetting]) -> _Went:
    """Keep the log's names for what it was asked, once."""
    if erasure.in_log:
        return _Went.WAITS
    names = [one.erasure_id for one in answers if one.erasure_id is not None]
    uow.erasures.asked_log(erasure.erasure_id, names)
    _log.warning("an erasure waits in the audit log", extra={"erasure_id": erasure.erasure_id})
    return _Went.FURTHER


def _forget_accounts(
    uow: UnitOfWork, audit: AuditErasure, erasure: Erasure
) -> Sequence[Forgetting]:
    answers: list[Forgetting] = []
    for account in uow.erasures.accounts(erasure.erasure_id):
        answers.append(audit.forget(account, erasure.ground))
        uow.erasures.forget_account(erasure.erasure_id, account)
    return answers


def _forget_members(
    uow: UnitOfWork, tools: Tools, audit: AuditErasure, erasure: Erasure
) -> Sequence[Forgetting]:
    members = uow.people.memberships(erasure.pid)
    people = [Subject(dataset=one.dataset, ordinal=one.ordinal) for one in members]
    number = uow.opt_outs.ordinal(erasure.pid)
    if number is not None:
        people.append(Subject(dataset=tools.opt_outs, ordinal=number))
    return [audit.forget(person, erasure.ground) for person in people]


def _audit(tools: Tools) -> AuditErasure:
    if tools.audit is None:
        raise AuditLogNotConnected
    return tools.audit


_DO: Final[Mapping[Part, Callable[[UnitOfWork, Tools, Erasure], _Went]]] = MappingProxyType(
    {
        Part.IMPORTS: _imports,
        Part.REGISTRY: _registry,
        Part.OUTBOX: _outbox,
        Part.LOG: _log_part,
        Part.CONTACTS: _contacts,
        Part.LATE: _late,
    }
)
