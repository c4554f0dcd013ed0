# SPDX-License-Identifier: Apache-2.0
"""R12: one account used one dataset more often within an hour than it ever does.

The limit is the greatest of a fixed floor and, once the account is known for 28 days, of the 99.5th
percentile of its hours in that time and of five times their moving average.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from audit_log.domain.rules.raised import Raised
from audit_log.domain.rules.seen import Seen, hour_of
from audit_log.domain.rules.thresholds import Thresholds

RULE: Final = "R12"
HABIT_LIFE: Final = timedelta(days=400)
_HOUR: Final = timedelta(hours=1)
_TIMES: Final = 5
_WEEK: Final = 168
"""The hours over which the average moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How often an account uses a dataset: since when, and up to the hour before `hour`.

    `average` is the moving average of uses an hour, in thousandths. `busy` are the hours above the
    floor within the last 28 days: the percentile asks for no others.
    """

    since: datetime
    hour: datetime
    average: int = 0
    busy: tuple[tuple[datetime, int], ...] = ()


def tally_key(seen: Seen) -> str | None:
    """Name the count that a use belongs to: account, dataset and hour of its own time."""
    name = habit_key(seen)
    return None if name is None else counted(name, seen.at)


def habit_key(seen: Seen) -> str | None:
    """Name the habit that a use belongs to: account and dataset."""
    if seen.actor is None or seen.dataset is None:
        return None
    return f"{seen.actor}/{seen.dataset}"


def counted(habit: str, at: datetime) -> str:
    """Name the count of an hour of a habit."""
    return f"use/{habit}/{hour_of(at)}"


def began(at: datetime) -> datetime:
    """Give the beginning of an instant's hour."""
    return at.replace(minute=0, second=0, microsecond=0)


def learned(habit: Habit, count: int, hour: datetime, thresholds: Thresholds) -> Habit:
    """Take in that `count` uses were made in the habit's hour, and go on to a later one."""
    span = timedelta(days=thresholds.learning_days)
    busy = habit.busy
    if count > thresholds.reads_per_hour:
        busy = (*busy, (habit.hour, count))
    average = habit.average + (count * 1_000 - habit.average) // _WEEK
    idle = (hour - habit.hour) // _HOUR - 1
    average = int(average * (1 - 1 / _WEEK) ** idle)
    kept = tuple(one for one in busy if hour - one[0] <= span)
    return replace(habit, hour=hour, average=average, busy=kept)


def limit(habit: Habit | None, thresholds: Thresholds) -> int:
    """Give how often the account may use the dataset in an hour."""
    floor = thresholds.reads_per_hour
    span = timedelta(days=thresholds.learning_days)
    if habit is None or habit.hour - habit.since < span:
        return floor
    hours = span // _HOUR
    above = hours - ceil(0.995 * hours)
    """So many hours lie above the percentile; the next busiest is it."""
    busiest = sorted((count for _, count in habit.busy), reverse=True)
    percentile = busiest[above] if len(busiest) > above else 0
    return max(floor, percentile, _TIMES * habit.average // 1_000)


def judge(seen: Seen, key: str, count: int, most: int) -> Raised | None:
    """Say that this use is the first above the limit; `count` includes it."""
    if count != most + 1:
        return None
    return Raised(
        rule=RULE,
        code="many_uses",
        cause=f"{RULE}/{key}",
        evidence=(seen.index,),
        src=seen.src,
    )
