# SPDX-License-Identifier: Apache-2.0
"""Give the numbers about people that may be shown, and remember them (ADR 0011).

The caller holds the dataset, so that nobody else remembers at the same time.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.cohort import Cohort
from consent_registry.domain.disclosure import Discloser, Figures, cells, widest_reach
from consent_registry.domain.verdict import Matter
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId

_DRAW_BYTES: Final = 8
_MOST_MATTERS: Final = 64


def discloser(
    uow: UnitOfWork, tools: Tools, dataset: DatasetId, sets: Sequence[BitMap], members: int
) -> Discloser:
    """Give a discloser that knows every stand-in that could answer for one of these sets."""
    bound = tools.small_cell
    sizes = [len(people) for people in sets]
    return Discloser(
        uow.stand_ins.near(dataset, sizes, within=widest_reach(bound)),
        members=members,
        small_cell=bound,
        draw=partial(_draw, tools),
    )


def drawn_reach(tools: Tools) -> int:
    """Draw how many people something that was told may differ from unseen: from k to 2k - 1."""
    return tools.small_cell + _draw(tools, tools.small_cell)


def _draw(tools: Tools, below: int) -> int:
    return int.from_bytes(tools.salts(_DRAW_BYTES)) % below


def least_told(dataset: DatasetId, members: int, *, tools: Tools) -> int:
    """Give from how many people on anything is told of a set of theirs in a dataset.

    Drawn once between the small-cell bound and its double: whoever sees something appear or go
    learns no exact number. The dataset is held only to remember it for the first time.
    """
    with tools.reads() as uow:
        found = discloser(uow, tools, dataset, (), members)
        if not found.added:
            return found.least
    with tools.units() as uow:
        uow.datasets.hold([dataset])
        found = discloser(uow, tools, dataset, (), members)
        uow.stand_ins.add(dataset, found.added)
        uow.commit()
        return found.least


def cohort_figures(
    uow: UnitOfWork,
    tools: Tools,
    dataset: DatasetId,
    cohort: Cohort,
    matters: Mapping[Matter, BitMap] | None = None,
) -> Figures:
    """Give the numbers of a whole cohort, and of what most people in it await a ruling on."""
    many = _largest(matters or {}, tools.small_cell)
    found = discloser(uow, tools, dataset, cells(cohort, many), cohort.members)
    figures = found.figures(cohort, many)
    uow.stand_ins.add(dataset, found.added)
    return figures


def _largest(matters: Mapping[Matter, BitMap], small_cell: int) -> dict[Matter, BitMap]:
    """Leave out what may not be told in any case, and all but the largest: texts may be many."""
    told = (matter for matter, people in matters.items() if len(people) >= small_cell)
    kept = set(sorted(told, key=lambda matter: -len(matters[matter]))[:_MOST_MATTERS])
    return {matter: people for matter, people in matters.items() if matter in kept}


def set_figure(
    uow: UnitOfWork, tools: Tools, dataset: DatasetId, people: BitMap, members: int
) -> int | None:
    """Give the number of one set; None when it is too small to be told."""
    found = discloser(uow, tools, dataset, [people], members)
    figure = found.figure(people)
    uow.stand_ins.add(dataset, found.added)
    return figure
