# SPDX-License-Identifier: Apache-2.0
"""The things the registry keeps: datasets, members, frozen cohorts, withdrawals, feed changes.

Plain values. Whoever changes a dataset's consents holds that dataset, so that its revisions are
the order in which changes were committed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, NamedTuple

from pyroaring import BitMap

from consent_registry.domain.data_categories import ANY, Categories
from consent_registry.domain.purpose import Purpose
from consent_registry.domain.regimes import ConsentRole
from consent_registry.domain.windows import Window
from shared.canonical import JSON
from shared.ids import ApplicationId, CohortId, DatasetId, Ordinal, PermitId, Revision

FREEZE_LIFE: Final = timedelta(seconds=60)
MAX_CHANGES: Final = 5_000
MAX_URGENT: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset and where its register stands.

    `members` is the number of ordinals given out, `table_version` counts changes of the table from
    ordinal to local id. `recorded_at` is the newest event's: no later one is recorded earlier.
    `legal_regime` and `consent_role` name the policy's rules for it; `form` is the form that it
    demands of consents, empty when it demands none. `collected` are the days on which its data were
    collected, None when that was not said, and `data_categories` the kinds of data that it holds,
    none when that was not said; each is said once.
    """

    dataset: DatasetId
    title: str
    controller: str
    country: str
    legal_regime: str
    created_at: datetime
    revision: Revision
    members: int
    table_version: int
    recorded_at: datetime
    consent_role: str = ConsentRole.LEGAL_BASIS.value
    form: str = ""
    collected: Window | None = None
    data_categories: Categories = ANY

    def now(self, clock_now: datetime) -> datetime:
        """Give the time that counts here: the clock's, but never before what was recorded.

        So a withdrawal holds also after the clock was set back: revisions order events, not clocks.
        """
        return max(clock_now, self.recorded_at)

    @property
    def register(self) -> str:
        """The name of its register in the feed."""
        return f"dataset:{self.dataset}"


class Member(NamedTuple):
    """A participant as a member of one dataset; `pid` is the registry's own participant id.

    `data_categories` are the kinds of data that there are of her, none for all of the dataset's.
    """

    dataset: DatasetId
    ordinal: Ordinal
    pid: str
    local_id: str
    data_categories: Categories = ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenCohort:
    """A cohort fixed for one application; `bitmap` are the people, `salt` hides their digest.

    `counts` and `reasons` are numbers that may be shown (ADR 0011), `rulings` the ids of those it
    was decided with. `checked_under` names the policy and the disease hierarchy (`grounds`) that
    its people were last looked through under; empty once one of its rulings was withdrawn.
    `ended_at` is when its permit ended before its time, None where that was not said.
    """

    cohort_id: CohortId
    dataset: DatasetId
    application_id: ApplicationId
    purpose: Purpose
    revision: Revision
    frozen_at: datetime
    void_at: datetime
    counts: Mapping[str, int]
    reasons: Mapping[str, int]
    salt: bytes
    digest: str
    bitmap: BitMap
    manifest: str
    checked_under: str
    rulings: tuple[str, ...] = ()
    permit_id: PermitId | None = None
    bound_revision: Revision | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCohort:
    """A bound cohort less everybody who has left it since, with the ends known in advance.

    `ruling_withdrawn` says that its people were not looked through since a ruling of it was.
    """

    frozen: FrozenCohort
    members: BitMap
    lapses: tuple[tuple[str, int], ...]
    ruling_withdrawn: bool = False

    @property
    def permit_id(self) -> PermitId:
        """The permit it is bound to."""
        if self.frozen.permit_id is None:
            raise ValueError("a live cohort has a permit")
        return self.frozen.permit_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What people may know of a permit that has their data, and until when it holds at most."""

    title: str
    organisation: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCohort:
    """A frozen cohort with the instant it was bound and the ends known then.

    `project` is None where the permit's service did not say it.
    """

    frozen: FrozenCohort
    bound_at: datetime
    lapses: tuple[tuple[str, int], ...]
    project: Project | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """One person who left one live cohort, at which revision, when and why."""

    cohort_id: CohortId
    ordinal: Ordinal
    revision: Revision
    left_at: datetime
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Whether one person was frozen into a cohort of this digest, and when she left it, if ever."""

    digest: str
    within: bool
    left: Revision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What a withdrawal did: the receipt's facts. `revisions` names each dataset's.

    `everywhere` says that no dataset was named: everything was meant. `idempotency_key` is a digest
    of the caller's.
    """

    withdrawal_id: str
    pid: str
    recorded_at: datetime
    revisions: tuple[tuple[DatasetId, Revision], ...]
    idempotency_key: str | None
    request_sha256: bytes
    everywhere: bool = True


class ChangeKind(Enum):
    """The kinds of change in the feed; readers refuse a kind they do not know."""

    DATASET_ADDED = "dataset.added"
    MEMBER_ADDED = "member.added"
    MEMBER_GIVEN = "member.given"
    MEMBER_NARROWED = "member.narrowed"
    COHORT_BOUND = "cohort.bound"
    DATASET_MOVED = "dataset.moved"
    MEMBER_ERASED = "member.erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterChange:
    """Changes of one kind at one revision of one dataset, one item each, in order.

    In the feed every item has a position of its own.
    """

    dataset: DatasetId
    revision: Revision
    kind: ChangeKind
    items: tuple[Mapping[str, JSON], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChange:
    """A change with the position of its first item."""

    first_position: int
    change: RegisterChange

    @property
    def last_position(self) -> int:
        """The position of its last item."""
        return self.first_position + len(self.change.items) - 1
