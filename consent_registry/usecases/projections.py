# SPDX-License-Identifier: Apache-2.0
"""Check that what is decided from is what the events give: standings, bars and shared terms.

Whoever can write to the database can let somebody in without touching an event; the chains do not
notice that, and this does. What was sealed is opened for it. Of somebody erased nothing can be
opened, and nothing may be stored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from consent_registry.domain.history import timeline
from consent_registry.ports import UnitOfWork
from consent_registry.ports.projected import Numbered
from consent_registry.usecases.cases import load_case
from consent_registry.usecases.settling import changed_in
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId, Ordinal


@dataclass(frozen=True, slots=True, kw_only=True)
class Projections:
    """What a check found: the numbers whose projection differs, by dataset, and altered terms.

    Every dataset is in it. Terms are named by the id of their row.
    """

    differing: Mapping[DatasetId, Sequence[Ordinal]]
    altered_terms: Sequence[int]

    @property
    def hold(self) -> bool:
        """Say whether everything is as it must be."""
        return not self.altered_terms and not any(self.differing.values())


def verify_projections(*, tools: Tools, at_once: int = 1_000) -> Projections:
    """Rebuild every projection from the events, in one state of the register; stores nothing.

    In memory are `at_once` members at a time, and what differs.
    """
    with tools.reads() as uow:
        return Projections(
            differing={
                one.dataset: tuple(_differing(uow, one.dataset, at_once))
                for one in uow.datasets.every()
            },
            altered_terms=uow.projected.altered_terms(),
        )


def _differing(uow: UnitOfWork, dataset: DatasetId, at_once: int) -> Iterator[Ordinal]:
    page = uow.projected.numbers(dataset, None, at_once)
    while page:
        yield from _of_page(uow, dataset, page)
        page = uow.projected.numbers(dataset, page[-1].ordinal, at_once)


def _of_page(uow: UnitOfWork, dataset: DatasetId, page: Sequence[Numbered]) -> Iterator[Ordinal]:
    """Rebuild as recording does: most people from their events alone, the others with a case."""
    ordinals = [one.ordinal for one in page]
    living = [one.ordinal for one in page if one.living]
    cases = uow.person_events.known_members(dataset, living)
    records = uow.events.of_members(dataset, [one for one in living if one not in cases])
    lines = uow.events.timelines(dataset, ordinals)
    bars = uow.person_events.bars(dataset, ordinals)
    changed = changed_in(uow, load_case(uow, cases.values()), dataset)
    for ordinal in ordinals:
        if ordinal in cases:
            differs = ordinal in changed.projections
        else:
            events = [record.event() for record in records.get(ordinal, ())]
            differs = timeline(events) != tuple(lines.get(ordinal, ())) or ordinal in bars
        if differs:
            yield ordinal
