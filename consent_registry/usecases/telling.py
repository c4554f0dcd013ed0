# SPDX-License-Identifier: Apache-2.0
"""Go through the people whom something may concern, and queue a notice to each whom it does.

A round is begun in the transaction of its cause, or by the calendar, once a day. One page of people
and how far it is are one transaction: killed anywhere, it goes on where it was, and the same thing
is never queued twice. Whether somebody is then written to is decided when it is sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from consent_registry.domain.ahead import Ahead
from consent_registry.domain.lives import Topic, preferences
from consent_registry.domain.mandates import EARLIEST_ZONE, Mandate, MandateKind
from consent_registry.domain.notices import NoticeKind
from consent_registry.domain.person_events import PersonKind
from consent_registry.ports import UnitOfWork
from consent_registry.ports.rounds import Round
from consent_registry.usecases.forms import older_versions
from consent_registry.usecases.mandated import mandates_of, records_of
from consent_registry.usecases.notifying import notify
from consent_registry.usecases.still_so import still_so
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId

PEOPLE: Final = 500
_BY_CALENDAR: Final = (NoticeKind.ENDING, NoticeKind.MANDATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One notice to queue."""

    pid: str
    about: str
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """The people looked at, in the order of their ids, and what is to be told to some of them."""

    people: Sequence[str]
    told: Sequence[_Told]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One page asked for."""

    uow: UnitOfWork
    tools: Tools
    held: Round
    limit: int

    def window(self, days: Callable[[Ahead], int]) -> tuple[datetime, datetime]:
        """Give from when to when something has to end for today's round: all pages ask the same."""
        begun = datetime.combine(date.fromisoformat(self.held.about), time(), tzinfo=UTC)
        return begun, begun + timedelta(days=1 + days(self.tools.policy_at(begun).ahead))


def tell_next(*, tools: Tools, limit: int = PEOPLE) -> bool:
    """Queue the notices of one page of a round; False when no round goes on."""
    if tools.contacts is None:
        return False
    now = tools.clock.now()
    with tools.units() as uow:
        begun = [uow.rounds.open(kind, now.date().isoformat(), now) for kind in _BY_CALENDAR]
        held = uow.rounds.hold()
        if held is None:
            if any(begun):
                uow.commit()
            return False
        page = _PAGES[held.kind](_Asked(uow, tools, held, limit))
        so = [one for one in page.told if still_so(uow, held.kind, one.pid, one.about, now)]
        for one in so:
            notify(uow, tools, one.pid, held.kind, one.about, day=one.day)
        more = len(page.people) == limit
        uow.rounds.went(held, page.people[-1] if more else None, now)
        uow.commit()
    return True


def _permit(asked: _Asked) -> _Page:
    """Give who asked to hear of permits."""
    held = asked.held
    people = asked.uow.rounds.with_preferences(after=held.after, limit=asked.limit)
    told = [_Told(pid=pid, about=held.about) for pid in people if _wants(asked.uow, pid)]
    return _Page(people=people, told=told)


def _wants(uow: UnitOfWork, pid: str) -> bool:
    """Say whether she asked to hear of it, and under which of her names she is told: one."""
    records = records_of(uow, pid)
    said = [one for one in records if one.kind is PersonKind.PREFERENCES]
    latest = max(one.recorded_at for one in said)
    heard = preferences(records, latest).may_contact(Topic.UPDATES)
    return heard and pid == min(one.pid for one in said)


def _ending(asked: _Asked) -> _Page:
    """Give whose consents end soon by themselves, with the event of each."""
    begun, until = asked.window(lambda ahead: ahead.consent)
    found = asked.uow.rounds.ending(begun, until, after=asked.held.after, limit=asked.limit)
    told = [_Told(pid=pid, about=event) for pid, events in found.items() for event in events]
    return _Page(people=list(found), told=told)


def _mandate(asked: _Asked) -> _Page:
    """Give for whom soon nobody decides any more, and from which day."""
    uow, after = asked.uow, asked.held.after
    begun, until = asked.window(lambda ahead: ahead.mandate)
    found = uow.rounds.mandates_ending(begun, until, after=after, limit=asked.limit)
    told = [one for pid, matters in found.items() for one in _freed(uow, pid, matters)]
    return _Page(people=list(found), told=told)


def _freed(uow: UnitOfWork, pid: str, matters: Sequence[str]) -> Iterator[_Told]:
    guardians = [one for one in mandates_of(uow, pid) if _guards(one)]
    for one in guardians:
        ends = one.ends
        if one.mandate_id not in matters or ends is None:
            continue
        if not any(other.in_force(ends) and _covers(other, one) for other in guardians):
            # She is of age when her day begins first on earth: the text names that day.
            yield _Told(pid=pid, about=one.mandate_id, day=(ends + EARLIEST_ZONE).date())


def _guards(one: Mandate) -> bool:
    return one.readable and one.kind is MandateKind.GUARDIAN


def _covers(one: Mandate, other: Mandate) -> bool:
    """Say whether an authority is about everything that another is about."""
    if one.datasets is None:
        return True
    return other.datasets is not None and set(other.datasets) <= set(one.datasets)


def _form(asked: _Asked) -> _Page:
    """Give whose consent was given under an older version of a form, and holds."""
    held = asked.held
    dataset, _, sha256 = held.about.partition(" ")
    people = asked.uow.rounds.consenting_under(
        DatasetId(dataset),
        older_versions(asked.uow, sha256),
        asked.tools.clock.now(),
        after=held.after,
        limit=asked.limit,
    )
    return _Page(people=people, told=[_Told(pid=pid, about=held.about) for pid in people])


_PAGES: Final[Mapping[NoticeKind, Callable[[_Asked], _Page]]] = MappingProxyType(
    {
        NoticeKind.PERMIT: _permit,
        NoticeKind.ENDING: _ending,
        NoticeKind.MANDATE: _mandate,
        NoticeKind.FORM: _form,
    }
)
