# SPDX-License-Identifier: Apache-2.0
"""Files of foreign lines as they really come: grown, repeated, cut, hostile; and their marks."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from audit_log.adapters.chain_file import chain_file
from audit_log.domain.received import IntakePlace, Received, Sound
from audit_log.domain.received import read as read_as_the_log_does
from audit_log.usecases.import_lines import ChainState, Imported, Prepared, already_in, prepare
from shared.entries import parse_entry
from tests.fakes.kernel import CountingIds, CountingSalts
from tests.fakes.log_factories import NOON
from tests.unit.audit_log.test_foreign_lines import LINE, MAPPING, START, faults, mapping


def line(number: int, **changes: object) -> bytes:
    return json.dumps({**LINE, "sample": number, **changes}).encode() + b"\n"


def read(data: bytes, state: ChainState = START, text: str = MAPPING) -> Prepared:
    return prepare(data, mapping(text), state, ids=CountingIds(), salts=CountingSalts())


def places(prepared: Prepared) -> list[int]:
    """Give the line numbers of all entries that wait in the chain."""
    found = []
    for one in prepared.state.pending:
        place = parse_entry(one.entry).extra["import"]
        assert isinstance(place, Mapping)
        found.append(place["line"])
    return found  # type: ignore[return-value] # numbers


# --- grown, repeated, cut ------------------------------------------------------------------------


def test_a_file_that_grew_gives_what_was_added() -> None:
    monday = line(1) + line(2)
    tuesday = monday + line(3)
    wednesday = tuesday + line(4) + line(5)
    prepared = read(monday)
    for data in (monday, tuesday, tuesday, monday, wednesday, wednesday):
        prepared = read(data, prepared.state)
        assert prepared.faults == ()
    assert places(prepared) == [1, 2, 3, 4, 5]
    assert prepared.state.seq == 5


def test_a_file_that_was_changed_before_its_end_is_another_file() -> None:
    """What stands in the log stands; whoever rewrites a line says everything anew."""
    monday = line(1) + line(2)
    prepared = read(line(7) + line(2) + line(3), read(monday).state)
    assert places(prepared) == [1, 2, 1, 2, 3]


def test_a_last_line_without_its_end_goes_on_or_is_named() -> None:
    whole = line(1) + line(2)
    unended = whole[:-1]
    prepared = read(unended)
    assert places(prepared) == [1, 2]
    again = read(whole + line(3), prepared.state)
    assert places(again) == [1, 2, 3]
    half = whole + line(3)[:40]
    assert faults(read(half)) == [(3, "line_not_json", "")]
    assert faults(read(half, read(whole).state)) == [(3, "line_not_json", "")]
    assert faults(read(unended + b" trailing\n", read(unended).state)) == [(2, "line_not_json", "")]


def test_the_longest_file_that_it_begins_with_counts() -> None:
    data = b"".join(line(number) for number in range(9))
    marks = []
    for end in (1, 3, 7):
        front = b"".join(line(number) for number in range(end))
        (mark,) = read(front).state.imported
        marks.append(mark)
        assert already_in(data, marks) == len(front)
    assert already_in(data, marks[::-1]) == len(front)
    assert already_in(data[1:], marks) == 0
    assert already_in(b"", marks) == 0
    assert already_in(data, [Imported(digest=marks[0].digest, size=None)]) == 0


def test_a_bad_line_in_what_was_added_keeps_the_chain_as_it_was() -> None:
    before = read(line(1)).state
    prepared = read(line(1) + line(2) + b"{\n", before)
    assert faults(prepared) == [(3, "line_not_json", "")]
    assert prepared.state == before


def test_marks_outlive_the_process_and_those_of_earlier_releases_are_read(tmp_path: Path) -> None:
    state = read(line(1)).state
    with chain_file(tmp_path) as keeper:
        keeper.write(state)
        assert keeper.read() == state
    path = tmp_path / "chain.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    value["imported"] = [value["imported"][0][0]]
    path.write_text(json.dumps(value), encoding="utf-8")
    with chain_file(tmp_path) as keeper:
        old = keeper.read()
    assert old is not None
    assert old.imported == (Imported(digest=state.imported[0].digest, size=None),)
    assert read(line(1), old).entries == 0


# --- hostile -------------------------------------------------------------------------------------

MARK = "MARKER 4711"
LOOSE = MAPPING.replace(
    'dataset = { value = "GDI-ZZ-DATASET-1" }\nordinal', 'dataset = { field = "ds" }\nordinal'
).replace('issuer = { value = "https://login.example" }', 'issuer = { field = "iss" }')
HOSTILE: dict[str, Any] = {
    "digits": {"bytes": "9" * 5_000},
    "ordinal_digits": {"sample": "1" * 5_000},
    "ordinal_beyond": {"sample": str(1 << 53)},
    "no_dataset": {"ds": MARK},
    "empty_dataset": {"ds": "GDI-"},
    "surrogate": {"iss": "https://\ud800"},
    "surrogate_ip": {"ip": "\udfff"},
    "long_name": {"iss": "https://" + "x" * 60_000},
    "null_byte": {"ds": "GDI-ZZ-DATASET-1\0"},
    "trace": {"trace": MARK},
    "year": {"time": "0000-01-01T00:00:00Z"},
    "month": {"time": "2026-13-01T00:00:00Z"},
    "leap": {"time": "2026-12-31T23:59:60Z"},
    "other_digits": {"bytes": "\u0661\u0662"},
    "sign": {"sample": "+7"},
    "space": {"sample": " 7"},
    "dotted": {"user": {"sub": {"sub": MARK}}},
    "list": {"user": {"sub": [MARK]}},
    "deep": json.loads("[" * 400 + "]" * 400),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_line_is_named_by_number_and_code_alone(name: str) -> None:
    text = LOOSE.replace(
        "decision =", 'trace = { field = "trace", optional = true }\ndecision =', 1
    )
    change = HOSTILE[name]
    value = {"ds": "GDI-ZZ-DATASET-1", "iss": "https://login.example", **LINE}
    spoilt: object = {**value, **change} if isinstance(change, dict) else change
    data = json.dumps(value).encode() + b"\n" + json.dumps(spoilt).encode() + b"\n"
    prepared = read(data, text=text)
    assert [fault.line for fault in prepared.faults] == [2]
    assert prepared.state == START
    assert "MARKER" not in repr(prepared)
    (first,) = read(data.split(b"\n")[0] + b"\n", text=text).state.pending
    came = Received(
        place=IntakePlace(id=1),
        raw=first.entry,
        sealed=first.sealed,
        received_at=NOON,
        sources=frozenset({START.src}),
    )
    assert isinstance(read_as_the_log_does(came), Sound), "the line beside it is a good one"


def test_what_would_be_quarantined_is_named_before_anything_is_kept() -> None:
    text = LOOSE
    good = {"ds": "GDI-ZZ-DATASET-1", "iss": "https://login.example", **LINE}
    bad = {**good, "ds": MARK}
    data = json.dumps(good).encode() + b"\n" + json.dumps(bad).encode() + b"\n"
    prepared = read(data, text=text)
    assert [(one.line, one.code) for one in prepared.faults] == [(2, "malformed_sealed")]
    assert prepared.state == START
