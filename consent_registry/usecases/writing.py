# SPDX-License-Identifier: Apache-2.0
"""One step of one dataset's register: at which revision, when, and by whom.

The caller holds the dataset and commits. What the step says is said elsewhere.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from consent_registry.domain.register import Dataset, Member
from consent_registry.ports import UnitOfWork
from consent_registry.usecases.tools import Tools
from shared.canonical import JSON
from shared.ids import Revision
from shared.principal import Principal

_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Where, when and by whom events are recorded; `extra` goes into the open part of the entries.

    `now` is the dataset's time: what takes effect at once takes effect then. `recorded_at` comes
    after everything recorded in the dataset before, even where the clock was set back. `fresh` are
    the people whom this unit of work has made.
    """

    dataset: Dataset
    now: datetime
    recorded_at: datetime
    actor: Principal | None
    added: Sequence[Member] = ()
    fresh: Set[str] = frozenset()
    extra: Mapping[str, JSON] = field(default_factory=dict)

    @property
    def revision(self) -> Revision:
        """The revision that this recording makes."""
        return Revision(self.dataset.revision + 1)


def begin(
    tools: Tools,
    dataset: Dataset,
    actor: Principal | None,
    *,
    added: Sequence[Member] = (),
    fresh: Set[str] = frozenset(),
    extra: Mapping[str, JSON] | None = None,
) -> Writing:
    """Begin recording in a held dataset."""
    now = dataset.now(tools.clock.now())
    return Writing(
        dataset=dataset,
        now=now,
        recorded_at=max(now, dataset.recorded_at + _TICK),
        actor=actor,
        added=added,
        fresh=fresh,
        extra=extra or {},
    )


def keep_revision(uow: UnitOfWork, writing: Writing) -> Dataset:
    """Store the dataset at the new revision, with the members added; gives it as it is then."""
    dataset, added = writing.dataset, len(writing.added)
    moved = replace(
        dataset,
        revision=writing.revision,
        recorded_at=writing.recorded_at,
        members=dataset.members + added,
        table_version=dataset.table_version + bool(added),
    )
    uow.datasets.keep(moved)
    return moved
