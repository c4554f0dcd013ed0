# SPDX-License-Identifier: Apache-2.0
"""R11: data was read on a trace on which nothing had let it, or on which it had been refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.rules.seen import Seen, Use

RULE: Final = "R11"
KEPT: Final = 64
"""How many decisions of one trace are remembered, the newest to arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The decisions of one trace: when each fell, and whether it let the data go.

    No read before the entry at `first` was found good by them.
    """

    decisions: tuple[tuple[datetime, bool], ...] = ()
    until: datetime | None = None
    first: int = 0


def judge(read: Use, trace: Trace | None) -> str | None:
    """Give the code of what is wrong with a read; the last decision before it counts."""
    before = [one for one in (trace.decisions if trace else ()) if one[0] <= read.at]
    if not before:
        return "read_without_decision"
    # At one instant a refusal wins: it is the stronger word.
    _, let = max(before, key=lambda one: (one[0], not one[1]))
    return None if let else "read_after_refusal"


def decided(trace: Trace | None, seen: Seen, until: datetime, waiting: Sequence[Use] = ()) -> Trace:
    """Take in a decision; `until` is how long the trace is remembered.

    `waiting` are the reads of the trace that are in doubt: the first decision may clear them.
    """
    before = trace or Trace(first=min((one.index for one in waiting), default=seen.index))
    decisions = (*before.decisions, (seen.at, seen.decision == "permit"))[-KEPT:]
    last = max(until, before.until or until)
    return Trace(decisions=decisions, until=last, first=before.first)
