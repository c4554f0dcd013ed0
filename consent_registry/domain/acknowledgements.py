# SPDX-License-Identifier: Apache-2.0
"""What the readers of the feed say they enforce, and what each still lacks."""

from collections.abc import Iterable
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
class NodeStanding:
    """What a node enforces of a dataset that stands at `newest`.

    `lacks_since` is when the first change that the node has not acknowledged was recorded, None
    when it lacks nothing; `age` is how long ago that is.
    """

    node: str
    dataset: DatasetId
    revision: Revision
    newest: Revision
    acknowledged_at: datetime
    lacks_since: datetime | None
    age: timedelta

    @property
    def overdue(self) -> bool:
        """Whether it has lacked something for too long."""
        return self.age > OVERDUE


def standing(
    said: Acknowledgement, newest: Revision, lacks_since: datetime | None, now: datetime
) -> NodeStanding:
    """Say how a node stands; a clock that was set back makes nothing younger than now."""
    age = max(now - lacks_since, timedelta()) if lacks_since is not None else timedelta()
    return NodeStanding(
        node=said.node,
        dataset=said.dataset,
        revision=said.revision,
        newest=newest,
        acknowledged_at=said.acknowledged_at,
        lacks_since=lacks_since,
        age=age,
    )


def longest_behind_first(found: Iterable[NodeStanding]) -> tuple[NodeStanding, ...]:
    """Order by age, then by name."""
    return tuple(sorted(found, key=lambda one: (-one.age, one.node, one.dataset)))
