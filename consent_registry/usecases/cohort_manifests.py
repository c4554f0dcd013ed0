# SPDX-License-Identifier: Apache-2.0
"""Say how a live cohort stands, signed, as the difference to what its holder has.

For places that keep a cohort without following the feed, and for any that want to know whether
they have kept up. A cohort only narrows: what the difference names has left.
"""

from dataclasses import dataclass

from consent_registry.domain.errors import CohortUnknown
from consent_registry.domain.identifiers import is_own_id
from consent_registry.domain.manifest import MANIFEST_TYP, Stretch, standing_manifest
from consent_registry.domain.register import Dataset, FrozenCohort
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.ids import CohortId, Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingCohort:
    """A signed statement about a live cohort; `frozen` has the salt of its digests."""

    frozen: FrozenCohort
    stretch: Stretch
    manifest: str


def cohort_manifest(cohort_id: CohortId, since: Revision | None, *, tools: Tools) -> StandingCohort:
    """State a live cohort as of now, against a revision; against its freeze when none is told.

    Raises CohortUnknown for one that no permit has, and ValidationFailed for a revision before its
    freeze or not reached yet.
    """
    with tools.reads() as uow:
        frozen = uow.cohorts.get(cohort_id) if is_own_id(cohort_id) else None
        dataset = uow.datasets.get(frozen.dataset) if frozen is not None else None
        if frozen is None or dataset is None or frozen.permit_id is None:
            raise CohortUnknown
        at = dataset.now(tools.clock.now())
        stretch = _stretch(uow, frozen, dataset, since)
    statement = standing_manifest(tools.issuer, dataset, frozen, stretch, at)
    return StandingCohort(
        frozen=frozen,
        stretch=stretch,
        manifest=tools.signer.sign(statement, typ=MANIFEST_TYP),
    )


def _stretch(
    uow: UnitOfWork, frozen: FrozenCohort, dataset: Dataset, since: Revision | None
) -> Stretch:
    start = frozen.revision if since is None else since
    if not frozen.revision <= start <= dataset.revision:
        fault = FieldFault("/since", f"from {frozen.revision} to {dataset.revision}")
        raise ValidationFailed("the cohort was not live at this revision", faults=[fault])
    return Stretch(
        before=frozen.bitmap - uow.cohorts.gone(frozen.cohort_id, start),
        since=start,
        members=frozen.bitmap - uow.cohorts.gone(frozen.cohort_id, dataset.revision),
        revision=dataset.revision,
    )
