# SPDX-License-Identifier: Apache-2.0
"""What a proposal in a person's place is about, who has to sign it, and what it would decide."""

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Final

from consent_registry.domain.errors import DecisionUnknown, StudyUnknown
from consent_registry.domain.mandates import Mandate, MandateKind, guardians, missing
from consent_registry.domain.person_events import PersonRecord
from consent_registry.domain.register import Dataset
from consent_registry.domain.studies import KnownStudies, Study, version_at
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.proposals import (
    ForStudy,
    Pending,
    Proposal,
    pending_decision,
    pending_decisions,
)
from consent_registry.usecases.study_consents import NewStudyConsent
from shared.ids import DatasetId

_UNNAMED: Final = DatasetId("")
"""A dataset that no mandate names: who decides about it has a mandate about all data."""


def for_study(uow: UnitOfWork, wanted: NewStudyConsent) -> ForStudy:
    """Make a proposal of what is wanted for a study as it is now. Raises StudyUnknown."""
    study = uow.studies.get(wanted.study)
    if study is None:
        raise StudyUnknown
    placed = tuple(sorted(uow.studies.datasets(wanted.study)))
    return ForStudy(wanted=wanted, version=study.version, datasets=placed)


def place_of(uow: UnitOfWork, proposal: Proposal) -> Dataset | Study | None:
    """Give the dataset, or the newest version of the study, that a proposal is about."""
    if isinstance(proposal, ForStudy):
        return uow.studies.get(proposal.wanted.study)
    return uow.datasets.get(proposal.dataset)


def named(proposal: Proposal) -> tuple[DatasetId, ...]:
    """Give the datasets that a proposal was shown to be about."""
    return proposal.datasets if isinstance(proposal, ForStudy) else (proposal.dataset,)


def waiting_decisions(
    uow: UnitOfWork, records: Sequence[PersonRecord], at: datetime | None = None
) -> list[Pending]:
    """Give a person's pending decisions, the oldest first, at an instant or now.

    One about a study is over once the study is described otherwise, or holds other data, than who
    signed first was shown: what she signed is no other guardian's to widen.
    """
    return [one for one in pending_decisions(records) if _as_shown(uow, one.proposal, at)]


def waiting_decision(uow: UnitOfWork, records: Sequence[PersonRecord], decision_id: str) -> Pending:
    """Give a decision that waits. Raises DecisionUnknown when there is none, or no longer."""
    found = pending_decision(records, decision_id)
    if not _as_shown(uow, found.proposal, None):
        raise DecisionUnknown
    return found


def deciding(
    uow: UnitOfWork, proposal: Proposal, held: Sequence[Mandate], at: datetime
) -> list[list[Mandate]]:
    """Give the guardians of each dataset that a proposal may come to decide about.

    None where there is one in which nobody decides in her place: that is hers to allow.
    """
    each = [guardians(held, dataset, at) for dataset in reached(uow, proposal, held, at)]
    return each if all(each) else []


def unsigned(each: Sequence[Sequence[Mandate]], signed: Set[str]) -> frozenset[str]:
    """Give the mandates that still have to sign: those missing in any of the datasets."""
    return frozenset(one for acting in each for one in missing(acting, signed))


def reached(
    uow: UnitOfWork, proposal: Proposal, held: Sequence[Mandate], at: datetime
) -> tuple[DatasetId, ...]:
    """Give every dataset that a proposal may come to decide about, as far as it matters who signs.

    Where people were told that a yes to a study is one to what is put in it later, that may be
    whatever a guardian has a mandate for, and what no mandate names.
    """
    now = named(proposal)
    if now and not (isinstance(proposal, ForStudy) and _takes_later(uow, proposal)):
        return now
    acting = [one for one in held if one.kind is MandateKind.GUARDIAN and one.in_force(at)]
    theirs = {DatasetId(name) for one in acting for name in one.datasets or ()}
    return tuple(sorted({*now, *theirs, _UNNAMED}))


def decided_by(uow: UnitOfWork, pid: str, proposal: Proposal) -> tuple[DatasetId, ...]:
    """Give the datasets of hers that a proposal would decide about.

    Of a study, those for which no choice of their own has been made: that one would stay.
    """
    if not isinstance(proposal, ForStudy):
        return (proposal.dataset,)
    hers = [one for one in memberships(uow, pid) if one.dataset in proposal.datasets]
    chosen = {one.dataset for one in hers if uow.events.of_members(one.dataset, [one.ordinal])}
    return tuple(sorted({one.dataset for one in hers} - chosen))


def _takes_later(uow: UnitOfWork, proposal: ForStudy) -> bool:
    versions = uow.studies.versions(proposal.wanted.study)
    return any(one.later_datasets for one in versions if one.version == proposal.version)


def _as_shown(uow: UnitOfWork, proposal: Proposal, at: datetime | None) -> bool:
    if not isinstance(proposal, ForStudy):
        return True
    study = proposal.wanted.study
    placed = tuple(sorted(uow.studies.datasets(study)))
    if at is None:
        newest = uow.studies.get(study)
        return newest is not None and (newest.version, placed) == _shown(proposal)
    reach = uow.studies.reach(sorted({*placed, *proposal.datasets}))
    then = KnownStudies(reach=reach).placed(study, at)
    return (version_at(uow.studies.versions(study), at), then) == _shown(proposal)


def _shown(proposal: ForStudy) -> tuple[int, tuple[DatasetId, ...]]:
    return proposal.version, proposal.datasets
