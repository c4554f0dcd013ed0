# SPDX-License-Identifier: Apache-2.0
"""Give the numbers about people that may be shown, and remember them (ADR 0011).

The caller holds the dataset, so that nobody else remembers at the same time.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.cohort import Cohort
from consent_registry.domain.disclosure import (
    Discloser,
    Figures,
    StandIn,
    cells,
    widest_apart,
)
from consent_registry.domain.shown import ShownState
from consent_registry.domain.verdict import Matter, Obligation
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId

_DRAW_BYTES: Final = 8
_MOST_MATTERS: Final = 64


def discloser(
    uow: UnitOfWork, tools: Tools, dataset: DatasetId, sets: Sequence[BitMap], members: int
) -> Discloser:
    """Give a discloser that knows every stand-in that could answer for one of these sets.

    They are those of the state of shown numbers, and of the one before if most people of the
    dataset stand as they did in it.
    """
    bound, state = tools.small_cell, uow.shown.of(dataset)
    changed = BitMap() if state is None or state.touched is None else state.touched
    sizes, within = [len(people) for people in sets], widest_apart(bound, len(changed))
    number = _number(state)
    former: Sequence[StandIn] = ()
    if changed:
        former = uow.stand_ins.near(dataset, sizes, within=within, state=number - 1)
    return Discloser(
        uow.stand_ins.near(dataset, sizes, within=within, state=number),
        members=members,
        small_cell=bound,
        draw=partial(_draw, tools),
        former=[one for one in former if one.people],
        changed=changed,
    )


def remember(uow: UnitOfWork, dataset: DatasetId, found: Discloser) -> None:
    """Remember what a discloser added; the caller holds the dataset."""
    if found.added:
        uow.stand_ins.add(dataset, found.added, state=_number(uow.shown.of(dataset)))


def _number(state: ShownState | None) -> int:
    return 0 if state is None else state.number


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
        remember(uow, dataset, found)
        uow.commit()
        return found.least


def cohort_figures(
    uow: UnitOfWork,
    tools: Tools,
    dataset: DatasetId,
    cohort: Cohort,
    matters: Mapping[Matter, BitMap],
    *,
    duties: Mapping[Obligation, BitMap],
    members: int,
) -> Figures:
    """Give the numbers of a whole cohort, what most await a ruling on or ask for.

    `members` is how many the dataset had in the state that the cohort is of.
    """
    many = _largest(matters, tools.small_cell)
    found = discloser(uow, tools, dataset, cells(cohort, many), members)
    figures = found.figures(cohort, many, duties)
    remember(uow, dataset, found)
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
    remember(uow, dataset, found)
    return figure
