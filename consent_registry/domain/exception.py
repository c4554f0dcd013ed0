# SPDX-License-Identifier: Apache-2.0
"""The exception of EHDS Article 71(4): when data may be used although a person opted out.

It exists only where national law provides for it, for public bodies and those they entrust, for
public-interest purposes, where the data cannot be obtained otherwise in time, with the reasons
given. Pure; whether the reasons are good is for the authority, not for a program: it rules on them
case by case, and nobody who opted out is taken in before it has said yes.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from consent_registry.domain.ehds import PUBLIC_BODIES_ONLY, RESEARCH
from consent_registry.domain.matching import Inquiry
from consent_registry.domain.policy import Policy
from consent_registry.domain.regimes import Regime
from consent_registry.domain.verdict import DESPITE_OPT_OUT
from shared.canonical import JSON

_RESERVED: Final = frozenset(one.value for one in PUBLIC_BODIES_ONLY)
_RESEARCH: Final = frozenset(one.value for one in RESEARCH)


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
    NOT_EHDS = "dataset_not_under_the_article"


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


def lacking_in(inquiry: Inquiry) -> tuple[Lacking, ...] | None:
    """Name what stands against the claim of a purpose for its dataset; None: it claims nothing."""
    said = inquiry.purpose.exception
    if said is None:
        return None
    letter = inquiry.purpose.ehds_purpose
    claim = Claim(
        public_body=said.public_body,
        purpose="" if letter is None else letter.value,
        important_public_interest=said.important_public_interest,
        not_obtainable_otherwise=said.not_obtainable_otherwise,
        justification=said.justification,
    )
    elsewhere = () if inquiry.regime == Regime.EHDS_CH4.value else (Lacking.NOT_EHDS,)
    return (*lacking(claim, inquiry.policy), *elsewhere)


def applies(inquiry: Inquiry) -> bool:
    """Say whether data may be used in spite of an opt-out: nothing lacks, and the authority ruled.

    Everything is asked again each time: a law that is gone, or a ruling withdrawn, ends it.
    """
    return lacking_in(inquiry) == () and inquiry.ruled.get(DESPITE_OPT_OUT) is True


def told(inquiry: Inquiry) -> dict[str, JSON]:
    """Write of a claim what an entry says; nothing where none is made."""
    found = lacking_in(inquiry)
    if found is None:
        return {}
    return {
        "exception_lacking": [one.value for one in found],
        "exception_applied": applies(inquiry),
    }
