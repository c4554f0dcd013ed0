# SPDX-License-Identifier: Apache-2.0
"""Registers only narrow, never go back, and never change under a reader."""

from dataclasses import replace
from datetime import timedelta

import pytest

from permit_service.clearinghouse.domain.data_categories import ManifestKinds
from permit_service.clearinghouse.domain.errors import FeedFault
from permit_service.clearinghouse.domain.ordinals import Ordinals
from permit_service.clearinghouse.domain.state import (
    CohortBound,
    DatasetChange,
    DatasetRegister,
    MemberAdded,
    MemberNarrowed,
    PermitIssued,
    PermitRegister,
    PermitRevoked,
    PermitStatus,
    RevisionMoved,
    apply_dataset,
    apply_permits,
    dataset_resynced,
    permits_resynced,
)
from shared.ids import CohortId, Ordinal, PermitId, Revision
from tests.fakes.clearinghouse import PERMIT, a_cohort, a_record, a_register
from tests.fakes.kernel import START


def narrowed(ordinal: int, revision: int, *cohorts: str) -> MemberNarrowed:
    return MemberNarrowed(
        revision=Revision(revision),
        ordinal=Ordinal(ordinal),
        cause="changed" if cohorts else "withdrawn",
        cohorts=frozenset(map(CohortId, cohorts)) if cohorts else None,
    )


def added(ordinal: int, name: str, revision: int = 13) -> MemberAdded:
    return MemberAdded(revision=Revision(revision), ordinal=Ordinal(ordinal), local_id=name)


def members(register: DatasetRegister) -> list[int]:
    cohort = register.cohorts[PERMIT]
    return [number for number in range(30) if Ordinal(number) in cohort.members]


def test_a_withdrawal_takes_the_person_out_and_leaves_the_old_picture_alone() -> None:
    before = a_register(a_cohort(range(5)))
    after = apply_dataset(before, [narrowed(3, 13)])
    assert members(after) == [0, 1, 2, 4]
    assert members(before) == [0, 1, 2, 3, 4]
    assert after.revision == 13
    assert after.narrowed[Ordinal(3)].cause == "withdrawn"


def test_only_cohorts_frozen_before_are_narrowed() -> None:
    later = a_cohort(range(5), permit_id=PermitId("permit-2"), revision=13)
    after = apply_dataset(a_register(a_cohort(range(5)), later), [narrowed(3, 13)])
    assert Ordinal(3) not in after.cohorts[PERMIT].members
    assert Ordinal(3) in after.cohorts[PermitId("permit-2")].members


def test_who_changed_her_terms_leaves_only_the_cohorts_named() -> None:
    second = PermitId("permit-2")
    other = a_cohort(range(5), permit_id=second, cohort_id=CohortId("cohort-2"))
    before = a_register(a_cohort(range(5)), other)
    after = apply_dataset(before, [narrowed(3, 13, "cohort-2"), narrowed(4, 13, "cohort-1")])
    assert members(after) == [0, 1, 2, 3]
    assert Ordinal(3) not in after.cohorts[second].members
    assert Ordinal(4) in after.cohorts[second].members
    both = apply_dataset(before, [narrowed(3, 13, "cohort-2"), narrowed(3, 14, "cohort-1")])
    for cohort in both.cohorts.values():
        assert Ordinal(3) not in cohort.members


def test_a_cohort_bound_although_overtaken_opens_nobody_who_changed() -> None:
    bound = CohortBound(revision=Revision(14), cohort=a_cohort(range(5), revision=12))
    found = apply_dataset(a_register(), [narrowed(3, 13, "another"), bound])
    assert members(found) == [0, 1, 2, 4]


def test_a_cohort_bound_after_a_withdrawal_it_has_not_seen_is_narrowed_at_once() -> None:
    first, second = Revision(13), Revision(14)
    cohort = a_cohort(range(5), revision=12)
    orders: list[list[DatasetChange]] = [
        [narrowed(3, first), CohortBound(revision=second, cohort=cohort)],
        [CohortBound(revision=first, cohort=cohort), narrowed(3, second)],
    ]
    for changes in orders:
        assert members(apply_dataset(a_register(), changes)) == [0, 1, 2, 4]


def test_a_revision_that_is_passed_over_may_have_been_a_withdrawal() -> None:
    with pytest.raises(FeedFault):
        apply_dataset(a_register(a_cohort(range(5))), [added(2, "P0002", 14)])


