# SPDX-License-Identifier: Apache-2.0
"""R12: one account used one dataset more often within an hour than anybody should."""

from typing import Final

from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import Seen, hour_of
from audit_log.domain.rules.thresholds import Thresholds

RULE: Final = "R12"


def tally_key(seen: Seen) -> str | None:
    """Name the count that a use belongs to: account, dataset and hour of its own time."""
    if seen.actor is None or seen.dataset is None:
        return None
    return f"use/{seen.actor}/{seen.dataset}/{hour_of(seen.at)}"


def judge(seen: Seen, key: str, count: int, thresholds: Thresholds) -> Raised | None:
    """Say that this use is the first above the limit; `count` includes it."""
    if count != thresholds.reads_per_hour + 1:
        return None
    return Raised(
        rule=RULE,
        code="many_uses",
        cause=f"{RULE}/{key}",
        evidence=(seen.index,),
        src=seen.src,
    )
