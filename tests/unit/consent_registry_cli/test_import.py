# SPDX-License-Identifier: Apache-2.0
"""`placet consent import`: the file arrives whole, the end is waited for, faults are shown."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.support.scripted_server import Scripted

from .conftest import TOKEN, Placet

ID = "01939a5c-0000-7000-8000-000000000000"
FAULTS: list[dict[str, Any]] = [
    {"line": 7, "column": "modifiers", "code": "E-GS-02", "message": "not a country", "hint": ""},
    {"line": 3, "column": "permission", "code": "E-DUO-02", "message": "obsolete", "hint": "use X"},
    {"line": 3, "column": "local_id", "code": "E-ID-04", "message": "not an id", "hint": ""},
]


def report(state: str, **changes: Any) -> bytes:
    plain = {
        "import_id": ID,
        "source": "",
        "mode": "all_or_nothing",
        "dry_run": False,
        "state": state,
        "rows": 9,
        "good": 9,
        "bad": 0,
        "applied": 9,
        "progress": {"staged": 9_000, "checked": 9, "committed": 4},
        "cancelling": False,
        "faults": [],
    }
    return json.dumps({**plain, **changes}).encode()


def answer_in_turn(registry: Scripted, bodies: Iterable[bytes]) -> None:
    turns = iter(bodies)
    registry.pieces = lambda: iter([next(turns)])


@pytest.fixture
def consents(tmp_path: Path) -> Path:
    file = tmp_path / "consents.csv"
    file.write_bytes(b"participant,dataset\r\n" * 40_000)
    return file


def test_the_file_arrives_whole_with_its_wishes(
    placet: Placet, registry: Scripted, consents: Path
) -> None:
    registry.body = json.dumps({"import_id": ID, "state": "staged"}).encode()
    ended = placet("import", str(consents), "--mode", "valid_rows_only", "--source", "hospital")
    assert (ended.status, ended.out) == (
        0,
        f"Taken in. See how it goes: placet consent import-status {ID}\n",
    )
    told = ended.err.splitlines()
    assert len(told) == 10  # it was read in blocks, not at once
    assert told[-1] == "sent 840,000 of 840,000 bytes"
    (call,) = registry.calls
    assert call.path == "/v1/imports?mode=valid_rows_only&dry_run=false&source=hospital"
    assert call.headers["content-type"] == "text/csv"
    assert call.headers["authorization"] == f"Bearer {TOKEN}"
    assert call.body == consents.read_bytes()


def test_waiting_follows_the_import_to_its_end(
    placet: Placet, registry: Scripted, consents: Path
) -> None:
    answer_in_turn(
        registry,
        [
            json.dumps({"import_id": ID, "state": "staged"}).encode(),
            report("staged", rows=0, good=0, applied=0),
            report("applying", applied=4),
            report("finished", dry_run=True),
        ],
    )
    ended = placet("import", str(consents), "--mode", "all_or_nothing", "--dry-run", "--wait")
    assert ended.status == 0
    assert "applying: 9,000 rows read, 9 checked, 4 recorded" in ended.err
    assert ended.out.splitlines() == [
        f"dry run {ID} (all_or_nothing): finished",
        "rows 9  good 9  bad 0  applied 9",
    ]
    assert "dry_run=true" in registry.calls[0].path
    assert {call.path for call in registry.calls[1:]} == {f"/v1/imports/{ID}"}


def test_a_refused_import_shows_its_faults_by_line_and_by_code(
    placet: Placet, registry: Scripted, consents: Path
) -> None:
    refused = report("refused", good=7, bad=2, applied=0, faults=FAULTS)
    taken = json.dumps({"import_id": ID, "state": "staged"}).encode()
    answer_in_turn(registry, [taken, refused])
    ended = placet("import", str(consents), "--mode", "all_or_nothing", "--wait")
    assert ended.status == 1
    assert ended.out.splitlines()[2:] == [
        "",
        "line  code      column      message        hint",
        "   3  E-DUO-02  permission  obsolete       use X",
        "   3  E-ID-04   local_id    not an id",
        "   7  E-GS-02   modifiers   not a country",
        "",
        "code      faults  message",
        "E-DUO-02       1  obsolete",
        "E-GS-02        1  not a country",
        "E-ID-04        1  not an id",
    ]


@pytest.mark.parametrize(
    ("state", "cancelling", "status"),
    [("cancelled", False, 0), ("applying", True, 1)],
)
def test_cancelling_says_what_stays_and_whether_it_has_ended(
    placet: Placet, registry: Scripted, state: str, cancelling: bool, status: int
) -> None:
    registry.body = report(state, applied=4, cancelling=cancelling)
    ended = placet("import-cancel", ID)
    assert ended.status == status
    (call,) = registry.calls
    assert (call.method, call.path) == ("POST", f"/v1/imports/{ID}/cancel")
    said = "cancelling: 9,000 rows read" if cancelling else "4 rows were recorded before it was"
    assert said in ended.out


def test_an_import_that_was_cancelled_has_not_succeeded(placet: Placet, registry: Scripted) -> None:
    registry.body = report("cancelled", applied=4)
    assert placet("import-status", ID).status == 1


@pytest.mark.parametrize(("state", "status"), [("applying", 0), ("finished", 0), ("failed", 1)])
def test_the_status_says_what_became_of_it(
    placet: Placet, registry: Scripted, state: str, status: int
) -> None:
    registry.body = report(state, bad=1_000_000, faults=FAULTS)
    ended = placet("import-status", ID)
    assert ended.status == status
    assert "These are the first faults" in ended.out
    ended = placet("import-status", ID, "--json")
    assert (ended.status, ended.json()["state"]) == (status, state)


def test_a_refusal_of_the_file_itself_ends_the_waiting(
    placet: Placet, registry: Scripted, consents: Path
) -> None:
    registry.status = 413
    registry.body = b'{"code": "payload_too_large"}'
    ended = placet("import", str(consents), "--mode", "all_or_nothing", "--wait")
    assert ended.status == 1
    assert ended.err.splitlines()[-1] == "Refused: 413 payload_too_large"


def test_a_file_that_is_not_there_or_empty_is_bad_usage(
    placet: Placet, registry: Scripted, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    for file in (empty, tmp_path / "none.csv", tmp_path):
        ended = placet("import", str(file), "--mode", "all_or_nothing", "--json")
        assert ended.status == 2
        assert "detail" in ended.json()["error"]
    assert registry.calls == []
