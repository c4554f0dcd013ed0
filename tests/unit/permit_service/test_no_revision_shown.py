# SPDX-License-Identifier: Apache-2.0
"""No answer about a permit moves with one person's change when the numbers beside it do not.

The consent register's revision moves with each change of each person, and what is known of a
permit's members is as of one: shown beside rounded numbers, it would undo them. Of a cohort that is
only asked about, it is not even read.
"""

from permit_service.http.api import present
from shared.ids import Revision
from tests.fakes.permit_factories import T0, a_permit


def test_one_who_leaves_a_cohort_moves_nothing_of_its_permit() -> None:
    permit = a_permit()
    told = permit.narrow(permit.members_now, Revision(permit.members_revision + 1))
    assert told != permit, "it was heard"
    assert present.permit(told, T0) == present.permit(permit, T0)
