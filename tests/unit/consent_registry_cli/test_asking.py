# SPDX-License-Identifier: Apache-2.0
"""`placet consent`: datasets, cohorts, withdrawals and histories as the registry gives them."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.cli import main
from tests.support.scripted_server import Scripted

from .conftest import Placet

DATASET = {
    "dataset": "GDI-ZZ-DATASET-1",
    "title": "Genomes",
    "controller": "Biobank",
    "country": "ZZ",
    "legal_regime": "consent_gdpr",
    "consent_role": "legal_basis",
    "revision": 12,
    "members": 500,
}
EVALUATION = {
    "dataset": "GDI-ZZ-DATASET-1",
    "revision": 12,
    "counts": {"members": 500, "in": 300, "out": 195, "awaiting": 5},
    "reasons": {"withdrawn": 3, "place_not_permitted": 192},
    "awaiting_by_clause": {"IRB": 5},
    "small_cell": 10,
    "manifest": "x.y.z",
    "bitmap": "",
}
HISTORY = {
    "participant": "P 17/a",
    "events": [
        {
            "recorded_at": "2026-11-22T06:25:00.000000Z",
            "dataset": "GDI-ZZ-DATASET-1",
            "kind": "withdrawn",
            "effective_from": "2026-11-22T06:25:00.000000Z",
            "effective_to": None,
            "alternatives": [],
        },
        {
            "recorded_at": "2026-11-21T06:25:00.000000Z",
            "dataset": "GDI-ZZ-DATASET-1",
            "kind": "given",
            "effective_from": "2026-11-21T06:25:00.000000Z",
            "effective_to": None,
            "alternatives": [
                {
                    "permission": "DUO:0000007",
                    "diseases": ["MONDO:0004992"],
                    "modifiers": [
                        {"code": "DUO:0000045", "value": None},
                        {"code": "DUO:0000022", "value": ["FI", "NO"]},
                    ],
                },
                {"permission": "DUO:9999999", "diseases": [], "modifiers": []},
            ],
        },
    ],
}
WITHDRAWAL = {
    "withdrawal_id": "w",
    "recorded_at": "2026-11-22T06:25:00.000000Z",
    "revisions": [{"dataset": "GDI-ZZ-DATASET-1", "revision": 13}],
    "receipt_url": "https://consent.example/withdrawals/w",
}


def answers(registry: Scripted, body: Any, status: int = 200) -> None:
    registry.status, registry.body = status, json.dumps(body).encode()


def test_nodes_are_listed_and_one_overdue_is_a_failure(placet: Placet, registry: Scripted) -> None:
    silent = {
        "node": "biobank",
        "dataset": "GDI-ZZ-DATASET-1",
        "revision": 0,
        "newest": 7,
        "acknowledged_at": None,
        "seen_at": None,
        "lacks_since": "2027-03-01T12:00:00.000000Z",
        "age_seconds": 1_200.0,
        "overdue": True,
    }
    answers(registry, {"nodes": [silent]})
    ended = placet("nodes")
    assert ended.status == 1
    head, line = ended.out.splitlines()
    assert head.split()[:4] == ["node", "dataset", "enforces", "newest"]
    assert line.split() == [
        *("biobank", "GDI-ZZ-DATASET-1", "0", "7"),
        *("2027-03-01T12:00:00.000000Z", "never", "never"),
    ]
    answers(registry, {"nodes": [{**silent, "lacks_since": None, "overdue": False}]})
    assert placet("nodes", "--json").status == 0
    assert registry.calls[-1].path == "/v1/feed/acknowledgements"
    gone = {"overdue": False, "retired_at": "2027-03-02T12:00:00.000000Z", "retired_why": "Closed."}
    answers(registry, {"nodes": [{**silent, **gone}]})
    ended = placet("nodes")
    assert (ended.status, ended.out.strip().endswith("retired: Closed.")) == (0, True)


def test_a_node_is_retired_and_readmitted_with_a_reason(placet: Placet, registry: Scripted) -> None:
    for verb, end, retired in (("retire", "", True), ("readmit", "/end", False)):
        answers(registry, {"node": "bio/bank", "retired": retired})
        assert placet("node", verb, "bio/bank", "--why", "Closed.").status == 0
        called = registry.calls[-1]
        assert (called.method, called.path) == (
            "POST",
            f"/v1/feed/nodes/bio%2Fbank/retirement{end}",
        )
        assert json.loads(called.body) == {"why": "Closed."}
    with pytest.raises(SystemExit):
        placet("node", "retire", "biobank")


def test_datasets_are_listed_and_added(placet: Placet, registry: Scripted) -> None:
    answers(registry, {"datasets": [DATASET]})
    assert placet("datasets").out.splitlines() == [
        "dataset           members  revision  country  title",
        "GDI-ZZ-DATASET-1      500        12  ZZ       Genomes",
    ]
    assert placet("datasets", "--json").json() == {"datasets": [DATASET]}
    answers(registry, DATASET, 201)
    facts = ("--title", "Genomes", "--controller", "Biobank", "--country", "ZZ")
    ended = placet("dataset", "add", "GDI-ZZ-DATASET-1", *facts)
    assert ended.out == "GDI-ZZ-DATASET-1 is registered, at revision 12.\n"
    assert json.loads(registry.calls[-1].body) == {
        name: DATASET[name]
        for name in ("dataset", "title", "controller", "country", "legal_regime", "consent_role")
    }


def test_no_dataset_is_an_empty_table(placet: Placet, registry: Scripted) -> None:
    answers(registry, {"datasets": []})
    assert placet("datasets").out == "dataset  members  revision  country  title\n"


def test_a_purpose_is_asked_from_a_text_or_a_file(
    placet: Placet, registry: Scripted, tmp_path: Path
) -> None:
    answers(registry, EVALUATION)
    text = '{"category": "HMB", "commercial": false}'
    file = tmp_path / "purpose.json"
    file.write_text(text)
    for purpose in (text, str(file)):
        ended = placet("evaluate", "--dataset", "GDI-ZZ-DATASET-1", "--purpose", purpose)
        assert ended.out.splitlines() == [
            "GDI-ZZ-DATASET-1 at revision 12",
            "part      why                  people",
            "members                           500",
            "in                                300",
            "out       withdrawn                 3  small: do not pass on",
            "out       place_not_permitted     192",
            "awaiting  IRB                       5  small: do not pass on",
        ]
        asked = json.loads(registry.calls[-1].body)
        assert asked["dataset"] == "GDI-ZZ-DATASET-1"
        assert (asked["purpose"]["category"], asked["purpose"]["commercial"]) == ("HMB", False)
    ended = placet("evaluate", "--dataset", "D", "--purpose", text, "--json")
    assert ended.json() == EVALUATION


def test_a_purpose_with_faults_asks_nobody(
    placet: Placet, registry: Scripted, tmp_path: Path
) -> None:
    ended = placet("evaluate", "--dataset", "D", "--purpose", '{"category": "X", "months": 0}')
    assert ended.status == 2
    assert ended.err.splitlines()[0] == "The purpose has faults:"
    assert {line.split(":")[0].strip() for line in ended.err.splitlines()[1:]} == {
        "/purpose/category",
        "/purpose/months",
    }
    for unreadable in ("{", str(tmp_path / "none.json")):
        assert placet("evaluate", "--dataset", "D", "--purpose", unreadable).status == 2
    assert registry.calls == []


def test_a_withdrawal_names_its_receipt(placet: Placet, registry: Scripted) -> None:
    answers(registry, WITHDRAWAL, 201)
    ended = placet("withdraw", "P 17/a")
    assert ended.out.splitlines() == [
        "Withdrawn at 2026-11-22T06:25:00.000000Z. Receipt: https://consent.example/withdrawals/w",
        "  GDI-ZZ-DATASET-1 is at revision 13",
    ]
    assert registry.calls[-1].path == "/v1/participants/P%2017%2Fa/withdrawals"
    assert json.loads(registry.calls[-1].body) == {}
    ended = placet("withdraw", "P", "--dataset", "A", "B", "--dataset", "C", "--json")
    assert ended.json() == WITHDRAWAL
    assert json.loads(registry.calls[-1].body) == {"datasets": ["A", "B", "C"]}


def test_a_history_is_a_table_or_json(placet: Placet, registry: Scripted) -> None:
    answers(registry, HISTORY)
    ended = placet("history", "P 17/a")
    _, withdrawn, given = ended.out.splitlines()
    assert "withdrawn" in withdrawn
    assert given.endswith("  DS MONDO:0004992; NPU; GS=FI,NO | DUO:9999999")
    assert registry.calls[-1].path == "/v1/participants/P%2017%2Fa/history"
    assert placet("history", "P", "--json").json() == HISTORY


def test_foreign_texts_cannot_steer_the_terminal(placet: Placet, registry: Scripted) -> None:
    answers(registry, {"datasets": [{**DATASET, "title": "\x1b[2Jwiped\n"}]})
    assert "?[2Jwiped?" in placet("datasets").out


def test_refusals_are_named_with_their_faults(placet: Placet, registry: Scripted) -> None:
    fault = {"pointer": "/country", "detail": "two letters", "code": "invalid"}
    answers(registry, {"code": "validation_failed", "errors": [fault]}, 422)
    ended = placet("datasets")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == "Refused: 422 validation_failed\n  /country: two letters\n"
    ended = placet("datasets", "--json")
    expected = {"status": 422, "code": "validation_failed", "errors": [fault]}
    assert (ended.status, ended.json()) == (1, {"error": expected})


def test_a_registry_that_is_away_or_ill_is_no_traceback(placet: Placet, registry: Scripted) -> None:
    assert placet("datasets", url="http://127.0.0.1:9").err == (
        "http://127.0.0.1:9 does not answer.\n"
    )
    answers(registry, {}, 503)
    assert placet("datasets").status == 1
    registry.status, registry.body = 200, b"<html>"
    assert placet("datasets").status == 1


def test_without_a_token_nobody_is_asked(
    placet: Placet, registry: Scripted, tmp_path: Path
) -> None:
    assert placet("datasets", token="").status == 2
    assert placet("datasets", "--token-file", str(tmp_path / "none")).status == 2
    assert registry.calls == []
    token = tmp_path / "token"
    token.write_text("from-a-file\n")
    answers(registry, {"datasets": []})
    placet("datasets", "--token-file", str(token), token="")
    assert registry.calls[-1].headers["authorization"] == "Bearer from-a-file"


@pytest.mark.parametrize(
    "command",
    [
        ("import",),
        ("import-status",),
        ("datasets",),
        ("dataset", "add"),
        ("evaluate",),
        ("withdraw",),
        ("history",),
        ("rights", "queue"),
        ("rights", "erase"),
        ("rights", "confirm"),
        ("rights", "erasure"),
        ("check",),
    ],
)
def test_every_command_teaches_with_an_example(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["consent", *command, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert f"  placet consent {' '.join(command)}" in shown
    assert "--json" in shown
