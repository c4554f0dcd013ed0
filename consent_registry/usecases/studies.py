# SPDX-License-Identifier: Apache-2.0
"""Describe studies, put datasets in them, and say which study a person's data belong to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from consent_registry.domain.errors import DatasetUnknown, StudyEnded, StudyUnknown, TryAgain
from consent_registry.domain.register import Dataset
from consent_registry.domain.studies import Study
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import memberships
from consent_registry.usecases.facts import fact
from consent_registry.usecases.settling import settle_in
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import begin
from shared.canonical import JSON
from shared.errors import FieldFault, ValidationFailed
from shared.ids import DatasetId, parse_dataset_id
from shared.principal import Principal

_CHANGED: Final = "placet.admin.config.change.v1"
_FACTS: Final = (
    *("title", "controller", "purpose", "ethics", "starts_on", "data_until"),
    "later_datasets",
)
_LINE: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_TEXT: Final = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f]{1,2000}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFacts:
    """What is said of a study (`Study`)."""

    title: str
    controller: str
    purpose: str
    starts_on: date
    data_until: date | None = None
    ethics: str = ""
    later_datasets: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """A study, all that was said of it before, and the datasets that are in it."""

    study: Study
    versions: Sequence[Study]
    datasets: Sequence[DatasetId]


def describe_study(study: str, said: StudyFacts, *, tools: Tools, principal: Principal) -> Study:
    """Describe a study, for the first time or anew; the same facts again change nothing."""
    _check(study, said)
    now = tools.clock.now()
    with tools.units() as uow:
        held = uow.studies.get(study)
        if held is not None and _facts(held) == _facts(said):
            return held
        version = Study(
            study=study,
            version=1 if held is None else held.version + 1,
            title=said.title,
            controller=said.controller,
            purpose=said.purpose,
            ethics=said.ethics,
            starts_on=said.starts_on,
            data_until=said.data_until,
            recorded_at=now,
            later_datasets=said.later_datasets,
        )
        if not uow.studies.add(version):
            raise TryAgain  # somebody else described it in the same moment
        named: dict[str, JSON] = {"study": study, "version": version.version}
        uow.record(fact(_CHANGED, now, actor=principal, reason="study_described", extra=named))
        uow.commit()
    return version


def place_dataset(dataset: DatasetId, study: str, *, tools: Tools, principal: Principal) -> Dataset:
    """Put a dataset in a study, or with an empty name in none; where it is already, no change.

    Whom a choice for either study reaches here is settled at once: who is out by it leaves every
    cohort under a permit. Raises DatasetUnknown and StudyUnknown.
    """
    with tools.units() as uow:
        held = uow.datasets.hold([dataset]).get(dataset)
        if held is None:
            raise DatasetUnknown
        if study and uow.studies.get(study) is None:
            raise StudyUnknown
        before = uow.studies.of([dataset]).get(dataset)
        left = "" if before is None else before.study
        if study == left:
            return held
        writing = begin(tools, held, principal)
        now = writing.recorded_at
        uow.studies.place(dataset, study, now)
        # Held as it is recorded: what takes effect by it takes effect then.
        there = uow.person_events.said_of({study, left} - {""}, dataset)
        if not settle_in(uow, tools, replace(writing, now=now), there):
            uow.datasets.keep(replace(held, recorded_at=now))
        named = {"study": study} if study else {}
        reason = "study_joined" if study else "study_left"
        made = fact(_CHANGED, now, actor=principal, dataset=dataset, reason=reason, extra=named)
        uow.record(made)
        uow.commit()
    return held


def get_study(study: str, *, tools: Tools) -> Studied:
    """Give a study with its past and its datasets. Raises StudyUnknown."""
    with tools.reads() as uow:
        versions = uow.studies.versions(study)
        if not versions:
            raise StudyUnknown
        return Studied(study=versions[-1], versions=versions, datasets=uow.studies.datasets(study))


def list_studies(*, tools: Tools) -> Sequence[Study]:
    """Give every study by its name."""
    with tools.reads() as uow:
        return uow.studies.every()


def own_studies(*, tools: Tools, principal: Principal) -> Mapping[DatasetId, Study]:
    """Say which study each dataset belongs to that the linked participant is in."""
    with tools.reads() as uow:
        mine = memberships(uow, access.oneself(uow, principal))
        return uow.studies.of([member.dataset for member in mine])


def require_not_ended(uow: UnitOfWork, dataset: Dataset, tools: Tools) -> None:
    """Raise StudyEnded when participants were told that nothing new begins any more by now."""
    study = uow.studies.of([dataset.dataset]).get(dataset.dataset)
    if study is not None and study.ended(dataset.now(tools.clock.now())):
        raise StudyEnded(context={"study": study.study})


def _check(study: str, said: StudyFacts) -> None:
    problems = {
        "/study": not _named(study) and "an identifier such as GDI-FI-STUDY-1",
        "/title": not _LINE.fullmatch(said.title) and "1 to 200 printable characters",
        "/controller": not _LINE.fullmatch(said.controller) and "1 to 200 printable characters",
        "/purpose": not _TEXT.fullmatch(said.purpose) and "1 to 2,000 characters",
        "/ethics": bool(said.ethics and not _LINE.fullmatch(said.ethics))
        and "at most 200 printable characters",
        "/data_until": said.data_until is not None
        and said.data_until < said.starts_on
        and "not before starts_on",
    }
    faults = [FieldFault(at, detail) for at, detail in problems.items() if detail]
    if faults:
        raise ValidationFailed("the study has faults", faults=faults)


def _named(study: str) -> bool:
    """Say whether a name has the shape that datasets' names have (GDI and GoE identifiers)."""
    try:
        parse_dataset_id(study)
    except ValueError:
        return False
    return True


def _facts(said: Study | StudyFacts) -> tuple[object, ...]:
    return tuple(getattr(said, name) for name in _FACTS)
