# SPDX-License-Identifier: Apache-2.0
"""Decide once a day what the public catalogue says of each dataset, and say it to anybody.

Whoever asks reads what was decided and makes nobody compute anything. The number is that of the
people whom nothing takes out of running permits under the dataset's law, as a stand-in.
"""

from collections.abc import Mapping
from typing import Final

from consent_registry.domain.catalogue import Published, describe, is_due
from consent_registry.domain.cohort import holding
from consent_registry.domain.errors import DatasetUnknown
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.domain.register import Dataset
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.codes import dataset_codes
from consent_registry.usecases.disclosing import set_figure
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.ids import DatasetId

PUBLISHED: Final = "placet.admin.config.change.v1"


def publish_next(*, tools: Tools) -> bool:
    """Publish the first dataset whose day is over; False when there is none."""
    with tools.reads() as uow:
        now = tools.clock.now()
        waiting = next((one for one in uow.datasets.every() if _due(uow, one, tools)), None)
    if waiting is None:
        return False
    terms = dataset_codes(waiting.dataset, tools=tools).terms
    with tools.units() as uow:
        dataset = uow.datasets.hold([waiting.dataset])[waiting.dataset]
        at = dataset.now(now)
        inquiry = tools.inquiry(Purpose(category=Category.GRU), at, dataset)
        with uow.events.index(dataset.dataset, at) as index:
            people = holding(index, inquiry)
            members = index.members
        figure = set_figure(uow, tools, dataset.dataset, people, members)
        uow.catalogue.publish(dataset.dataset, Published(people=figure, terms=terms, at=at))
        uow.record(
            fact(PUBLISHED, at, actor=None, dataset=dataset.dataset, reason="catalogue_published")
        )
        uow.commit()
    return True


def catalogue_entry(dataset_id: DatasetId, *, tools: Tools) -> Mapping[str, JSON]:
    """Describe a dataset as JSON-LD. Raises DatasetUnknown."""
    with tools.reads() as uow:
        dataset = uow.datasets.get(dataset_id)
        if dataset is None:
            raise DatasetUnknown
        published = uow.catalogue.published(dataset_id)
        study = uow.studies.of([dataset_id]).get(dataset_id)
    return describe(dataset, published, tools.access_body, tools.issuer, study)


def _due(uow: UnitOfWork, dataset: Dataset, tools: Tools) -> bool:
    published = uow.catalogue.published(dataset.dataset)
    return is_due(dataset, published, dataset.now(tools.clock.now()))
