# SPDX-License-Identifier: Apache-2.0
"""Periods in months, weeks and working days, and when they end (Regulation 1182/71, Article 3).

The day of the event is not counted. A period of months ends on the day of the same date, or on the
month's last day where there is none. A period that would end on a Saturday, a Sunday or a public
holiday ends with the next working day. The calendar is the country's; a country that is not known
here has no holidays but the weekend, which never makes a period longer than it is.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)
_WEEK_DAYS: Final = 7
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Public holidays that may fall on a weekday: (month, day) each year, days from Easter Sunday.

    `fridays` are (month, day) such that the holiday is the Friday of the seven days from then.
    """

    fixed: frozenset[tuple[int, int]] = frozenset()
    easter: frozenset[int] = frozenset()
    fridays: frozenset[tuple[int, int]] = frozenset()

    def is_working(self, day: date) -> bool:
        """Say whether a day is neither weekend nor holiday."""
        if day.weekday() >= _SATURDAY:
            return False
        if (day.month, day.day) in self.fixed:
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


CALENDARS: Final[Mapping[str, Calendar]] = MappingProxyType(
    {
        "EE": Calendar(
            fixed=frozenset(
                {
                    *((1, 1), (2, 24), (5, 1), (6, 23), (6, 24), (8, 20)),
                    *((12, 24), (12, 25), (12, 26)),
                }
            ),
            easter=frozenset({-2, 0, 49}),
        ),
        "FI": Calendar(
            fixed=frozenset({(1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26)}),
            easter=frozenset({-2, 0, 1, 39, 49}),
            fridays=frozenset({(6, 19)}),
        ),
        "PT": Calendar(
            fixed=frozenset(
                {
                    *((1, 1), (4, 25), (5, 1), (6, 10), (8, 15), (10, 5)),
                    *((11, 1), (12, 1), (12, 8), (12, 25)),
                }
            ),
            easter=frozenset({-2, 0, 60}),
        ),
    }
)
WEEKENDS_ONLY: Final = Calendar()


def calendar_of(country: str) -> Calendar:
    """Give a country's calendar (ISO 3166-1 alpha-2)."""
    return CALENDARS.get(country, WEEKENDS_ONLY)


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
