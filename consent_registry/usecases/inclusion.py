# SPDX-License-Identifier: Apache-2.0
"""Was this person included for that permit, at one instant, as known at another? From data alone.

The frozen cohort and who left it say what was decided; the events say what it was decided on, and
what would be said of that same instant today. A later correction changes the second, never the
first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.errors import CohortUnknown
from consent_registry.domain.history import ConsentEvent, Standing, standing_at
from consent_registry.domain.register import BoundCohort, Member
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.tools import Tools
from shared.clock import from_rfc3339
from shared.ids import PermitId
from shared.principal import Principal

DESK: Final = "consents.read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """The answer. `decided_on` is her standing as known at the freeze, `known_now` as known today.

    `left_at` and `cause` say when and why she left, as far as was known and had come to pass.
    """

    pseudonym: str
    bound: BoundCohort
    effective_at: datetime
    known_at: datetime
    included: bool
    left_at: datetime | None
    cause: str | None
    decided_on: Standing
    known_now: Standing


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
        decided_on=_standing_then(events, bound),
        known_now=standing_at(events, bound.frozen.frozen_at),
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


def _standing_then(events: Sequence[ConsentEvent], bound: BoundCohort) -> Standing:
    """Say what was known at the freeze: its revision orders events, not the clock."""
    known = [event for event in events if event.revision <= bound.frozen.revision]
    return standing_at(known, bound.frozen.frozen_at)
