# SPDX-License-Identifier: Apache-2.0
"""From the payloads of signed feeds to registers and changes.

Reads decoded JSON whose signature has been checked. Anything missing, of the wrong type or of an
unknown kind is a FeedFault: the caller then starts again from a snapshot, which needs no kinds.
Times with another zone than UTC, ordinals below zero and bitmaps beyond the table are refused.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias, TypeVar

from permit_service.clearinghouse.domain.data_categories import NOTHING_TOLD, ManifestKinds
from permit_service.clearinghouse.domain.errors import FeedFault
from permit_service.clearinghouse.domain.ordinals import Ordinals
from permit_service.clearinghouse.domain.state import (
    PERMITS,
    Cohort,
    CohortBound,
    DatasetChange,
    DatasetRegister,
    MemberAdded,
    MemberNarrowed,
    PermitChange,
    PermitIssued,
    PermitRecord,
    PermitRegister,
    PermitRevoked,
    PermitStatus,
    RevisionMoved,
)
from shared.clock import from_rfc3339
from shared.ids import CohortId, DatasetId, Ordinal, PermitId, Revision, parse_dataset_id

ManifestReader: TypeAlias = Callable[[str], Mapping[str, object]]
"""Gives the claims of a manifest that stood in a signed body; FeedFault when it is none."""

_T = TypeVar("_T")
_DATASET_PREFIX: Final = "dataset:"
_LAPSE_ITEMS: Final = 2
_OF_SOME_COHORTS: Final = frozenset(
    {"changed", "ruling_withdrawn", "policy_changed", "hierarchy_changed"}
)


def dataset_of(register: str) -> DatasetId | None:
    """Give the dataset of a register `dataset:<id>`, None for a register of another kind."""
    if not register.startswith(_DATASET_PREFIX):
        return None
    try:
        return parse_dataset_id(register.removeprefix(_DATASET_PREFIX))
    except ValueError:
        raise FeedFault("a register names no dataset") from None


def read_dataset(payload: Mapping[str, object], manifests: ManifestReader) -> DatasetRegister:
    """Read the snapshot of one dataset's register."""
    dataset = dataset_of(field(payload, "register", str))
    if dataset is None:
        raise FeedFault("not the snapshot of a dataset")
    ordinals: dict[str, Ordinal] = {}
    for ordinal, local_id in enumerate(field(payload, "local_ids", list)):
        if not isinstance(local_id, str) or local_id in ordinals:
            raise FeedFault("a local id is no text or is given twice")
        ordinals[local_id] = Ordinal(ordinal)
    cohorts = [read_cohort(cohort, manifests) for cohort in objects(payload, "cohorts")]
    return DatasetRegister(
        dataset=dataset,
        revision=revision_of(payload),
        ordinals=ordinals,
        cohorts={cohort.permit_id: cohort for cohort in cohorts},
    )


def read_permits(payload: Mapping[str, object]) -> PermitRegister:
    """Read the snapshot of the permit register."""
    if field(payload, "register", str) != PERMITS:
        raise FeedFault("not the snapshot of the permit register")
    records = [_record(permit) for permit in objects(payload, "permits")]
    return PermitRegister(
        revision=revision_of(payload), permits={record.permit_id: record for record in records}
    )


def read_cohort(body: Mapping[str, object], manifests: ManifestReader) -> Cohort:
    """Read a cohort: its current members and lapses, and the freeze its manifest tells of.

    Revision and digest are the manifest's, because they are what the permit's signatures cover;
    the kinds of data stand nowhere else.
    """
    cohort_id = CohortId(field(body, "cohort_id", str))
    manifest = manifests(field(body, "manifest", str))
    if field(manifest, "cohort_id", str) != cohort_id:
        raise FeedFault("a manifest speaks of another cohort")
    return Cohort(
        cohort_id=cohort_id,
        permit_id=PermitId(field(body, "permit_id", str)),
        revision=revision_of(manifest),
        digest=field(manifest, "digest", str),
        members=Ordinals.from_base64(field(body, "bitmap", str)),
        lapses=_lapses(field(body, "lapses", list)),
        kinds=_kinds(manifest),
    )


