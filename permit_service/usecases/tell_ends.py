# SPDX-License-Identifier: Apache-2.0
"""Tell consent_registry which permits ended early: it tells the people whose data they had.

A revocation never waits for this. What could not be told is told later; telling twice changes
nothing there.
"""

from typing import Final

from permit_service.domain.errors import CohortRefused, CohortsUnavailable
from permit_service.domain.permit import Permit, Revocation
from permit_service.ports import Ports

_AT_ONCE: Final = 100
_NOT_BOUND: Final = "cohort_unknown"


def tell_ends(*, ports: Ports) -> None:
    """Tell what waits, the oldest permit first, as long as consent_registry answers.

    What it refuses is tried again behind all others: however many it refuses for good, each end
    has its turn.
    """
    with ports.units() as work:
        waiting = work.permits.ends_untold(_AT_ONCE)
    for permit in waiting:
        if permit.revocation is None:
            continue
        try:
            settled = _told(permit, permit.revocation, ports)
        except CohortsUnavailable:
            return
        with ports.units() as work:
            if settled:
                work.permits.end_told(permit.permit_id)
            else:
                work.permits.end_refused(permit.permit_id, ports.clock.now())
            work.commit()


def _told(permit: Permit, ending: Revocation, ports: Ports) -> bool:
    try:
        ports.cohorts.end(permit.cohort.cohort_id, permit.permit_id, ending.revoked_at)
    except CohortRefused as refusal:
        # Stopped while it was issued: until its freeze is void a bind may still be on its way.
        unbound = refusal.context.get("upstream_code") == _NOT_BOUND
        return unbound and ports.clock.now() >= permit.cohort.void_at
    return True
