# SPDX-License-Identifier: Apache-2.0
"""Tell a data steward who blocks what, in numbers that may be shown. Grants nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.blocking import let_in_without
from consent_registry.domain.cohort import Cohort, evaluate
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.disclosure import Figures, cells
from consent_registry.domain.errors import DatasetUnknown
from consent_registry.domain.manifest import AsOf
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.register import Dataset
from consent_registry.domain.shown import Showing
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cohorts import EVALUATED
from consent_registry.usecases.disclosing import discloser, remember
from consent_registry.usecases.facts import fact
from consent_registry.usecases.showing import again, index_then, keep, showing
from consent_registry.usecases.tools import Tools
from shared.events import Fact
from shared.ids import DatasetId
from shared.principal import Principal

SCOPES: Final = ("cohorts.count", "cohorts.evaluate")
_EVERYBODY: Final = "cohorts.evaluate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocking:
    """Who is out by first reason, and how many more would be in were one clause alone not there.

    `without` has no entry for a clause that changes too little to be told, or nothing.
    """

    dataset: Dataset
    at: datetime
    figures: Figures
    without: Mapping[str, int]


def who_blocks_what(
    dataset_id: DatasetId,
    purpose: Purpose,
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    tools: Tools,
    principal: Principal,
) -> Blocking:
    """Answer now, or as of an instant as known at another.

    Keeps that it was asked and what was shown. Looking back reads every event of the dataset, and
    is for services that see each person anyway: of two purposes, asked at one instant after the
    other, the numbers give way as many changes apart as people lie between them (ADR 0011).
    """
    if principal.scopes.isdisjoint(SCOPES):
        principal.require(SCOPES[0])
    if effective_at is not None or known_at is not None:
        principal.require(_EVERYBODY)
    looking_back = effective_at is not None or known_at is not None

    def step() -> Blocking:
        with tools.reads() as uow:
            dataset = uow.datasets.get(dataset_id)
            if dataset is None:
                raise DatasetUnknown
            at = dataset.now(tools.clock.now())
            inquiry = tools.inquiry(purpose, effective_at or at, dataset, known_at)
            if looking_back:
                times = AsOf(effective_at=effective_at or at, known_at=known_at or at)
                found = _asked(index_then(uow, dataset_id, times), inquiry)
            else:
                found = _asked_now(uow, tools, dataset, at, inquiry)
        with tools.units() as uow:
            uow.datasets.hold([dataset_id])  # nobody else remembers at the same time
            blocking = _told(uow, tools, dataset, at, found)
            uow.record(_fact(blocking, purpose, principal))
            uow.commit()
        return blocking

    return again(step)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The sets whose numbers are asked for, and the state they are of; None for a look back."""

    cohort: Cohort
    gained: Mapping[str, BitMap]
    showing: Showing | None = None


def _asked(index: CohortIndex, inquiry: Inquiry) -> _Asked:
    cohort = evaluate(index, inquiry)
    return _Asked(cohort=cohort, gained=let_in_without(index, inquiry, cohort))


def _asked_now(
    uow: UnitOfWork, tools: Tools, dataset: Dataset, at: datetime, inquiry: Inquiry
) -> _Asked:
    state = showing(uow, tools, dataset, at)
    with uow.events.index(dataset.dataset, at) as index:
        now = _asked(index, inquiry)
    then = _asked(state.then, inquiry)
    return _Asked(
        cohort=state.cohort(now.cohort, then.cohort),
        gained=state.each(now.gained, then.gained),
        showing=state,
    )


def _told(uow: UnitOfWork, tools: Tools, dataset: Dataset, at: datetime, asked: _Asked) -> Blocking:
    members = asked.cohort.members
    if asked.showing is not None:
        keep(uow, asked.showing)
        members = asked.showing.state.members
    sets = [*cells(asked.cohort), *asked.gained.values()]
    found = discloser(uow, tools, dataset.dataset, sets, members)
    figures, without = found.figures(asked.cohort), found.told(asked.gained)
    remember(uow, dataset.dataset, found)
    return Blocking(dataset=dataset, at=at, figures=figures, without=without)


def _fact(blocking: Blocking, purpose: Purpose, principal: Principal) -> Fact:
    figures = blocking.figures
    return fact(
        EVALUATED,
        blocking.at,
        actor=principal,
        dataset=blocking.dataset.dataset,
        reason="who_blocks_what",
        purposes=purpose.duo(),
        counts=figures.counts(),
        extra={"revision": blocking.dataset.revision, "purpose": purpose.digest()},
    )
