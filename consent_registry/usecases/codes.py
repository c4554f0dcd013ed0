# SPDX-License-Identifier: Apache-2.0
"""Give a dataset's own codes: what as good as every consent in it allows, as it was published.

There is one publication, the catalogue's; whoever asks reads it. Codes of few people would tell
what single people chose, and codes of people who have nothing in common do not exist: such a
dataset is asked by person.
"""

from dataclasses import dataclass
from datetime import datetime

from consent_registry.domain.errors import DatasetUnknown
from consent_registry.domain.published import Published
from consent_registry.domain.register import Dataset
from consent_registry.domain.terms import Terms
from consent_registry.usecases.datasets import seen_then
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetCodes:
    """A dataset with what was published of it last, if anything was."""

    dataset: Dataset
    published: Published | None

    @property
    def terms(self) -> Terms:
        """The codes; none means: ask by person only."""
        return () if self.published is None else self.published.terms


def dataset_codes(
    dataset_id: DatasetId,
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    tools: Tools,
) -> DatasetCodes:
    """Read what was published by then. Raises DatasetUnknown.

    Looking back gives the publication that still stands, or none: codes worked out for any two
    instants would tell who changed her mind between them (ADR 0034).
    """
    then = min((one for one in (effective_at, known_at) if one is not None), default=None)
    with tools.reads() as uow:
        dataset = uow.datasets.get(dataset_id)
        if dataset is not None and known_at is not None:
            dataset = seen_then(uow, dataset, known_at)
        if dataset is None:
            raise DatasetUnknown
        published = uow.catalogue.published(dataset_id)
    if published is not None and then is not None and published.at > then:
        published = None
    return DatasetCodes(dataset=dataset, published=published)
