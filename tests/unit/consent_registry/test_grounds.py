# SPDX-License-Identifier: Apache-2.0
"""What decides besides consents and purpose, and the cause that a change of it gives."""

from dataclasses import replace

import pytest

from consent_registry.adapters.resources import read_policy
from consent_registry.domain.grounds import changed_between, grounds
from tests.fakes.consent_factories import extract

POLICY, EXTRACT = read_policy(None), extract()
OTHER_POLICY = replace(POLICY, digest="de" * 32)
OTHER_RELEASE = replace(EXTRACT, digest="ab" * 32)


@pytest.mark.parametrize(
    ("before", "cause"),
    [
        (grounds(POLICY, OTHER_RELEASE), "hierarchy_changed"),
        (grounds(OTHER_POLICY, EXTRACT), "policy_changed"),
        (grounds(OTHER_POLICY, OTHER_RELEASE), "policy_changed"),
        (POLICY.digest, "hierarchy_changed"),  # written by an earlier version
        (OTHER_POLICY.digest, "policy_changed"),
        ("", "policy_changed"),
    ],
)
def test_what_differs_is_the_cause(before: str, cause: str) -> None:
    now = grounds(POLICY, EXTRACT)
    assert before != now
    assert changed_between(before, now) == cause
