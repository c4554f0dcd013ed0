# SPDX-License-Identifier: Apache-2.0
"""Periods end as Regulation 1182/71 says: vectors of three countries, and laws of the sums."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.periods import easter_sunday, months_from
from tests.fakes.country_policies import calendar_of

COUNTRIES = ("EE", "FI", "PT")
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 12, 31))


def days(*texts: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(text) for text in texts)


@pytest.mark.parametrize(
    ("start", "months", "ends"),
    [
        ("2029-11-30", 3, days("2030-02-28", "2030-02-28", "2030-02-28")),
        ("2029-11-30", 6, days("2030-05-30", "2030-05-31", "2030-05-30")),
    ],
)
def test_months_end_on_the_next_working_day_of_the_country(
    start: str, months: int, ends: tuple[date, ...]
) -> None:
    end = months_from(date.fromisoformat(start), months)
    assert tuple(calendar_of(name).rolled(end) for name in COUNTRIES) == ends


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2039-08-31", 6, "2040-02-29"),
        ("2032-02-29", 120, "2042-02-28"),
        ("2034-03-31", -1, "2034-02-28"),
        ("2031-08-31", 18, "2033-02-28"),
    ],
)
def test_months_are_clamped_to_the_last_day(start: str, months: int, end: str) -> None:
    assert months_from(date.fromisoformat(start), months) == date.fromisoformat(end)


def test_four_weeks_over_easter() -> None:
    end = date(2030, 3, 22) + timedelta(weeks=4)
    found = tuple(calendar_of(name).rolled(end) for name in COUNTRIES)
    assert found == days("2030-04-22", "2030-04-23", "2030-04-22")


@pytest.mark.parametrize(
    ("start", "count", "ends"),
    [
        ("2030-04-01", 30, days("2030-05-15", "2030-05-16", "2030-05-16")),
        ("2029-11-26", 30, days("2030-01-11", "2030-01-14", "2030-01-09")),
        ("2030-04-10", 10, days("2030-04-25", "2030-04-26", "2030-04-26")),
        ("2030-04-10", 11, days("2030-04-26", "2030-04-29", "2030-04-29")),
    ],
)
def test_working_days_are_each_countrys_own(start: str, count: int, ends: tuple[date, ...]) -> None:
    day = date.fromisoformat(start)
    found = tuple(calendar_of(name).working_days_after(day, count) for name in COUNTRIES)
    assert found == ends


@pytest.mark.parametrize(
    ("year", "sunday"), [(1961, (4, 2)), (2000, (4, 23)), (2030, (4, 21)), (2038, (4, 25))]
)
def test_easter(year: int, sunday: tuple[int, int]) -> None:
    assert easter_sunday(year) == date(year, *sunday)


@given(day=DAYS, months=st.integers(-240, 240))
def test_a_period_of_months_ends_in_its_month_and_never_overflows(day: date, months: int) -> None:
    end = months_from(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end.day < day.day and (end + timedelta(days=1)).day == 1)


@given(day=DAYS, country=st.sampled_from((*COUNTRIES, "ZZ")))
def test_a_period_ends_on_a_working_day_and_never_early(day: date, country: str) -> None:
    calendar = calendar_of(country)
    end = calendar.rolled(day)
    assert end >= day
    assert calendar.is_working(end)
    assert calendar.rolled(end) == end
