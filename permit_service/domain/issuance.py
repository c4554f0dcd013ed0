# SPDX-License-Identifier: Apache-2.0
"""From a permit to the claims of a visa: never wider, never longer than the permit.

Builds claims only. It holds no key and signs nothing, and a permit that opens nothing yields no
visa rather than an empty or a short-lived one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from permit_service.clearinghouse.domain.visa import (
    CONTROLLED_ACCESS,
    MAX_URL_CHARS,
    PERMIT_CLAIM,
    VISA_CLAIM,
    read_claims,
)
from permit_service.domain.permit import Permit
from shared.canonical import JSON

MAX_VISA_SECONDS: Final = 15 * 60
"""The longest life of a visa, whatever the permit says (architecture.md section 7)."""


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
        if len(self.authority) > MAX_URL_CHARS:
            raise ValueError("the authority's URL is longer than a URL claim may be")

    def dataset_url(self, dataset: str) -> str:
        """Give the URL that stands for a dataset in visas and permits."""
        url = f"{self.dataset_url_base}{dataset}"
        if len(url) > MAX_URL_CHARS:
            raise ValueError("the dataset's URL is longer than a URL claim may be")
        return url

    @property
    def jku(self) -> str:
        """Where the visa keys are published, byte-equal in every visa."""
        return f"{self.issuer}/api/jwk"


def visa_claims(
    permit: Permit, *, profile: VisaProfile, now: datetime, jti: str
) -> dict[str, JSON] | None:
    """Build the claims of one visa for the permit's holder, None when none may exist.

    None when the permit is not live, is revoked, has not begun or has ended, and when less than
    a whole second of it is left. `asserted` is the instant of the authority's decision, not of
    minting (Passport 1.2, "asserted"). No `aud`, no `conditions`: peers.md section 1. The claims
    pass the same rules by which a clearinghouse reads a visa; VisaInvalid, which would mean a
    faulty configuration, is raised rather than such a visa handed out.
    """
    if not permit.opens(now):
        return None
    issued = int(now.timestamp())
    expires = min(int(permit.expires_at.timestamp()), issued + profile.seconds)
    asserted = int(permit.decided_at.timestamp())
    if expires <= issued or asserted > issued:
        return None
    claims: dict[str, JSON] = {
        "iss": profile.issuer,
        "sub": permit.holder_subject,
        "iat": issued,
        "exp": expires,
        "jti": jti,
        VISA_CLAIM: {
            "type": CONTROLLED_ACCESS,
            "asserted": asserted,
            "value": profile.dataset_url(permit.dataset),
            "source": profile.authority,
            "by": "dac",
        },
        PERMIT_CLAIM: permit.permit_id,
    }
    read_claims(claims, now=issued)
    return claims
