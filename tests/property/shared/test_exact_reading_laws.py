# SPDX-License-Identifier: Apache-2.0
"""The parser of entries takes what its rules take, read slowly, whatever was done to the bytes."""

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.entries import parse_entry
from shared.events import MalformedEntry
from tests.fakes.exact_entry import Refused, read_exactly
from tests.fakes.log_factories import Speaker, fact


def _sound() -> bytes:
    speaker = Speaker()
    speaker.say()
    value = json.loads(speaker.say(fact()).entry)
    more = {"b": "6.1.e", "n": {"bytes": 7, "recs": 1}, "x": {"hash": "ab12", "of": "visa"}}
    return _spelled({**value, **more})


def _spelled(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


SOUND = _sound()
VALUE: dict[str, Any] = json.loads(SOUND)
HOSTILE = [
    *(b"NaN", b"Infinity", b"-0", b"1.0", b"1e3", b"9007199254740992", b"-1", b"1" * 400),
    *(b"18446744073709551615", b"-9223372036854775809", b"null", b"true", b"[]", b"{}", b'""'),
    *(b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\u0041"', b'"a\\/b"', b'"\\u00e9"', b'"\xc3\xa9"'),
    *(b'"\xed\xa0\x80"', b'"\xff"', b'"a b"', b'"a@b"', b'"a\\nb"', b'"a\\\\b"', b'"\x7f"'),
    *(b'{"a":1,"a":2}', b'{"b":1,"a":2}', b'{"a b":"c"}', b'{"a":{"b":["c d"]}}', b'{"a":1.5}'),
    *(b'{"\xc3\xa9":1}', b'{"a":"x\\\\u0020y"}', b'{"a":"\\u0020"}', b'{"a":[[[[1]]]]}'),
    *(b'{"a":[[[[[1]]]]]}', b"[" * 900 + b"]" * 900, b'{"a":""}', b'{"":"a"}', b'[" "]', b'["a"]'),
    *(b'{"a":"b\\nc"}', b'{"a\\nb":"c"}', b'{"a":"\\u0001"}', b'{"a":"\\\\"}', b'{"a":"\\""}'),
    *(b'{"A":1}', b'"permit"', b'"%s"' % (b"x" * 4_097), b'{"a":"%s"}' % (b"x" * 4_097)),
    *(b'{"a":"%s"}' % (b"x" * 4_096), b'{"actor":"AA=="}', b'{"subj":[]}', b'{"subj":"a"}'),
]
LEAVES = st.none() | st.booleans() | st.integers(-(2**64), 2**64) | st.text(max_size=6)
TREES = st.recursive(
    LEAVES | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=6,
)


def verdict(raw: bytes) -> object:
    """Give what the parser says, in the slow one's words."""
    try:
        entry = parse_entry(raw)
    except MalformedEntry:
        return Refused
    b64 = base64.b64encode
    people = [b64(h).decode() for g, h in entry.commitments.items() if "/" in g]
    groups = {g: b64(h).decode() for g, h in entry.commitments.items() if "/" not in g}
    said = {
        "id": entry.id,
        "ty": entry.type,
        "src": entry.src,
        "ep": entry.epoch,
        "seq": entry.seq,
        "tr": entry.trace_id,
        "v": "placet/entry/v1",
        "ts": entry.occurred_at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "b": entry.basis,
        "d": entry.decision,
        "ds": entry.dataset,
        "r": entry.reason,
        "p": list(entry.purposes),
        "n": entry.counts,
        "x": entry.extra,
        "pr": None if entry.previous is None else b64(entry.previous).decode(),
        "c": {**groups, "subj": people} if people else groups,
    }
    return {key: item for key, item in said.items() if item not in (None, [], {})}


def exact(raw: bytes) -> object:
    try:
        return read_exactly(raw)
    except Refused:
        return Refused


def with_value(key: str, spelled: bytes) -> bytes:
    """Put raw bytes in the place of a key's value."""
    marked = _spelled({**VALUE, key: "<here>"})
    return marked.replace(b'"<here>"', spelled)


def test_the_entry_that_is_changed_is_sound() -> None:
    assert verdict(SOUND) == exact(SOUND) == VALUE


@pytest.mark.parametrize("key", sorted(VALUE))
def test_every_hostile_value_in_every_place(key: str) -> None:
    for spelled in HOSTILE:
        raw = with_value(key, spelled)
        assert verdict(raw) == exact(raw), (key, spelled[:40])


@given(st.sampled_from(sorted(VALUE)), st.sampled_from(sorted(VALUE)))
def test_keys_that_trade_places_or_come_twice(one: str, other: str) -> None:
    pairs = [(key, json.dumps(item, separators=(",", ":"))) for key, item in sorted(VALUE.items())]
    names = [key for key, _ in pairs]
    at, to = names.index(one), names.index(other)
    for changed in ([*pairs, pairs[at]], [*pairs[:at], *pairs[at + 1 :]], [pairs[to], *pairs]):
        raw = ("{" + ",".join(f'"{key}":{text}' for key, text in changed) + "}").encode()
        assert verdict(raw) == exact(raw)
    pairs[at], pairs[to] = pairs[to], pairs[at]
    raw = ("{" + ",".join(f'"{key}":{text}' for key, text in pairs) + "}").encode()
    assert verdict(raw) == exact(raw)


@given(st.dictionaries(st.text(max_size=6), TREES, max_size=3))
def test_whatever_extra_holds(extra: dict[str, Any]) -> None:
    raw = _spelled({**VALUE, "x": extra})
    assert verdict(raw) == exact(raw)


@settings(max_examples=300)
@given(st.integers(0, len(SOUND)), st.integers(0, 3), st.binary(max_size=3))
@example(1, 0, b" ")
@example(len(SOUND), 0, b"\n")
@example(0, 0, b"\xef\xbb\xbf")
def test_bytes_put_in_and_taken_out(at: int, gone: int, fresh: bytes) -> None:
    raw = SOUND[:at] + fresh + SOUND[at + gone :]
    assert verdict(raw) == exact(raw)
