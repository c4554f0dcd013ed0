# SPDX-License-Identifier: Apache-2.0
"""R4: a producer's heartbeats do not come, are not its own, or speak of entries that never came."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import Seen
from audit_log.domain.rules.thresholds import Thresholds

RULE: Final = "R4"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBeat:
    """The newest heartbeat of a producer that verified; index -1 until there is one.

    Before the first, `arrived` is when the producer was registered.
    """

    src: str
    index: int
    epoch: int
    seq: int
    at: datetime
    arrived: datetime


def newest(before: LastBeat | None, seen: Seen) -> LastBeat | None:
    """Take in a heartbeat entry; one that does not verify, or is older, changes nothing."""
    if seen.beat is None or not seen.beat.verified or not seen.beat.follows:
        return before
    if before is not None and (seen.epoch, seen.beat.seq) <= (before.epoch, before.seq):
        return before
    return LastBeat(
        src=seen.src,
        index=seen.index,
        epoch=seen.epoch,
        seq=seen.beat.seq,
        at=seen.at,
        arrived=seen.arrived,
    )


def flaw(seen: Seen) -> Raised | None:
    """Say what is wrong with a heartbeat itself."""
    beat = seen.beat
    if beat is None or beat.verified is None or (beat.verified and beat.follows):
        return None
    code = "heartbeat_out_of_chain" if beat.verified else "heartbeat_forged"
    return Raised(
        rule=RULE,
        code=code,
        cause=f"{RULE}/{code}/{seen.index}",
        evidence=(seen.index,),
        src=seen.src,
    )


def silent(last: LastBeat, now: datetime, thresholds: Thresholds) -> Raised | None:
    """Say that a producer is silent: one finding for each heartbeat that was the last."""
    if now - last.arrived <= thresholds.span("heartbeat_silence"):
        return None
    return Raised(
        rule=RULE,
        code="heartbeat_missing",
        cause=silence_cause(last),
        evidence=(last.index,) if last.index >= 0 else (),
        src=last.src,
    )


def silence_cause(last: LastBeat) -> str:
    """Name the silence after a heartbeat."""
    return f"{RULE}/silence/{last.src}/{last.epoch}/{last.seq}"


def spoken_for(last: LastBeat, missing: int | None) -> str | None:
    """Name the place that a heartbeat has signed for and nothing fills; None when there is none.

    `missing` is the first such place of its chain.
    """
    if missing is None or missing > last.seq:
        return None
    return f"{RULE}/ahead/{last.src}/{last.epoch}/{missing}"


def ahead(
    last: LastBeat, cause: str, since: datetime, now: datetime, thresholds: Thresholds
) -> Raised | None:
    """Say that a producer has signed for entries that have not come since `since`."""
    if now - since <= thresholds.span("heartbeat_ahead"):
        return None
    return Raised(
        rule=RULE,
        code="heartbeat_ahead",
        cause=cause,
        evidence=(last.index,),
        src=last.src,
    )
