# SPDX-License-Identifier: Apache-2.0
"""From a permit to the claims of a visa: never wider, never longer than the permit.

Builds claims only. It holds no key and signs nothing, and a permit that opens nothing yields no
visa rather than an empty or a short-lived one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from permit_service.domain.permit import Permit

VISA_TYPE: Final = "ControlledAccessGrants"
PERMIT_CLAIM: Final = "urn:placet:permit"
MAX_VISA_SECONDS: Final = 15 * 60
"""The longest life of a visa, whatever the permit says (architecture.md section 7)."""
MAX_URL_CLAIM: Final = 255
"""The longest URL claim (GA4GH Passport 1.2, "URL Claims")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisaProfile:
    """What this node writes into every visa: its issuer, its authority, its dataset URLs.

    The "document" profile of peers.md section 1. Raises ValueError for a URL claim over 255
    characters and for a life outside 1 second to 15 minutes.
    """

    issuer: str
    authority: str
    dataset_url_base: str
    seconds: int = MAX_VISA_SECONDS

    def __post_init__(self) -> None:
        if not 0 < self.seconds <= MAX_VISA_SECONDS:
            raise ValueError("a visa lives between 1 second and 15 minutes")
        if len(self.authority) > MAX_URL_CLAIM:
            raise ValueError("the authority's URL is longer than a URL claim may be")

    def dataset_url(self, dataset: str) -> str:
        """Give the URL that stands for a dataset in visas and permits."""
        url = f"{self.dataset_url_base}{dataset}"
        if len(url) > MAX_URL_CLAIM:
            raise ValueError("the dataset's URL is longer than a URL claim may be")
        return url

    @property
    def jku(self) -> str:
        """Where the visa keys are published, byte-equal in every visa."""
        return f"{self.issuer}/api/jwk"


def visa_claims(
    permit: Permit, *, profile: VisaProfile, now: datetime, jti: str
) -> dict[str, object] | None:
    """Build the claims of one visa for the permit's holder, None when none may exist.

    None when the permit is not live, is revoked, has not begun or has ended, and when less than
    a whole second of it is left. `asserted` is the instant of the authority's decision, not of
    minting (Passport 1.2, "asserted"). No `aud`, no `conditions`: peers.md section 1.
    """
    if not permit.opens(now):
        return None
    issued = int(now.timestamp())
    expires = min(int(permit.expires_at.timestamp()), issued + profile.seconds)
    asserted = int(permit.decided_at.timestamp())
    if expires <= issued or asserted > issued:
        return None
    return {
        "iss": profile.issuer,
        "sub": permit.holder_subject,
        "iat": issued,
        "exp": expires,
        "jti": jti,
        "ga4gh_visa_v1": {
            "type": VISA_TYPE,
            "asserted": asserted,
            "value": profile.dataset_url(permit.dataset),
            "source": profile.authority,
            "by": "dac",
        },
        PERMIT_CLAIM: permit.permit_id,
    }
