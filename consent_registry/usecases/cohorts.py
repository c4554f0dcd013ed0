# SPDX-License-Identifier: Apache-2.0
"""Decide a purpose for a dataset, freeze the outcome for a permit, bind it to the permit."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent_registry.domain.bitmaps import SALT_BYTES, salted_digest, to_text
from consent_registry.domain.cohort import Cohort, evaluate
from consent_registry.domain.errors import (
    CohortBound,
    CohortUnknown,
    DatasetUnknown,
    FreezeOvertaken,
    FreezeVoid,
)
from consent_registry.domain.identifiers import is_name, is_own_id
from consent_registry.domain.manifest import (
    MANIFEST_TYP,
    Basis,
    frozen_manifest,
    manifest,
)
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.narrowing import lapses
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.register import (
    FREEZE_LIFE,
    ChangeKind,
    Dataset,
    FrozenCohort,
    RegisterChange,
)
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.facts import fact
from consent_registry.usecases.recording import begin, keep_revision
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.errors import FieldFault, ValidationFailed
from shared.events import Fact
from shared.ids import ApplicationId, CohortId, DatasetId, Ordinal, PermitId
from shared.principal import Principal

EVALUATED: Final = "placet.cohort.evaluated.v1"
FROZEN: Final = "placet.cohort.frozen.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A decided cohort with its signed manifest; `salt` opens the digest in it."""

    dataset: Dataset
    at: datetime
    cohort: Cohort
    digest: str
    salt: bytes
    manifest: str


def evaluate_cohort(
    dataset_id: DatasetId, purpose: Purpose, *, tools: Tools, principal: Principal
) -> Evaluation:
    """Decide a purpose now. Grants nothing and keeps nothing but the record that it was asked."""
    with tools.reads() as uow:
        dataset = uow.datasets.get(dataset_id)
        if dataset is None:
            raise DatasetUnknown
        at = dataset.now(tools.clock.now())
        inquiry = tools.inquiry(purpose, at)
        cohort = _decide(uow, dataset, at, inquiry)
    salt = tools.salts(SALT_BYTES)
    statement = manifest(_basis(tools, dataset, at), inquiry, cohort, salt)
    with tools.units() as uow:
        uow.record(
            fact(
                EVALUATED,
                at,
                actor=principal,
                dataset=dataset_id,
                purposes=purpose.duo(),
                counts=cohort.counts(),
                extra={"revision": dataset.revision, "purpose": purpose.digest()},
            )
        )
        uow.commit()
    return Evaluation(
        dataset=dataset,
        at=at,
        cohort=cohort,
        digest=str(statement["digest"]),
        salt=salt,
        manifest=tools.signer.sign(statement, typ=MANIFEST_TYP),
    )


def freeze_cohort(
    dataset_id: DatasetId,
    purpose: Purpose,
    application_id: ApplicationId,
    *,
    tools: Tools,
    principal: Principal,
) -> FrozenCohort:
    """Fix a cohort for an application in one transaction that nobody's change can overtake.

    It is void after a minute unless bound.
    """
    _require_name(application_id, "/application_id")
    _warm(dataset_id, tools)
    with tools.units() as uow:
        held = uow.datasets.hold([dataset_id])
        if dataset_id not in held:
            raise DatasetUnknown
        dataset = held[dataset_id]
        at = dataset.now(tools.clock.now())
        inquiry = tools.inquiry(purpose, at)
        cohort = _decide(uow, dataset, at, inquiry)
        frozen = _freeze(
            tools, dataset, at=at, inquiry=inquiry, cohort=cohort, application_id=application_id
        )
        uow.cohorts.add(frozen)
        uow.record(_frozen_fact(frozen, principal))
        uow.commit()
    return frozen


def bind_cohort(
    cohort_id: CohortId, permit_id: PermitId, *, tools: Tools, principal: Principal
) -> FrozenCohort:
    """Make a frozen cohort live under a permit. The same permit again changes nothing.

    Raises FreezeVoid after its minute, FreezeOvertaken when one of its people changed since, and
    CohortBound when it serves another permit.
    """
    _require_name(permit_id, "/permit_id")
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
        _check_bindable(uow, cohort, now)
        ends = _lapses(uow, tools, cohort, now)
        uow.cohorts.bind(cohort, permit_id, at=now, revision=writing.revision, lapses=ends)
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


