# SPDX-License-Identifier: Apache-2.0
"""What a participant should know beside her choices: what changes by itself, and her permits.

Reads only. Whether a permit has ended in the meantime is not known here, so that its count never
says less than is true.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from consent_registry.domain.history import Segment, State
from consent_registry.domain.register import Member
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId
from shared.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One membership: the standings that begin later, and how many cohorts under permits hold her.

    `can_stop` says whether a withdrawal would end something, now or later, or answer what is open.
    """

    later: tuple[Segment, ...]
    permits: int
    can_stop: bool


def own_outlook(*, tools: Tools, principal: Principal) -> Mapping[DatasetId, Outlook]:
    """Give the outlook of the participant this login is linked to. Raises NotLinked."""
    now = tools.clock.now()
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
        return outlooks_in(uow, pid, now)


def outlooks_in(uow: UnitOfWork, pid: str, now: datetime) -> Mapping[DatasetId, Outlook]:
    """Give the outlook of a person whom the caller may see."""
    return {member.dataset: _outlook(uow, member, now) for member in memberships(uow, pid)}


def _outlook(uow: UnitOfWork, member: Member, clock_now: datetime) -> Outlook:
    dataset = uow.datasets.get(member.dataset)
    now = dataset.now(clock_now) if dataset is not None else clock_now
    segments = uow.events.timelines(member.dataset, [member.ordinal]).get(member.ordinal, ())
    later = tuple(segment for segment in segments if segment.starts_at > now)
    present = next((s.standing.state for s in reversed(segments) if s.starts_at <= now), None)
    said_no = present in {State.WITHDRAWN, State.REFUSED}
    return Outlook(
        later=later,
        permits=sum(member.ordinal in live.members for live in uow.cohorts.live(member.dataset)),
        can_stop=not said_no or any(one.standing.state is State.GIVEN for one in later),
    )
