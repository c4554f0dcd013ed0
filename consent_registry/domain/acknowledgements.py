# SPDX-License-Identifier: Apache-2.0
"""What the readers of the feed say they enforce, what each still lacks, and which are retired."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.ids import DatasetId, Revision

OVERDUE: Final = timedelta(minutes=15)
"""A change that is unacknowledged for longer is an alarm (consent.md section 2.8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """A node's word: decisions there rest on this revision of this dataset."""

    node: str
    dataset: DatasetId
    revision: Revision
    acknowledged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What is kept of one node and one dataset, whether the node ever said anything or not.

    Without a word of the node it enforces revision 0, and `acknowledged_at` is None. `seen_at` is
    when it last read the feed or acknowledged, None when it was only expected. `lacks_since` is
    when the first change that it has not acknowledged was recorded, or when the node was first
    seen, where it has never acknowledged the dataset and came later; None when it lacks nothing.
    """

    node: str
    dataset: DatasetId
    revision: Revision
    acknowledged_at: datetime | None
    seen_at: datetime | None
    lacks_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStep:
    """Somebody's word that a node was shut down for good, or that it is there again after all.

    `by` is the login that said so, `why` what it said, for whoever looks after the nodes.
    """

    node: str
    retired: bool
    why: str
    by: tuple[str, str]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStanding:
    """What a node enforces of a dataset that stands at `newest`; `age` is that of what it lacks.

    A `retired` node owes nothing, whatever it lacks.
    """

    word: Word
    newest: Revision
    age: timedelta
    retired: NodeStep | None = None

    @property
    def overdue(self) -> bool:
        """Whether it has lacked something for too long."""
        return self.age > OVERDUE


def standing(
    word: Word, newest: Revision, now: datetime, retired: Mapping[str, NodeStep]
) -> NodeStanding:
    """Say how a node stands; a clock that was set back makes nothing younger than now."""
    step, since = retired.get(word.node), word.lacks_since
    age = timedelta() if since is None or step is not None else max(now - since, timedelta())
    return NodeStanding(word=word, newest=newest, age=age, retired=step)


def longest_behind_first(found: Iterable[NodeStanding]) -> tuple[NodeStanding, ...]:
    """Order by age, then by name."""
    return tuple(sorted(found, key=lambda one: (-one.age, one.word.node, one.word.dataset)))
