# SPDX-License-Identifier: Apache-2.0
"""Decide a purpose for a dataset, freeze the outcome for a permit, bind it to the permit."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.bitmaps import SALT_BYTES, salted_digest
from consent_registry.domain.cohort import Cohort, evaluate, open_matters
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.disclosure import Figures
from consent_registry.domain.duties import duties_asked
from consent_registry.domain.errors import DatasetUnknown
from consent_registry.domain.exception import told
from consent_registry.domain.grounds import grounds
from consent_registry.domain.identifiers import is_name
from consent_registry.domain.manifest import (
    MANIFEST_TYP,
    AsOf,
    Basis,
    frozen_manifest,
    manifest,
)
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.register import (
    FREEZE_LIFE,
    Dataset,
    FrozenCohort,
)
from consent_registry.domain.rulings import NamedRuling, named
from consent_registry.domain.shown import Showing
from consent_registry.domain.verdict import Matter, Obligation
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.disclosing import cohort_figures
from consent_registry.usecases.facts import fact
from consent_registry.usecases.ruled import rulings_of, with_rulings
from consent_registry.usecases.showing import again, index_then, keep, showing
from consent_registry.usecases.studies import require_not_ended
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.errors import FieldFault, ValidationFailed
from shared.events import Fact, NamedCohort
from shared.ids import ApplicationId, CohortId, DatasetId
from shared.principal import Principal

EVALUATED: Final = "placet.cohort.evaluated.v1"
FROZEN: Final = "placet.cohort.frozen.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A decided cohort with its signed manifest; `salt` opens the digest in it.

    `figures` are the numbers about it that anybody may see; `cohort` is for who lets people in;
    `inquiry` is what was asked, with what was ruled.
    """

    dataset: Dataset
    at: datetime
    cohort: Cohort
    figures: Figures
    digest: str
    salt: bytes
    manifest: str
    purpose_sha256: str
    rulings: tuple[NamedRuling, ...]
    inquiry: Inquiry


