# SPDX-License-Identifier: Apache-2.0
"""Tells the story: each step with what was expected and what came, and counts the differences."""

from collections.abc import Callable
from typing import Final

_LONGEST: Final = 160


class Narrator:
    """Writes lines through `say`; `differences` has one line per thing that came otherwise."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._chapter = 0
        self.differences: list[str] = []

    def chapter(self, title: str) -> None:
        """Begin a numbered step."""
        self._chapter += 1
        self._say(f"\n{self._chapter:2d}. {title}")

    def note(self, text: str) -> None:
        """Say something that was not expected to be this or that."""
        self._say(f"      {text}")

    def check(self, what: str, *, expected: object, came: object) -> bool:
        """Compare, tell, and remember a difference. Gives whether they agree."""
        same = expected == came
        mark = "ok  " if same else "DIFF"
        self._say(f"    {mark}  {what}: expected {_short(expected)}, came {_short(came)}")
        if not same:
            self.differences.append(f"{what}: expected {_short(expected)}, came {_short(came)}")
        return same


def _short(value: object) -> str:
    if isinstance(value, set | frozenset):
        value = sorted(value)
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
