# SPDX-License-Identifier: Apache-2.0
"""Decide once a day what the public catalogue says of each dataset, and say it to anybody.

Whoever asks reads what was decided and makes nobody compute anything. The number is that of the
people whom nothing takes out of running permits under the dataset's law, as a stand-in. The codes
are those of the people who are eligible for a new permit: whoever is out for another reason than
the clauses of her consent is out of them, as she is out of every cohort.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.catalogue import describe
from consent_registry.domain.cohort import holding
from consent_registry.domain.errors import DatasetUnknown
from consent_registry.domain.manifest import versions
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.meet import meet_of_most
from consent_registry.domain.published import (
    MARK_SALT_BYTES,
    Basis,
    Published,
    differing,
    is_due,
    marks,
)
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.domain.regimes import Moment
from consent_registry.domain.register import Dataset
from consent_registry.domain.terms import Terms
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.disclosing import drawn_reach, least_told, set_figure
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.ids import DatasetId

PUBLISHED: Final = "placet.admin.config.change.v1"


def publish_next(*, tools: Tools) -> bool:
    """Decide on the first dataset whose day is over; False when there is none."""
    with tools.reads() as uow:
        now = tools.clock.now()
        waiting = next((one for one in uow.datasets.every() if _due(uow, one, now)), None)
        if waiting is None:
            return False
        people = _survey(uow, waiting, now, tools)
    least = least_told(waiting.dataset, people.members, tools=tools)
    terms = people.codes(least)
    with tools.units() as uow:
        dataset = uow.datasets.hold([waiting.dataset])[waiting.dataset]
        if _due(uow, dataset, now):  # nobody else has decided meanwhile
            _decide(uow, dataset, dataset.now(now), people, terms, tools=tools)
            uow.commit()
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """How the people of a dataset stand: in use, and by which readable terms if eligible."""

    inquiry: Inquiry
    members: int
    in_use: BitMap
    held: tuple[tuple[Terms, BitMap], ...]

    def codes(self, least: int) -> Terms:
        """Give what may be told of their codes: none of few people, nor where no code decides."""
        eligible = sum(len(people) for _, people in self.held)
        if eligible < least or not self.inquiry.rules.matches_terms:
            return ()
        held = ((terms, len(people)) for terms, people in self.held)
        return meet_of_most(held, self.inquiry.diseases, least=least)


def _survey(uow: UnitOfWork, dataset: Dataset, now: datetime, tools: Tools) -> _People:
    at = dataset.now(now)
    inquiry = tools.inquiry(Purpose(category=Category.GRU), at, dataset)
    with uow.events.index(dataset.dataset, at) as index:
        in_use = holding(index, inquiry)
        eligible = holding(index, inquiry, Moment.NEW)
        members = index.members
    held = ((terms, people & eligible) for terms, people in uow.terms.held(dataset.dataset, at))
    return _People(
        inquiry=inquiry,
        members=members,
        in_use=in_use,
        held=tuple((terms, people) for terms, people in held if terms is not None and people),
    )


def _decide(
    uow: UnitOfWork, dataset: Dataset, at: datetime, people: _People, terms: Terms, *, tools: Tools
) -> None:
    """Publish how they stand now, or leave what was published if only few stand differently."""
    before = uow.catalogue.basis(dataset.dataset)
    salt = tools.salts(MARK_SALT_BYTES) if before is None else before.salt
    now = marks(people.members, people.in_use, people.held, salt)
    if before is None or differing(before.marks, now) >= max(before.reach, tools.small_cell):
        figure = set_figure(uow, tools, dataset.dataset, people.in_use, people.members)
        uow.catalogue.publish(
            dataset.dataset,
            Published(people=figure, terms=terms, at=at, versions=versions(people.inquiry)),
            Basis(salt=salt, marks=now, reach=drawn_reach(tools)),
        )
    else:
        uow.catalogue.confirm(dataset.dataset, at)
    uow.record(
        fact(PUBLISHED, at, actor=None, dataset=dataset.dataset, reason="catalogue_published")
    )


def catalogue_entry(dataset_id: DatasetId, *, tools: Tools) -> Mapping[str, JSON]:
    """Describe a dataset as JSON-LD. Raises DatasetUnknown."""
    with tools.reads() as uow:
        dataset = uow.datasets.get(dataset_id)
        if dataset is None:
            raise DatasetUnknown
        published = uow.catalogue.published(dataset_id)
        study = uow.studies.of([dataset_id]).get(dataset_id)
    return describe(dataset, published, tools.access_body, tools.issuer, study)


def _due(uow: UnitOfWork, dataset: Dataset, now: datetime) -> bool:
    return is_due(dataset, uow.catalogue.published(dataset.dataset), dataset.now(now))
