# SPDX-License-Identifier: Apache-2.0
"""What the use cases need from outside, each method with the guarantee it gives.

One unit of work is one transaction: what is read in it is one state of the register, and nothing
of it stays unless `commit` returns.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from pyroaring import BitMap

from consent_registry.domain.chains import Link
from consent_registry.domain.cohort_index import CohortIndex
from consent_registry.domain.cohort_uses import CohortUse, Gone, NamedCohort
from consent_registry.domain.erasure import Account
from consent_registry.domain.history import Segment
from consent_registry.domain.manifest import AsOf
from consent_registry.domain.projects import PermitFor
from consent_registry.domain.records import EventRecord, Source
from consent_registry.domain.register import (
    BoundCohort,
    Dataset,
    FrozenCohort,
    Holding,
    LiveCohort,
    Member,
    Narrowed,
    Project,
    Withdrawal,
)
from consent_registry.domain.terms import Terms
from shared.ids import CohortId, DatasetId, EventId, Ordinal, PermitId, Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """When an event was recorded, and whether nothing was recorded of its member since."""

    recorded_at: datetime
    latest: bool


class Datasets(Protocol):
    """The registered datasets."""

    def add(self, dataset: Dataset) -> bool:
        """Register a dataset; False, and nothing done, when its name is taken."""
        ...

    def get(self, dataset: DatasetId) -> Dataset | None:
        """Give a dataset as it stands in this transaction."""
        ...

    def every(self) -> Sequence[Dataset]:
        """Give all datasets by name."""
        ...

    def table_then(self, dataset: DatasetId, known_at: datetime) -> tuple[int, int]:
        """Give how many members there were at an instant, and the version of their table."""
        ...

    def hold(self, datasets: Sequence[DatasetId]) -> Mapping[DatasetId, Dataset]:
        """Give these datasets as last committed, and keep everyone else from changing them.

        Held until this unit of work ends; taken in one order, so that nobody waits in a circle.
        """
        ...

    def demand(self, dataset: DatasetId, form: str) -> None:
        """Store which form a dataset that this unit of work holds demands; empty: none."""
        ...

    def keep(self, dataset: Dataset) -> None:
        """Store revision, members and times of a dataset that this unit of work holds."""
        ...


class Ensured(NamedTuple):
    """The ids of people by pseudonym, and which of them this unit of work has made.

    Of those nothing else can be stored yet: nobody sees them before the unit commits.
    """

    pids: Mapping[str, str]
    fresh: Set[str]


class People(Protocol):
    """Participants, their logins and their memberships."""

    def pid(self, pseudonym: str) -> str | None:
        """Give the registry's own id of a participant."""
        ...

    def pids(self, pseudonyms: Sequence[str]) -> Mapping[str, str]:
        """Give the id of each of these pseudonyms that is known."""
        ...

    def erased(self, pid: str) -> bool:
        """Say whether everything personal of a participant was destroyed."""
        ...

    def hold(self, pid: str) -> None:
        """Keep a participant from being erased until this unit of work ends.

        Raises ParticipantUnknown when she was.
        """
        ...

    def hold_all(self, pids: Iterable[str]) -> None:
        """Do so with many people, in one order. Raises ParticipantUnknown as well."""
        ...

    def linked(self, issuer: str, subject: str) -> str | None:
        """Give the id of the participant this login is linked to."""
        ...

    def pseudonym(self, pid: str) -> str:
        """Give the pseudonym of a known participant."""
        ...

    def link(self, pid: str, issuer: str, subject: str, at: datetime) -> bool:
        """Link a login to a participant; False, and nothing done, when either has another link."""
        ...

    def accounts(self, pid: str) -> Sequence[Account]:
        """Give the logins linked to a participant."""
        ...

    def memberships_of(self, pids: Iterable[str]) -> Sequence[Member]:
        """Give what people are members of, each person's by dataset."""
        ...

    def erased_among(self, pids: Iterable[str]) -> frozenset[str]:
        """Give those of these people who were erased."""
        ...

    def memberships(self, pid: str) -> Sequence[Member]:
        """Give what a participant is a member of, by dataset."""
        ...

    def ensure(self, pseudonyms: Iterable[str], at: datetime, known: Mapping[str, str]) -> Ensured:
        """Give every id, making people not `known` to `pids`.

        TryAgain when somebody else did: here, or at what is asked or committed next.
        """
        ...

    def members(
        self, dataset: DatasetId, pids: Sequence[str], local_ids: Sequence[str]
    ) -> Sequence[Member]:
        """Give the members of a dataset who are one of `pids` or have one of `local_ids`."""
        ...

    def add_members(self, members: Sequence[Member], at: datetime) -> None:
        """Add members whose ordinals follow the last one given out in a held dataset."""
        ...

    def local_ids(self, dataset: DatasetId) -> Sequence[str]:
        """Give every member's local id, by ordinal from 0 and without a gap."""
        ...


