# SPDX-License-Identifier: Apache-2.0
"""What the use cases need of the opt-out register, each method with the guarantee it gives."""

from collections.abc import Iterator, Sequence, Set
from datetime import datetime
from typing import Protocol

from consent_registry.domain.optout import OptOutEvent, OptOutRegister
from consent_registry.domain.register import Member
from consent_registry.ports.register import Latest
from shared.ids import DatasetId, Ordinal, Revision


class OptOuts(Protocol):
    """The opt-out register: appended, never changed."""

    def register(self, name: DatasetId, at: datetime) -> OptOutRegister:
        """Give where the register stands; an empty one of time `at` before its first event."""
        ...

    def hold(self, name: DatasetId, at: datetime) -> OptOutRegister:
        """Give the register as last committed, and keep everyone else from adding to it."""
        ...

    def hold_person(self, pid: str) -> None:
        """Keep a participant from becoming a member of anything until this unit of work ends."""
        ...

    def ordinal(self, pid: str) -> Ordinal | None:
        """Give a person's number in the register; None before her first event."""
        ...

    def latest(self, optout_id: str) -> Latest | None:
        """Say of an event when it was recorded, and whether none of that person came since."""
        ...

    def of(self, pid: str) -> Sequence[OptOutEvent]:
        """Give one person's events in order."""
        ...

    def out(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal], known_at: datetime | None = None
    ) -> Set[Ordinal]:
        """Give those of these members who are opted out, under any name that may be theirs.

        As known at an instant, or now.
        """
        ...

    def add(
        self,
        event: OptOutEvent,
        reach: Sequence[tuple[Member, Revision]],
        after: OptOutRegister,
    ) -> None:
        """Append an event to the held register, with the dataset revisions that speak of it."""
        ...

    def changed_since(self, dataset: DatasetId, revision: Revision) -> Sequence[Ordinal]:
        """Give the members whom an event reached at a later revision of the dataset."""
        ...

    def first(self, number: Revision) -> Iterator[tuple[str, OptOutEvent]]:
        """Give pseudonym and event of the first so many events, in order.

        For the operator's command alone: nothing that answers a request may call it.
        """
        ...
