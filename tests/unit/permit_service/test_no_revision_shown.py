# SPDX-License-Identifier: Apache-2.0
"""Neither an answer nor a page moves with one person's change when the numbers beside it do not.

The consent register's revision moves with each change of each person, and what is known of a
permit's members is as of one: shown beside rounded numbers, it would undo them.
"""

from dataclasses import replace

from permit_service.domain.cohort import CohortView
from permit_service.http.api import present
from permit_service.http.pages.views import counts_view
from shared.ids import DatasetId, Revision
from tests.fakes.permit_factories import T0, a_freeze, a_permit


def test_one_who_leaves_a_cohort_moves_nothing_of_its_permit() -> None:
    permit = a_permit()
    told = permit.narrow(permit.members_now, Revision(permit.members_revision + 1))
    assert told != permit, "it was heard"
    assert present.permit(told, T0) == present.permit(permit, T0)


def test_one_who_changes_anything_moves_nothing_of_what_an_authority_sees() -> None:
    before = CohortView(
        dataset=DatasetId("GDI-ZZ-DATASET-1"),
        revision=Revision(7),
        counts=a_freeze().counts,
        reasons={"refused": 380},
        awaiting_by_clause={},
        purpose_sha256="0" * 64,
    )
    after = replace(before, revision=Revision(before.revision + 1))
    assert present.cohort(after) == present.cohort(before)
    assert counts_view(after) == counts_view(before)
