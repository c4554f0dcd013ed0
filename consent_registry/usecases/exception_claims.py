# SPDX-License-Identifier: Apache-2.0
"""Say what stands against using data in spite of an opt-out (EHDS Article 71(4)), on record.

It answers and decides nothing. A purpose that makes the claim is asked of a dataset, the authority
rules on it in its case, and only then does a freeze take in who opted out.
"""

from dataclasses import dataclass, replace
from typing import Final

from consent_registry.domain.ehds import EhdsPurpose
from consent_registry.domain.exception import Claim, Lacking, lacking
from consent_registry.usecases.cohorts import EVALUATED
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.principal import Principal

ASKING: Final = "cohorts.freeze"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAnswer:
    """What a claim lacks, in the order of the article, and the law and policy it was read under."""

    lacking: tuple[Lacking, ...]
    law: str
    policy_sha256: str


def check_claim(claim: Claim, *, tools: Tools, principal: Principal) -> ClaimAnswer:
    """Check a claim under the policy in force. The justification itself is not kept."""
    principal.require(ASKING)
    if claim.purpose not in {one.value for one in EhdsPurpose}:
        fault = FieldFault("/purpose", "a purpose of Article 53(1), such as 53-1-a")
        raise ValidationFailed("the claim has faults", faults=[fault])
    now = tools.clock.now()
    policy = tools.policy_at(now)
    found = lacking(claim, policy)
    said = fact(
        EVALUATED,
        now,
        actor=principal,
        dataset=tools.opt_outs,
        reason="exception_71_4",
        extra={"lacking": [one.value for one in found], "policy_sha256": policy.digest},
    )
    with tools.units() as uow:
        # Whatever the claim lacks or not: nobody is taken in by asking.
        uow.record(replace(said, decision="deny"))
        uow.commit()
    return ClaimAnswer(lacking=found, law=policy.exception_law, policy_sha256=policy.digest)
