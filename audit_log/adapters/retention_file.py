# SPDX-License-Identifier: Apache-2.0
"""The node's own terms of retention: a JSON object of names and months, or none for the usual."""

from pathlib import Path

from audit_log.domain.retention import RetentionPolicy, policy_from
from shared import strict_json
from shared.settings import SettingsError


def read_retention(path: Path | None) -> RetentionPolicy:
    """Read the file; raise SettingsError with every fault of it."""
    if path is None:
        return RetentionPolicy()
    try:
        given = strict_json.loads(path.read_bytes())
    except (OSError, ValueError) as fault:
        raise SettingsError([f"PLACET_RETENTION_FILE: {fault}"]) from None
    policy, faults = policy_from(given)
    if faults:
        raise SettingsError([f"PLACET_RETENTION_FILE: {fault}" for fault in faults])
    return policy