class Events(Protocol):
    """Consent events: appended, never changed; and their projection, which is rebuilt."""

    def of_members(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal]
    ) -> Mapping[Ordinal, Sequence[EventRecord]]:
        """Give every event of these members in the order recorded, personal parts opened.

        A personal part whose key is gone is empty; the event itself is always there.
        """
        ...

    def links(self, dataset: DatasetId) -> Iterator[Link]:
        """Give every event of a dataset as stored, member by member in the order recorded."""
        ...

    def append(
        self, records: Sequence[EventRecord], first: Set[Ordinal], fresh: Set[str]
    ) -> Mapping[EventId, bytes]:
        """Seal, chain and add events of one held dataset; gives each event's chain hash.

        `first` are the members of whom this is the first event, as far as the caller has looked;
        `fresh` the people whom this unit of work has made. Raises ParticipantUnknown when one of
        them was erased.
        """
        ...

    def key(self, pids: Set[str]) -> None:
        """Make the keys of people whom this unit of work has made; `append` does for the rest."""
        ...

    def taken_in(self, lines: Sequence[tuple[str, Source]]) -> None:
        """Keep whose line each was; one line of one file under one mapping is taken in once."""
        ...

    def seek(self, terms: Iterable[Terms]) -> None:
        """Look up early what `project` would have to look up of these terms."""
        ...

    def project(
        self,
        dataset: DatasetId,
        timelines: Mapping[Ordinal, Sequence[Segment]],
        now: datetime,
        first: Set[Ordinal],
    ) -> None:
        """Replace the stored timelines of these members; what begins after `now` is to turn.

        `first` are members who have no stored timeline yet.
        """
        ...

    def timelines(
        self, dataset: DatasetId, ordinals: Sequence[Ordinal]
    ) -> Mapping[Ordinal, Sequence[Segment]]:
        """Give the stored timelines of these members."""
        ...

    def latest(self, event_id: EventId) -> Latest | None:
        """Say when an event was recorded and whether it is its member's newest in the dataset.

        None when there is no such event.
        """
        ...

    def turning(self, dataset: DatasetId, upto: datetime, limit: int) -> Sequence[Ordinal]:
        """Give members whose standing turned by itself by `upto` and was not said to have."""
        ...

    def turned(self, dataset: DatasetId, ordinals: Sequence[Ordinal], upto: datetime) -> None:
        """Note that it was said."""
        ...

    def to_turn(self, dataset: DatasetId, after: datetime) -> Sequence[Ordinal]:
        """Give, in order, the members of whom it is known that their standing turns later."""
        ...

    def changed_since(self, dataset: DatasetId, revision: Revision) -> Sequence[Ordinal]:
        """Give the members of whom an event was recorded at a later revision."""
        ...

    def index_as_of(
        self, dataset: DatasetId, times: AsOf, of: Sequence[Ordinal] | None = None
    ) -> CohortIndex:
        """Give the index as of then, from every event: of everybody, or of these members alone."""
        ...

    def revision_known(self, dataset: DatasetId, known_at: datetime) -> Revision:
        """Give the dataset's revision as of an instant, whatever moved it; 0 before the first."""
        ...

    def index(self, dataset: DatasetId, at: datetime) -> AbstractContextManager[CohortIndex]:
        """Give the index at an instant as this unit of work sees it; nobody else changes it."""
        ...


