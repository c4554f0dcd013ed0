# SPDX-License-Identifier: Apache-2.0
"""Reading an entry: the strict parser of `placet/entry/v1`.

The bytes received are the bytes hashed: nothing is re-serialised, repaired or defaulted. An entry
holds no personal value; a text that could be one (a space, an `@`) is refused where it is open.
"""

import binascii
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

import orjson

from shared.canonical import (
    JSON,
    MAX_INTEGER,
    MalformedEntry,
    require_profile,
    require_spelling,
)
from shared.entry_forms import (
    MAX_TEXT,
    OWN_TEXTS,
    REMEMBERED,
    Form,
    are_open,
    are_own_texts,
    is_code,
    is_entry_type,
    is_open_text,
    is_source,
)
from shared.sealing import (
    MAX_SUBJECTS,
    SealedPart,
    require_commitments,
)

ENTRY_VERSION: Final = "placet/entry/v1"
MIN_ENTRY_BYTES: Final = 64
MAX_ENTRY_BYTES: Final = 60_000
DECISIONS: Final = frozenset({"permit", "deny", "error"})
SINGLE_GROUPS: Final = ("actor", "net", "obo", "permit")

_REQUIRED: Final = frozenset({"ep", "id", "seq", "src", "tr", "ts", "ty", "v"})
_KEYS: Final = _REQUIRED | {"b", "c", "d", "ds", "n", "p", "pr", "r", "x"}
_OPTIONAL_TEXTS: Final = frozenset({"b", "d", "ds", "p", "r"})
_MAX_PURPOSES: Final = 64
_MAX_COUNTS: Final = 64
_PEOPLE: Final = tuple(f"subj/{i}" for i in range(MAX_SUBJECTS))
_LEAF_PREFIX: Final = b"\x00"
_TEXT_ALONE: Final = {str}
# What `are_open` lets through, less the backslash: behind one there may be any character.
_OPEN_BYTES: Final = bytes(set(range(0x21, 0x7F)) - set(b"@\\"))
# How a base64 text of 32 bytes ends: the last two bits of its 43rd character belong to nothing and
# are 0.
_HASH_ENDS: Final = frozenset(f"{last}=" for last in "AEIMQUYcgkosw048")
_HASH_CHARS: Final = 44
_HASH_END: Final = 42


class Entry(NamedTuple):
    """One entry as parsed; `raw` are its exact bytes, the only thing that is ever hashed.

    `previous` is the leaf hash of the producer's entry before it, None for the first of an epoch.
    `commitments` maps `actor`, `obo`, `permit`, `net` and `subj/<i>` to 32 bytes each.
    """

    raw: bytes
    id: str
    type: str
    occurred_at: datetime
    src: str
    epoch: int
    seq: int
    trace_id: str
    previous: bytes | None
    dataset: str | None
    decision: str | None
    reason: str | None
    basis: str | None
    purposes: tuple[str, ...]
    counts: Mapping[str, int]
    extra: Mapping[str, JSON]
    commitments: Mapping[str, bytes]

    def __repr__(self) -> str:
        """Name the entry; what it holds is left out."""
        return f"Entry(id={self.id!r}, type={self.type!r}, src={self.src!r}, seq={self.seq})"


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry's bytes as a leaf: `SHA-256(0x00 || entry)` (RFC 6962 section 2.1)."""
    return sha256(_LEAF_PREFIX + entry).digest()


def parse_entry(raw: bytes) -> Entry:
    """Read an entry; raise MalformedEntry unless it keeps the canonical profile and the schema.

    A well-formed type this release does not know is accepted: the log keeps what newer producers
    say. Whether the chain fits is the log's own check.
    """
    if not MIN_ENTRY_BYTES <= len(raw) <= MAX_ENTRY_BYTES:
        raise MalformedEntry(f"not {MIN_ENTRY_BYTES} to {MAX_ENTRY_BYTES} bytes")
    value = _object(raw)
    ty, src, dataset, decision, reason, basis, purposes = _said(value)
    entry_id, trace_id, occurred_at = _own(value)
    return Entry(
        raw,
        entry_id,
        ty,
        occurred_at,
        src,
        _count(value["ep"], "ep"),
        _position(value["seq"]),
        trace_id,
        _hash(value["pr"], "pr") if "pr" in value else None,
        dataset,
        decision,
        reason,
        basis,
        purposes,
        _counts(value["n"], "n") if "n" in value else {},
        _extra(value["x"], "x", raw) if "x" in value else {},
        _commitments(value["c"], "c") if "c" in value else {},
    )


def _object(raw: bytes) -> dict[str, JSON]:
    """Read the outermost object, in canonical spelling.

    The rest of the JSON profile is kept by the reader of each key, which knows the one shape it
    takes; only `x`, whose shape is its type's own, is walked (`_extra`).
    """
    try:
        value: object = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise MalformedEntry("not JSON") from None
    if not isinstance(value, dict):
        raise MalformedEntry("not an object")
    require_spelling(value, raw)
    return value


class _Said(NamedTuple):
    """The open texts of an entry of which a log has few combinations."""

    type: str
    src: str
    dataset: str | None
    decision: str | None
    reason: str | None
    basis: str | None
    purposes: tuple[str, ...]


def _said(value: Mapping[str, JSON]) -> _Said:
    """Read the keys and the texts that repeat; a combination that was sound is not checked again.

    That takes the outermost object to have all keys of an entry, and none but those.
    """
    get = value.get
    purposes = get("p")
    if isinstance(purposes, list):
        purposes = tuple(purposes)
    try:
        return _checked(
            tuple(value),
            (get("v"), get("ty"), get("src")),
            (get("ds"), get("d"), get("r"), get("b"), purposes),
        )
    except TypeError:  # not even hashable: an object or an array stands for a text
        raise MalformedEntry("a text has the wrong form") from None


