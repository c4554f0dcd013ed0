# SPDX-License-Identifier: Apache-2.0
"""What a decision depends on besides consents and purpose, as one text to compare.

It stands beside a cohort as what its people were last looked through under. Another text means:
look again. Which half differs says why somebody leaves.
"""

from consent_registry.domain.diseases import Diseases
from consent_registry.domain.narrowing import HIERARCHY_CHANGED, POLICY_CHANGED
from consent_registry.domain.policy import Policy

_BETWEEN = ":"


def grounds(policy: Policy, diseases: Diseases) -> str:
    """Name a policy and a disease hierarchy by their digests."""
    return f"{policy.digest}{_BETWEEN}{diseases.digest}"


def changed_between(before: str, now: str) -> str:
    """Give the cause of leaving between two grounds that differ; where both halves do, the policy.

    Cohorts of earlier versions name a policy alone: under the same policy, their hierarchy is what
    may have changed.
    """
    policies = [one.partition(_BETWEEN)[0] for one in (before, now)]
    return HIERARCHY_CHANGED if policies[0] == policies[1] else POLICY_CHANGED
