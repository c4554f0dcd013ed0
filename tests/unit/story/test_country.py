# SPDX-License-Identifier: Apache-2.0
"""The synthetic country, and what is expected of it."""

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path

from services.demo.country import COLUMNS, generate, write_files
from services.story.expectation import expect

TODAY = date(2026, 11, 23)
PURPOSE = {
    "category": "HMB",
    "diseases": [],
    "commercial": False,
    "organisation": {"not_for_profit": True},
    "accepts": ["PUB"],
    "evidence": [],
    "countries": ["FI"],
}
HEADER = ",".join(COLUMNS)


def one(row: str, **purpose: object) -> str:
    text = f"{HEADER}\n{row}\n"
    found = expect(text, broken_lines=(), purpose=PURPOSE | purpose, today=TODAY)
    return "yes" if found.admitted else "ask" if found.awaiting else "no"


def row(**values: str) -> str:
    base = dict.fromkeys(COLUMNS, "") | {
        "participant": "P-1",
        "local_id": "S1",
        "permission": "DUO:0000006",
        "state": "given",
    }
    return ",".join((base | values)[column] for column in COLUMNS)


def test_the_same_arguments_give_the_same_country() -> None:
    first, second = (generate(people=300, dataset="D", tag="T", today=TODAY) for _ in range(2))
    assert first == second
    assert generate(people=300, dataset="D", tag="T", today=TODAY, seed=2) != first


def test_a_country_has_every_kind_of_person_and_of_broken_row() -> None:
    country = generate(people=500, dataset="GDI-ZZ-DATASET-1", tag="T", today=TODAY)
    rows = list(csv.DictReader(io.StringIO(country.text)))
    assert len({found["participant"] for found in rows if found["local_id"][0] == "S"}) == 500
    states = Counter(found["state"] for found in rows)
    assert states["withdrawn"] > 10
    assert states["refused"] > 5
    for sought in ("DUO:0000042", "DUO:0000006", "DUO:0000007"):
        assert any(found["permission"] == sought for found in rows)
    assert any("DUO:0000045" in found["modifiers"] for found in rows)
    assert any(found["alternative"] == "2" for found in rows)
    lines = country.text.splitlines()
    assert len({broken.code for broken in country.broken}) == 12
    assert all(broken.local_id in lines[broken.line - 1] for broken in country.broken)


def test_the_expected_people_are_some_and_not_all() -> None:
    country = generate(people=500, dataset="D", tag="T", today=TODAY)
    broken = {found.line for found in country.broken}
    found = expect(country.text, broken_lines=broken, purpose=PURPOSE, today=TODAY)
    assert len(found.members) == 500
    assert 250 < len(found.admitted) < 400
    assert set(country.notable) <= found.admitted
    assert found.awaiting
    assert not found.awaiting & found.admitted


def test_each_rule_by_itself() -> None:
    assert one(row()) == "yes"
    assert one(row(permission="DUO:0000042")) == "yes"
    assert one(row(permission="DUO:0000011")) == "no"
    assert one(row(permission="DUO:0000007", diseases="MONDO:0004979")) == "no"
    disease = {"category": "DS", "diseases": ["MONDO:0004979"]}
    assert one(row(permission="DUO:0000007", diseases="MONDO:0004979"), **disease) == "yes"
    assert one(row(permission="DUO:0000007", diseases="MONDO:0005015"), **disease) == "no"
    assert one(row(modifiers="DUO:0000045")) == "yes"
    company = {"organisation": {"not_for_profit": False}}
    assert one(row(modifiers="DUO:0000045"), **company) == "no"
    assert one(row(modifiers="DUO:0000046"), commercial=True) == "no"
    assert one(row(modifiers="DUO:0000019"), accepts=[]) == "no"
    assert one(row(modifiers="DUO:0000021")) == "ask"
    assert one(row(modifiers="DUO:0000022=EU")) == "yes"
    assert one(row(modifiers="DUO:0000022=CA")) == "no"
    assert one(row(state="withdrawn")) == "no"
    assert one(row(effective_to="2026-11-01")) == "no"
    assert one(row(effective_from="2026-12-01")) == "no"
    assert one(f"{row(state='given', permission='DUO:0000011')}\n{row(alternative='2')}") == "yes"


def test_every_person_has_a_file_that_says_whose_it_is(tmp_path: Path) -> None:
    country = generate(people=5, dataset="GDI-ZZ-DATASET-7", tag="T", today=TODAY)
    write_files(country, tmp_path)
    held = sorted(path.parent.name for path in tmp_path.rglob("genome.vcf"))
    assert held == sorted(country.participants)
    text = (tmp_path / "GDI-ZZ-DATASET-7" / "S000002" / "genome.vcf").read_text()
    assert "GDI-ZZ-DATASET-7/S000002" in text
