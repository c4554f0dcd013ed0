# SPDX-License-Identifier: Apache-2.0
"""Planted cases about chains, heartbeats and clocks: R1 to R6, each with its near-miss twin."""

from datetime import datetime, timedelta

from tests.support.labelled_month import HEARTBEAT, Line, Month
from tests.support.planting import MS, SECOND, START_TYPE, mark, node


def _again(month: Month, first: Line, after: float, *, seq: int = 0) -> Line:
    at = first.at + timedelta(seconds=after)
    return month.put(Line(type=START_TYPE, src=first.src, at=at, arrived=at + SECOND / 5, seq=seq))


def gap(month: Month, at: datetime, *, fires: bool) -> None:
    """R1: one place is left empty; the twin's neighbour comes twice instead."""
    first = node(month, at)
    if fires:
        line = _again(month, first, 1)
        line.skip = 1
    else:
        _again(month, first, 1)
        line = _again(month, first, 2, seq=2)
    mark(line, "R1", "gap", fires=fires)


def broken(month: Month, at: datetime, *, fires: bool) -> None:
    """R2: an entry names another predecessor."""
    line = _again(month, node(month, at), 1)
    line.follows = "another" if fires else ""
    mark(line, "R2", "chain", fires=fires)


def equivocal(month: Month, at: datetime, *, fires: bool) -> None:
    """R3: two entries at one place; the twin is the same entry again."""
    first = node(month, at)
    _again(month, first, 1)
    line = _again(month, first, 2, seq=2)
    line.leaf = "another" if fires else ""
    mark(line, "R3", "equivocation", fires=fires)


def silent(month: Month, at: datetime, *, fires: bool) -> None:
    """R4: the next heartbeat comes 91 s after the one before; the twin 89 s after."""
    first = node(month, at)
    for after in (1, 92 if fires else 90):
        beat = _again(month, first, after)
        beat.type, beat.signed = HEARTBEAT, True
        if after == 1:
            mark(beat, "R4", "silence", fires=fires)
    month.watched[first.src] = (at + 2 * SECOND, beat.arrived)


def forged(month: Month, at: datetime, *, fires: bool) -> None:
    """R4: a heartbeat that its key did not sign."""
    first = node(month, at)
    line = _again(month, first, 1)
    line.type, line.signed = HEARTBEAT, not fires
    mark(line, "R4", "forged", fires=fires)


def ahead(month: Month, at: datetime, *, fires: bool) -> None:
    """R4: a heartbeat speaks of a place that is empty 61 s later; the twin's is filled after 59."""
    first = node(month, at)
    beat = _again(month, first, 1)
    beat.type, beat.signed, beat.skip = HEARTBEAT, True, 1
    mark(beat, "R4", "ahead", fires=fires)
    mark(beat, "R1", "ahead", fires=True)
    fill = _again(month, first, 62 if fires else 60, seq=2)
    month.watched[first.src] = (at + 2 * SECOND, fill.arrived + SECOND)


def unannounced(month: Month, at: datetime, *, fires: bool) -> None:
    """R5: a new chain begins without a start; the twin's begins with one."""
    _chain(month, at, start=not fires, beat=20, case="unannounced", fires=fires)


def unsigned(month: Month, at: datetime, *, fires: bool) -> None:
    """R5: a new chain is signed for after 91 s; the twin's after 89."""
    _chain(month, at, start=True, beat=91 if fires else 89, case="unsigned", fires=fires)


def reused(month: Month, at: datetime, *, fires: bool) -> None:
    """R5: a chain begins under a number below one that was used; the twin's above it."""
    first = node(month, at)
    first.epoch = 5
    line = _again(month, first, 1)
    line.epoch = 4 if fires else 6
    mark(line, "R5", "reused", fires=fires)
    beat = _again(month, first, 5)
    beat.type, beat.signed, beat.epoch = HEARTBEAT, True, line.epoch


def _chain(month: Month, at: datetime, *, start: bool, beat: float, case: str, fires: bool) -> None:
    first = node(month, at)
    line = _again(month, first, 1)
    line.epoch, line.type = 2, START_TYPE if start else "placet.admin.login.v1"
    mark(line, "R5", case, fires=fires)
    signed = _again(month, first, 1 + beat)
    signed.type, signed.signed, signed.epoch = HEARTBEAT, True, 2


def clock_ahead(month: Month, at: datetime, *, fires: bool) -> None:
    """R6: an entry from 5.001 s in the future; the twin from 4.999."""
    line = node(month, at)
    line.at = line.arrived + timedelta(seconds=5) + (MS if fires else -MS)
    mark(line, "R6", "ahead", fires=fires)


def clock_drifts(month: Month, at: datetime, *, fires: bool) -> None:
    """R6: twenty heartbeats of a clock 3.3 s ahead of the log; of the twin's, one is on time."""
    src = f"zz/{month.name('node')}/1"
    for number in range(20):
        arrived = at + number * 30 * SECOND
        ahead = 3_300 * MS if fires or number else 0 * MS
        beat = Line(type=HEARTBEAT, src=src, at=arrived + ahead, arrived=arrived, signed=True)
        month.put(beat)
    mark(beat, "R6", "drifts", fires=fires)


def clock_behind(month: Month, at: datetime, *, fires: bool) -> None:
    """R6: an entry 901 s old; the twin 899, or flagged late."""
    line = node(month, at)
    line.at = line.arrived - timedelta(seconds=901 if fires else 899)
    mark(line, "R6", "behind", fires=fires)
    if not fires:
        late = node(month, at)
        late.at, late.extra["late"] = late.arrived - timedelta(days=1), True
        mark(late, "R6", "flagged", fires=False)
