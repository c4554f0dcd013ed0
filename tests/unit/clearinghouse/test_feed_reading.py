# SPDX-License-Identifier: Apache-2.0
"""What a feed's payload must look like; everything else is a fault."""

import json
from typing import Any

import pytest

from permit_service.clearinghouse.domain.data_categories import NOTHING_TOLD, ManifestKinds
from permit_service.clearinghouse.domain.errors import FeedFault
from permit_service.clearinghouse.domain.feed_reading import (
    dataset_of,
    read_dataset,
    read_dataset_change,
    read_permit_change,
    read_permits,
)
from permit_service.clearinghouse.domain.state import (
    CohortBound,
    MemberAdded,
    MemberNarrowed,
    PermitIssued,
    PermitRevoked,
    PermitStatus,
    RevisionMoved,
)
from tests.fakes.clearinghouse import COHORT, DATASET, DIGEST, PERMIT
from tests.fakes.clearinghouse_feeds import (
    REGISTER,
    bitmap,
    cohort_body,
    dataset_body,
    listed,
    permits_body,
)
from tests.fakes.kernel import START

LAPSES = [["2027-01-01T00:00:00Z", 3], ["2026-12-01T00:00:00Z", 3], ["2027-01-01T00:00:00Z", 4]]


def manifest(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def kinds_body(told: object) -> dict[str, Any]:
    """Write a cohort whose manifest tells this of kinds of data."""
    body = cohort_body()
    return {**body, "manifest": json.dumps({**manifest(body["manifest"]), "data_categories": told})}


def test_a_snapshot_is_read() -> None:
    register = read_dataset(dataset_body(cohort_body(range(4), lapses=LAPSES)), manifest)
    cohort = register.cohorts[PERMIT]
    assert (register.dataset, register.revision) == (DATASET, 12)
    assert register.ordinals["P0007"] == 7
    assert (cohort.cohort_id, cohort.revision, cohort.digest) == (COHORT, 10, DIGEST)
    assert len(cohort.members) == 4
    assert {ordinal: at.year for ordinal, at in cohort.lapses.items()} == {3: 2026, 4: 2027}


def test_revision_and_digest_of_a_cohort_are_those_its_manifest_signs() -> None:
    body = cohort_body(revision=10)
    body["revision"] = 11
    assert read_dataset(dataset_body(body), manifest).cohorts[PERMIT].revision == 10


def test_the_kinds_of_data_of_a_cohort_are_those_its_manifest_tells() -> None:
    told = {"held": ["genome", "images"], "asked": ["images"]}
    (found,) = read_dataset(dataset_body(kinds_body(told)), manifest).cohorts.values()
    assert found.kinds == ManifestKinds(
        held=frozenset({"genome", "images"}), asked=frozenset({"images"})
    )
    body = cohort_body()
    older = manifest(body["manifest"])
    del older["data_categories"]
    before = read_dataset(dataset_body(body), lambda _: older).cohorts[PERMIT]
    assert before.kinds == NOTHING_TOLD


@pytest.mark.parametrize(
    "odd",
    [
        *(None, [], {}),
        {"held": [], "asked": None},
        {"held": "genome", "asked": []},
        {"held": ["genome"]},
        {"held": ["genome"], "asked": [1]},
    ],
)
def test_kinds_of_data_that_cannot_be_read_are_no_manifest(odd: object) -> None:
    with pytest.raises(FeedFault):
        read_dataset(dataset_body(kinds_body(odd)), manifest)


def test_changes_are_read() -> None:
    about = {"register": REGISTER, "revision": 13}
    added = {**about, "kind": "member.added", "ordinal": 20, "local_id": "P0020"}
    gone = {**about, "kind": "member.narrowed", "ordinal": 3, "cause": "withdrawn"}
    bound = {**cohort_body(), **about, "kind": "cohort.bound"}
    assert isinstance(read_dataset_change(added, manifest), MemberAdded)
    assert isinstance(read_dataset_change(gone, manifest), MemberNarrowed)
    found = read_dataset_change(bound, manifest)
    assert isinstance(found, CohortBound)
    assert (found.revision, found.cohort.revision) == (13, 10)
    for kind in ("member.given", "dataset.added"):
        change = {**about, "kind": kind, "ordinal": 3}
        assert isinstance(read_dataset_change(change, manifest), RevisionMoved)


def test_only_changed_terms_or_rules_may_name_the_cohorts_left() -> None:
    about = {"register": REGISTER, "revision": 13, "kind": "member.narrowed", "ordinal": 3}
    named = {
        cause: read_dataset_change({**about, "cause": cause, "cohorts": [COHORT]}, manifest)
        for cause in (
            *("changed", "ruling_withdrawn", "policy_changed", "hierarchy_changed"),
            *("withdrawn", "refused", "expired"),
        )
    }
    found = {
        cause: change.cohorts
        for cause, change in named.items()
        if isinstance(change, MemberNarrowed)
    }
    assert found == {
        "changed": frozenset({COHORT}),
        "ruling_withdrawn": frozenset({COHORT}),
        "policy_changed": frozenset({COHORT}),
        "hierarchy_changed": frozenset({COHORT}),
        "withdrawn": None,
        "refused": None,
        "expired": None,
    }
    unnamed = read_dataset_change({**about, "cause": "changed"}, manifest)
    assert isinstance(unnamed, MemberNarrowed)
    assert unnamed.cohorts is None
    with pytest.raises(FeedFault):
        read_dataset_change({**about, "cause": "changed", "cohorts": [1]}, manifest)


def test_permits_are_read() -> None:
    register = read_permits(permits_body(listed("a.b.c", status="expired")))
    assert register.permits[PERMIT].status is PermitStatus.EXPIRED
    about = {"register": "permits", "revision": 6, "permit_id": PERMIT}
    assert isinstance(
        read_permit_change({**about, "kind": "permit.issued", "jws": "a.b.c"}), PermitIssued
    )
    assert isinstance(read_permit_change({**about, "kind": "permit.revoked"}), PermitRevoked)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("register", "permits"),
        ("register", "dataset:nonsense"),
        ("revision", -1),
        ("revision", "12"),
        ("revision", True),
        ("local_ids", None),
        ("local_ids", ["P1", "P1"]),
        ("local_ids", [1]),
        ("cohorts", {}),
        ("cohorts", ["x"]),
        ("cohorts", [{**cohort_body(), "bitmap": "AAAA"}]),
        ("cohorts", [{**cohort_body(), "lapses": [["soon", 1]]}]),
        ("cohorts", [{**cohort_body(), "lapses": [[1, "soon"]]}]),
        ("cohorts", [{**cohort_body(), "lapses": [["2027-01-01T00:00:00Z", -1]]}]),
        ("cohorts", [{**cohort_body(), "lapses": ["x"]}]),
        ("cohorts", [{**cohort_body(), "cohort_id": "another"}]),
        ("cohorts", [{**cohort_body(), "permit_id": None}]),
    ],
)
def test_a_snapshot_that_is_none_is_refused(name: str, value: object) -> None:
    with pytest.raises(FeedFault):
        read_dataset({**dataset_body(), name: value}, manifest)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"kind": "member.widened", "revision": 13},
        {"kind": "member.added", "revision": 13, "ordinal": 1},
        {"kind": "member.added", "revision": 13, "ordinal": -1, "local_id": "P"},
        {"kind": "member.narrowed", "revision": 13, "ordinal": "1", "cause": "withdrawn"},
        {"kind": "cohort.bound", "revision": 13, "cohort_id": COHORT, "bitmap": bitmap([1])},
    ],
)
def test_a_change_that_is_none_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(FeedFault):
        read_dataset_change(change, manifest)
    with pytest.raises(FeedFault):
        read_permit_change(change)


def test_other_registers_and_statuses_are_refused() -> None:
    for body in (dataset_body(), permits_body(listed("a.b.c", status="paused"))):
        with pytest.raises(FeedFault):
            read_permits(body)
    with pytest.raises(FeedFault):
        read_permit_change({"kind": "permit.paused", "revision": 6, "permit_id": PERMIT})
    assert dataset_of("permits") is None
    assert START.tzinfo is not None
