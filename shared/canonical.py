# SPDX-License-Identifier: Apache-2.0
"""The canonical JSON profile of entries: one value, one spelling.

UTF-8, no whitespace, ASCII keys sorted bytewise, no floats, integers up to 2^53-1 either way, no
duplicate keys, at most six levels. Within this profile the bytes equal those of RFC 8785, whatever
library wrote them. Nothing here repairs input: bytes that are not canonical are refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import orjson

JSON: TypeAlias = "bool | int | str | Sequence[JSON] | Mapping[str, JSON] | None"

MAX_INTEGER: Final = (1 << 53) - 1
MAX_DEPTH: Final = 6
_FLAT: Final = frozenset({str, bool, type(None)})


class MalformedEntry(ValueError):
    """Bytes or values that are no entry, no sealed part or no canonical JSON.

    The message names the rule that was broken and never repeats the input.
    """


def canonical(value: JSON) -> bytes:
    """Write a value as canonical JSON bytes.

    Mappings become objects and sequences arrays; enumeration members become their plain values.
    Raises MalformedEntry for anything outside the profile.
    """
    try:
        return orjson.dumps(_plain(value, 1), option=orjson.OPT_SORT_KEYS)
    except TypeError:  # orjson refuses lone surrogates
        raise MalformedEntry("a text is not valid Unicode") from None


def parse_canonical(raw: bytes) -> JSON:
    """Read canonical JSON bytes; raise MalformedEntry unless they are exactly canonical."""
    try:
        value: JSON = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise MalformedEntry("not JSON") from None
    require_profile(value, 1)
    require_spelling(value, raw)
    return value


def require_spelling(value: object, raw: bytes) -> None:
    """Raise MalformedEntry unless these are the canonical bytes of this parsed value.

    That excludes whitespace, unsorted and repeated keys, needless escapes and other spellings of a
    number. It does not exclude floats, deep nesting or keys beyond ASCII: see `require_profile`.
    """
    try:
        spelled = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # orjson gives up on deep nesting
        raise MalformedEntry(f"deeper than {MAX_DEPTH} levels") from None
    if spelled != raw:
        raise MalformedEntry("not the canonical spelling")


def require_profile(value: object, depth: int) -> None:
    """Raise MalformedEntry unless a parsed JSON value keeps the profile; `depth` is its level.

    Parsed means made of exactly dict, list, str, int, bool and None.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if kind is int:
        _require_integer(value)
        return
    if depth > MAX_DEPTH:
        raise MalformedEntry(f"deeper than {MAX_DEPTH} levels")
    inside: Iterable[object]
    if isinstance(value, dict):
        if not all(map(str.isascii, value)):
            raise MalformedEntry("a key is not ASCII")
        inside = value.values()
    elif isinstance(value, list):
        inside = value
    else:
        raise MalformedEntry("a number is not an integer")
    for item in inside:
        if type(item) not in _FLAT:  # most are, and this runs for every part of the log
            require_profile(item, depth + 1)


def _plain(value: object, depth: int) -> object:
    if isinstance(value, str):
        return str.__str__(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        _require_integer(value)
        return int(value)
    if depth > MAX_DEPTH:
        raise MalformedEntry(f"deeper than {MAX_DEPTH} levels")
    if isinstance(value, Mapping):
        return {_key(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    raise MalformedEntry(f"a {type(value).__name__} has no canonical form")


def _key(key: object) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise MalformedEntry("a key is not ASCII text")
    return str.__str__(key)


def _require_integer(value: object) -> None:
    if not isinstance(value, int) or not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise MalformedEntry("an integer is beyond 2^53-1")