def evaluate_cohort(
    dataset_id: DatasetId,
    purpose: Purpose,
    *,
    tools: Tools,
    principal: Principal,
    application_id: ApplicationId | None = None,
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
) -> Evaluation:
    """Decide a purpose now, or look back: as of an instant, as known at another.

    Grants nothing; keeps that it was asked and what was shown. With an application, the rulings
    that stand in its case count. Looking back reads every event of the dataset, and its manifest
    says so by its times; rulings do not count there.
    """
    if application_id is not None:
        require_name(application_id, "/application_id")

    def step() -> tuple[Dataset, datetime, _Decided, Figures]:
        with tools.reads() as uow:
            dataset = uow.datasets.get(dataset_id)
            if dataset is None:
                raise DatasetUnknown
            at = dataset.now(tools.clock.now())
            if effective_at is None and known_at is None:
                found = _decide(uow, tools, dataset, at, purpose=purpose, case=application_id)
            else:
                times = AsOf(effective_at=effective_at or at, known_at=known_at or at)
                found = _decide_as_of(uow, tools, dataset, purpose, times)
        with tools.units() as uow:
            uow.datasets.hold([dataset_id])  # nobody else remembers at the same time
            figures = found.figures(uow, tools)
            uow.record(_evaluated_fact(found, figures, principal, at))
            uow.commit()
        return dataset, at, found, figures

    dataset, at, found, figures = again(step)
    salt = tools.salts(SALT_BYTES)
    statement = manifest(found.basis, found.inquiry, found.cohort, figures, salt)
    return Evaluation(
        dataset=dataset,
        at=at,
        cohort=found.cohort,
        figures=figures,
        digest=str(statement["digest"]),
        salt=salt,
        manifest=tools.signer.sign(statement, typ=MANIFEST_TYP),
        purpose_sha256=purpose.digest(),
        rulings=found.basis.rulings,
        inquiry=found.inquiry,
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

    It is void after a minute unless bound. Raises StudyEnded once nothing new may begin with it.
    """
    require_name(application_id, "/application_id")
    warm(dataset_id, tools)
    with tools.units() as uow:
        held = uow.datasets.hold([dataset_id])
        if dataset_id not in held:
            raise DatasetUnknown
        dataset = held[dataset_id]
        require_not_ended(uow, dataset, tools)
        at = dataset.now(tools.clock.now())
        found = _decide(uow, tools, dataset, at, purpose=purpose, case=application_id)
        figures = found.figures(uow, tools)
        frozen = _freeze(
            tools,
            found.basis,
            inquiry=found.inquiry,
            decided=(found.cohort, figures),
            application_id=application_id,
        )
        uow.cohorts.add(frozen)
        uow.record(_frozen_fact(frozen, figures, principal, found.inquiry))
        uow.commit()
    return frozen


def warm(dataset_id: DatasetId, tools: Tools) -> None:
    """Bring the index up to date before anything is held: building one may take a second."""
    with tools.reads() as uow:
        dataset = uow.datasets.get(dataset_id)
        if dataset is None:
            raise DatasetUnknown
        with uow.events.index(dataset_id, dataset.now(tools.clock.now())):
            pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """A decided cohort, what it was decided with and on, and what of it is shown.

    `shown` is the cohort in the state of shown numbers, `matters` what is open in it, `duties` what
    people of its dataset ask for; a look back has no such state and shows what it found.
    """

    inquiry: Inquiry
    cohort: Cohort
    basis: Basis
    shown: Cohort
    matters: Mapping[Matter, BitMap] = field(default_factory=dict)
    duties: Mapping[Obligation, BitMap] = field(default_factory=dict)
    showing: Showing | None = None

    def figures(self, uow: UnitOfWork, tools: Tools) -> Figures:
        """Give the numbers that may be shown, and remember them; the caller holds the dataset.

        Raises TryAgain when the state of shown numbers moved since it was decided.
        """
        members = self.cohort.members
        if self.showing is not None:
            keep(uow, self.showing)
            members = self.showing.state.members
        return cohort_figures(
            uow,
            tools,
            self.basis.dataset,
            self.shown,
            self.matters,
            duties=self.duties,
            members=members,
        )


def _decide(
    uow: UnitOfWork,
    tools: Tools,
    dataset: Dataset,
    at: datetime,
    *,
    purpose: Purpose,
    case: ApplicationId | None,
) -> _Decided:
    """Decide now, with the rulings that stand in the case, if there is one."""
    asked = tools.inquiry(purpose, at, dataset)
    rulings = rulings_of(uow, case, dataset.dataset, asked)
    inquiry = with_rulings(asked, rulings)
    state = showing(uow, tools, dataset, at)
    with uow.events.index(dataset.dataset, at) as index:
        cohort = evaluate(index, inquiry)
        matters, duties = _said(index, inquiry, cohort, case)
    shown = cohort
    if state.changed:
        then = evaluate(state.then, inquiry)
        shown = state.cohort(cohort, then)
        open_then, asked_then = _said(state.then, inquiry, then, case)
        matters, duties = state.each(matters, open_then), state.each(duties, asked_then)
    return _Decided(
        inquiry=inquiry,
        cohort=cohort,
        basis=replace(_basis(uow, tools, dataset, at), rulings=named(rulings)),
        shown=shown,
        matters=matters,
        duties=duties,
        showing=state,
    )


def _said(
    index: CohortIndex, inquiry: Inquiry, cohort: Cohort, case: ApplicationId | None
) -> tuple[Mapping[Matter, BitMap], Mapping[Obligation, BitMap]]:
    """Give what is open and what people ask for; only where there is a case: both take time."""
    if case is None:
        return {}, {}
    return open_matters(index, inquiry, cohort), duties_asked(index, inquiry)


def _decide_as_of(
    uow: UnitOfWork, tools: Tools, dataset: Dataset, purpose: Purpose, times: AsOf
) -> _Decided:
    """Look back; the register of opt-outs of that time is not looked up."""
    inquiry = tools.inquiry(purpose, times.effective_at, dataset, times.known_at)
    index = index_then(uow, dataset.dataset, times)
    basis = replace(
        _basis(uow, tools, dataset, dataset.now(tools.clock.now())),
        revision=uow.events.revision_known(dataset.dataset, times.known_at),
        as_of=times,
        opt_outs=None,
    )
    cohort = evaluate(index, inquiry)
    return _Decided(inquiry=inquiry, cohort=cohort, basis=basis, shown=cohort)


def _basis(uow: UnitOfWork, tools: Tools, dataset: Dataset, at: datetime) -> Basis:
    """Say what was decided on; a member's opt-out waits while the dataset is held."""
    return Basis(
        issuer=tools.issuer,
        dataset=dataset.dataset,
        revision=dataset.revision,
        table_version=dataset.table_version,
        regime=dataset.legal_regime,
        at=at,
        consent_role=dataset.consent_role,
        opt_outs=uow.opt_outs.register(tools.opt_outs, at),
    )


def _freeze(
    tools: Tools,
    basis: Basis,
    *,
    inquiry: Inquiry,
    decided: tuple[Cohort, Figures],
    application_id: ApplicationId,
) -> FrozenCohort:
    cohort, figures = decided
    cohort_id = CohortId(tools.ids.new())
    salt = tools.salts(SALT_BYTES)
    void_at = basis.at + FREEZE_LIFE
    statement = frozen_manifest(
        manifest(basis, inquiry, cohort, figures, salt),
        cohort_id=cohort_id,
        application_id=application_id,
        void_at=void_at,
    )
    return FrozenCohort(
        cohort_id=cohort_id,
        dataset=basis.dataset,
        application_id=application_id,
        purpose=inquiry.purpose,
        revision=basis.revision,
        frozen_at=basis.at,
        void_at=void_at,
        counts=figures.counts(),
        reasons=dict(figures.reasons),
        salt=salt,
        digest=salted_digest(cohort.within, salt),
        bitmap=cohort.within,
        manifest=tools.signer.sign(statement, typ=MANIFEST_TYP),
        checked_under=grounds(inquiry.policy, inquiry.diseases),
        rulings=tuple(one.ruling_id for one in basis.rulings),
    )


def _evaluated_fact(found: _Decided, figures: Figures, principal: Principal, at: datetime) -> Fact:
    purpose = found.inquiry.purpose
    return fact(
        EVALUATED,
        at,
        actor=principal,
        dataset=found.basis.dataset,
        purposes=purpose.duo(),
        counts=figures.counts(),
        extra={
            "revision": found.basis.revision,
            "purpose": purpose.digest(),
            **told(found.inquiry),
        },
    )


def _frozen_fact(
    cohort: FrozenCohort, figures: Figures, principal: Principal, inquiry: Inquiry
) -> Fact:
    return fact(
        FROZEN,
        cohort.frozen_at,
        actor=principal,
        dataset=cohort.dataset,
        reason="frozen",
        purposes=cohort.purpose.duo(),
        counts=figures.counts(),
        extra={**named_in_entry(cohort), **told(inquiry)},
    )


def require_name(text: str, pointer: str) -> None:
    """Raise ValidationFailed unless a text can be another service's identifier."""
    if not is_name(text):
        fault = FieldFault(pointer, "1 to 128 letters, digits or . _ - : @ +")
        raise ValidationFailed("an identifier has the wrong form", faults=[fault])


def named_in_entry(cohort: FrozenCohort) -> dict[str, JSON]:
    """Name a frozen cohort in the open part of an entry, as whoever reads its data names it."""
    named = NamedCohort(cohort_id=cohort.cohort_id, digest=cohort.digest, revision=cohort.revision)
    return {**named.written(), "purpose": cohort.purpose.digest()}
