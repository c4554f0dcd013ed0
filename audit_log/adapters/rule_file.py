# SPDX-License-Identifier: Apache-2.0
"""The node's own thresholds: a JSON object of names and whole numbers, or none for the defaults."""

from pathlib import Path

from audit_log.domain.rules.thresholds import Thresholds, thresholds_from
from shared import strict_json
from shared.settings import SettingsError


def read_thresholds(path: Path | None) -> Thresholds:
    """Read the file; raise SettingsError when it is missing or means nothing."""
    if path is None:
        return Thresholds()
    try:
        given = strict_json.loads(path.read_bytes())
        return thresholds_from(given if isinstance(given, dict) else {"not_an_object": given})
    except (OSError, ValueError) as fault:
        raise SettingsError([f"PLACET_RULES_FILE: {fault}"]) from None
