# SPDX-License-Identifier: Apache-2.0
"""The exception of EHDS Article 71(4): when data may be used although a person opted out.

It exists only where national law provides for it, for public bodies and those they entrust, for
public-interest purposes, where the data cannot be obtained otherwise in time, with the reasons
given. Pure; whether the reasons are good is for the authority, not for a program.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from consent_registry.domain.policy import Policy

_RESERVED: Final = frozenset({"53-1-a", "53-1-b", "53-1-c"})
_RESEARCH: Final = frozenset({"53-1-e", "53-1-e-i", "53-1-e-ii"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What an applicant claims. `purpose` is a code of Article 53(1), such as `53-1-a`."""

    public_body: bool
    purpose: str
    important_public_interest: bool
    not_obtainable_otherwise: bool
    justification: str


class Lacking(Enum):
    """What stands against a claim, in the order of the article."""

    NO_LAW = "no_exception_law"
    NOT_PUBLIC = "no_public_body"
    PURPOSE = "purpose_not_covered"
    OBTAINABLE = "obtainable_otherwise"
    NO_JUSTIFICATION = "no_justification"


def lacking(claim: Claim, policy: Policy) -> tuple[Lacking, ...]:
    """Name everything that stands against a claim; nothing means that the exception applies."""
    research = claim.purpose in _RESEARCH and claim.important_public_interest
    met = {
        Lacking.NO_LAW: bool(policy.exception_law),
        Lacking.NOT_PUBLIC: claim.public_body,
        Lacking.PURPOSE: claim.purpose in _RESERVED or research,
        Lacking.OBTAINABLE: claim.not_obtainable_otherwise,
        Lacking.NO_JUSTIFICATION: bool(claim.justification.strip()),
    }
    return tuple(one for one, holds in met.items() if not holds)
