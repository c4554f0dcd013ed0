# SPDX-License-Identifier: Apache-2.0
"""Periods in months, weeks and working days, and when they end (Regulation 1182/71, Article 3).

The day of the event is not counted. A period of months ends on the day of the same date, or on the
month's last day where there is none. A period that would end on a Saturday, a Sunday or a public
holiday ends with the next working day. The holidays are those of the country's policy file
(`shared.country_policy`). A year that its calendar does not cover has weekends only, so that nobody
is answered later than the law says; `covers` tells who must not rely on that.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
_WEEK_DAYS: Final = 7
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Public holidays: (month, day) each year, days from Easter Sunday, single dates.

    `fridays` are (month, day) such that the holiday is the Friday of the seven days from then.
    `years` are those of which the holidays are known; any other has weekends only.
    """

    years: range = range(0)
    fixed: frozenset[tuple[int, int]] = frozenset()
    easter: frozenset[int] = frozenset()
    fridays: frozenset[tuple[int, int]] = frozenset()
    dates: frozenset[date] = frozenset()

    def covers(self, first: date, last: date) -> bool:
        """Say whether the holidays of all days from `first` to `last` are known."""
        return first.year in self.years and last.year in self.years

    def is_working(self, day: date) -> bool:
        """Say whether a day is neither weekend nor holiday."""
        if day.weekday() >= _SATURDAY:
            return False
        if day.year not in self.years:
            return True
        if (day.month, day.day) in self.fixed or day in self.dates:
            return False
        if (day - easter_sunday(day.year)).days in self.easter:
            return False
        return not any(_floats(day, start, 4) for start in self.fridays)

    def rolled(self, day: date) -> date:
        """Give this day, or the next working day after it when it is none."""
        while not self.is_working(day):
            day += _DAY
        return day

    def working_days_after(self, day: date, count: int) -> date:
        """Give the last of so many working days after a day."""
        while count:
            day += _DAY
            count -= self.is_working(day)
        return day


def _floats(day: date, start: tuple[int, int], weekday: int) -> bool:
    first = date(day.year, *start)
    return day.weekday() == weekday and first <= day < first + timedelta(days=_WEEK_DAYS)


WEEKENDS_ONLY: Final = Calendar()


def months_from(day: date, months: int) -> date:
    """Give the day of the same date so many months later, or earlier; else the month's last day."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def easter_sunday(year: int) -> date:
    """Give Easter Sunday of the Gregorian calendar (the rule of 1582, by Meeus's arithmetic)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leaps, century_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - correction + 15) % 30
    quarter, quarter_rest = divmod(rest, 4)
    offset = (32 + 2 * century_rest + 2 * quarter - epact - quarter_rest) % 7
    shift = (golden + 11 * epact + 22 * offset) // 451
    month, day = divmod(epact + offset - 7 * shift + 114, 31)
    return date(year, month, day + 1)