def read_dataset_change(change: Mapping[str, object], manifests: ManifestReader) -> DatasetChange:
    """Read one change of a dataset's register; raise FeedFault for a kind not known here."""
    revision = revision_of(change)
    kind = field(change, "kind", str)
    if kind == "member.added":
        local_id = field(change, "local_id", str)
        return MemberAdded(revision=revision, ordinal=_ordinal(change), local_id=local_id)
    if kind == "member.narrowed":
        return MemberNarrowed(
            revision=revision,
            ordinal=_ordinal(change),
            cause=field(change, "cause", str),
            cohorts=_named_cohorts(change),
        )
    if kind == "cohort.bound":
        return CohortBound(revision=revision, cohort=read_cohort(change, manifests))
    if kind in {"member.given", "dataset.added", "dataset.moved"}:
        return RevisionMoved(revision=revision)
    if kind == "member.erased":
        # Only a snapshot is without her local id; it is the one way to forget it here too.
        raise FeedFault("a local id was erased")
    raise FeedFault("a change of unknown kind")


def read_permit_change(change: Mapping[str, object]) -> PermitChange:
    """Read one change of the permit register; raise FeedFault for a kind not known here."""
    revision = revision_of(change)
    kind = field(change, "kind", str)
    permit_id = PermitId(field(change, "permit_id", str))
    if kind == "permit.issued":
        jws = field(change, "jws", str)
        record = PermitRecord(permit_id=permit_id, status=PermitStatus.LIVE, jws=jws)
        return PermitIssued(revision=revision, record=record)
    if kind == "permit.revoked":
        return PermitRevoked(revision=revision, permit_id=permit_id)
    raise FeedFault("a change of unknown kind")


def revision_of(body: Mapping[str, object]) -> Revision:
    """Read `revision`, a whole number from 0."""
    return Revision(_whole(field(body, "revision", int)))


def objects(body: Mapping[str, object], name: str) -> Sequence[Mapping[str, object]]:
    """Read an array of objects."""
    items = field(body, name, list)
    if not all(isinstance(item, dict) for item in items):
        raise FeedFault(f"{name} holds something else than objects")
    return items


def field(body: Mapping[str, object], name: str, kind: type[_T]) -> _T:
    """Read one member of a JSON object; raise FeedFault when it is missing or of another type."""
    value = body.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise FeedFault(f"{name} is missing or of the wrong type")
    return value


def _kinds(manifest: Mapping[str, object]) -> ManifestKinds:
    """Read the kinds of data; a manifest from before they were told has none."""
    if "data_categories" not in manifest:
        return NOTHING_TOLD
    told = field(manifest, "data_categories", dict)
    return ManifestKinds(held=_texts(told, "held"), asked=_texts(told, "asked"))


def _texts(body: Mapping[str, object], name: str) -> frozenset[str]:
    found = field(body, name, list)
    if not all(isinstance(one, str) for one in found):
        raise FeedFault(f"{name} holds something else than texts")
    return frozenset(found)


def _named_cohorts(change: Mapping[str, object]) -> frozenset[CohortId] | None:
    """Read which cohorts a person left; None for all of them.

    Only who changed her terms, or whom a ruling or a policy lets in no more, may stay in some: who
    withdrew or refused leaves every one, whatever the list says, and so does who is named in no
    list.
    """
    of_some = change.get("cause") in _OF_SOME_COHORTS and isinstance(change.get("cohorts"), list)
    return frozenset(map(CohortId, _texts(change, "cohorts"))) if of_some else None


def _record(body: Mapping[str, object]) -> PermitRecord:
    try:
        status = PermitStatus(field(body, "status", str))
    except ValueError:
        raise FeedFault("a permit has an unknown status") from None
    permit_id = PermitId(field(body, "permit_id", str))
    return PermitRecord(permit_id=permit_id, status=status, jws=field(body, "jws", str))


def _lapses(items: Sequence[object]) -> Mapping[Ordinal, datetime]:
    """Read `[[time, ordinal], ...]`; of several for one person the earliest counts."""
    lapses: dict[Ordinal, datetime] = {}
    for item in items:
        if not isinstance(item, list) or len(item) != _LAPSE_ITEMS:
            raise FeedFault("a lapse is not a pair")
        time, ordinal = item
        if not isinstance(time, str) or not isinstance(ordinal, int):
            raise FeedFault("a lapse is not a time and an ordinal")
        at = _time(time)
        known = Ordinal(_whole(ordinal))
        lapses[known] = min(at, lapses.get(known, at))
    return lapses


def _time(text: str) -> datetime:
    try:
        return from_rfc3339(text)
    except ValueError:
        raise FeedFault("a time is not RFC 3339 in UTC") from None


def _ordinal(body: Mapping[str, object]) -> Ordinal:
    return Ordinal(_whole(field(body, "ordinal", int)))


def _whole(value: int) -> int:
    if value < 0:
        raise FeedFault("a number is below zero")
    return value
