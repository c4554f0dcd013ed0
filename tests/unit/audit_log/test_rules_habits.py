# SPDX-License-Identifier: Apache-2.0
"""R6, R10, R12 and R13 where they learn or add up: each beside its near miss, and stored whole."""

from datetime import datetime, timedelta

import pytest

from audit_log.domain.rules import scope, volume
from audit_log.domain.rules.memory import Memory
from audit_log.domain.rules.permits import told
from audit_log.domain.rules.seen import Beat, Seen
from audit_log.domain.rules.stored import remembered, written
from audit_log.domain.rules.thresholds import Thresholds
from audit_log.domain.rules.volume import Habit
from audit_log.usecases.examine import Examiner
from tests.fakes.log_factories import NOON
from tests.unit.audit_log.test_rules import MS, SECOND, codes, issued, seen, use

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LIMITS = Thresholds()
OLD = Habit(since=NOON - 29 * DAY, hour=NOON)


def busy(*counts: int, **changes: object) -> Habit:
    hours = tuple((NOON - number * DAY, count) for number, count in enumerate(counts, 1))
    return Habit(since=NOON - 29 * DAY, hour=NOON, busy=hours, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("habit", "most"),
    [
        (None, 100),
        (OLD, 100),
        (busy(400, 300, 200, 130), 130),  # of 672 hours three lie above the 99.5th percentile
        (busy(400, 300, 200), 100),
        (busy(400, 300, 200, 130, 120), 130),
        (busy(average=20_000), 100),
        (busy(average=20_400), 102),
        (busy(400, 300, 200, 130, average=30_000), 150),
    ],
)
def test_the_limit_is_the_greatest_of_floor_percentile_and_average(
    habit: Habit | None, most: int
) -> None:
    assert volume.limit(habit, LIMITS) == most


def test_nothing_is_learned_before_an_account_is_known_for_28_days() -> None:
    young = Habit(
        since=NOON - 28 * DAY + HOUR, hour=NOON, average=90_000, busy=busy(400, 400, 400, 400).busy
    )
    assert volume.limit(young, LIMITS) == 100
    assert volume.limit(busy(400, 400, 400, 400), LIMITS) == 400


def test_an_average_moves_with_each_hour_and_fades_while_nothing_is_done() -> None:
    habit = volume.learned(OLD, 168, NOON + HOUR, LIMITS)
    assert habit.average == 1_000
    assert volume.learned(habit, 1, NOON + 2 * HOUR, LIMITS).average == 1_000
    idle = volume.learned(habit, 1, NOON + 170 * HOUR, LIMITS)
    assert 360 < idle.average < 375
    assert habit.busy == ((NOON, 168),)
    forgotten = volume.learned(habit, 1, NOON + 29 * DAY, LIMITS)
    assert forgotten.busy == ()


def test_uses_of_an_hour_are_counted_by_their_own_time_and_found_once() -> None:
    examiner = Examiner(Memory(), Thresholds(reads_per_hour=3))
    for index in range(3):
        examiner.take(seen(index))
    assert codes(examiner) == []
    for index in range(3, 9):
        examiner.take(seen(index))
    assert codes(examiner) == ["many_uses"]
    for index in range(10, 13):
        examiner.take(seen(index, at=NOON + HOUR, arrived=NOON + HOUR))
    assert codes(examiner) == ["many_uses"]
    (habit,) = examiner.memory.habits.items.values()
    assert habit.busy == ((NOON.replace(minute=0, second=0, microsecond=0), 9),)


def beat(index: int, lag: timedelta, src: str = "zz/clearinghouse/1") -> Seen:
    arrived = NOON + index * 30 * SECOND
    return seen(
        index,
        src=src,
        type="placet.sys.heartbeat.v1",
        decision=None,
        at=arrived - lag,
        arrived=arrived,
        beat=Beat(seq=index, verified=True, follows=True),
    )


@pytest.mark.parametrize(
    ("lags", "found"),
    [
        ([3_001] * 20, ["clock_drifts"]),
        ([3_000] * 20, []),
        ([-3_001] * 20, ["clock_drifts"]),
        ([4_000] * 19, []),
        ([*([4_000] * 19), 1_000], ["clock_drifts"]),
        ([*([4_000] * 19), 999], []),
        ([600_000 - number * 30_000 for number in range(20)], []),
        ([4_000] * 60, ["clock_drifts"]),
    ],
)
def test_a_clock_that_is_off_evenly_drifts_and_what_was_held_up_does_not(
    lags: list[int], found: list[str]
) -> None:
    """An outage delays what it delays unevenly; only a clock is off by the same each time."""
    examiner = Examiner(Memory(), Thresholds())
    for index, lag in enumerate(lags):
        examiner.take(beat(index, lag * MS))
    assert sorted(set(codes(examiner))) == found
    assert len({one.cause for one in examiner.raised}) == len(found)


