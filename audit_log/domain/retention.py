# SPDX-License-Identifier: Apache-2.0
"""Which retention class an entry's search row and sealed parts belong to.

The tree keeps every entry for ever; what may be dropped after its time is the search row and the
sealed parts. They are kept apart by class and by month of sequencing, so that a whole class and
month can be dropped at once.
"""

from datetime import datetime
from enum import IntEnum
from typing import Final


class Retention(IntEnum):
    """Classes with terms of their own; numbers are stored and never change their meaning."""

    ACCESS = 1  # who used whose data: EHDS Art. 73(1)(e), at least one year
    GOVERNANCE = 2  # consents, applications, permits, visas: as long as a claim may rest on them
    OVERSIGHT = 3  # what officers and administrators did
    SYSTEM = 4  # the log's and the producers' own signals


_CLASSES: Final = {
    "access": Retention.ACCESS,
    "admin": Retention.OVERSIGHT,
    "audit": Retention.OVERSIGHT,
    "finding": Retention.OVERSIGHT,
    "sys": Retention.SYSTEM,
}


def retention_of(entry_type: str) -> Retention:
    """Give the class of an entry type; an unknown group is kept as governance is."""
    return _CLASSES.get(entry_type.split(".")[1], Retention.GOVERNANCE)


def month_of(moment: datetime) -> int:
    """Give the number of a month: twelve times the year plus the month from 0."""
    return moment.year * 12 + moment.month - 1


def year_of(month: int) -> int:
    """Give the year of a numbered month."""
    return month // 12
