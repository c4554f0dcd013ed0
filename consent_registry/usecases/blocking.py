# SPDX-License-Identifier: Apache-2.0
"""Tell a data steward who blocks what, in numbers that may be shown. Grants nothing."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.blocking import let_in_without
from consent_registry.domain.cohort import evaluate
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.disclosure import Figures, cells
from consent_registry.domain.errors import DatasetUnknown
from consent_registry.domain.manifest import AsOf
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.register import Dataset
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cohorts import EVALUATED, index_then
from consent_registry.usecases.disclosing import discloser
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
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
    with tools.reads() as uow:
        dataset = uow.datasets.get(dataset_id)
        if dataset is None:
            raise DatasetUnknown
        at = dataset.now(tools.clock.now())
        with _index(uow, dataset_id, at, (effective_at, known_at)) as index:
            inquiry = tools.inquiry(purpose, effective_at or at, dataset, known_at)
            cohort = evaluate(index, inquiry)
            gained = let_in_without(index, inquiry, cohort)
    with tools.units() as uow:
        uow.datasets.hold([dataset_id])  # nobody else remembers at the same time
        found = discloser(
            uow, tools, dataset_id, [*cells(cohort), *gained.values()], cohort.members
        )
        figures = found.figures(cohort)
        without = found.told(gained)
        uow.stand_ins.add(dataset_id, found.added)
        uow.record(
            fact(
                EVALUATED,
                at,
                actor=principal,
                dataset=dataset_id,
                reason="who_blocks_what",
                purposes=purpose.duo(),
                counts=figures.counts(),
                extra={"revision": dataset.revision, "purpose": purpose.digest()},
            )
        )
        uow.commit()
    return Blocking(dataset=dataset, at=at, figures=figures, without=without)


def _index(
    uow: UnitOfWork, dataset: DatasetId, now: datetime, times: tuple[datetime | None, ...]
) -> AbstractContextManager[CohortIndex]:
    effective_at, known_at = times
    if effective_at is None and known_at is None:
        return uow.events.index(dataset, now)
    asked = AsOf(effective_at=effective_at or now, known_at=known_at or now)
    return nullcontext(index_then(uow, dataset, asked))
