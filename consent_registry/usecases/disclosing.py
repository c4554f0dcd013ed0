# SPDX-License-Identifier: Apache-2.0
"""Give the numbers about people that may be shown, and remember them (ADR 0011).

The caller holds the dataset, so that nobody else remembers at the same time.
"""

from collections.abc import Sequence
from typing import Final

from pyroaring import BitMap

from consent_registry.domain.cohort import Cohort
from consent_registry.domain.disclosure import Discloser, Figures, cells, widest_reach
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId

_DRAW_BYTES: Final = 8


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
        draw=lambda below: int.from_bytes(tools.salts(_DRAW_BYTES)) % below,
    )


def cohort_figures(uow: UnitOfWork, tools: Tools, dataset: DatasetId, cohort: Cohort) -> Figures:
    """Give the numbers of a whole cohort."""
    found = discloser(uow, tools, dataset, cells(cohort), cohort.members)
    figures = found.figures(cohort)
    uow.stand_ins.add(dataset, found.added)
    return figures


def set_figure(
    uow: UnitOfWork, tools: Tools, dataset: DatasetId, people: BitMap, members: int
) -> int | None:
    """Give the number of one set; None when it is too small to be told."""
    found = discloser(uow, tools, dataset, [people], members)
    figure = found.figure(people)
    uow.stand_ins.add(dataset, found.added)
    return figure
