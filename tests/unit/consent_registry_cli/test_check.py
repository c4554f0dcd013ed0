# SPDX-License-Identifier: Apache-2.0
"""`placet consent check`: verdicts in bulk from a file, with nothing listening anywhere."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from consent_registry.domain.duo import DUO_RELEASE
from consent_registry.domain.verdict import ENGINE_VERSION
from tests.fakes.consent_factories import extract
from tests.support.scripted_server import Scripted

from .conftest import Placet

CANCER, BREAST = "MONDO:0004992", "MONDO:0007254"
NOBODY = "http://127.0.0.1:9"


class Checking:
    """Writes cases into a file and runs `check` over it."""

    def __init__(self, placet: Placet, folder: Path) -> None:
        self._placet = placet
        self._file = folder / "cases.json"

    def document(self, document: Any, *options: str) -> tuple[int, Any]:
        self._file.write_text(json.dumps(document))
        ended = self._placet("check", str(self._file), *options, token="", url=NOBODY)
        return ended.status, ended.json()

    def one(self, consent: Any, purpose: Any, *options: str) -> dict[str, Any]:
        cases = {"cases": [{"consent": consent, "purpose": purpose}]}
        _, answer = self.document(cases, *options)
        case: dict[str, Any] = answer["cases"][0]
        return case


@pytest.fixture
def checking(placet: Placet, tmp_path: Path) -> Checking:
    return Checking(placet, tmp_path)


def test_cases_are_decided_in_order_and_the_versions_named(
    checking: Checking, registry: Scripted
) -> None:
    hmb = {"alternatives": [{"permission": "HMB", "modifiers": [{"code": "DUO:0000045"}]}]}
    cases = [
        {
            "id": "anna",
            "consent": hmb,
            "purpose": {"category": "HMB", "organisation": {"not_for_profit": yes}},
        }
        for yes in (True, False, None)
    ]
    status, answer = checking.document({"cases": cases})
    assert status == 0
    assert [case["verdict"] for case in answer["cases"]] == ["permit", "deny", "manual"]
    assert [case["case"] for case in answer["cases"]] == [0, 1, 2]
    assert {case["id"] for case in answer["cases"]} == {"anna"}
    assert answer["cases"][1]["reasons"] == ["organisation_for_profit"]
    assert answer["cases"][2]["questions"] == ["profit_not_said"]
    assert answer["cases"][2]["awaiting"] == ["NPU"]
    versions = answer["versions"]
    assert (versions["engine"], versions["duo"]) == (ENGINE_VERSION, DUO_RELEASE)
    assert versions["mondo"] == extract().release
    assert registry.calls == []


def test_obligations_come_with_a_permit_and_every_clause_is_heard(checking: Checking) -> None:
    consent = {
        "permission": "DS",
        "diseases": [CANCER],
        "modifiers": [{"code": "TS", "value": 24}, {"code": "GS", "value": ["FI", "NO"]}],
    }
    purpose = {"category": "DS", "diseases": [BREAST], "months": 12, "countries": ["FI"]}
    case = checking.one(consent, purpose)
    assert case["verdict"] == "permit"
    assert case["obligations"] == [
        {"code": "GS", "value": "FI,NO"},
        {"code": "TS", "value": "24"},
    ]
    (alternative,) = case["alternatives"]
    assert [clause["clause"] for clause in alternative["clauses"]] == ["DS", "GS", "TS"]


def test_the_best_alternative_decides_and_then_no_reason_is_left(checking: Checking) -> None:
    consent = {"alternatives": [{"permission": "POA"}, {"permission": "GRU"}]}
    case = checking.one(consent, {"category": "HMB"})
    assert (case["verdict"], case["reasons"]) == ("permit", [])
    assert [one["verdict"] for one in case["alternatives"]] == ["deny", "permit"]


def test_no_alternative_is_a_no(checking: Checking) -> None:
    case = checking.one({"alternatives": []}, {"category": "GRU"})
    assert (case["verdict"], case["reasons"]) == ("deny", ["refused"])


def test_the_day_can_be_chosen(checking: Checking) -> None:
    consent = {"permission": "GRU", "modifiers": [{"code": "MOR", "value": "2026-06-01"}]}
    purpose = {"category": "GRU"}
    assert checking.one(consent, purpose, "--today", "2026-05-31")["verdict"] == "deny"
    assert checking.one(consent, purpose, "--today", "2026-06-01")["verdict"] == "permit"


@pytest.mark.parametrize(
    ("case", "pointer", "code"),
    [
        (4, "", "invalid"),
        ({"consent": {"permission": "GRU"}, "purpose": {}, "more": 1}, "", "invalid"),
        ({"purpose": {"category": "GRU"}}, "/consent", "invalid"),
        ({"consent": {"alternatives": 3}}, "/consent/alternatives", "invalid"),
        ({"consent": {"alternatives": [{}] * 21}}, "/consent/alternatives", "invalid"),
        ({"consent": {"alternatives": [3]}}, "/consent/alternatives/0", "invalid"),
        (
            {"consent": {"alternatives": [{"permission": "XX"}]}},
            "/consent/alternatives/0/permission",
            "unknown_code",
        ),
        ({"consent": {"permission": "DS"}}, "/consent/diseases", "value_missing"),
        ({"consent": {"permission": "GRU", "state": "given"}}, "/consent", "unknown_field"),
        ({"consent": {"permission": None}}, "/consent/permission", "invalid"),
        ({"consent": {"permission": "GRU", "modifiers": 1}}, "/consent/modifiers", "invalid"),
        ({"consent": {"permission": "GRU", "modifiers": [1]}}, "/consent/modifiers/0", "invalid"),
        (
            {"consent": {"permission": "GRU", "modifiers": [{"code": "TS", "value": 1.5}]}},
            "/consent/modifiers/0/value",
            "invalid",
        ),
        (
            {"consent": {"permission": "GRU"}, "purpose": {"category": "?"}},
            "/purpose/category",
            "invalid",
        ),
    ],
)
def test_a_case_with_faults_is_invalid_and_the_others_are_decided(
    checking: Checking, case: Any, pointer: str, code: str
) -> None:
    good = {"consent": {"permission": "GRU"}, "purpose": {"category": "GRU"}}
    status, answer = checking.document({"cases": [good, case, good]})
    assert status == 1
    assert [one["verdict"] for one in answer["cases"]] == ["permit", "invalid", "permit"]
    (fault,) = answer["cases"][1]["faults"]
    assert (fault["pointer"], fault["code"]) == (f"/cases/1{pointer}", code)


def test_a_file_without_cases_is_bad_usage(placet: Placet, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    for text in ("", "[]", '{"cases": 1}', '{"cases": [], "cases": []}', "[" * 100_000):
        file.write_text(text)
        assert placet("check", str(file)).status == 2
    assert placet("check", str(tmp_path / "none")).status == 2
    file.write_text('{"cases": []}')
    assert placet("check", str(file), "--policy", str(file)).status == 2
    assert placet("check", str(file), "--mondo", str(file)).status == 2
    assert placet("check", str(file)).status == 0


def test_cases_may_come_from_a_pipe(placet: Placet) -> None:
    usual, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(b'{"cases": []}'))
    try:
        assert placet("check", "-").json()["cases"] == []
    finally:
        sys.stdin = usual
