# SPDX-License-Identifier: Apache-2.0
"""Planted cases about decisions and habits: R11 to R13 and R16, each with its near-miss twin."""

from datetime import datetime, timedelta
from typing import Final

from tests.support.labelled_month import OWN, Line, Month
from tests.support.planting import DATASET, MS, SECOND, hour, mark, permitted, read_of

DAY: Final = timedelta(days=1)


def undecided(month: Month, at: datetime, *, fires: bool) -> None:
    """R11: a read on a trace without any decision."""
    decision = permitted(month, at, fires=False, rule="R11", case="undecided")
    read = mark(read_of(month, decision, at + SECOND), "R11", "undecided", fires=fires)
    if fires:
        read.trace = month.name("trace")


def refused(month: Month, at: datetime, *, fires: bool) -> None:
    """R11: a refusal 1 ms before the read; the twin's 1 ms after."""
    decision = permitted(month, at, fires=False, rule="R11", case="refused")
    read = mark(read_of(month, decision, at + SECOND), "R11", "refused", fires=fires)
    refusal = month.use(read.at + (-MS if fires else MS), decision.actor or "", DATASET, None)
    refusal.decision, refusal.trace = "deny", read.trace


def decided_late(month: Month, at: datetime, *, fires: bool) -> None:
    """R11: the decision arrives 31 s after the read; the twin's 29 s after."""
    decision = permitted(month, at, fires=False, rule="R11", case="decided_late")
    read = mark(read_of(month, decision, at + MS), "R11", "decided_late", fires=fires)
    month.postpone(decision, read.arrived + timedelta(seconds=31 if fires else 29))


def volume(month: Month, at: datetime, *, fires: bool) -> None:
    """R12: 101 uses of one dataset within an hour; the twin 100."""
    actor, begin = month.name("planted"), hour(at)
    permit = month.permit(begin - 60 * SECOND, actor, DATASET)
    for number in range(101 if fires else 100):
        line = month.use(begin + number * SECOND, actor, DATASET, permit)
        line.people = ((DATASET, 1),)
    mark(line, "R12", "volume", fires=fires)


def people(month: Month, at: datetime, *, fires: bool) -> None:
    """R13: 51 different people within an hour; the twin 50, one of them twice."""
    actor, begin = month.name("planted"), hour(at)
    permit = month.permit(begin - 60 * SECOND, actor, DATASET)
    for number in range(51):
        line = month.use(begin + number * SECOND, actor, DATASET, permit)
        line.people = ((DATASET, number if fires else number % 50),)
    mark(line, "R13", "people", fires=fires)


def client(month: Month, at: datetime, *, fires: bool) -> None:
    """R13: an account comes with a client it never had."""
    actor = month.name("planted")
    permit = month.permit(at - 60 * SECOND, actor, DATASET)
    month.use(at, actor, DATASET, permit)
    line = month.use(at + 10 * SECOND, actor, DATASET, permit)
    line.client = "new" if fires else "gateway"
    mark(line, "R13", "client", fires=fires)


def woke(month: Month, at: datetime, *, fires: bool) -> None:
    """R13: an account that slept 91 days; the twin 89."""
    actor, days = month.name("planted"), timedelta(days=91 if fires else 89)
    permit = month.permit(at - days - 60 * SECOND, actor, DATASET)
    for one in [line for _, _, line in month.lines if line.permit == permit]:
        month.postpone(one, at - 30 * SECOND)
        one.extra["late"] = True
    old = month.use(at - days, actor, DATASET, permit)
    old.extra["late"] = True
    month.postpone(old, at - 20 * SECOND)
    mark(month.use(at, actor, DATASET, permit), "R13", "woke", fires=fires)


def looks(month: Month, at: datetime, *, fires: bool) -> None:
    """R16: an officer looks 201 times within an hour; the twin 200."""
    officer, begin = month.name("officer"), hour(at)
    for number in range(201 if fires else 200):
        when = begin + number * SECOND
        line = month.put(
            Line(
                type="placet.audit.search.v1",
                src=OWN,
                at=when,
                arrived=when + SECOND / 5,
                actor=officer,
            )
        )
    mark(line, "R16", "looks", fires=fires)


def reveal(month: Month, at: datetime, *, fires: bool) -> None:
    """R16: a sealed part is opened for no case."""
    line = month.put(
        Line(
            type="placet.audit.reveal.v1",
            src=OWN,
            at=at,
            arrived=at + SECOND / 5,
            actor=month.name("officer"),
            extra={} if fires else {"case": "case-1"},
        )
    )
    mark(line, "R16", "reveal", fires=fires)


def country(month: Month, at: datetime, *, fires: bool) -> None:
    """R13: an account comes from a country from which it never came."""
    actor = month.name("planted")
    permit = month.permit(at - 60 * SECOND, actor, DATASET)
    month.use(at, actor, DATASET, permit).country = "ZZ"
    line = month.use(at + 10 * SECOND, actor, DATASET, permit)
    line.country = "YY" if fires else "ZZ"
    mark(line, "R13", "country", fires=fires)


def usual_volume(month: Month, at: datetime, *, fires: bool) -> None:
    """R12: an account whose busy hours have 130 uses has one of 131; the twin one of 130.

    Each of the busy hours was above the fixed limit itself, as nobody knew it yet.
    """
    actor, begin = month.name("planted"), hour(at)
    permit = _long_held(month, actor, begin)
    _past(month, begin - 29 * DAY, begin, actor, permit)
    for day in (8, 7, 6, 5):
        for number in range(130):
            line = _past(month, begin - day * DAY + number * SECOND, begin, actor, permit)
            if number == 100:
                mark(line, "R12", "busy_hour", fires=True)
    for number in range(131 if fires else 130):
        line = month.use(begin + number * SECOND, actor, DATASET, permit)
        line.people = ((DATASET, 1),)
    mark(line, "R12", "usual_volume", fires=fires)


def night(month: Month, at: datetime, *, fires: bool) -> None:
    """R13: an account comes three hours after the time of day it always came; the twin two."""
    actor = month.name("planted")
    permit = _long_held(month, actor, at)
    for day in range(29, 0, -1):
        _past(month, at - day * DAY - timedelta(hours=3 if fires else 2), at, actor, permit)
    line = month.use(at, actor, DATASET, permit)
    line.people = ((DATASET, 1),)
    mark(line, "R13", "night", fires=fires)


def _long_held(month: Month, actor: str, at: datetime) -> str:
    """Give a permit that has been held for a month; its entry says that it comes late."""
    given = at - 31 * DAY
    permit = month.permit(given, actor, DATASET, late=(at - given).total_seconds() - 60)
    month.turns[permit][0].extra["late"] = True
    return permit


def _past(month: Month, at: datetime, now: datetime, actor: str, permit: str) -> Line:
    """Use data long ago; the entry says that it comes late, in the order of what it tells."""
    line = month.use(at, actor, DATASET, permit)
    line.extra["late"], line.people = True, ((DATASET, 1),)
    month.postpone(line, now - 50 * SECOND + (at - (now - 31 * DAY)) / 86_400)
    return line
