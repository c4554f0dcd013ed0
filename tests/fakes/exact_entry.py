# SPDX-License-Identifier: Apache-2.0
"""The rules of `placet/entry/v1` once more, slowly: what `shared.entries` is held against.

One rule after the other, with the standard library's JSON and nothing remembered. It is written
from the rules and shares no code with the parser.
"""

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

_REQUIRED: Final = {"ep", "id", "seq", "src", "tr", "ts", "ty", "v"}
_OPTIONAL: Final = {"b", "c", "d", "ds", "n", "p", "pr", "r", "x"}
_LARGEST: Final = 2**53 - 1
_LEVELS: Final = 6
_OPEN: Final = frozenset(map(chr, range(0x21, 0x7F))) - {"@"}
_FORMS: Final = {
    "id": r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "tr": r"[0-9a-f]{32}",
    "ts": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z",
    "ty": r"placet(\.[a-z][a-z0-9]{0,31}){2,4}\.v[1-9][0-9]{0,3}",
    "src": r"[a-z0-9_-]{1,40}(/[a-z0-9_-]{1,40}){1,3}",
    "r": r"[a-z][a-z0-9_]{0,63}",
    "d": r"permit|deny|error",
    "v": r"placet/entry/v1",
}


class Refused(Exception):
    """The bytes break a rule."""


def read_exactly(raw: bytes) -> dict[str, Any]:
    """Give the value of an entry's bytes; raise Refused when they break any rule."""
    _require(64 <= len(raw) <= 60_000)
    try:
        value: dict[str, Any] = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
        spelled = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        _require(spelled.encode("utf-8") == raw)
    except (ValueError, RecursionError) as error:
        raise Refused from error
    _require(type(value) is dict)
    _require(value.keys() >= _REQUIRED and value.keys() <= _REQUIRED | _OPTIONAL)
    for key, form in _FORMS.items():
        if key in value:
            _require_form(value[key], form)
    _require(value["tr"] != "0" * 32)
    try:
        datetime.strptime(value["ts"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Refused from error
    _require_count(value["ep"], 0)
    _require_count(value["seq"], 1)
    for key in {"b", "ds"} & value.keys():
        _require_open(value[key])
    if "pr" in value:
        _require_hash(value["pr"])
    _require_collections(value)
    return value


def _require_collections(value: dict[str, Any]) -> None:
    if "p" in value:
        _require(type(value["p"]) is list and 0 < len(value["p"]) <= 64)
        for purpose in value["p"]:
            _require_open(purpose)
    if "n" in value:
        _require(type(value["n"]) is dict and 0 < len(value["n"]) <= 64)
        for name, number in value["n"].items():
            _require_form(name, _FORMS["r"])
            _require_count(number, 0)
    if "x" in value:
        _require(type(value["x"]) is dict and bool(value["x"]))
        _require_extra(value["x"], 2)
    if "c" in value:
        _require(type(value["c"]) is dict and bool(value["c"]))
        for group, item in value["c"].items():
            _require(group in ("actor", "net", "obo", "permit", "subj"))
            hashes = item if group == "subj" else [item]
            _require(type(hashes) is list and 0 < len(hashes) <= 64)
            for one in hashes:
                _require_hash(one)


def _require_extra(value: Any, level: int) -> None:
    if type(value) in (dict, list):
        _require(level <= _LEVELS)
        inside = [*value, *value.values()] if type(value) is dict else value
        for item in inside:
            _require_extra(item, level + 1)
    elif type(value) is str:
        _require(set(value) <= _OPEN and len(value) <= 4_096)
    elif type(value) is int:
        _require(abs(value) <= _LARGEST)
    else:
        _require(value is None or type(value) is bool)


def _require(holds: bool) -> None:
    if not holds:
        raise Refused


def _require_form(value: Any, form: str) -> None:
    _require(type(value) is str and re.fullmatch(form, value, re.ASCII) is not None)


def _require_count(value: Any, least: int) -> None:
    _require(type(value) is int and least <= value <= _LARGEST)


def _require_open(value: Any) -> None:
    _require(type(value) is str and 0 < len(value) <= 4_096 and set(value) <= _OPEN)


def _require_hash(value: Any) -> None:
    _require(type(value) is str)
    try:
        digest = base64.b64decode(value, validate=True)
    except ValueError as error:
        raise Refused from error
    _require(len(digest) == 32 and base64.b64encode(digest).decode() == value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _require(len({key for key, _ in pairs}) == len(pairs))
    return dict(pairs)


def _refuse(_: str) -> NoReturn:
    raise Refused
