# SPDX-License-Identifier: Apache-2.0
"""consent_registry in memory, as permit_service sees it: counts, freezes, binding."""

import base64
import json
import threading
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from permit_service.domain.cohort import (
    CohortCounts,
    CohortView,
    ExceptionView,
    FrozenCohort,
    OpenMatter,
    Project,
)
from permit_service.domain.duty import Duty
from permit_service.domain.errors import (
    CohortRefused,
    CohortsUnavailable,
    FreezeOvertaken,
    FreezeVoid,
)
from permit_service.domain.purpose import Purpose
from permit_service.domain.ruling import Matter
from shared.clock import Clock
from shared.ids import ApplicationId, CohortId, DatasetId, PermitId, Revision

VOID_AFTER = timedelta(seconds=60)
DUTIES = (
    Duty(
        code="RTN",
        label="return to database or resource",
        values=("Biobank of the north",),
        ask_holder=True,
    ),
    Duty(code="PUB", label="publication required"),
)


def manifest_with(*duties: Duty) -> str:
    """Write a manifest that names duties, with no signature that could be verified."""
    written = json.dumps({"obligations": [one.to_json() for one in duties]})
    payload = base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")
    return f"e30.{payload}.c2ln"


@dataclass
class _Dataset:
    revision: int = 1
    counts: CohortCounts = field(
        default_factory=lambda: CohortCounts(members=1000, within=610, out=380, awaiting=None)
    )


class MemoryCohorts:
    """A registry with a few datasets. `up` says whether it answers; `statements` are the rulings
    it was told, a repeated one again."""

    def __init__(self, clock: Clock, *datasets: DatasetId) -> None:
        self._clock = clock
        self._datasets = {one: _Dataset() for one in datasets}
        self._frozen: dict[CohortId, tuple[DatasetId, FrozenCohort]] = {}
        self._lock = threading.Lock()
        self.bound: dict[CohortId, PermitId] = {}
        self.told: dict[CohortId, Project] = {}
        self.ended: dict[CohortId, datetime] = {}
        self.statements: list[str] = []
        self.refuses_rulings = False
        self.refused_statements: Set[str] = frozenset()
        self.exception: ExceptionView | None = None
        self.duties: tuple[Duty, ...] = ()
        self.up = True

    @property
    def freezes(self) -> int:
        return len(self._frozen)

    def change(self, dataset: DatasetId) -> None:
        """A member of every cohort of the dataset changes: open freezes are overtaken."""
        self._datasets[dataset].revision += 1

    def evaluate(
        self, dataset: DatasetId, purpose: Purpose, application_id: ApplicationId
    ) -> CohortView:
        del purpose, application_id
        known = self._known(dataset)
        return CohortView(
            dataset=dataset,
            counts=known.counts,
            reasons={"withdrawn": 380},
            awaiting_by_clause={"IRB": 20},
            purpose_sha256="ab" * 32,
            exception=self.exception,
            duties=self.duties,
            matters=(
                OpenMatter(
                    matter=Matter(clause="IRB", question="ethics_approval_pending"), people=20
                ),
                OpenMatter(
                    matter=Matter(clause="RS", question="research_type", value="hearts"), people=20
                ),
            ),
        )

    def rule(self, statement: str) -> None:
        self._answer()
        if self.refuses_rulings or statement in self.refused_statements:
            raise CohortRefused
        self.statements.append(statement)

    def freeze(
        self, dataset: DatasetId, purpose: Purpose, application_id: ApplicationId
    ) -> FrozenCohort:
        del purpose, application_id
        known, now = self._known(dataset), self._clock.now()
        with self._lock:
            cohort_id = CohortId(f"cohort-{len(self._frozen) + 1}")
            frozen = FrozenCohort(
                cohort_id=cohort_id,
                revision=Revision(known.revision),
                frozen_at=now,
                void_at=now + VOID_AFTER,
                counts=known.counts,
                digest="c2FsdGVkIGRpZ2VzdA==",
                manifest=manifest_with(*self.duties),
            )
            self._frozen[cohort_id] = (dataset, frozen)
        return frozen

    def bind(self, cohort_id: CohortId, permit_id: PermitId, project: Project) -> None:
        self._answer()
        with self._lock:
            if cohort_id not in self._frozen:
                raise CohortRefused
            if self.bound.get(cohort_id) == permit_id:
                return
            if cohort_id in self.bound:
                raise CohortRefused
            dataset, frozen = self._frozen[cohort_id]
            if self._datasets[dataset].revision > frozen.revision:
                raise FreezeOvertaken
            if self._clock.now() >= frozen.void_at:
                raise FreezeVoid
            self.bound[cohort_id] = permit_id
            self.told[cohort_id] = project

    def end(self, cohort_id: CohortId, permit_id: PermitId, ended_at: datetime) -> None:
        self._answer()
        if self.bound.get(cohort_id) != permit_id:
            raise CohortRefused(context={"upstream_code": "cohort_unknown"})
        self.ended.setdefault(cohort_id, ended_at)

    def _known(self, dataset: DatasetId) -> _Dataset:
        self._answer()
        if dataset not in self._datasets:
            raise CohortRefused
        return self._datasets[dataset]

    def _answer(self) -> None:
        if not self.up:
            raise CohortsUnavailable
