# SPDX-License-Identifier: Apache-2.0
"""R16: those who watch are watched: how often an officer looks, and what is opened for no case."""

from typing import Final

from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import Seen, hour_of
from audit_log.domain.rules.thresholds import Thresholds

RULE: Final = "R16"
SEARCH: Final = "placet.audit.search.v1"
REVEAL: Final = "placet.audit.reveal.v1"


def tally_key(seen: Seen) -> str | None:
    """Name the count that a look belongs to: officer and hour."""
    if seen.type not in {SEARCH, REVEAL} or seen.actor is None:
        return None
    return f"look/{seen.actor}/{hour_of(seen.at)}"


def judge(seen: Seen, key: str, count: int, thresholds: Thresholds) -> Raised | None:
    """Say that this look is the first above the limit; `count` includes it."""
    if count != thresholds.looks_per_hour + 1:
        return None
    return Raised(
        rule=RULE, code="many_looks", cause=f"{RULE}/{key}", evidence=(seen.index,), src=seen.src
    )


def without_case(seen: Seen) -> Raised | None:
    """Say that a sealed part was opened and no case named."""
    if seen.type != REVEAL or seen.text("case") is not None:
        return None
    return Raised(
        rule=RULE,
        code="reveal_without_case",
        cause=f"{RULE}/case/{seen.index}",
        evidence=(seen.index,),
        src=seen.src,
    )