def test_a_cohort_frozen_after_a_person_consented_again_keeps_her() -> None:
    bound = CohortBound(revision=Revision(14), cohort=a_cohort(range(5), revision=13))
    assert members(apply_dataset(a_register(), [narrowed(3, 13), bound])) == [0, 1, 2, 3, 4]


def test_binding_a_known_cohort_again_adds_nobody() -> None:
    again = CohortBound(revision=Revision(13), cohort=a_cohort(range(10)))
    assert members(apply_dataset(a_register(a_cohort(range(5))), [again])) == [0, 1, 2, 3, 4]


def test_members_join_with_their_local_ids() -> None:
    after = apply_dataset(a_register(people=2), [added(2, "P0002"), added(2, "P0002", 14)])
    assert after.ordinals["P0002"] == 2
    assert after.revision == 14


@pytest.mark.parametrize("change", [added(5, "P0001"), added(1, "P9999")])
def test_an_ordinal_keeps_its_local_id(change: MemberAdded) -> None:
    with pytest.raises(FeedFault):
        apply_dataset(a_register(), [change])


def test_a_revision_that_goes_back_is_refused() -> None:
    back: list[list[DatasetChange]] = [
        [narrowed(3, 11)],
        [narrowed(3, 14), RevisionMoved(revision=Revision(13))],
    ]
    for changes in back:
        with pytest.raises(FeedFault):
            apply_dataset(a_register(a_cohort()), changes)


def test_a_snapshot_never_widens_a_known_cohort() -> None:
    known = apply_dataset(a_register(a_cohort(range(5))), [narrowed(3, 13)])
    lapse = {Ordinal(1): START + timedelta(hours=1)}
    fresh = a_register(a_cohort(range(8), lapses=lapse), revision=14)
    again = dataset_resynced(known, fresh)
    assert members(again) == [0, 1, 2, 4]
    assert again.cohorts[PERMIT].lapses == lapse
    earlier = {Ordinal(1): START}
    assert (
        dataset_resynced(again, a_register(a_cohort(lapses=earlier), revision=15))
        .cohorts[PERMIT]
        .lapses
        == earlier
    )


def test_a_cohort_seen_again_keeps_the_kinds_of_data_of_its_freeze() -> None:
    genome = frozenset({"genome"})
    of_genomes = replace(a_cohort(), kinds=ManifestKinds(held=genome, asked=genome))
    known = a_register(of_genomes)
    bound = CohortBound(revision=Revision(13), cohort=a_cohort())
    for again in (
        dataset_resynced(known, a_register(a_cohort(), revision=13)),
        apply_dataset(known, [bound]),
    ):
        assert again.cohorts[PERMIT].kinds == of_genomes.kinds


def test_an_older_snapshot_is_refused() -> None:
    with pytest.raises(FeedFault):
        dataset_resynced(a_register(revision=12), a_register(revision=11))
    with pytest.raises(FeedFault):
        permits_resynced(PermitRegister(revision=Revision(5)), PermitRegister(revision=Revision(4)))


def test_a_revoked_permit_stays_revoked() -> None:
    register = PermitRegister(revision=Revision(5), permits={PERMIT: a_record()})
    revoked = apply_permits(register, [PermitRevoked(revision=Revision(6), permit_id=PERMIT)])
    again = apply_permits(revoked, [PermitIssued(revision=Revision(7), record=a_record())])
    fresh = PermitRegister(revision=Revision(8), permits={PERMIT: a_record()})
    for found in (revoked, again, permits_resynced(revoked, fresh)):
        assert found.permits[PERMIT].status is PermitStatus.REVOKED
    assert register.permits[PERMIT].status is PermitStatus.LIVE


def test_revoking_an_unknown_permit_means_something_was_missed() -> None:
    with pytest.raises(FeedFault):
        apply_permits(
            PermitRegister(revision=Revision(5)),
            [PermitRevoked(revision=Revision(6), permit_id=PERMIT)],
        )


@pytest.mark.parametrize("text", ["", "AAAA", "!", "OzAAAAEAAAAAAAIA"])
def test_a_bitmap_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(FeedFault):
        Ordinals.from_base64(text)


def test_ordinals_are_values() -> None:
    assert Ordinals([1, 2]) == Ordinals([2, 1])
    assert hash(Ordinals([1, 2])) == hash(Ordinals([2, 1]))
    assert len(Ordinals(range(7)).without([3, 99])) == 6
    assert "7" in repr(Ordinals(range(7)))
