# SPDX-License-Identifier: Apache-2.0
"""Publish a dataset's own codes: what every consent in it allows.

Codes of few people would tell what single people chose, and codes of people who have nothing in
common do not exist: both datasets are asked by person. How few is not known to anybody (ADR 0011),
so that codes which appear or go count nobody exactly.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.errors import DatasetUnknown
from consent_registry.domain.history import State, standing_at
from consent_registry.domain.manifest import AsOf, versions
from consent_registry.domain.meet import meet
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.domain.register import Dataset
from consent_registry.domain.terms import Terms
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import held_of
from consent_registry.usecases.datasets import seen_then
from consent_registry.usecases.disclosing import least_told
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId, Ordinal

_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetCodes:
    """The codes of a dataset at an instant, as known at another; no terms: ask by person only.

    Members without a given consent, or with one that cannot be read, have no part in the codes:
    no purpose takes them.
    """

    dataset: Dataset
    at: datetime
    known_at: datetime
    terms: Terms
    versions: dict[str, str]


def dataset_codes(
    dataset_id: DatasetId,
    effective_at: datetime | None = None,
    known_at: datetime | None = None,
    *,
    tools: Tools,
) -> DatasetCodes:
    """Give the codes of a dataset, now or looking back, which reads every event of it.

    Raises DatasetUnknown.
    """
    with tools.reads() as uow:
        dataset = uow.datasets.get(dataset_id)
        if dataset is None:
            raise DatasetUnknown
        now = dataset.now(tools.clock.now())
        times = AsOf(effective_at=effective_at or now, known_at=known_at or now)
        if effective_at is None and known_at is None:
            seen, held = dataset, uow.terms.held(dataset_id, now)
        else:
            found = seen_then(uow, dataset, times.known_at)
            if found is None:
                raise DatasetUnknown
            seen, held = found, _held_then(uow, found, times)
    readable = [(terms, members) for terms, members in held if terms is not None]
    inquiry = tools.matching(Purpose(category=Category.GRU), times.effective_at, known_at)
    people = sum(members for _, members in readable)
    enough = people >= least_told(dataset_id, dataset.members, tools=tools)
    return DatasetCodes(
        dataset=seen,
        at=times.effective_at,
        known_at=times.known_at,
        terms=meet((terms for terms, _ in readable), inquiry.diseases) if enough else (),
        versions=versions(inquiry),
    )


def _held_then(
    uow: UnitOfWork, dataset: Dataset, times: AsOf
) -> Sequence[tuple[Terms | None, int]]:
    """Count the members of that time by the terms they had given, from every event."""
    lives = held_of(uow, dataset.dataset, None, times.effective_at, times.known_at)
    counts: Counter[Terms | None] = Counter()
    for start in range(0, dataset.members, _AT_ONCE):
        part = [Ordinal(one) for one in range(start, min(start + _AT_ONCE, dataset.members))]
        told = uow.events.of_members(dataset.dataset, part)
        for ordinal in part:
            events = [record.event() for record in told.get(ordinal, ())]
            standing = (
                lives[ordinal].standing
                if ordinal in lives
                else standing_at(events, times.effective_at, times.known_at)
            )
            if standing.state is State.GIVEN:
                counts[standing.terms] += 1
    return list(counts.items())
