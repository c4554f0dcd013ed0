# SPDX-License-Identifier: Apache-2.0
"""What a node decides about its permits, as data: signers, regime, visa profile, recipients."""

from dataclasses import dataclass
from datetime import timedelta

from permit_service.domain.issuance import VisaProfile
from permit_service.domain.permit import Regime


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of this node.

    `recipients` are the client ids registered as asking a clearinghouse per person; only they
    get visas as services (architecture.md section 7, "width of a visa"). `lease` is how long one
    attempt at a grant keeps others from trying the same. `node` is the node whose data they open.
    """

    profile: VisaProfile
    node: str
    recipients: frozenset[str] = frozenset()
    regime: Regime = Regime.CONSENT_GDPR
    signers_required: int = 1
    lease: timedelta = timedelta(seconds=10)
