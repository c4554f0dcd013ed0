# SPDX-License-Identifier: Apache-2.0
"""R6: a producer's time and the log's do not go together, at once or little by little."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Final

from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import Seen
from audit_log.domain.rules.thresholds import Thresholds

RULE: Final = "R6"


_KEPT: Final = 20
"""Heartbeats that are looked at together: ten minutes of them."""
_MS: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lags:
    """How long after their own time the newest heartbeats of a producer arrived, in ms."""

    newest: tuple[int, ...] = ()


def lagging(before: Lags | None, seen: Seen) -> Lags:
    """Take in a heartbeat."""
    lag = (seen.arrived - seen.at) // _MS
    return Lags(newest=(*(before or Lags()).newest, lag)[-_KEPT:])


def drifting(lags: Lags, seen: Seen, thresholds: Thresholds) -> Raised | None:
    """Say that a producer's clock has moved away; once for a producer and day.

    Only where all of them are equally far off: what was held up on its way comes unevenly.
    """
    limit = thresholds.span("drift") // _MS
    if len(lags.newest) < _KEPT or max(lags.newest) - min(lags.newest) > limit:
        return None
    if abs(median(lags.newest)) <= limit:
        return None
    return Raised(
        rule=RULE,
        code="clock_drifts",
        cause=f"{RULE}/drift/{seen.src}/{seen.arrived:%Y-%m-%d}",
        evidence=(seen.index,),
        src=seen.src,
    )


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
