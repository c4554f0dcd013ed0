# SPDX-License-Identifier: Apache-2.0
"""Bring the projections of a case up to date in every dataset it reaches, and say who is out.

Whatever changes a person calls this in its own transaction, so that what narrows, narrows at once
and travels through the feed like a withdrawal. The caller holds every dataset of the case.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from consent_registry.domain.bars import Bars, bars_in
from consent_registry.domain.cases import Case, Projection, parts, project
from consent_registry.domain.errors import TryAgain
from consent_registry.domain.history import Standing, standing_in
from consent_registry.domain.register import Dataset
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import load_case, ring_memberships
from consent_registry.usecases.narrowing import NOBODY_ALSO, Also, announce_standings, narrow
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import Writing, begin, keep_revision
from shared.ids import DatasetId, Ordinal
from shared.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The members of one dataset whose projection is another one now."""

    projections: Mapping[Ordinal, Projection]

    def standings(self, at: datetime) -> dict[Ordinal, Standing]:
        """Give what holds at an instant."""
        return {o: standing_in(one.segments, at) for o, one in self.projections.items()}

    def bars(self, at: datetime) -> dict[Ordinal, Bars]:
        """Give what bars at an instant."""
        return {o: bars_in(one.bars, at) for o, one in self.projections.items()}


_ATTEMPTS: Final = 5
_T = TypeVar("_T")


def again(tools: Tools, step: Callable[[UnitOfWork], _T]) -> _T:
    """Take a step in a unit of work; once more, in another, where the register changed under it.

    Raises TryAgain when it did so five times.
    """
    for _ in range(_ATTEMPTS - 1):
        with tools.units() as uow:
            try:
                return step(uow)
            except TryAgain:
                continue
    with tools.units() as uow:
        return step(uow)


def hold(
    uow: UnitOfWork,
    datasets: Sequence[DatasetId],
    pids: Sequence[str],
    *,
    speaking: Set[str] = frozenset(),
) -> Mapping[DatasetId, Dataset]:
    """Hold these datasets and every one that a change of these people may reach.

    `speaking` are those of whom more than consents to these datasets is going to be recorded.

    Raises TryAgain when a merge reached further in the moment between looking and holding.
    """
    known = uow.person_events.known(pids) | speaking
    reached = {member.dataset for member in ring_memberships(uow, known)} if known else set()
    held = uow.datasets.hold(sorted({*datasets, *reached}))
    known = uow.person_events.known(pids) | speaking
    if known and not {one.dataset for one in ring_memberships(uow, known)} <= held.keys():
        raise TryAgain
    return held


def changed_in(
    uow: UnitOfWork, case: Case, dataset: DatasetId, *, everybody: bool = False
) -> Changed:
    """Project the members of a case in one dataset; gives those who differ from what is stored.

    Of somebody erased nothing is stored again. `everybody` gives them all: opt-outs and stops go
    along a merge and are in no projection.
    """
    here = [member for member in case.members if member.dataset == dataset]
    erased = uow.people.erased_among(member.pid for member in here)
    members = [member for member in here if member.pid not in erased]
    ordinals = [member.ordinal for member in members]
    lines = uow.events.timelines(dataset, ordinals)
    bars = uow.person_events.bars(dataset, ordinals)
    own = parts(case)
    found = {member.ordinal: project(own[member.pid], member) for member in members}
    return Changed(
        projections={
            ordinal: one
            for ordinal, one in found.items()
            if everybody
            or one.segments != tuple(lines.get(ordinal, ()))
            or one.bars != tuple(bars.get(ordinal, ()))
        }
    )


def store(uow: UnitOfWork, writing: Writing, changed: Changed) -> None:
    """Store new projections, and note at which revision they reached whom."""
    dataset, projections = writing.dataset.dataset, changed.projections
    lines = {ordinal: one.segments for ordinal, one in projections.items()}
    uow.events.project(dataset, lines, writing.now, frozenset())
    bars = {ordinal: one.bars for ordinal, one in projections.items()}
    uow.person_events.put_bars(dataset, bars, writing.now)
    uow.person_events.reach(dataset, writing.revision, list(projections))


def settle(
    uow: UnitOfWork,
    tools: Tools,
    pids: Set[str],
    actor: Principal | None,
    *,
    at: datetime | None = None,
    without: DatasetId | None = None,
    everybody: bool = False,
) -> Mapping[DatasetId, Writing]:
    """Settle everywhere but in one dataset; gives the revisions made.

    `at` is the instant that the change was recorded at; a dataset's own time is never before it.
    """
    case = load_case(uow, pids)
    made: dict[DatasetId, Writing] = {}
    names = sorted({member.dataset for member in case.members} - {without})
    for name, dataset in uow.datasets.hold(names).items():
        changed = changed_in(uow, case, name, everybody=everybody)
        begun = begin(tools, dataset, actor)
        now = max(begun.recorded_at, at or begun.recorded_at)
        if not changed.projections:
            uow.datasets.keep(replace(dataset, recorded_at=max(dataset.recorded_at, at or now)))
            continue
        writing = Writing(dataset=dataset, now=now, recorded_at=now, actor=actor)
        store(uow, writing, changed)
        standings, bars = changed.standings(now), changed.bars(now)
        also = _also(uow, name, list(standings)) if everybody else NOBODY_ALSO
        gone = narrow(uow, tools, writing, standings, bars, also=also)
        announce_standings(uow, tools, writing, standings, gone, bars=bars)
        keep_revision(uow, writing)
        made[name] = writing
    return made


def settle_in(uow: UnitOfWork, tools: Tools, writing: Writing, pids: Set[str]) -> bool:
    """Settle people in the one held dataset that a change is about; says whether anybody changed.

    For what happens to the dataset and not to them. The caller keeps the dataset when nobody did.
    """
    changed = changed_in(uow, load_case(uow, pids), writing.dataset.dataset)
    if not changed.projections:
        return False
    store(uow, writing, changed)
    standings, bars = changed.standings(writing.now), changed.bars(writing.now)
    gone = narrow(uow, tools, writing, standings, bars)
    announce_standings(uow, tools, writing, standings, gone, bars=bars)
    keep_revision(uow, writing)
    return True


def _also(uow: UnitOfWork, dataset: DatasetId, ordinals: Sequence[Ordinal]) -> Also:
    return Also(
        opted_out=uow.opt_outs.out(dataset, ordinals),
        stopped=uow.stops.stopped(dataset, ordinals),
    )
