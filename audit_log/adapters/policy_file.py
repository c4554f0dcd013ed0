# SPDX-License-Identifier: Apache-2.0
"""The policy file of this log: read once at the start, and refused when it could not be kept.

Only foreign witnesses may count: a quorum that our own witness belongs to would let this node vouch
for itself.
"""

from collections.abc import Collection
from pathlib import Path

from audit_log.domain.note import VerifierKey
from audit_log.domain.policy import NO_WITNESSES, Policy, PolicyInvalid, parse_policy
from audit_log.ports import Signer
from shared.settings import SettingsError


def read_policy(path: Path | None, *, log: VerifierKey, own: Collection[Signer]) -> Policy:
    """Read the policy, or give that of a log that waits for nobody.

    `own` are the keys of this node's witness. Raises SettingsError when the file cannot be read,
    names other logs and not this one, counts a witness whose key is our own, or counts one without
    saying where it is asked.
    """
    if path is None:
        return NO_WITNESSES
    try:
        policy = parse_policy(path.read_bytes())
        _require_usable(policy, log, {one.key.key for one in own})
    except OSError:
        raise SettingsError(["PLACET_WITNESS_POLICY: the file cannot be read"]) from None
    except PolicyInvalid as fault:
        raise SettingsError([f"PLACET_WITNESS_POLICY: {fault}"]) from None
    return policy


def _require_usable(policy: Policy, log: VerifierKey, ours: Collection[bytes]) -> None:
    if policy.logs and not any(one.key == log for one in policy.logs):
        raise PolicyInvalid("the policy is one for other logs")
    counted = policy.counted()
    for witness in policy.witnesses:
        if witness.name not in counted:
            continue
        if witness.key.key in ours:
            raise PolicyInvalid("the quorum counts this node's own witness")
        if witness.url is None:
            raise PolicyInvalid("a witness of the quorum has no URL")
