# SPDX-License-Identifier: Apache-2.0
"""Read loosely typed input field by field and report every fault at once.

A fault names the place by its RFC 6901 pointer and never repeats the value found there.
"""

import re
from collections.abc import Mapping
from typing import Final

from shared.errors import FieldFault, ValidationFailed

MAX_ITEMS: Final = 64
PLAIN: Final = re.compile("[^\x00-\x1f\x7f\ud800-\udfff]+")
"""One line of text: no control characters, and no half of a surrogate pair, which has no UTF-8."""
LINES: Final = re.compile("[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]+")
"""Several lines of such text."""
_MAX_KEY: Final = 64
_OPAQUE_ID: Final = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)


def is_opaque_id(text: str) -> bool:
    """Say whether a text could be an identifier of ours; anything else need not be looked up."""
    return _OPAQUE_ID.fullmatch(text) is not None


class Reader:
    """Takes fields out of one JSON object; `done` raises if anything was wrong or left over."""

    def __init__(self, raw: Mapping[str, object], at: str) -> None:
        self._raw = raw
        self._at = at
        self._seen: set[str] = set()
        self.faults: list[FieldFault] = []

    def fault(self, key: str, detail: str, code: str = "invalid") -> None:
        """Note that the field `key` is wrong."""
        self.faults.append(FieldFault(f"{self._at}/{key}" if key else self._at, detail, code))

    def take(self, key: str) -> object:
        """Give the raw value of a field, None when it is absent."""
        self._seen.add(key)
        return self._raw.get(key)

    def text(self, key: str, *, limit: int, pattern: re.Pattern[str] = PLAIN) -> str | None:
        """Give an optional text of at most `limit` characters, in full match with `pattern`."""
        value = self.take(key)
        if value is None:
            return None
        if not isinstance(value, str) or not 0 < len(value) <= limit:
            self.fault(key, f"a text of 1 to {limit} characters")
            return None
        if not pattern.fullmatch(value):
            self.fault(key, "not in the expected form")
            return None
        return value

    def flag(self, key: str) -> bool | None:
        """Give an optional yes or no; None means "not said", which is not "no"."""
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return value
        self.fault(key, "true, false or null")
        return None

    def number(self, key: str, *, low: int, high: int) -> int | None:
        """Give an optional whole number within the bounds."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fault(key, f"a whole number from {low} to {high}")
            return None
        return value

    def texts(self, key: str, *, pattern: re.Pattern[str]) -> tuple[str, ...]:
        """Give an optional list of texts, each in full match with `pattern`, in sorted order."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or len(value) > MAX_ITEMS:
            self.fault(key, f"a list of at most {MAX_ITEMS} texts")
            return ()
        items: set[str] = set()
        for place, item in enumerate(value):
            if isinstance(item, str) and pattern.fullmatch(item):
                items.add(item)
            else:
                self.fault(f"{key}/{place}", "not in the expected form")
        return tuple(sorted(items))

    def child(self, key: str) -> "Reader | None":
        """Give a reader for an optional inner object, None when it is absent or no object."""
        value = self.take(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.fault(key, "an object")
            return None
        return self._inner(value, key)

    def children(self, key: str, *, limit: int) -> "list[Reader]":
        """Give a reader for each object of an optional list, none when it is absent or no list."""
        value = self.take(key)
        if value is None:
            return []
        if not isinstance(value, list | tuple) or len(value) > limit:
            self.fault(key, f"a list of at most {limit} objects")
            return []
        found: list[Reader] = []
        for place, item in enumerate(value):
            if isinstance(item, Mapping):
                found.append(self._inner(item, f"{key}/{place}"))
            else:
                self.fault(f"{key}/{place}", "an object")
        return found

    def _inner(self, value: Mapping[str, object], name: str) -> "Reader":
        inner = Reader(value, f"{self._at}/{name}")
        inner.faults = self.faults
        return inner

    def leftovers(self) -> None:
        """Note every field that nobody asked for: a misspelt field must not pass silently."""
        for key in sorted(set(self._raw) - self._seen):
            named = key[:_MAX_KEY].replace("~", "~0").replace("/", "~1")  # RFC 6901 section 3
            self.fault(named, "unknown field", "unknown_field")

    def done(self) -> None:
        """Raise ValidationFailed with every fault found, if there is one."""
        if self.faults:
            raise ValidationFailed("the input has faults", faults=self.faults)
