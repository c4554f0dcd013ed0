# SPDX-License-Identifier: Apache-2.0
"""Bind a frozen cohort to its permit: from then on it is live, and only ever narrows."""

from dataclasses import replace
from datetime import datetime

from consent_registry.domain.bitmaps import to_text
from consent_registry.domain.errors import (
    CohortBound,
    CohortUnknown,
    FreezeOvertaken,
    FreezeVoid,
)
from consent_registry.domain.grounds import grounds
from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.narrowing import lapses
from consent_registry.domain.notices import NoticeKind
from consent_registry.domain.regimes import Moment, No
from consent_registry.domain.register import ChangeKind, FrozenCohort, Project, RegisterChange
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cohorts import FROZEN, named_in_entry, require_name
from consent_registry.usecases.facts import fact
from consent_registry.usecases.notifying import begin_round
from consent_registry.usecases.ruled import inquiry_of
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import Writing, begin, keep_revision
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.events import Fact
from shared.ids import CohortId, Ordinal, PermitId
from shared.principal import Principal


def bind_cohort(
    cohort_id: CohortId,
    permit_id: PermitId,
    *,
    project: Project | None = None,
    tools: Tools,
    principal: Principal,
) -> FrozenCohort:
    """Make a frozen cohort live under a permit. The same permit again changes nothing.

    `project` is what its people are told of the permit.
    Raises FreezeVoid after its minute, FreezeOvertaken when one of its people, its rulings, the
    policy or the disease hierarchy changed since, and CohortBound when it serves another permit or
    the permit has another cohort.
    """
    require_name(permit_id, "/permit_id")
    with tools.units() as uow:
        cohort = uow.cohorts.get(cohort_id) if is_own_id(cohort_id) else None
        if cohort is None:
            raise CohortUnknown
        dataset = uow.datasets.hold([cohort.dataset])[cohort.dataset]
        cohort = uow.cohorts.get(cohort_id) or cohort
        if cohort.permit_id == permit_id:
            return cohort
        writing = begin(tools, dataset, principal)
        now = writing.now
        asked = tools.inquiry(cohort.purpose, now, dataset)
        _check_bindable(uow, cohort, permit_id, writing, asked)
        ends = _lapses(uow, cohort, inquiry_of(uow, cohort, asked))
        uow.cohorts.bind(
            cohort,
            permit_id,
            at=now,
            revision=writing.revision,
            lapses=ends,
            project=project,
        )
        bound = replace(cohort, permit_id=permit_id, bound_revision=writing.revision)
        uow.announce(
            RegisterChange(
                dataset=cohort.dataset,
                revision=writing.revision,
                kind=ChangeKind.COHORT_BOUND,
                items=(cohort_item(bound, to_text(bound.bitmap), ends),),
            )
        )
        uow.record(_bound_fact(bound, principal, now))
        begin_round(uow, tools, NoticeKind.PERMIT, bound.cohort_id)
        keep_revision(uow, writing)
        uow.commit()
    return bound


def cohort_item(
    cohort: FrozenCohort, bitmap: str, ends: tuple[tuple[str, int], ...]
) -> dict[str, JSON]:
    """Write a bound cohort as the feed and the snapshot give it."""
    return {
        "cohort_id": cohort.cohort_id,
        "permit_id": cohort.permit_id,
        "bitmap": bitmap,
        "lapses": [[at, ordinal] for at, ordinal in ends],
        "manifest": cohort.manifest,
        "salt": cohort.salt.hex(),
    }


def _check_bindable(
    uow: UnitOfWork, cohort: FrozenCohort, permit_id: PermitId, writing: Writing, asked: Inquiry
) -> None:
    context = {"cohort_id": cohort.cohort_id}
    if cohort.permit_id is not None or uow.cohorts.under(permit_id) is not None:
        raise CohortBound(context=context)
    if writing.now >= cohort.void_at:
        raise FreezeVoid(context=context)
    changed = list(uow.events.changed_since(cohort.dataset, cohort.revision))
    changed += uow.person_events.changed_since(cohort.dataset, cohort.revision)
    if asked.rules.says(No.OPT_OUT, Moment.NEW):
        changed += uow.opt_outs.changed_since(cohort.dataset, cohort.revision)
    changed += uow.stops.changed_since(cohort.dataset, cohort.revision)
    if any(ordinal in cohort.bitmap for ordinal in changed):
        raise FreezeOvertaken(context=context)
    # Another policy or release took effect, or a ruling it stands on was withdrawn.
    if cohort.checked_under != grounds(asked.policy, asked.diseases):
        raise FreezeOvertaken(context=context)


def _lapses(uow: UnitOfWork, cohort: FrozenCohort, inquiry: Inquiry) -> tuple[tuple[str, int], ...]:
    """List the ends already known among the people of a cohort, from the freeze on."""
    turning = {
        *uow.events.to_turn(cohort.dataset, cohort.frozen_at),
        *uow.person_events.to_turn(cohort.dataset, cohort.frozen_at),
    }
    ordinals = [ordinal for ordinal in sorted(turning) if ordinal in cohort.bitmap]
    timelines = uow.events.timelines(cohort.dataset, ordinals)
    bars = uow.person_events.bars(cohort.dataset, ordinals)
    people = ((Ordinal(ordinal), timelines.get(ordinal, ())) for ordinal in ordinals)
    found = lapses(people, cohort.frozen_at, inquiry, bars)
    return tuple((to_rfc3339(at), int(ordinal)) for at, ordinal in found)


def _bound_fact(cohort: FrozenCohort, principal: Principal, at: datetime) -> Fact:
    made = fact(
        FROZEN,
        at,
        actor=principal,
        dataset=cohort.dataset,
        reason="bound",
        purposes=cohort.purpose.duo(),
        extra=named_in_entry(cohort),
    )
    return replace(made, permit={"permit_id": cohort.permit_id})
