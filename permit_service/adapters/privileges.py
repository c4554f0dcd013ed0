# SPDX-License-Identifier: Apache-2.0
"""What the permit service's processes may do with each table; see `shared.privileges`.

Who holds a permit, for which data and what purpose, is never changed. Its freeze may be replaced
while it is being issued; afterwards a trigger refuses that (migration 0005).
"""

from typing import Final

from shared.privileges import ADD, CHANGE, FREE, OF_ALL, REMOVE, Privileges, updating

PRIVILEGES: Final = Privileges(
    relations={
        **OF_ALL,
        "account": ADD,
        "application": updating(ADD, "state"),
        "consumer_offset": CHANGE,
        "heartbeat": CHANGE,
        "inbox": ADD,
        "overdue": ADD,
        "pending_grant": FREE,
        "permit": updating(
            ADD,
            *("state", "attempt", "revision", "live_at", "members_now", "members_revision"),
            *("revoked_at", "revoked_by_issuer", "revoked_by_subject", "revocation_reasons"),
            *("regime", "cohort_id", "cohort_revision", "cohort_counts", "cohort_digest"),
            *("cohort_manifest", "frozen_at", "void_at", "jws", "decided_at", "issued_at"),
            *("not_before", "expires_at"),
        ),
        "permit_change": ADD,
        "ruling_statement": ADD,
        "signature": ADD,
        "untold_end": updating(REMOVE, "refused_at"),
        "untold_ruling": updating(REMOVE, "refused_at"),
    },
)
