# SPDX-License-Identifier: Apache-2.0
"""Say in the feed that consents have begun or ended by themselves, soon after they have.

Ends known when a cohort was bound are in its lapses already and need nobody to be awake; this
covers what was recorded later, and keeps counts and revisions moving with the calendar.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from consent_registry.domain.bars import bars_in
from consent_registry.domain.history import standing_in
from consent_registry.domain.register import Dataset
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.narrowing import announce_standings, narrow
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import begin, keep_revision
from shared.ids import DatasetId, Ordinal

PEOPLE: Final = 500


def sweep(*, tools: Tools) -> bool:
    """Announce up to 500 turned standings of each dataset; True when more may be waiting."""
    with tools.reads() as uow:
        now = tools.clock.now()
        waiting = [
            dataset
            for dataset in uow.datasets.every()
            if _turning(uow, dataset.dataset, dataset.now(now), 1)
        ]
    swept = [_sweep_dataset(dataset, tools) for dataset in waiting]  # each of them, not the first
    return True in swept


def _sweep_dataset(seen: Dataset, tools: Tools) -> bool:
    with tools.units() as uow:
        dataset = uow.datasets.hold([seen.dataset])[seen.dataset]
        writing = begin(tools, dataset, None)
        now = writing.now
        ordinals = _turning(uow, dataset.dataset, now, PEOPLE)
        if not ordinals:
            return False
        lines = uow.events.timelines(dataset.dataset, ordinals)
        standings = {ordinal: standing_in(lines.get(ordinal, ()), now) for ordinal in ordinals}
        found = uow.person_events.bars(dataset.dataset, ordinals)
        bars = {ordinal: bars_in(segments, now) for ordinal, segments in found.items()}
        gone = narrow(uow, tools, writing, standings, bars)
        announce_standings(uow, tools, writing, standings, gone, bars=bars)
        uow.events.turned(dataset.dataset, ordinals, now)
        uow.person_events.turned(dataset.dataset, ordinals, now)
        keep_revision(uow, writing)
        uow.commit()
    return len(ordinals) == PEOPLE


def _turning(uow: UnitOfWork, dataset: DatasetId, now: datetime, limit: int) -> Sequence[Ordinal]:
    """Give whose choices or bars have turned by the calendar."""
    choices = uow.events.turning(dataset, now, limit)
    bars = uow.person_events.turning(dataset, now, limit)
    return list(dict.fromkeys([*choices, *bars]))[:limit]
