# SPDX-License-Identifier: Apache-2.0
"""Each key of an entry takes one shape: whatever else stands there is refused, never read over."""

import orjson
import pytest

from shared.entries import parse_entry
from shared.events import MalformedEntry
from tests.fakes.log_factories import Speaker, fact

TEXTS = ("b", "d", "ds", "id", "r", "src", "tr", "ts", "ty", "v", "pr")
OTHERS = ("c", "ep", "n", "p", "seq", "x")
WRONG: tuple[object, ...] = (None, True, 1.5, [], {}, ["a"], {"a": "b"}, "", "a b", 1 << 53, [None])


def _entry() -> dict[str, object]:
    speaker = Speaker()
    speaker.say()
    value: dict[str, object] = orjson.loads(speaker.say(fact()).entry)
    return {**value, "b": "6.1.e", "x": {"hash": "ab12", "numbers": [1, {"deep": "cd"}]}}


def _spelled(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def test_the_entry_as_made_is_read() -> None:
    entry = parse_entry(_spelled(_entry()))
    assert (entry.basis, entry.purposes, entry.dataset) == (
        "6.1.e",
        ("DUO:0000006",),
        "GDI-ZZ-DATASET-1",
    )


@pytest.mark.parametrize("key", TEXTS)
@pytest.mark.parametrize("wrong", [*WRONG, 7])
def test_a_text_is_nothing_but_a_text_of_its_form(key: str, wrong: object) -> None:
    with pytest.raises(MalformedEntry):
        parse_entry(_spelled({**_entry(), key: wrong}))


@pytest.mark.parametrize("key", OTHERS)
@pytest.mark.parametrize("wrong", [None, True, 1.5, [], {}, "", "a b", 1 << 53, [None], [["a"]]])
def test_no_other_key_takes_another_shape(key: str, wrong: object) -> None:
    with pytest.raises(MalformedEntry):
        parse_entry(_spelled({**_entry(), key: wrong}))


@pytest.mark.parametrize(
    "extra",
    [
        {"a": 1.5},
        {"a": [1 << 53]},
        {"a b": "c"},
        {"a": "b@c"},
        {"\u00e9": 1},
        {"a": "x" * 4_097},
        {"a": "x" * 4_096, "b": "\u00e9"},
        {"a": [[[[[1]]]]]},
        {"a": {"b": ["c d"]}},
    ],
)
def test_extra_holds_only_codes_numbers_and_hashes(extra: object) -> None:
    with pytest.raises(MalformedEntry):
        parse_entry(_spelled({**_entry(), "x": extra}))


def test_the_deepest_nesting_is_refused_without_a_crash() -> None:
    raw = _spelled(_entry())
    deep = b'"x":' + b"[" * 900 + b"]" * 900
    with pytest.raises(MalformedEntry):
        parse_entry(raw[: raw.index(b'"x":')] + deep + b"}")


@pytest.mark.parametrize("last", ["B", "F", "/", "="])
def test_a_hash_has_one_spelling(last: str) -> None:
    value = _entry()
    previous = str(value["pr"])
    with pytest.raises(MalformedEntry):
        parse_entry(_spelled({**value, "pr": previous[:42] + last + "="}))


def test_a_wrong_entry_is_refused_also_after_a_sound_one_of_the_same_texts() -> None:
    value = _entry()
    parse_entry(_spelled(value))
    for wrong in ({"p": "DUO:0000006"}, {"p": [["DUO:0000006"]]}, {"p": [True]}, {"d": 1}):
        with pytest.raises(MalformedEntry):
            parse_entry(_spelled({**value, **wrong}))
