# SPDX-License-Identifier: Apache-2.0
"""Time as an argument: the clock port, its system implementation and one text form.

Never reads the time at import, never yields a naive datetime, never a local zone.
"""

import re
import time
from datetime import UTC, datetime
from typing import Protocol

_RFC3339_UTC = re.compile(
    r"\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,6})?(Z|\+00:00)", re.ASCII
)


class Clock(Protocol):
    """Where a process learns the time."""

    def now(self) -> datetime:
        """Give the wall time as an aware UTC datetime; it may jump either way."""
        ...

    def monotonic(self) -> float:
        """Give seconds since an arbitrary instant; they never go backwards."""
        ...


class SystemClock:
    """The clock of this host."""

    def now(self) -> datetime:
        """Give the wall time as an aware UTC datetime."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Give seconds that go on while the host sleeps.

        CLOCK_BOOTTIME where there is one: a laptop or virtual machine that slept through a
        withdrawal must not count its view of the world as fresh.
        """
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def to_rfc3339(t: datetime) -> str:
    """Write an aware datetime as `2026-11-22T06:25:00.123456Z` (RFC 3339, always six digits).

    Raises ValueError for a naive datetime.
    """
    if t.tzinfo is None or t.utcoffset() is None:
        raise ValueError("a time without a zone cannot be written")
    return t.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def from_rfc3339(text: str) -> datetime:
    """Read an RFC 3339 time in UTC, with at most six fractional digits.

    Raises ValueError when the text is anything else, has no zone, or another zone than UTC.
    """
    if not _RFC3339_UTC.fullmatch(text):
        raise ValueError("not an RFC 3339 time in UTC")
    return datetime.fromisoformat(text).astimezone(UTC)
