# SPDX-License-Identifier: Apache-2.0
"""Queue notices with what causes them, and send them one by one.

An attempt is on record as begun before it is made. One that was cut off is made again: a person may
be told twice, under one message name, and the steps say so; nobody is silently not told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from consent_registry.domain.contacts import ContactPoint
from consent_registry.domain.errors import ContactsAway
from consent_registry.domain.levels import TaskKind
from consent_registry.domain.lives import Preferences, life, preferences
from consent_registry.domain.notices import (
    LEASE,
    MOST_ATTEMPTS,
    Notice,
    NoticeKind,
    Outcome,
    after_failure,
    not_before,
    paced_with,
    withheld,
)
from consent_registry.domain.person_events import PersonRecord
from consent_registry.domain.stops import StopKind
from consent_registry.ports import UnitOfWork
from consent_registry.ports.contacts import CourierAway, CourierRefused
from consent_registry.usecases.cases import names_of, stops_then
from consent_registry.usecases.contacts import RECORDED
from consent_registry.usecases.facts import fact
from consent_registry.usecases.mandated import records_of
from consent_registry.usecases.still_so import still_so
from consent_registry.usecases.stopping import record_about
from consent_registry.usecases.tools import Contacts, Tools

_PAGES: Final = {
    NoticeKind.WITHDRAWAL: "/withdrawals/{about}",
    NoticeKind.OPTED_OUT: "/opt-out",
    NoticeKind.OPTED_IN: "/opt-out",
    NoticeKind.ANSWERED: "/rights",
    NoticeKind.ERASED: "/",
    NoticeKind.PERMIT: "/who-used",
    NoticeKind.ENDING: "/",
    NoticeKind.MANDATE: "/",
    NoticeKind.FORM: "/",
}


def notify(
    uow: UnitOfWork,
    tools: Tools,
    pid: str,
    kind: NoticeKind,
    about: str,
    *,
    day: date | None = None,
) -> None:
    """Queue a notice in the transaction of what causes it; nothing where nobody is notified."""
    if tools.contacts is not None:
        notice = Notice(notice_id=tools.ids.new(), pid=pid, kind=kind, about=about, day=day)
        uow.notices.add(notice, tools.clock.now())


def begin_round(uow: UnitOfWork, tools: Tools, kind: NoticeKind, about: str) -> None:
    """Have many people told, in the transaction of what causes it; `telling` goes through them."""
    if tools.contacts is not None:
        uow.rounds.open(kind, about, tools.clock.now())


def notify_next(*, tools: Tools) -> bool:
    """Take the notice that is due longest one step further; False when none is due."""
    contacts = tools.contacts
    if contacts is None:
        return False
    now = tools.clock.now()
    with tools.units() as uow:
        notice = uow.notices.due(now)
        if notice is None:
            return False
        names = [notice.pid, *sorted(names_of(uow, notice.pid) - {notice.pid})]
        early = _early(uow, tools, notice, names, now)
        if early is not None:
            uow.notices.step(notice, early.outcome, now, early.again)
            _record(uow, notice, early.outcome, now)
            uow.commit()
            return True
        uow.notices.step(notice, Outcome.BEGUN, now, now + LEASE)
        signs_in = any(uow.people.accounts(name) for name in names)
        uow.commit()
    begun = replace(notice, attempts=notice.attempts + 1, under_way=True)
    outcome, again = _attempt(contacts, tools, begun, names, signs_in=signs_in)
    with tools.units() as uow:
        ended = tools.clock.now()
        uow.notices.step(begun, outcome, ended, again)
        _record(uow, begun, outcome, ended)
        if outcome is Outcome.SENT and paced_with(begun.kind):
            for other in uow.notices.alike(begun, names, now):
                uow.notices.step(other, Outcome.TOGETHER, ended, None)
                _record(uow, other, Outcome.TOGETHER, ended)
        uow.commit()
    return True


@dataclass(frozen=True, slots=True)
class _Early:
    """What becomes of a notice without an attempt, and when it is due again."""

    outcome: Outcome
    again: datetime | None = None


def _early(
    uow: UnitOfWork, tools: Tools, notice: Notice, names: Sequence[str], now: datetime
) -> _Early | None:
    """Say what becomes of a notice without an attempt; None when one is made."""
    if notice.under_way:
        return _Early(Outcome.INTERRUPTED, now)
    if notice.attempts >= MOST_ATTEMPTS:
        return _Early(Outcome.GAVE_UP)
    if wants_none(uow, notice.pid, notice.kind, now):
        return _Early(Outcome.WITHHELD)
    at = _as_known(records_of(uow, notice.pid), now)
    erased = StopKind.ERASURE in stops_then(uow, notice.pid, at)
    if erased and notice.kind is not NoticeKind.ERASED:
        return _Early(Outcome.WITHHELD)
    if not still_so(uow, notice.kind, notice.pid, notice.about, now):
        return _Early(Outcome.MOOT)
    again = _put_off(uow, tools, notice, names, now)
    return None if again is None else _Early(Outcome.PUT_OFF, again)


def _put_off(
    uow: UnitOfWork, tools: Tools, notice: Notice, names: Sequence[str], now: datetime
) -> datetime | None:
    """Say until when a notice waits because she was written to just before; None: it goes."""
    kinds = paced_with(notice.kind)
    if not kinds:
        return None
    last_sent = uow.notices.last_sent(names, kinds)
    free = not_before(notice, last_sent, tools.policy_at(now).calendar)
    return free if free is not None and free > now else None


def wants_none(uow: UnitOfWork, pid: str, kind: NoticeKind, now: datetime) -> bool:
    """Say whether somebody must not be told this: she has died, or said so."""
    records = records_of(uow, pid)
    at = _as_known(records, now)
    dead = life(records, at).died_at is not None
    said = preferences(records, at)
    return withheld(kind, said, dead=dead, stopped=_stopped(uow, pid, said))


def _as_known(records: Sequence[PersonRecord], now: datetime) -> datetime:
    """Give the time that counts: what was recorded counts also after the clock was set back."""
    return max([now, *(one.recorded_at for one in records)])


def _stopped(uow: UnitOfWork, pid: str, said: Preferences) -> bool:
    """Say whether she withdrew from all contact, and has not said anything else since."""
    return any(
        task.kind is TaskKind.STOP_CONTACT and (said.since is None or task.created_at >= said.since)
        for name in names_of(uow, pid)
        for task in uow.tasks.of(name)
    )


def _attempt(
    contacts: Contacts, tools: Tools, notice: Notice, names: Sequence[str], *, signs_in: bool
) -> tuple[Outcome, datetime | None]:
    try:
        point = _point(contacts, names)
        if point is None:
            return Outcome.NO_CONTACT_POINT, None
        page = tools.issuer + _PAGES[notice.kind].format(about=notice.about)
        subject, body = contacts.texts.say(
            notice.kind,
            point.language,
            page=page,
            day=notice.day,
            on_paper=not signs_in and notice.kind is not NoticeKind.ERASED,
        )
        contacts.courier.send(notice.notice_id, point.email, subject, body)
    except (ContactsAway, CourierAway):
        return after_failure(notice, tools.clock.now())
    except CourierRefused:
        return Outcome.REFUSED, None
    return Outcome.SENT, None


def _point(contacts: Contacts, names: Sequence[str]) -> ContactPoint | None:
    """Give the confirmed point of the first of a person's names that has one."""
    found = (contacts.points.get(name) for name in names)
    return next((one for one in found if one is not None and one.confirmed_at is not None), None)


def _record(uow: UnitOfWork, notice: Notice, outcome: Outcome, now: datetime) -> None:
    said = f"notice_{outcome.value}"
    made = fact(RECORDED, now, actor=None, reason=said, extra={"notice": notice.kind.value})
    record_about(uow, notice.pid, made)
