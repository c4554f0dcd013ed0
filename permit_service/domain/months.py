# SPDX-License-Identifier: Apache-2.0
"""Month arithmetic that clamps to the last day, as law.md section 1.8 asks (never overflows)."""

import calendar
from datetime import datetime
from typing import Final

_MONTHS_A_YEAR: Final = 12


def add_months(start: datetime, months: int) -> datetime:
    """Give the same day and time `months` later, or that month's last day when it is shorter."""
    years, month0 = divmod(start.month - 1 + months, _MONTHS_A_YEAR)
    year, month = start.year + years, month0 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day)