def _require_name(text: str, pointer: str) -> None:
    if not is_name(text):
        fault = FieldFault(pointer, "1 to 128 letters, digits or . _ - : @ +")
        raise ValidationFailed("an identifier has the wrong form", faults=[fault])


def _warm(dataset_id: DatasetId, tools: Tools) -> None:
    """Bring the index up to date before anything is held: building one may take a second."""
    with tools.reads() as uow:
        dataset = uow.datasets.get(dataset_id)
        if dataset is None:
            raise DatasetUnknown
        with uow.events.index(dataset_id, dataset.now(tools.clock.now())):
            pass


def _decide(uow: UnitOfWork, dataset: Dataset, at: datetime, inquiry: Inquiry) -> Cohort:
    with uow.events.index(dataset.dataset, at) as index:
        return evaluate(index, inquiry)


def _basis(tools: Tools, dataset: Dataset, at: datetime) -> Basis:
    return Basis(
        issuer=tools.issuer,
        dataset=dataset.dataset,
        revision=dataset.revision,
        table_version=dataset.table_version,
        regime=dataset.legal_regime,
        at=at,
    )


def _freeze(
    tools: Tools,
    dataset: Dataset,
    *,
    at: datetime,
    inquiry: Inquiry,
    cohort: Cohort,
    application_id: ApplicationId,
) -> FrozenCohort:
    cohort_id = CohortId(tools.ids.new())
    salt = tools.salts(SALT_BYTES)
    void_at = at + FREEZE_LIFE
    statement = frozen_manifest(
        manifest(_basis(tools, dataset, at), inquiry, cohort, salt),
        cohort_id=cohort_id,
        application_id=application_id,
        void_at=void_at,
    )
    return FrozenCohort(
        cohort_id=cohort_id,
        dataset=dataset.dataset,
        application_id=application_id,
        purpose=inquiry.purpose,
        revision=dataset.revision,
        frozen_at=at,
        void_at=void_at,
        counts=cohort.counts(),
        reasons=cohort.reasons(),
        salt=salt,
        digest=salted_digest(cohort.within, salt),
        bitmap=cohort.within,
        manifest=tools.signer.sign(statement, typ=MANIFEST_TYP),
    )


def _check_bindable(uow: UnitOfWork, cohort: FrozenCohort, now: datetime) -> None:
    context = {"cohort_id": cohort.cohort_id}
    if cohort.permit_id is not None:
        raise CohortBound(context=context)
    if now >= cohort.void_at:
        raise FreezeVoid(context=context)
    changed = uow.events.changed_since(cohort.dataset, cohort.revision)
    if any(ordinal in cohort.bitmap for ordinal in changed):
        raise FreezeOvertaken(context=context)


def _lapses(
    uow: UnitOfWork, tools: Tools, cohort: FrozenCohort, now: datetime
) -> tuple[tuple[str, int], ...]:
    """List the ends already known among the people of a cohort, from the freeze on."""
    turning = uow.events.to_turn(cohort.dataset, cohort.frozen_at)
    ordinals = [ordinal for ordinal in turning if ordinal in cohort.bitmap]
    timelines = uow.events.timelines(cohort.dataset, ordinals)
    people = ((Ordinal(ordinal), timelines[ordinal]) for ordinal in ordinals)
    found = lapses(people, cohort.frozen_at, tools.inquiry(cohort.purpose, now))
    return tuple((to_rfc3339(at), int(ordinal)) for at, ordinal in found)


def _frozen_fact(cohort: FrozenCohort, principal: Principal) -> Fact:
    return fact(
        FROZEN,
        cohort.frozen_at,
        actor=principal,
        dataset=cohort.dataset,
        reason="frozen",
        purposes=cohort.purpose.duo(),
        counts=cohort.counts,
        extra=_named(cohort),
    )


def _bound_fact(cohort: FrozenCohort, principal: Principal, at: datetime) -> Fact:
    made = fact(
        FROZEN,
        at,
        actor=principal,
        dataset=cohort.dataset,
        reason="bound",
        purposes=cohort.purpose.duo(),
        extra=_named(cohort),
    )
    return replace(made, permit={"permit_id": cohort.permit_id})


def _named(cohort: FrozenCohort) -> dict[str, JSON]:
    return {
        "cohort_id": cohort.cohort_id,
        "revision": cohort.revision,
        "digest": cohort.digest,
        "purpose": cohort.purpose.digest(),
    }
