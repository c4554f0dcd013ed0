# SPDX-License-Identifier: Apache-2.0
"""R6: a producer's time and the log's do not go together."""

from typing import Final

from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import Seen
from audit_log.domain.rules.thresholds import Thresholds

RULE: Final = "R6"


def judge(seen: Seen, thresholds: Thresholds) -> Raised | None:
    """Say that an entry is from the future or very old; once for a producer and hour.

    An entry whose producer says that it comes late (`x.late`) may be old.
    """
    code = None
    if seen.at - seen.arrived > thresholds.span("skew_ahead"):
        code = "clock_ahead"
    elif seen.arrived - seen.at > thresholds.span("skew_behind") and not seen.extra.get("late"):
        code = "entry_old"
    if code is None:
        return None
    return Raised(
        rule=RULE,
        code=code,
        cause=f"{RULE}/{code}/{seen.src}/{seen.arrived:%Y-%m-%dT%H}",
        evidence=(seen.index,),
        src=seen.src,
    )
