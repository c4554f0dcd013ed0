# SPDX-License-Identifier: Apache-2.0
"""Which permits there are for somebody's data: those that have them, and why others do not.

Decided again from what was known at each freeze, by the rules that decided it then. Reads only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.cohort import Cohort, evaluate
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.history import State
from consent_registry.domain.projects import PermitFor, ProjectOf
from consent_registry.domain.register import Member
from consent_registry.domain.stops import StopKind
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.inclusion import Known, known_at_freeze
from consent_registry.usecases.ruled import answers_then
from consent_registry.usecases.tools import Tools
from shared.clock import from_rfc3339
from shared.ids import Ordinal, PermitId
from shared.principal import Principal

MOST: Final = 100
"""So many permits of one dataset are told, the newest; of older ones the log still tells uses."""
_HER: Final = 0


def own_projects(*, tools: Tools, principal: Principal) -> Sequence[ProjectOf]:
    """Give the permits of the participant this login is linked to. Raises NotLinked."""
    with tools.reads() as uow:
        return projects_of(uow, access.oneself(uow, principal), tools)


def projects_of(uow: UnitOfWork, pid: str, tools: Tools) -> Sequence[ProjectOf]:
    """Give the permits of everything a person is a member of, the newest first."""
    found = [one for member in memberships(uow, pid) for one in _of_member(uow, member, tools)]
    return sorted(found, key=lambda one: (one.begun_at, one.permit_id), reverse=True)


def _of_member(uow: UnitOfWork, member: Member, tools: Tools) -> list[ProjectOf]:
    dataset = uow.datasets.get(member.dataset)
    permits = uow.cohorts.permits_for(member.dataset, member.ordinal, MOST)
    if dataset is None or not permits:
        return []
    records = uow.events.of_members(member.dataset, [member.ordinal]).get(member.ordinal, ())
    events = [record.event() for record in records]
    found = []
    for one in permits:
        decided, frozen = None, one.bound.frozen
        if not one.within:
            asked = tools.inquiry(frozen.purpose, frozen.frozen_at, dataset)
            known = known_at_freeze(uow, member, events, frozen)
            alone = _alone(known, member)
            decided = evaluate(alone, replace(asked, ruled=answers_then(uow, frozen)))
        left_at = _left_at(one, member.ordinal, tools.clock.now())
        found.append(_project(one, left_at, decided))
    return found


def _left_at(one: PermitFor, ordinal: Ordinal, now: datetime) -> datetime | None:
    """Say when she was taken out: by a change, or by an end that was known when it was bound."""
    ends = [from_rfc3339(at) for at, who in one.bound.lapses if who == ordinal]
    left = [] if one.left_at is None else [one.left_at]
    first = min([*left, *(at for at in ends if at <= now)], default=None)
    ended = _ended_early(one)
    # Whoever leaves a permit that had ended was in it until its end.
    return None if first is not None and ended is not None and ended <= first else first


def _ended_early(one: PermitFor) -> datetime | None:
    """Give the end of a permit that was ended before the day until which it was given."""
    ended, project = one.bound.frozen.ended_at, one.bound.project
    if ended is None or (project is not None and project.until <= ended):
        return None
    return ended


def _project(one: PermitFor, left_at: datetime | None, decided: Cohort | None) -> ProjectOf:
    frozen = one.bound.frozen
    return ProjectOf(
        dataset=frozen.dataset,
        permit_id=PermitId(str(frozen.permit_id)),
        project=one.bound.project,
        purpose=frozen.purpose,
        begun_at=one.bound.bound_at,
        within=one.within,
        left_at=left_at,
        why=None if decided is None else next(iter(decided.out), None),
        awaiting=decided is not None and bool(decided.awaiting),
        ended_at=_ended_early(one),
    )


def _alone(known: Known, member: Member) -> CohortIndex:
    """Make a dataset that is nobody but her: the rules that decide a million decide her."""
    her, index = BitMap([_HER]), CohortIndex(members=1)
    if known.held.standing.state is not State.NOT_ASKED:
        index.put(her, known.held.standing)
    index.bar(her, known.held.bars)
    index.hold_only(her, member.data_categories)
    sets: Mapping[StopKind, BitMap] = {
        StopKind.RESTRICTION: index.restricted,
        StopKind.OBJECTION: index.objecting,
        StopKind.ERASURE: index.erased,
    }
    for kind in known.stops:
        sets[kind].add(_HER)
    if known.opted_out:
        index.opted_out.add(_HER)
    return index
