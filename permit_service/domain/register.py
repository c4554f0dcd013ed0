# SPDX-License-Identifier: Apache-2.0
"""The register `permits` as it leaves the house: snapshot, changes and heartbeat bodies.

Builds plain bodies to be signed. Revisions, not times, order them; a revoked or expired permit
is listed with its status and never left out, so that a reader can tell "ended" from "unknown".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from permit_service.domain.permit import Permit
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.ids import PermitId, Revision

REGISTER: Final = "permits"
SNAPSHOT_TYPE: Final = "placet-snapshot+jwt"
CHANGES_TYPE: Final = "placet-changes+jwt"
HEARTBEAT_TYPE: Final = "placet-heartbeat+jwt"
PERMIT_TYPE: Final = "placet-permit+jws"
VISA_JWT_TYPE: Final = "vnd.ga4gh.visa+jwt"


class ChangeKind(Enum):
    """What can happen to a permit in the register."""

    ISSUED = "permit.issued"
    REVOKED = "permit.revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step of the register. `jws` is there for an issued permit only."""

    revision: Revision
    kind: ChangeKind
    permit_id: PermitId
    jws: str | None = None

    def to_json(self) -> dict[str, JSON]:
        """Write the change as the feed carries it; position and revision are one number here."""
        body: dict[str, JSON] = {
            "position": self.revision,
            "register": REGISTER,
            "revision": self.revision,
            "kind": self.kind.value,
            "permit_id": self.permit_id,
        }
        if self.jws is not None:
            body["jws"] = self.jws
        return body


def snapshot_body(
    permits: Sequence[Permit], *, issuer: str, revision: Revision, now: datetime
) -> dict[str, JSON]:
    """Say the whole register at one revision, in permit order.

    The feed holds this register alone: its `position` is the revision.
    """
    listed = sorted(permits, key=lambda permit: permit.permit_id)
    return {
        "iss": issuer,
        "register": REGISTER,
        "revision": revision,
        "position": revision,
        "time": to_rfc3339(now),
        "permits": [
            {
                "permit_id": permit.permit_id,
                "status": permit.status(now).value,
                "jws": permit.jws,
                "revision": permit.revision,
            }
            for permit in listed
        ],
    }


def changes_body(
    changes: Sequence[Change], *, issuer: str, after: int, now: datetime
) -> dict[str, JSON]:
    """Say what followed `after`, in order and without a gap; `upto` is the reader's next cursor."""
    return {
        "iss": issuer,
        "time": to_rfc3339(now),
        "after": after,
        "upto": changes[-1].revision if changes else after,
        "changes": [change.to_json() for change in changes],
    }


def heartbeat_body(*, issuer: str, revision: Revision, now: datetime) -> dict[str, JSON]:
    """Say that at `now` the register stood at `revision`: the reader's measure of freshness."""
    return {
        "iss": issuer,
        "register": REGISTER,
        "revision": revision,
        "time": to_rfc3339(now),
    }