class Cohorts(Protocol):
    """Frozen cohorts, and those bound to permits."""

    def add(self, cohort: FrozenCohort) -> None:
        """Keep a new frozen cohort."""
        ...

    def get(self, cohort_id: CohortId) -> FrozenCohort | None:
        """Give a frozen cohort as it stands in this transaction."""
        ...

    def bind(
        self,
        cohort: FrozenCohort,
        permit_id: PermitId,
        *,
        at: datetime,
        revision: Revision,
        lapses: Sequence[tuple[str, int]],
        project: Project | None = None,
    ) -> None:
        """Make a cohort of a held dataset live under a permit."""
        ...

    def end(self, cohort_id: CohortId, at: datetime) -> None:
        """Keep when the permit of a bound cohort of a held dataset ended."""
        ...

    def of_permit(self, permit_id: PermitId) -> BoundCohort | None:
        """Give the cohort that is live under a permit, as it was frozen."""
        ...

    def left(self, cohort_id: CohortId, ordinal: Ordinal) -> Sequence[Narrowed]:
        """Say when and why a person left a cohort; nothing while she is in."""
        ...

    def gone(self, cohort_id: CohortId, upto: Revision) -> BitMap:
        """Give everybody who had left a cohort at a revision of its dataset."""
        ...

    def named(
        self, cohorts: Sequence[CohortId], permits: Sequence[PermitId]
    ) -> Sequence[NamedCohort]:
        """Give those cohorts, and those bound to these permits, without their people."""
        ...

    def left_unread(self, uses: Mapping[int, tuple[CohortId, CohortUse]]) -> Mapping[int, Gone]:
        """Give who had left at the time of a use, at no revision that its reader had, by cause.

        Each use is of the cohort beside it; those of which nobody was such a one are left out.
        """
        ...

    def holding(
        self, dataset: DatasetId, ordinal: Ordinal, cohorts: Sequence[CohortId]
    ) -> Mapping[CohortId, Holding]:
        """Say of these frozen cohorts of a dataset whether they hold this member.

        What is no cohort of that dataset is left out.
        """
        ...

    def under(self, permit_id: PermitId) -> FrozenCohort | None:
        """Give the cohort that is bound to this permit, as it was frozen."""
        ...

    def permits_for(
        self, dataset: DatasetId, ordinal: Ordinal, limit: int | None
    ) -> Sequence[PermitFor]:
        """Give the bound cohorts of a dataset as this member stands to them, the newest first."""
        ...

    def live(self, dataset: DatasetId) -> Sequence[LiveCohort]:
        """Give the live cohorts of a dataset in the order they were bound."""
        ...

    def unchecked(self, dataset: DatasetId, grounds: str) -> Sequence[CohortId]:
        """Name the live cohorts whose people were not yet looked through under these grounds.

        Those of which a ruling was withdrawn since are among them. In the order they were bound.
        """
        ...

    def checked(self, cohort_id: CohortId, grounds: str) -> None:
        """Note that everybody left in a cohort may stay under these grounds and its rulings."""
        ...

    def uncheck(self, dataset: DatasetId, ruling_id: str) -> None:
        """Note that a ruling is withdrawn: who names it has to be looked through again."""
        ...

    def narrow(self, gone: Sequence[Narrowed]) -> None:
        """Take people out of live cohorts; who is out already stays out with the first cause."""
        ...


class Withdrawals(Protocol):
    """What each withdrawal did."""

    def add(self, withdrawal: Withdrawal) -> None:
        """Keep a withdrawal."""
        ...

    def get(self, withdrawal_id: str) -> Withdrawal | None:
        """Give a withdrawal."""
        ...

    def everywhere(self, pids: Iterable[str]) -> Sequence[Withdrawal]:
        """Give these people's withdrawals from everything, the earliest first."""
        ...

    def of(self, pid: str) -> Sequence[Withdrawal]:
        """Give a participant's withdrawals in the order recorded."""
        ...

    def by_key(self, pid: str, idempotency_key: str) -> Withdrawal | None:
        """Give the withdrawal that this participant's key has named before."""
        ...
