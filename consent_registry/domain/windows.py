# SPDX-License-Identifier: Apache-2.0
"""Data windows: which collected data a choice covers, by the days on which they were collected.

The third clock beside when a choice holds and when it was recorded. A grant with a window reaches
a dataset only if all of the dataset's collection lies within; of a dataset that does not say when
it was collected nothing is known to lie within.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

_NOTHING: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Window:
    """Days from `first` to `last`, both included; None leaves that side open, one side is given."""

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        """Refuse what covers everything or nothing with ValueError."""
        if self.first is None and self.last is None:
            raise ValueError("a window has at least one end")
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError("a window does not end before it begins")

    def covers(self, collected: "Window | None") -> bool:
        """Say whether all days of a collection, None for unknown ones, lie within."""
        if collected is None:
            return False
        begins = self.first is None or (
            collected.first is not None and collected.first >= self.first
        )
        ends = self.last is None or (collected.last is not None and collected.last <= self.last)
        return begins and ends

    def written(self) -> tuple[str, str]:
        """Write both ends, an open one as an empty text."""
        return _text(self.first), _text(self.last)


def reaches(window: Window | None, collected: Window | None) -> bool:
    """Say whether a grant reaches data collected then; without a window it reaches all."""
    return window is None or window.covers(collected)


def in_both(one: Window | None, other: Window | None) -> tuple[Window | None, bool]:
    """Give the days within both windows, and whether there are any; None for all days."""
    if one is None or other is None:
        return one or other, True
    firsts = [day for day in (one.first, other.first) if day is not None]
    lasts = [day for day in (one.last, other.last) if day is not None]
    first, last = max(firsts, default=None), min(lasts, default=None)
    if first is not None and last is not None and last < first:
        return None, False
    return Window(first=first, last=last), True


def read_window(ends: Sequence[object]) -> Window | None:
    """Read both ends as `written` gives them; none for two open ones. Raises ValueError."""
    first, last = ends
    if not isinstance(first, str) or not isinstance(last, str):
        raise ValueError("the ends of a window are texts")  # noqa: TRY004 - unreadable, not misused
    if first == last == _NOTHING:
        return None
    return Window(
        first=day_of(first) if first else None,
        last=day_of(last) if last else None,
    )


def is_day(text: str) -> bool:
    """Say whether a text is a date as it is written here."""
    try:
        day_of(text)
    except ValueError:
        return False
    return True


def day_of(text: str) -> date:
    """Read a date as it is written here (2020-01-31). Raises ValueError."""
    found = date.fromisoformat(text)
    if found.isoformat() != text:
        raise ValueError("not a date as it is written here")
    return found


def _text(day: date | None) -> str:
    return _NOTHING if day is None else day.isoformat()
