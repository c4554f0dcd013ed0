# SPDX-License-Identifier: Apache-2.0
"""Publish a dataset's own codes: what every consent in it allows.

Codes of few people would tell what single people chose, and codes of people who have nothing in
common do not exist: both datasets are asked by person. How few is not known to anybody (ADR 0011),
so that codes which appear or go count nobody exactly.
"""

from dataclasses import dataclass
from datetime import datetime

from consent_registry.domain.errors import DatasetUnknown
from consent_registry.domain.manifest import versions
from consent_registry.domain.meet import meet
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.domain.register import Dataset
from consent_registry.domain.terms import Terms
from consent_registry.usecases.disclosing import least_told
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetCodes:
    """The codes of a dataset at an instant; no terms means: ask by person only.

    Members without a given consent, or with one that cannot be read, have no part in the codes:
    no purpose takes them.
    """

    dataset: Dataset
    at: datetime
    terms: Terms
    versions: dict[str, str]


def dataset_codes(dataset_id: DatasetId, *, tools: Tools) -> DatasetCodes:
    """Give the codes of a dataset now. Raises DatasetUnknown."""
    with tools.reads() as uow:
        dataset = uow.datasets.get(dataset_id)
        if dataset is None:
            raise DatasetUnknown
        at = dataset.now(tools.clock.now())
        held = uow.terms.held(dataset_id, at)
    readable = [(terms, members) for terms, members in held if terms is not None]
    inquiry = tools.matching(Purpose(category=Category.GRU), at)
    people = sum(members for _, members in readable)
    enough = people >= least_told(dataset_id, dataset.members, tools=tools)
    return DatasetCodes(
        dataset=dataset,
        at=at,
        terms=meet((terms for terms, _ in readable), inquiry.diseases) if enough else (),
        versions=versions(inquiry),
    )
