# SPDX-License-Identifier: Apache-2.0
"""Tell a data steward who blocks what, in numbers that may be shown. Grants nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.blocking import let_in_without
from consent_registry.domain.cohort import evaluate
from consent_registry.domain.disclosure import Figures, cells
from consent_registry.domain.errors import DatasetUnknown
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.register import Dataset
from consent_registry.usecases.cohorts import EVALUATED
from consent_registry.usecases.disclosing import discloser
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId
from shared.principal import Principal

SCOPES: Final = ("cohorts.count", "cohorts.evaluate")


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
    dataset_id: DatasetId, purpose: Purpose, *, tools: Tools, principal: Principal
) -> Blocking:
    """Answer for one dataset and purpose, now; keeps that it was asked and what was shown."""
    if principal.scopes.isdisjoint(SCOPES):
        principal.require(SCOPES[0])
    with tools.reads() as uow:
        dataset = uow.datasets.get(dataset_id)
        if dataset is None:
            raise DatasetUnknown
        at = dataset.now(tools.clock.now())
        inquiry = tools.inquiry(purpose, at, dataset)
        with uow.events.index(dataset_id, at) as index:
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
