# SPDX-License-Identifier: Apache-2.0
"""Conditions over the yeses of a form, written so that an authority can read them.

`health and not (companies or abroad)`: words are the keys of questions, and a question that was
answered no, or not at all, is not said yes to. Nothing else can be asked.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Final

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
MAX_CONDITION_CHARS: Final = 400
_MAX_DEPTH: Final = 20
_TOKEN: Final = re.compile(r"\s*([a-z][a-z0-9_]*|\(|\))", re.ASCII)
WORDS: Final = frozenset({"and", "or", "not"})

_Tree = str | tuple[str, "list[_Tree]"]


class BadCondition(ValueError):
    """The text is no condition."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: its text, the questions it names, and how to decide it."""

    text: str
    keys: frozenset[str]
    _tree: _Tree

    def holds(self, yes: Set[str]) -> bool:
        """Say whether it holds for somebody who said yes to exactly these questions."""
        return _holds(self._tree, yes)


def read_condition(text: str) -> Condition:
    """Read a condition. Raises BadCondition."""
    if len(text) > MAX_CONDITION_CHARS:
        raise BadCondition(f"at most {MAX_CONDITION_CHARS} characters")
    parser = _Parser(_tokens(text))
    tree = parser.choice(0)
    if parser.rest:
        raise BadCondition("something stands behind its end")
    return Condition(text, frozenset(parser.keys), tree)


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise BadCondition("only keys of questions, and, or, not, and brackets")
        tokens.append(found[1])
        at = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens[::-1]
        self.keys: set[str] = set()

    def choice(self, depth: int) -> _Tree:
        return self._chain("or", depth)

    def _chain(self, word: str, depth: int) -> _Tree:
        if depth > _MAX_DEPTH:
            raise BadCondition("nested too deep")
        parts = [self._part(word, depth)]
        while self._next(word):
            parts.append(self._part(word, depth))
        return parts[0] if len(parts) == 1 else (word, parts)

    def _part(self, word: str, depth: int) -> _Tree:
        return self._chain("and", depth + 1) if word == "or" else self._single(depth + 1)

    def _single(self, depth: int) -> _Tree:
        if depth > _MAX_DEPTH:
            raise BadCondition("nested too deep")
        if self._next("not"):
            return ("not", [self._single(depth + 1)])
        if self._next("("):
            inner = self.choice(depth + 1)
            if not self._next(")"):
                raise BadCondition("a bracket is not closed")
            return inner
        if not self.rest or self.rest[-1] in WORDS or not KEY.fullmatch(self.rest[-1]):
            raise BadCondition("the key of a question is needed")
        key = self.rest.pop()
        self.keys.add(key)
        return key

    def _next(self, token: str) -> bool:
        if self.rest and self.rest[-1] == token:
            self.rest.pop()
            return True
        return False


def _holds(tree: _Tree, yes: Set[str]) -> bool:
    if isinstance(tree, str):
        return tree in yes
    word, parts = tree
    if word == "not":
        return not _holds(parts[0], yes)
    if word == "and":
        return all(_holds(part, yes) for part in parts)
    return any(_holds(part, yes) for part in parts)
