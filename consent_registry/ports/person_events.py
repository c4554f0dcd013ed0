# SPDX-License-Identifier: Apache-2.0
"""What the use cases need of people's lives, each method with the guarantee it gives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from consent_registry.domain.bars import BarSegment
from consent_registry.domain.mandates import Mandate
from consent_registry.domain.person_events import PersonKind, PersonRecord
from consent_registry.ports.register import Latest
from shared.ids import DatasetId, Ordinal, Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One event of a list: whose it is and what it is about; what it says stays sealed."""

    event_id: str
    pid: str
    matter: str
    recorded_at: datetime


class PersonEvents(Protocol):
    """Events about people: appended, never changed; and the bars projected from them."""

    def of(self, pids: Iterable[str]) -> Mapping[str, Sequence[PersonRecord]]:
        """Give each person's events in order, personal parts opened; without any, no key.

        A personal part whose key is gone is empty; the event itself is always there.
        """
        ...

    def append(self, records: Sequence[PersonRecord]) -> Sequence[bytes]:
        """Seal, chain and add events of people who are held; gives their chain hashes.

        Raises ParticipantUnknown when one of them was erased.
        """
        ...

    def shut(self, pids: Iterable[str]) -> frozenset[str]:
        """Name those of these people whose key does not open: nothing can be sealed for them."""
        ...

    def known(self, pids: Iterable[str]) -> frozenset[str]:
        """Give those of whom there is an event that may decide about the use of data."""
        ...

    def known_members(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal] | None
    ) -> Mapping[Ordinal, str]:
        """Give the members, or those of these, of whom there is such an event, with their ids."""
        ...

    def said_of(self, studies: Iterable[str], dataset: DatasetId) -> frozenset[str]:
        """Give the members of a dataset of whom there is a choice for one of these studies."""
        ...

    def latest(self, event_id: str) -> Latest | None:
        """Say of a choice for a study what `Latest` says, of that study; None for anything else."""
        ...

    def ring(self, pids: Iterable[str]) -> frozenset[str]:
        """Give these and everybody a merge has ever joined to them, however far."""
        ...

    def pids_of(self, matter: str) -> frozenset[str]:
        """Give the people that a matter is about; none when there is no such matter."""
        ...

    def unsettled_merges(self, at: datetime | None = None) -> Sequence[str]:
        """Give the merges neither confirmed nor undone, or not yet at an instant; oldest first."""
        ...

    def enrol(self, pids: Iterable[str], name: DatasetId, at: datetime) -> Mapping[str, Ordinal]:
        """Give people's numbers in the pseudo-dataset of people; a new one to who has none."""
        ...

    def reach(self, dataset: DatasetId, revision: Revision, ordinals: Sequence[Ordinal]) -> None:
        """Note whom a change reached at a revision of a held dataset."""
        ...

    def changed_since(self, dataset: DatasetId, revision: Revision) -> Sequence[Ordinal]:
        """Give the members whom a change reached at a later revision."""
        ...

    def put_bars(
        self, dataset: DatasetId, bars: Mapping[Ordinal, Sequence[BarSegment]], now: datetime
    ) -> None:
        """Replace the stored bars of these members; what begins after `now` is to turn."""
        ...

    def bars(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal]
    ) -> Mapping[Ordinal, Sequence[BarSegment]]:
        """Give the stored bars of these members; of one without any, no key."""
        ...

    def to_turn(self, dataset: DatasetId, after: datetime) -> Sequence[Ordinal]:
        """Give the members of whom it is known that a bar begins later."""
        ...

    def turning(self, dataset: DatasetId, upto: datetime, limit: int) -> Sequence[Ordinal]:
        """Give members for whom a bar began by itself by `upto` and was not said to have."""
        ...

    def turned(self, dataset: DatasetId, ordinals: Sequence[Ordinal], upto: datetime) -> None:
        """Note that it was said."""
        ...

    def name_holder(self, mandate: Mandate, pid: str) -> None:
        """Note which login holds a mandate of a person, and until when."""
        ...

    def wards(self, issuer: str, subject: str) -> frozenset[str]:
        """Give the people whose mandates a login was noted to hold; each has to be looked at."""
        ...

    def without_holder(self, limit: int) -> Sequence[tuple[str, str]]:
        """Give mandates, and whose they are, of which it was not noted yet who holds them."""
        ...

    def listed(
        self,
        kind: PersonKind,
        before: tuple[datetime, str] | None,
        limit: int,
        known_at: datetime | None = None,
    ) -> Sequence[Listed]:
        """Give events of a kind, the newest first, that stand before (recorded_at, event id).

        With an instant, those that were recorded by then.
        """
        ...
