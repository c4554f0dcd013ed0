# SPDX-License-Identifier: Apache-2.0
"""Find the state that a dataset's shown numbers are counted on, and move it on when it is due.

ADR 0040 says why: two purposes asked after each change would count the few people between them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from pyroaring import BitMap

from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.errors import TryAgain
from consent_registry.domain.manifest import AsOf
from consent_registry.domain.register import Dataset
from consent_registry.domain.shown import MOST_COMPARED, Showing, ShownState, standing_differently
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import held_of
from consent_registry.usecases.disclosing import drawn_reach
from consent_registry.usecases.tools import Tools
from shared.ids import DatasetId, Ordinal

_ATTEMPTS: Final = 5
_T = TypeVar("_T")


def showing(uow: UnitOfWork, tools: Tools, dataset: Dataset, at: datetime) -> Showing:
    """Say what numbers of a dataset are counted on, `at` being its time now.

    Whoever changed since the state stands in it as she did: the few are computed from their
    events. It moves on once as many as its reach stand differently. What a person allowed before
    she was erased cannot be read: she is out of both.
    """
    name, state = dataset.dataset, uow.shown.of(dataset.dataset)
    if state is None:
        return Showing(dataset=name, state=_now(tools, dataset, at, 1), before=None)
    joined = BitMap(range(state.members, dataset.members))
    most = MOST_COMPARED + 1
    touched = joined | BitMap(uow.shown.changed(name, state, at, limit=most))
    if not touched:
        return Showing(dataset=name, state=state, before=state)
    moved = Showing(dataset=name, state=_now(tools, dataset, at, state.number + 1), before=state)
    if len(touched) > MOST_COMPARED:
        return moved
    few = [Ordinal(one) for one in touched]
    then = index_then(uow, name, state.times, few)
    then.forget(joined)
    then.members = state.members
    now = index_then(uow, name, AsOf(effective_at=at, known_at=at), few)
    if len(standing_differently(then, now)) >= max(state.reach, tools.small_cell):
        return replace(moved, state=replace(moved.state, touched=touched))
    return Showing(dataset=name, state=state, before=state, changed=touched, then=then)


def keep(uow: UnitOfWork, shown: Showing) -> None:
    """Keep the state that numbers were counted on; the caller holds the dataset.

    Raises TryAgain when another took its place since: two moves would then lie close together.
    """
    if uow.shown.of(shown.dataset) != shown.before:
        raise TryAgain
    if shown.state != shown.before:
        uow.shown.move(shown.dataset, shown.state)


def again(step: Callable[[], _T]) -> _T:
    """Take a step, once more where the state moved under it; TryAgain if it did five times."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return step()
        except TryAgain:
            continue
    return step()


def index_then(
    uow: UnitOfWork, dataset: DatasetId, times: AsOf, of: Sequence[Ordinal] | None = None
) -> CohortIndex:
    """Build an index at an instant, as known at another, from every event: of all, or of some."""
    index = uow.events.index_as_of(dataset, times, of)
    lives = held_of(uow, dataset, of, times.effective_at, times.known_at)
    for ordinal, held in lives.items():
        if ordinal < index.members:
            index.replace(ordinal, held.standing, held.bars)
    return index


def _now(tools: Tools, dataset: Dataset, at: datetime, number: int) -> ShownState:
    return ShownState(
        number=number,
        revision=dataset.revision,
        times=AsOf(effective_at=at, known_at=dataset.recorded_at),
        members=dataset.members,
        reach=drawn_reach(tools),
    )
