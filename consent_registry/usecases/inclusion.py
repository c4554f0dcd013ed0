# SPDX-License-Identifier: Apache-2.0
"""Was this person included for that permit, at one instant, as known at another? From data alone.

The frozen cohort and who left it say what was decided; the records say what it was decided on, and
what would be said of that same instant today: her consents, and all that may exclude her beside
them. A later correction changes the second, never the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.bars import reason_of
from consent_registry.domain.cases import Held, held_at, tied
from consent_registry.domain.errors import CohortUnknown
from consent_registry.domain.history import ConsentEvent, Standing, standing_at
from consent_registry.domain.register import BoundCohort, FrozenCohort, Member
from consent_registry.domain.stops import StopKind, standing_stops
from consent_registry.domain.verdict import Reason
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import load_case
from consent_registry.usecases.tools import Tools
from shared.clock import from_rfc3339
from shared.ids import PermitId
from shared.principal import Principal

DESK: Final = "consents.read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What is known of her at one instant: where her consent stands, and what stands beside it.

    `beside` are codes of bars, stops and the opt-out; which of them excludes, the policy says.
    """

    standing: Standing
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """The answer. `decided_on` is what was known at the freeze, `known_now` what is known today.

    `left_at` and `cause` say when and why she left, as far as was known and had come to pass.
    """

    pseudonym: str
    bound: BoundCohort
    effective_at: datetime
    known_at: datetime
    included: bool
    left_at: datetime | None
    cause: str | None
    decided_on: Grounds
    known_now: Grounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was known of one member at a freeze: her consent, its bars, and what stood beside."""

    held: Held
    stops: frozenset[StopKind]
    opted_out: bool


def inclusion_of(
    pseudonym: str,
    permit_id: PermitId,
    effective_at: datetime | None,
    known_at: datetime | None,
    *,
    tools: Tools,
    principal: Principal,
) -> Inclusion:
    """Say whether a participant was in the cohort of a permit; both instants default to now.

    Raises CohortUnknown for a permit without a cohort, and for one of a dataset she is not in.
    """
    now = tools.clock.now()
    with tools.reads() as uow:
        pid = access.participant(uow, principal, pseudonym, DESK)
        bound = uow.cohorts.of_permit(permit_id)
        member = _member(uow, pid, bound)
        if bound is None or member is None:
            raise CohortUnknown
        events = [
            record.event()
            for record in uow.events.of_members(member.dataset, [member.ordinal]).get(
                member.ordinal, ()
            )
        ]
        left = _leaving(uow, bound, member)
        decided_on = _grounds(known_at_freeze(uow, member, events, bound.frozen))
        known_now = _grounds(_known(uow, member, events, bound.frozen.frozen_at, None))
    at, known = effective_at or max(now, bound.bound_at), known_at or max(now, bound.bound_at)
    told = [(when, cause) for when, cause in left if when <= min(at, known)]
    begun = bound.bound_at <= min(at, known)
    left_at, cause = min(told, default=(None, None))
    return Inclusion(
        pseudonym=pseudonym,
        bound=bound,
        effective_at=at,
        known_at=known,
        included=begun and member.ordinal in bound.frozen.bitmap and not told,
        left_at=left_at,
        cause=cause,
        decided_on=decided_on,
        known_now=known_now,
    )


def _member(uow: UnitOfWork, pid: str, bound: BoundCohort | None) -> Member | None:
    if bound is None:
        return None
    members = uow.people.memberships(pid)
    return next((one for one in members if one.dataset == bound.frozen.dataset), None)


def _leaving(uow: UnitOfWork, bound: BoundCohort, member: Member) -> Sequence[tuple[datetime, str]]:
    """Give every leaving: by a change, and by an end that was known when the cohort was bound."""
    changed = uow.cohorts.left(bound.frozen.cohort_id, member.ordinal)
    by_itself = [(from_rfc3339(at), "lapsed") for at, who in bound.lapses if who == member.ordinal]
    return [*((one.left_at, one.cause) for one in changed), *by_itself]


def known_at_freeze(
    uow: UnitOfWork, member: Member, events: Sequence[ConsentEvent], frozen: FrozenCohort
) -> Known:
    """Give what was known of a member when a cohort was frozen: its revision orders consents."""
    by_then = [event for event in events if event.revision <= frozen.revision]
    return _known(uow, member, by_then, frozen.frozen_at, frozen.frozen_at)


def _known(
    uow: UnitOfWork,
    member: Member,
    events: Sequence[ConsentEvent],
    at: datetime,
    known: datetime | None,
) -> Known:
    held, names = Held(standing=standing_at(events, at)), frozenset({member.pid})
    if uow.person_events.known([member.pid]):
        case = load_case(uow, [member.pid])
        held, names = held_at(case, member, at, known), tied(case, member.pid, at, known)
    stops = [one for name in sorted(names) for one in uow.stops.of(name)]
    return Known(
        held=held,
        stops=frozenset(standing_stops(stops, known)),
        opted_out=bool(uow.opt_outs.out(member.dataset, [member.ordinal], known)),
    )


def _grounds(known: Known) -> Grounds:
    beside = {reason_of(bar) for bar in known.held.bars} | {kind.cause for kind in known.stops}
    if known.opted_out:
        beside.add(Reason.OPTED_OUT.value)
    return Grounds(standing=known.held.standing, beside=tuple(sorted(beside)))
