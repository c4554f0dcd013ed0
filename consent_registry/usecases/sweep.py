# SPDX-License-Identifier: Apache-2.0
"""Say in the feed that consents have begun or ended by themselves, soon after they have.

Ends known when a cohort was bound are in its lapses already and need nobody to be awake; this
covers what was recorded later, and keeps counts and revisions moving with the calendar.
"""

from typing import Final

from consent_registry.domain.history import Standing, State, standing_in
from consent_registry.domain.register import ChangeKind, Dataset, RegisterChange
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.recording import (
    Writing,
    begin,
    keep_revision,
    narrow,
    narrowed_items,
)
from consent_registry.usecases.tools import Tools
from shared.ids import Ordinal

PEOPLE: Final = 500


def sweep(*, tools: Tools) -> bool:
    """Announce up to 500 turned standings of each dataset; True when more may be waiting."""
    with tools.reads() as uow:
        now = tools.clock.now()
        waiting = [
            dataset
            for dataset in uow.datasets.every()
            if uow.events.turning(dataset.dataset, dataset.now(now), 1)
        ]
    swept = [_sweep_dataset(dataset, tools) for dataset in waiting]  # each of them, not the first
    return True in swept


def _sweep_dataset(seen: Dataset, tools: Tools) -> bool:
    with tools.units() as uow:
        dataset = uow.datasets.hold([seen.dataset])[seen.dataset]
        writing = begin(tools, dataset, None)
        now = writing.now
        ordinals = uow.events.turning(dataset.dataset, now, PEOPLE)
        if not ordinals:
            return False
        standings = {
            ordinal: standing_in(segments, now)
            for ordinal, segments in uow.events.timelines(dataset.dataset, ordinals).items()
        }
        _announce(uow, tools, writing, standings)
        uow.events.turned(dataset.dataset, ordinals, now)
        keep_revision(uow, writing)
        uow.commit()
    return len(ordinals) == PEOPLE


def _announce(
    uow: UnitOfWork, tools: Tools, writing: Writing, standings: dict[Ordinal, Standing]
) -> None:
    gone = narrow(uow, tools, writing, standings)
    narrowed = narrowed_items(standings, gone)
    out = {item["ordinal"] for item in narrowed}
    given = tuple(
        {"ordinal": ordinal}
        for ordinal, standing in standings.items()
        if standing.state is State.GIVEN and ordinal not in out
    )
    by_kind = {ChangeKind.MEMBER_NARROWED: narrowed, ChangeKind.MEMBER_GIVEN: given}
    for kind, items in by_kind.items():
        if items:
            uow.announce(
                RegisterChange(
                    dataset=writing.dataset.dataset,
                    revision=writing.revision,
                    kind=kind,
                    items=items,
                )
            )