def at_work(hour: int, days: int = 29) -> list[datetime]:
    return [NOON.replace(hour=hour) - day * DAY for day in range(days, 0, -1)]


@pytest.mark.parametrize(
    ("times", "hour", "found"),
    [
        (at_work(9), 12, ["unusual_hour"]),
        (at_work(9), 11, []),
        (at_work(9), 6, ["unusual_hour"]),
        (at_work(9), 7, []),
        (at_work(23), 1, []),
        (at_work(23), 2, ["unusual_hour"]),
        (at_work(9, days=27), 12, []),
        ([*at_work(9)[:9]], 12, []),
        ([*at_work(9)[:10]], 12, ["unusual_hour"]),
    ],
)
def test_an_hour_is_unusual_only_for_who_is_well_known(
    times: list[datetime], hour: int, found: list[str]
) -> None:
    examiner = Examiner(Memory(), Thresholds())
    for index, at in enumerate(times):
        examiner.take(seen(index, at=at, arrived=at))
    assert codes(examiner) == []
    at = NOON.replace(hour=hour)
    examiner.take(seen(99, at=at, arrived=at))
    assert codes(examiner) == found


def test_what_is_learned_outlives_the_process() -> None:
    examiner = Examiner(Memory(), Thresholds(reads_per_hour=2))
    for index, at in enumerate(at_work(9)):
        for number in range(3):
            examiner.take(seen(3 * index + number, at=at, arrived=at, counts={"bytes": 5}))
    examiner.take(beat(1, SECOND))
    rows = [
        (kind, key, written(value))
        for kind, key, value in examiner.memory.changes()
        if value is not None
    ]
    again = remembered(rows)
    for kind, shelf in examiner.memory.shelves().items():
        assert again.shelves()[kind].items == shelf.items, kind
    assert again.habits.items
    assert again.lags.items


def scoped(**extra: object) -> Seen:
    return issued(extra={"nodes": ["zz", "se"], **extra}, countries=("fi-name", "se-name"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"src": "se/clearinghouse/1"}, None),
        ({"src": "fi/clearinghouse/1"}, "node_not_in_permit"),
        ({"country": "fi-name"}, None),
        ({"country": "no-name"}, "country_not_in_permit"),
    ],
)
def test_a_use_is_of_the_nodes_and_countries_that_its_permit_names(
    changes: dict[str, object], code: str | None
) -> None:
    assert scope.judge(use(**changes), told(None, scoped())) == code
    assert scope.judge(use(**changes), told(None, issued())) is None


READ = "placet.access.read.v1"


@pytest.mark.parametrize(
    ("regions", "code"),
    [
        (["chr1:1000-2000"], None),
        (["chr1:1000-1000", "chr2:5-9"], None),
        (["chr1:999-1000"], "region_not_in_permit"),
        (["chr1:2000-2001"], "region_not_in_permit"),
        (["chr3:1000-2000"], "region_not_in_permit"),
        (["chr1:1000-1001", "chrX:1-2"], "region_not_in_permit"),
        (["chr1:1001-1000"], "region_not_in_permit"),
        (["chr1"], "region_not_in_permit"),
        (["chr1:1000-2000 "], "region_not_in_permit"),
        ([], "region_not_named"),
        (7, "region_not_named"),
    ],
)
def test_what_is_read_lies_within_the_regions_of_the_permit(
    regions: object, code: str | None
) -> None:
    history = told(None, issued(extra={"regions": ["chr2:5-9", "chr1:1000-2000", "nonsense"]}))
    read = use(type=READ, extra={"regions": regions})
    assert scope.judge(read, history) == code
    assert scope.judge(read, told(None, issued())) is None
    assert scope.judge(use(), history) is None  # a decision reads nothing yet


def read(index: int, size: int, **changes: object) -> Seen:
    values = {"type": READ, "trace": "trace-0", "counts": {"bytes": size}}
    return seen(index, **{**values, **changes})


def test_what_is_read_under_a_permit_is_added_up_and_found_once() -> None:
    examiner = Examiner(Memory(), Thresholds())
    examiner.take(issued(0, extra={"most_bytes": 1_000}))
    examiner.take(read(1, 600))
    examiner.take(read(2, 400, at=NOON + 40 * DAY, src="se/htsget/1"))
    assert "amount_beyond_permit" not in codes(examiner)
    examiner.take(read(3, 1))
    examiner.take(read(4, 1))
    found = [one for one in examiner.raised if one.code == "amount_beyond_permit"]
    assert [one.evidence for one in found] == [(3,)]


def test_an_amount_read_before_the_permit_was_known_counts() -> None:
    examiner = Examiner(Memory(), Thresholds())
    examiner.take(read(1, 1_001))
    examiner.take(issued(2, extra={"most_bytes": 1_000}))
    assert "amount_beyond_permit" not in codes(examiner)
    examiner.take(read(3, 1))
    assert [one.evidence for one in examiner.raised if one.rule == "R10"] == [(3,)]
