# SPDX-License-Identifier: Apache-2.0
"""What may be missing beside the tree: rows whose term has passed, as `dropped` says.

A row is excused only within a dropped range of its own class; and of each class and month as many
rows must still be held as the last drop left.
"""

from datetime import datetime, timedelta
from typing import Final

from audit_log.domain.retention import Retention, month_of, month_text, retention_of
from audit_log.ports import Inspector
from audit_log.usecases.flaws import Flaws

_SLACK: Final = timedelta(days=1)
"""How far the clocks of a sequencer and a publisher may lie apart."""


class KeptRows:
    """The ranges that were dropped, by class."""

    def __init__(self, inspector: Inspector) -> None:
        self._ranges: dict[int, list[tuple[int, int]]] = {}
        self._left: dict[tuple[int, int], int] = {}
        self._checkpoints = inspector.checkpoints()
        self._next = next(self._checkpoints, None)
        self._after: datetime | None = None
        for one in reversed(inspector.dropped()):  # the oldest first: the last drop counts
            self._ranges.setdefault(one.retention, []).append((one.first, one.last))
            self._left[one.retention, one.month] = one.held

    def may_miss(self, index: int, entry_type: str) -> bool:
        """Tell whether an entry's rows may have been dropped."""
        ranges = self._ranges.get(int(retention_of(entry_type)), ())
        return any(first <= index <= last for first, last in ranges)

    def class_of(self, index: int, entry_type: str, stored: int) -> int:
        """Give the class that a row must have: its type's, or the held one where that can be."""
        if stored == Retention.HELD and self.may_miss(index, entry_type):
            return int(Retention.HELD)
        return int(retention_of(entry_type))

    def may_lie_in(self, index: int, month: int) -> bool:
        """Tell whether an entry can have been sequenced in a month; asked for in rising order.

        It was not before a checkpoint without it was signed, nor after the first one with it.
        """
        while self._next is not None and self._next.size <= index:
            self._after = self._next.signed_at
            self._next = next(self._checkpoints, None)
        if self._after is not None and month < month_of(self._after - _SLACK):
            return False
        return self._next is None or month <= month_of(self._next.signed_at + _SLACK)

    def finish(self, inspector: Inspector, flaws: Flaws) -> None:
        """Compare how many rows are held with how many were left."""
        held = inspector.held_counts()
        for place in sorted(held.keys() | self._left.keys()):
            if held.get(place, 0) != self._left.get(place, 0):
                kept, month = place
                row = f"class={kept} month={month_text(month)}"
                flaws.add("held_ev", row, "has not as many rows as the last drop left")
