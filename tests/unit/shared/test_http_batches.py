# SPDX-License-Identifier: Apache-2.0
"""What a receiver makes of a body: all of it, or the place of every fault and nothing kept."""

from base64 import b64encode

import pytest

from shared.errors import ValidationFailed
from shared.http_io import MAX_BATCH, parse_entry_batch, parse_message_batch


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def faults_of(body: object, *, messages: bool = False) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as refused:
        parse_message_batch(body) if messages else parse_entry_batch(body)
    assert "marker" not in str(refused.value) + repr(refused.value.faults)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_entries_come_out_as_they_went_in() -> None:
    body = {"entries": [{"entry": b64(b"\x00one"), "sealed": ""}, {"entry": "", "sealed": "AA=="}]}
    assert parse_entry_batch(body) == [(b"\x00one", b""), (b"", b"\x00")]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "entries",
        {},
        {"entries": []},
        {"entries": {}},
        {"entries": [{"entry": "", "sealed": ""}], "more": 1},
        {"entries": [{"entry": "", "sealed": ""}] * (MAX_BATCH + 1)},
    ],
)
def test_what_is_no_batch_is_refused(body: object) -> None:
    assert faults_of(body) == [("/entries", "invalid")]


def test_every_fault_names_its_place() -> None:
    body = {
        "entries": [
            {"entry": b64(b"fine"), "sealed": ""},
            {"entry": "marker?", "sealed": ""},
            {"entry": "märker", "sealed": 7},
            {"sealed": ""},
            "marker",
            {"entry": b64(bytes(60_001)), "sealed": b64(bytes(60_001))},
        ]
    }
    assert sorted(faults_of(body)) == [
        ("/entries/1/entry", "not_base64"),
        ("/entries/2/entry", "not_base64"),
        ("/entries/2/sealed", "not_base64"),
        ("/entries/3/entry", "not_base64"),
        ("/entries/4", "invalid"),
        ("/entries/5/entry", "too_long"),
        ("/entries/5/sealed", "too_long"),
    ]


def test_a_long_list_of_faults_is_cut() -> None:
    assert len(faults_of({"entries": [{"entry": 1, "sealed": 1}] * 100})) == 20


def message(**changes: object) -> dict[str, object]:
    fine: dict[str, object] = {
        "id": "0190",
        "source": "zz/consent_registry/1",
        "type": "placet.consent.narrowed.v1",
        "time": "2026-11-22T06:25:00.123456Z",
        "topic": "consent.changes.v1",
        "key": "GDI-ZZ-DATASET-1",
        "data": {"revision": 7},
    }
    return {**fine, **changes}


def test_a_message_comes_out_as_it_went_in() -> None:
    (found,) = parse_message_batch({"messages": [message()]})
    assert (found.id, found.source) == ("0190", "zz/consent_registry/1")
    assert (found.topic, found.key) == ("consent.changes.v1", "GDI-ZZ-DATASET-1")
    assert found.payload == {"revision": 7}
    assert found.trace_id == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""},
        {"id": 7},
        {"id": "x" * 300},
        {"source": None},
        {"time": "yesterday, marker"},
        {"time": "2026-11-22T06:25:00"},
        {"topic": ""},
        {"data": ["marker"]},
        {"data": {"number": 1.5}},
        {"data": {"number": 2**60}},
        {"marker": 1},
    ],
)
def test_a_faulty_message_is_refused_with_its_place(changes: dict[str, object]) -> None:
    found = faults_of({"messages": [message(), message(**changes)]}, messages=True)
    assert found[0][0] == "/messages/1"
