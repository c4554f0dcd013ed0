# SPDX-License-Identifier: Apache-2.0
"""FHIR's dateTime and Period in the words of the import: times in UTC, an end that is exclusive.

FHIR includes the whole of the day that a period ends on, allows other zones than UTC, and allows a
year or a month in place of a date. The last says too little for a consent and is refused.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from consent_registry.domain.fhir.statement import NotUnderstood, Span
from consent_registry.domain.row_codes import RowCode
from consent_registry.domain.windows import Window, in_both
from shared.clock import to_rfc3339

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)


def begins(text: str, column: str) -> datetime:
    """Give the first instant that a dateTime means, in UTC. Raises NotUnderstood."""
    return _read(text, column, timedelta())


def ends(text: str, column: str) -> datetime:
    """Give the first instant behind a period that ends on this dateTime: a day counts whole.

    Of a time with its seconds it is that time itself, which is narrower by less than a second.
    """
    return _read(text, column, timedelta(days=1))


def window(spans: Iterable[Span]) -> Window | None:
    """Give the days that all these periods of collected data have in common; None for all days.

    A period that begins or ends within a day does not cover that day. Raises NotUnderstood when
    there are none.
    """
    found: Window | None = None
    for span in spans:
        found, some = in_both(found, _days(span))
        if not some:
            raise NotUnderstood(RowCode.FHIR_PERIODS, "dataPeriod")
    return found


def _days(span: Span) -> Window | None:
    if not span.start and not span.end:
        return None
    first = last = None
    if span.start:
        start = begins(span.start, "dataPeriod")
        first = start.date() + (timedelta() if start.time() == time() else timedelta(days=1))
    if span.end:
        # The first instant behind it: the day before that one is whole.
        last = ends(span.end, "dataPeriod").date() - timedelta(days=1)
    try:
        return Window(first=first, last=last)
    except ValueError:
        raise NotUnderstood(RowCode.FHIR_PERIODS, "dataPeriod") from None


def written(at: datetime | None) -> str:
    """Write an instant for the import's own reader."""
    return to_rfc3339(at) if at is not None else ""


def common(spans: Iterable[Span]) -> tuple[datetime | None, datetime | None]:
    """Give the time that all these periods have in common; None leaves a side open.

    Raises NotUnderstood when they have none.
    """
    given = list(spans)
    starts = [begins(one.start, "effective_from") for one in given if one.start]
    stops = [ends(one.end, "effective_to") for one in given if one.end]
    start, stop = max(starts, default=None), min(stops, default=None)
    if start is not None and stop is not None and stop <= start:
        raise NotUnderstood(RowCode.FHIR_PERIODS, "effective_to")
    return start, stop


def _read(text: str, column: str, whole_day: timedelta) -> datetime:
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC) + whole_day
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(_microseconds(text)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotUnderstood(RowCode.DATE_INVALID, column) from None
    raise NotUnderstood(RowCode.DATE_INVALID, column)


def _microseconds(text: str) -> str:
    """Leave out what is finer than a microsecond."""
    return re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text)
