# SPDX-License-Identifier: Apache-2.0
"""What a node decides about its permits, as data: signers, regime, visa profile, recipients."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from permit_service.domain.issuance import VisaProfile
from permit_service.domain.permit import Regime
from permit_service.domain.silence import national_at
from shared.country_policy import CountryPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of this node.

    `recipients` are the client ids registered as asking a clearinghouse per person; only they
    get visas as services (architecture.md section 7, "width of a visa"). `lease` is how long one
    attempt at a grant keeps others from trying the same. `node` is the node whose data they open.
    `national` are the country's policy files, at least one; they take turns by date.
    """

    profile: VisaProfile
    node: str
    national: tuple[CountryPolicy, ...]
    recipients: frozenset[str] = frozenset()
    regime: Regime = Regime.CONSENT_GDPR
    signers_required: int = 1
    lease: timedelta = timedelta(seconds=10)

    def digest_at(self, at: datetime) -> str:
        """Give the digest of the country's policy of an instant; each decision names it."""
        return national_at(self.national, at).digest
