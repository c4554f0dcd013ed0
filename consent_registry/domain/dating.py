# SPDX-License-Identifier: Apache-2.0
"""How far ahead a choice may be dated (consent.md 2.5), in the words of the policy file.

A no begins at most a year ahead. A yes does, or sooner where the policy says so: what widens years
from now would be a choice of somebody else's day, about purposes that nobody has told her of.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

FARTHEST: Final = timedelta(days=366)
_KEY: Final = "yes_ahead_days"
# A paper signed today east of Greenwich may carry tomorrow's date, so that a day is the least.
_DAYS: Final = range(1, FARTHEST.days + 1)


def read_yes_ahead(raw: Mapping[str, object], faults: list[str]) -> timedelta:
    """Read how far ahead a yes may begin; a year where the file does not say."""
    days = raw.get(_KEY, FARTHEST.days)
    if isinstance(days, int) and not isinstance(days, bool) and days in _DAYS:
        return timedelta(days=days)
    faults.append(f"{_KEY}: a whole number from 1 to {FARTHEST.days} is needed")
    return FARTHEST


def too_far(begins: datetime, now: datetime, bound: timedelta = FARTHEST) -> bool:
    """Say whether something begins later than it may."""
    return begins > now + bound
