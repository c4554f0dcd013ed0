# SPDX-License-Identifier: Apache-2.0
"""Store anew what is decided from where it is not what the events give.

What an earlier release kept wrongly, or somebody wrote into the database, is put right as a change
of consent is: who may not stay leaves at once, the feed says so, nobody comes into a permit that
runs, and the log says whom it was about. Nothing is mended in a dataset whose chain of events does
not hold, for then the events may be what was written to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from consent_registry.ports import UnitOfWork
from consent_registry.usecases.cases import load_case
from consent_registry.usecases.chains import verify_chains
from consent_registry.usecases.facts import PEOPLE_PER_ENTRY, fact
from consent_registry.usecases.narrowing import announce_standings, narrow
from consent_registry.usecases.projections import verify_projections
from consent_registry.usecases.settling import changed_in, store
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.writing import Writing, begin, keep_revision
from shared.events import Subject
from shared.ids import DatasetId, Ordinal

_CHANGED: Final = "placet.admin.config.change.v1"
MENDED: Final = "projections_mended"
PEOPLE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """Whose projections were stored anew, or would be, by dataset; and what cannot be mended."""

    mended: Mapping[DatasetId, Sequence[Ordinal]]
    left_alone: Sequence[DatasetId]


def mend(*, tools: Tools, dry_run: bool) -> Mending:
    """Mend what `verify_projections` names; with `dry_run` only say whom it would be about."""
    broken = {name for name, one in verify_chains(tools=tools).items() if one.broken}
    differing = verify_projections(tools=tools).differing
    wanted = {name: those for name, those in differing.items() if those and name not in broken}
    if not dry_run:
        for name, ordinals in wanted.items():
            for some in _pieces(ordinals):
                _mend(name, some, tools)
    return Mending(mended=wanted, left_alone=sorted(name for name in broken if differing.get(name)))


def _mend(name: DatasetId, ordinals: Sequence[Ordinal], tools: Tools) -> None:
    """Look again in the transaction that writes: it may have been settled meanwhile."""
    with tools.units() as uow:
        dataset = uow.datasets.hold([name])[name]
        writing = begin(tools, dataset, None)
        pids = uow.projected.living(name, ordinals)
        changed = changed_in(uow, load_case(uow, pids.values()), name)
        nobodys = [one for one in ordinals if one not in pids and _stored(uow, name, one)]
        if not (changed.projections or nobodys):
            return
        store(uow, writing, changed)
        _forget(uow, writing, nobodys)
        standings, bars = changed.standings(writing.now), changed.bars(writing.now)
        gone = narrow(uow, tools, writing, standings, bars)
        announce_standings(uow, tools, writing, standings, gone, bars=bars)
        _say(uow, writing, sorted(changed.projections), nobodys=len(nobodys))
        keep_revision(uow, writing)
        uow.commit()


def _stored(uow: UnitOfWork, name: DatasetId, ordinal: Ordinal) -> bool:
    return bool(
        uow.events.timelines(name, [ordinal]).get(ordinal)
        or uow.person_events.bars(name, [ordinal]).get(ordinal)
    )


def _forget(uow: UnitOfWork, writing: Writing, nobodys: Sequence[Ordinal]) -> None:
    """Of a number that is nobody's, or of somebody erased, nothing is stored."""
    name = writing.dataset.dataset
    uow.events.project(name, dict.fromkeys(nobodys, ()), writing.now, frozenset())
    uow.person_events.put_bars(name, dict.fromkeys(nobodys, ()), writing.now)


def _say(uow: UnitOfWork, writing: Writing, ordinals: Sequence[Ordinal], *, nobodys: int) -> None:
    name = writing.dataset.dataset
    for some in list(_pieces(ordinals, PEOPLE_PER_ENTRY)) or [()]:
        made = fact(
            _CHANGED,
            writing.recorded_at,
            actor=None,
            dataset=name,
            reason=MENDED,
            counts={"people": len(some)},
            extra={"nobodys": nobodys, "revision": writing.revision},
        )
        uow.record(replace(made, subjects=tuple(Subject(dataset=name, ordinal=o) for o in some)))


def _pieces(ordinals: Sequence[Ordinal], size: int = PEOPLE) -> Iterator[Sequence[Ordinal]]:
    rest = iter(ordinals)
    while some := tuple(islice(rest, size)):
        yield some