@lru_cache(REMEMBERED)
def _checked(
    keys: tuple[str, ...],
    required: tuple[JSON, JSON, JSON],
    optional: tuple[JSON, JSON, JSON, JSON, JSON],
) -> _Said:
    """Check them one by one; None stands for an absent one."""
    if not _REQUIRED <= frozenset(keys) <= _KEYS:
        raise MalformedEntry("a key is missing or unknown")
    version, ty, src = required
    if version != ENTRY_VERSION:
        raise MalformedEntry("v is not a version this program reads")
    if len(optional) - optional.count(None) != len(_OPTIONAL_TEXTS.intersection(keys)):
        raise MalformedEntry("a key is null")
    dataset, decision, reason, basis, purposes = optional
    return _Said(
        type=_text(ty, "ty", is_entry_type),
        src=_text(src, "src", is_source),
        dataset=None if dataset is None else _text(dataset, "ds", is_open_text),
        decision=None if decision is None else _text(decision, "d", DECISIONS.__contains__),
        reason=None if reason is None else _text(reason, "r", is_code),
        basis=None if basis is None else _text(basis, "b", is_open_text),
        purposes=() if purposes is None else _purposes(purposes, "p"),
    )


def check_commitments(entry: Entry, parts: Iterable[SealedPart], *, complete: bool = True) -> None:
    """Raise CommitmentMismatch unless the parts are those the entry commits to.

    With `complete` (the log's intake) exactly one part opens each commitment; without it (after an
    erasure, or for a reader who may see only some groups) some commitments may stay shut.
    """
    require_commitments(entry.id, entry.commitments, parts, complete=complete)


def _text(value: JSON, key: str, good: Form) -> str:
    if not isinstance(value, str) or not good(value):
        raise MalformedEntry(f"{key} has the wrong form")
    return value


def _count(value: JSON, key: str) -> int:
    if type(value) is not int or not 0 <= value <= MAX_INTEGER:
        raise MalformedEntry(f"{key} is not a count")
    return value


def _position(value: JSON) -> int:
    seq = _count(value, "seq")
    if seq < 1:
        raise MalformedEntry("seq starts at 1")
    return seq


def _own(value: Mapping[str, JSON]) -> tuple[str, str, datetime]:
    """Read the texts that no other entry has: id, trace and time, by one pattern for the three."""
    entry_id, trace_id, at = value["id"], value["tr"], value["ts"]
    if not (
        isinstance(entry_id, str)
        and isinstance(trace_id, str)
        and isinstance(at, str)
        and are_own_texts(f"{entry_id} {trace_id} {at}")
    ):
        for key, good in OWN_TEXTS.items():
            _text(value[key], key, good)
        raise MalformedEntry("id, tr or ts has the wrong form")
    try:
        return entry_id, trace_id, datetime.fromisoformat(at)
    except ValueError:
        raise MalformedEntry("ts is not a time") from None


def _hash(value: JSON, key: str) -> bytes:
    if (
        not isinstance(value, str)
        or len(value) != _HASH_CHARS
        or value[_HASH_END:] not in _HASH_ENDS
    ):
        raise MalformedEntry(f"{key} is not a hash")
    try:
        return binascii.a2b_base64(value, strict_mode=True)
    except ValueError:
        raise MalformedEntry(f"{key} is not base64") from None


def _purposes(value: JSON, key: str) -> tuple[str, ...]:
    if not isinstance(value, tuple) or not 0 < len(value) <= _MAX_PURPOSES:
        raise MalformedEntry(f"{key} is not a list of purposes")
    return tuple(_text(item, key, is_open_text) for item in value)


def _counts(value: JSON, key: str) -> Mapping[str, int]:
    if not isinstance(value, dict) or not 0 < len(value) <= _MAX_COUNTS:
        raise MalformedEntry(f"{key} is not an object of counts")
    if not _are_codes(tuple(value)):
        raise MalformedEntry(f"{key} has a name that is no code")
    for number in value.values():
        if type(number) is not int or not 0 <= number <= MAX_INTEGER:
            raise MalformedEntry(f"{key} is not a count")
    return value


@lru_cache(REMEMBERED)
def _are_codes(names: tuple[str, ...]) -> bool:
    return all(map(is_code, names))


def _extra(value: JSON, key: str, raw: bytes) -> Mapping[str, JSON]:
    """Read `x` of an entry with these bytes."""
    if not isinstance(value, dict) or not value:
        raise MalformedEntry(f"{key} is not an object")
    flat = {*map(type, value.values())} == _TEXT_ALONE  # most hold nothing but texts
    if flat and len(raw) <= MAX_TEXT and not raw.translate(None, _OPEN_BYTES):
        return value  # whatever text there is in such an entry, it is an open one
    if not flat:
        require_profile(value, 2)
    texts = list(_texts(value))
    if not are_open("".join(texts)) or max(map(len, texts)) > MAX_TEXT:
        raise MalformedEntry(f"{key} holds a text that is no code, hash or signature")
    return value


def _texts(value: JSON) -> Iterator[str]:
    """Yield every text and every key of a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _commitments(value: JSON, key: str) -> Mapping[str, bytes]:
    if not isinstance(value, dict) or not value:
        raise MalformedEntry(f"{key} is not an object of commitments")
    found: dict[str, bytes] = {}
    for group, item in value.items():
        if group in SINGLE_GROUPS:
            found[group] = _hash(item, key)
        elif group == "subj" and isinstance(item, list) and 0 < len(item) <= MAX_SUBJECTS:
            for name, one in zip(_PEOPLE, item, strict=False):
                found[name] = _hash(one, key)
        else:
            raise MalformedEntry(f"{key} has an unknown group or a wrong list of people")
    return found
