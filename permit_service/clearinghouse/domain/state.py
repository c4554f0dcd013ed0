# SPDX-License-Identifier: Apache-2.0
"""The registers as this node knows them: values that are replaced, never changed in place.

Rules held here: a cohort only ever narrows, across changes and across snapshots; a revoked permit
stays revoked; a register's revision never goes back; an ordinal keeps its local id for ever. What
breaks a rule is a FeedFault, and the caller keeps the picture it had. Reading wire payloads is in
`feed_reading`; freshness and signatures are elsewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

from permit_service.clearinghouse.domain.data_categories import NOTHING_TOLD, ManifestKinds
from permit_service.clearinghouse.domain.errors import FeedFault
from permit_service.clearinghouse.domain.ordinals import Ordinals
from shared.ids import CohortId, DatasetId, Ordinal, PermitId, Revision

PERMITS: Final = "permits"
"""The name of the permit register."""


def dataset_register(dataset: DatasetId) -> str:
    """Name the register of a dataset."""
    return f"dataset:{dataset}"


class PermitStatus(Enum):
    """What the permit register says of a permit."""

    LIVE = "live"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitRecord:
    """A permit as published: its status and its own signed document."""

    permit_id: PermitId
    status: PermitStatus
    jws: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The people a permit was given for, less everyone who left since.

    `revision` and `digest` are those of the freeze, as the permit's signatures cover them; `kinds`
    are what the freeze told of kinds of data.
    `lapses` holds the instant from which a member's consent has ended by itself.
    """

    cohort_id: CohortId
    permit_id: PermitId
    revision: Revision
    digest: str
    members: Ordinals
    lapses: Mapping[Ordinal, datetime]
    kinds: ManifestKinds = NOTHING_TOLD

    def narrowed_by(self, gone: Iterable[Ordinal]) -> "Cohort":
        """Take people out."""
        leaving = tuple(gone)
        return replace(self, members=self.members.without(leaving)) if leaving else self

    def never_wider_than(self, known: "Cohort | None") -> "Cohort":
        """Keep only who was in before, and its kinds, when this is the same cohort seen again."""
        if known is None or known.cohort_id != self.cohort_id:
            return self
        lapses = dict(self.lapses)
        for ordinal, at in known.lapses.items():
            lapses[ordinal] = min(at, lapses.get(ordinal, at))
        members = self.members.only(known.members)
        return replace(self, members=members, lapses=lapses, kinds=known.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """When (by revision) and why a member was last taken out of cohorts of the dataset."""

    revision: Revision
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRegister:
    """One dataset: who is member under which local id, and one cohort per permit."""

    dataset: DatasetId
    revision: Revision
    ordinals: Mapping[str, Ordinal] = field(default_factory=dict, repr=False)
    cohorts: Mapping[PermitId, Cohort] = field(default_factory=dict)
    narrowed: Mapping[Ordinal, Narrowing] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitRegister:
    """Every permit this node has heard of."""

    revision: Revision
    permits: Mapping[PermitId, PermitRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdded:
    """A person joined the dataset under a local id."""

    revision: Revision
    ordinal: Ordinal
    local_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberNarrowed:
    """A person leaves cohorts of the dataset frozen before this revision.

    `cohorts` names which, None means all of them.
    """

    revision: Revision
    ordinal: Ordinal
    cause: str
    cohorts: frozenset[CohortId] | None = None

    def reaches(self, cohort: Cohort) -> bool:
        """Say whether this takes the person out of a cohort."""
        named = self.cohorts is None or cohort.cohort_id in self.cohorts
        return named and cohort.revision < self.revision


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortBound:
    """A frozen cohort belongs to a permit from now on."""

    revision: Revision
    cohort: Cohort


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionMoved:
    """Something happened that narrows nobody and adds nobody to a cohort."""

    revision: Revision


DatasetChange: TypeAlias = MemberAdded | MemberNarrowed | CohortBound | RevisionMoved


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitIssued:
    """A permit entered the register."""

    revision: Revision
    record: PermitRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitRevoked:
    """A permit ended for good."""

    revision: Revision
    permit_id: PermitId


PermitChange: TypeAlias = PermitIssued | PermitRevoked


def apply_dataset(register: DatasetRegister, changes: Sequence[DatasetChange]) -> DatasetRegister:
    """Give the register after these changes, in order; raise FeedFault for an impossible one."""
    revision = register.revision
    for change in changes:
        revision = _next(revision, change.revision)
    added = [change for change in changes if isinstance(change, MemberAdded)]
    gone = [change for change in changes if isinstance(change, MemberNarrowed)]
    bound = [change.cohort for change in changes if isinstance(change, CohortBound)]
    narrowed = _with_narrowings(register.narrowed, gone)
    cohorts = {
        permit_id: cohort.narrowed_by(one.ordinal for one in gone if one.reaches(cohort))
        for permit_id, cohort in register.cohorts.items()
    }
    for cohort in bound:
        known = cohorts.get(cohort.permit_id)
        cohorts[cohort.permit_id] = _without_changed(cohort, narrowed).never_wider_than(known)
    return replace(
        register,
        revision=revision,
        ordinals=_with_members(register.ordinals, added),
        cohorts=cohorts,
        narrowed=narrowed,
    )


def narrowed_ahead(register: DatasetRegister, gone: Sequence[MemberNarrowed]) -> DatasetRegister:
    """Take out people whom the feed names before it is their turn; the revision stays.

    Narrowing twice is narrowing once. A cohort that is bound later is narrowed when it comes.
    """
    cohorts = {
        permit_id: cohort.narrowed_by(one.ordinal for one in gone if one.reaches(cohort))
        for permit_id, cohort in register.cohorts.items()
    }
    return replace(register, cohorts=cohorts, narrowed=_with_narrowings(register.narrowed, gone))


def apply_permits(register: PermitRegister, changes: Sequence[PermitChange]) -> PermitRegister:
    """Give the permit register after these changes; raise FeedFault for an impossible one."""
    permits = dict(register.permits)
    revision = register.revision
    for change in changes:
        revision = _next(revision, change.revision)
        match change:
            case PermitIssued(record=record):
                permits[record.permit_id] = _kept_ended(record, permits.get(record.permit_id))
            case PermitRevoked(permit_id=permit_id):
                if permit_id not in permits:
                    raise FeedFault("an unknown permit is revoked")
                permits[permit_id] = replace(permits[permit_id], status=PermitStatus.REVOKED)
    return replace(register, revision=revision, permits=permits)


def dataset_resynced(known: DatasetRegister | None, fresh: DatasetRegister) -> DatasetRegister:
    """Take a newer snapshot of a dataset; raise FeedFault for an older one.

    What a snapshot adds to a cohort already known is not believed: nothing widens a cohort.
    """
    if known is None:
        return fresh
    _forward(known.revision, fresh.revision)
    cohorts = {
        permit_id: cohort.never_wider_than(known.cohorts.get(permit_id))
        for permit_id, cohort in fresh.cohorts.items()
    }
    return replace(fresh, cohorts=cohorts, narrowed=known.narrowed)


def permits_resynced(known: PermitRegister | None, fresh: PermitRegister) -> PermitRegister:
    """Take a newer snapshot of the permits; raise FeedFault for an older one."""
    if known is None:
        return fresh
    _forward(known.revision, fresh.revision)
    permits = {
        permit_id: _kept_ended(record, known.permits.get(permit_id))
        for permit_id, record in fresh.permits.items()
    }
    return replace(fresh, permits=permits)


def _forward(known: Revision, next_one: Revision) -> Revision:
    if next_one < known:
        raise FeedFault("the register's revision goes back")
    return next_one


def _next(known: Revision, next_one: Revision) -> Revision:
    """Go on by at most one: a revision that is passed over may have been a withdrawal."""
    if next_one > known + 1:
        raise FeedFault("the feed passed over a revision")
    return _forward(known, next_one)


def _with_members(
    known: Mapping[str, Ordinal], added: Sequence[MemberAdded]
) -> Mapping[str, Ordinal]:
    if not added:
        return known
    ordinals = dict(known)
    taken = set(known.values())
    for one in added:
        if one.local_id not in ordinals and one.ordinal not in taken:
            ordinals[one.local_id] = one.ordinal
            taken.add(one.ordinal)
        elif ordinals.get(one.local_id) != one.ordinal:
            raise FeedFault("a local id or an ordinal is given twice")
    return ordinals


def _with_narrowings(
    known: Mapping[Ordinal, Narrowing], gone: Sequence[MemberNarrowed]
) -> Mapping[Ordinal, Narrowing]:
    """Keep the newest of each person: one heard ahead of its turn is newer than what follows."""
    if not gone:
        return known
    narrowed = dict(known)
    for one in gone:
        before = narrowed.get(one.ordinal)
        if before is None or before.revision <= one.revision:
            narrowed[one.ordinal] = Narrowing(revision=one.revision, cause=one.cause)
    return narrowed


def _without_changed(cohort: Cohort, narrowed: Mapping[Ordinal, Narrowing]) -> Cohort:
    """Take out whoever left any cohort after the freeze.

    Such a freeze is overtaken and never bound; should one be, it opens nobody who changed.
    """
    return cohort.narrowed_by(
        ordinal for ordinal, why in narrowed.items() if why.revision > cohort.revision
    )


def _kept_ended(record: PermitRecord, known: PermitRecord | None) -> PermitRecord:
    if known is not None and known.status is PermitStatus.REVOKED:
        return replace(record, status=PermitStatus.REVOKED)
    return record
