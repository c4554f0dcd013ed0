# SPDX-License-Identifier: Apache-2.0
"""What the rules remember between entries, and which of it has changed since it was stored."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from audit_log.domain.rules.acknowledged import Reader
from audit_log.domain.rules.decided import Trace
from audit_log.domain.rules.doubts import Doubt
from audit_log.domain.rules.epochs import Epochs
from audit_log.domain.rules.pattern import Account
from audit_log.domain.rules.permits import PermitHistory
from audit_log.domain.rules.reached import Register
from audit_log.domain.rules.silence import LastBeat
from audit_log.domain.rules.skew import Lags
from audit_log.domain.rules.volume import HABIT_LIFE, Habit

_T = TypeVar("_T")
DOUBT_LIFE: Final = timedelta(days=7)
"""How long after its grace a doubt may still be settled by what arrives."""
TALLY_LIFE: Final = timedelta(days=2)
ACCOUNT_LIFE: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A count of an hour; `people` holds the different ones while they are counted.

    What is read under a permit is counted all its life; then `over` says that too much was found.
    """

    count: int
    until: datetime
    people: tuple[str, ...] = ()
    over: bool = False


class Shelf(Generic[_T]):
    """Values of one kind by key; `until` says when one may be forgotten, None for never."""

    def __init__(self, until: Callable[[_T], datetime | None]) -> None:
        self.items: dict[str, _T] = {}
        self.changed: set[str] = set()
        self._until = until

    def get(self, key: str) -> _T | None:
        """Give a value."""
        return self.items.get(key)

    def put(self, key: str, value: _T) -> None:
        """Keep a value; the same one again changes nothing."""
        if self.items.get(key) is not value:
            self.items[key] = value
            self.changed.add(key)

    def drop(self, key: str) -> None:
        """Forget a value."""
        if self.items.pop(key, None) is not None:
            self.changed.add(key)

    def forget(self, now: datetime) -> None:
        """Forget what has had its time."""
        gone = [
            key
            for key, value in self.items.items()
            if (until := self._until(value)) is not None and until < now
        ]
        for key in gone:
            self.drop(key)


def _doubt_until(doubt: Doubt) -> datetime | None:
    return doubt.due + DOUBT_LIFE


def _habit_until(habit: Habit) -> datetime | None:
    return habit.hour + HABIT_LIFE


def _account_until(account: Account) -> datetime | None:
    return None if account.last is None else account.last + ACCOUNT_LIFE


@dataclass(slots=True, kw_only=True)
class Memory:
    """Everything the rules remember."""

    permits: Shelf[PermitHistory] = field(default_factory=lambda: Shelf(lambda _: None))
    traces: Shelf[Trace] = field(default_factory=lambda: Shelf(lambda one: one.until))
    tallies: Shelf[Tally] = field(default_factory=lambda: Shelf(lambda one: one.until))
    accounts: Shelf[Account] = field(default_factory=lambda: Shelf(_account_until))
    beats: Shelf[LastBeat] = field(default_factory=lambda: Shelf(lambda _: None))
    epochs: Shelf[Epochs] = field(default_factory=lambda: Shelf(lambda _: None))
    readers: Shelf[Reader] = field(default_factory=lambda: Shelf(lambda _: None))
    habits: Shelf[Habit] = field(default_factory=lambda: Shelf(_habit_until))
    lags: Shelf[Lags] = field(default_factory=lambda: Shelf(lambda _: None))
    registers: Shelf[Register] = field(default_factory=lambda: Shelf(lambda _: None))
    doubts: Shelf[Doubt] = field(default_factory=lambda: Shelf(_doubt_until))
    holes: Shelf[datetime] = field(default_factory=lambda: Shelf(lambda _: None))
    """Since when a heartbeat speaks of a place that nothing fills."""
    raised: Shelf[str] = field(default_factory=lambda: Shelf(lambda _: None))
    """Causes raised by the passing of time, which that may heal again, with their rule."""

    def shelves(self) -> Mapping[str, "Shelf[object]"]:
        """Give every shelf by the name of its kind."""
        named: dict[str, Shelf[object]] = {}
        for name in KINDS:
            named[name] = getattr(self, name)
        return named

    def changes(self) -> Iterator[tuple[str, str, object | None]]:
        """Give (kind, key, value) of all that changed; None where it was forgotten."""
        for kind, shelf in self.shelves().items():
            for key in sorted(shelf.changed):
                yield kind, key, shelf.items.get(key)

    def settled(self) -> None:
        """Note that all changes are stored."""
        for shelf in self.shelves().values():
            shelf.changed.clear()

    def forget(self, now: datetime) -> None:
        """Forget what has had its time."""
        for shelf in self.shelves().values():
            shelf.forget(now)


KINDS: Final = (
    *("permits", "traces", "tallies", "accounts", "beats", "epochs", "registers", "doubts"),
    *("holes", "raised", "readers", "habits", "lags"),
)
