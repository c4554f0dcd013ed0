# SPDX-License-Identifier: Apache-2.0
"""Rows in the text format of PostgreSQL's COPY (its manual, COPY, "Text Format").

A column at a time: most have values of one type, and nothing in them to be escaped.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import NoneType
from typing import Any, Final

_ESCAPED: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_QUOTED: Final = str.maketrans({"\\": r"\\", '"': r"\""})


def copy_text(rows: Sequence[Sequence[object]]) -> str:
    """Write rows of the same width, each with its end; empty for none.

    Raises TypeError for a value of a type that nothing here writes.
    """
    if not rows:
        return ""
    columns = [_texts(column) for column in zip(*rows, strict=True)]
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


@lru_cache(maxsize=4_096)
def instant(at: datetime) -> str:
    """Write an aware time; most rows of an import share theirs."""
    return at.isoformat()


def _texts(column: tuple[Any, ...]) -> Sequence[str]:
    kinds = set(map(type, column))
    if kinds == {str} and not _special("".join(column)):
        return column
    if len(kinds) == 1:
        return list(map(_writer(kinds.pop()), column))
    return [_writer(type(value))(value) for value in column]


def _special(text: str) -> bool:
    return "\\" in text or "\t" in text or "\n" in text or "\r" in text


def _writer(kind: type) -> Callable[[Any], str]:
    found = _WRITERS.get(kind)
    if found is None:
        raise TypeError(f"COPY is not written for {kind.__name__}")
    return found


def _text(value: str) -> str:
    return value.translate(_ESCAPED) if _special(value) else value


def _bytes(value: bytes) -> str:
    return rf"\\x{value.hex()}"


def _bool(value: object) -> str:
    return "t" if value else "f"


def _texts_in_one(value: Sequence[str]) -> str:
    """Write an array of texts, each quoted, so that none can end it or be taken for none."""
    return _text("{" + ",".join([f'"{one.translate(_QUOTED)}"' for one in value]) + "}")


def _null(_: object) -> str:
    return r"\N"


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = {
    str: _text,
    int: str,
    bool: _bool,
    bytes: _bytes,
    datetime: instant,
    list: _texts_in_one,
    NoneType: _null,
}
