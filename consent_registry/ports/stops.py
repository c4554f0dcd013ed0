# SPDX-License-Identifier: Apache-2.0
"""What use cases need of restrictions, objections and erasures."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Protocol

from consent_registry.domain.register import Member
from consent_registry.domain.stops import StopEvent, StopKind
from shared.ids import DatasetId, Ordinal, Revision


class Stops(Protocol):
    """Events that stop a person's data, or end such a stop: appended, never changed."""

    def of(self, pid: str) -> Sequence[StopEvent]:
        """Give one person's events in order."""
        ...

    def stopped(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal]
    ) -> Mapping[StopKind, Set[Ordinal]]:
        """Give who of these members is stopped now, herself or as who may be the same person."""
        ...

    def of_members(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal]
    ) -> Mapping[Ordinal, Sequence[StopEvent]]:
        """Give the events of whoever has these ordinals; who has none is left out."""
        ...

    def add(
        self,
        pid: str,
        kind: StopKind,
        *,
        begins: bool,
        at: datetime,
        request_id: str | None,
        reach: Sequence[tuple[Member, Revision]],
    ) -> None:
        """Append an event, with the revision of each dataset at which it is known."""
        ...

    def changed_since(self, dataset: DatasetId, revision: Revision) -> Sequence[Ordinal]:
        """Give the members whom a stop reached, or released, at a later revision."""
        ...
