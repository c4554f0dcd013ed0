# SPDX-License-Identifier: Apache-2.0
"""The vocabulary, its known traps, and the checks on every parameter."""

import json

import pytest

from consent_registry.domain import duo
from consent_registry.domain.duo import Duo, Role
from consent_registry.domain.places import GROUPS, within
from consent_registry.domain.row_codes import Fault, RowCode
from consent_registry.domain.terms import (
    Alternative,
    Modifier,
    RawAlternative,
    RawModifier,
    UnreadableTerms,
    canonical_text,
    from_json,
    read_alternative,
)
from tests.fakes.consent_factories import alternative, extract, terms


def read(
    permission: str, *modifiers: tuple[str, str], diseases: str = ""
) -> tuple[Alternative | None, tuple[Fault, ...]]:
    raw = RawAlternative(
        permission=permission,
        modifiers=tuple(
            RawModifier(code=code, values=tuple(values.split(","))) for code, values in modifiers
        ),
        diseases=tuple(diseases.split(";")),
    )
    return read_alternative(raw, extract())


def codes(*modifiers: tuple[str, str], permission: str = "HMB", diseases: str = "") -> list[str]:
    found, faults = read(permission, *modifiers, diseases=diseases)
    assert (found is None) == bool(faults)
    return [fault.what.code for fault in faults]


def test_the_table_has_every_current_term_and_no_other() -> None:
    assert len(duo.PERMISSIONS) == 5
    assert len(duo.MODIFIERS) == 18
    assert {term.code for term in duo.TERMS.values()} == set(Duo)
    assert all(duo.TERMS[code].role is Role.MODIFIER for code in duo.MODIFIERS)


@pytest.mark.parametrize(
    "text",
    [
        "DUO:0000044",
        "DUO_0000044",
        "DUO_00000044",
        "DUO:00000044",
        "http://purl.obolibrary.org/obo/DUO_00000044",
        "npoa",
        " NPOA ",
    ],
)
def test_the_ontology_s_own_spelling_slip_is_the_same_term(text: str) -> None:
    assert duo.find(text) is Duo.NPOA
    assert Duo.NPOA.value == "DUO:0000044"


def test_the_identifier_that_changed_its_shorthand_keeps_the_stricter_meaning() -> None:
    assert duo.find("DUO:0000018") is Duo.NPUNCU
    assert duo.find("NPU") is Duo.NPU


@pytest.mark.parametrize("text", ["DUO:0000005", "GRU-CC", "RU", "DUO:0000014", "DUO:0000002"])
def test_an_obsolete_code_is_refused_with_what_to_write_instead(text: str) -> None:
    found, faults = read(text)
    assert found is None
    assert [(f.column, f.what) for f in faults] == [("permission", RowCode.OBSOLETE_CODE)]
    assert "use " in faults[0].hint


@pytest.mark.parametrize("text", ["DS-[XX]", "DUO:0000031", "DUO:9999999", "x" * 500, "HMB;GRU"])
def test_an_unknown_code_is_a_fault(text: str) -> None:
    assert codes(permission=text) == ["E-DUO-01"]


def test_a_modifier_is_no_permission_and_a_permission_no_modifier() -> None:
    assert codes(permission="NPU") == ["E-DUO-06"]
    assert codes(permission="") == ["E-DUO-06"]
    assert codes(("GRU", "")) == ["E-DUO-05"]


@pytest.mark.parametrize("code", [c for c in duo.MODIFIERS if duo.TERMS[c].required])
def test_a_term_that_needs_a_value_says_so(code: Duo) -> None:
    assert codes((code.name, "")) == ["E-DUO-03"]


@pytest.mark.parametrize(
    "code", [c for c in duo.MODIFIERS if duo.TERMS[c].values is duo.ValueKind.NONE]
)
def test_a_term_without_values_takes_none(code: Duo) -> None:
    assert codes((code.name, "1")) == ["E-DUO-04"]
    assert codes((code.name, "")) == []


@pytest.mark.parametrize(
    ("code", "given", "stored"),
    [
        ("TS", "24", ("24",)),
        ("TS", "P2Y", ("24",)),
        ("TS", "P1Y6M", ("18",)),
        ("MOR", "2027-02-28", ("2027-02-28",)),
        ("GS", "fi,EU", ("EU", "FI")),
        ("GS", "EEA", ("EEA",)),
        ("IS", "00aaaaa00", ("https://ror.org/00aaaaa00",)),
        ("US", "b,a,a", ("a", "b")),
        ("PS", "P-1", ("P-1",)),
        ("RS", "paediatric research", ("paediatric research",)),
        ("COL", "the study team", ("the study team",)),
        ("IRB", "", ()),
    ],
)
def test_values_have_one_canonical_form(code: str, given: str, stored: tuple[str, ...]) -> None:
    found, faults = read("GRU", (code, given))
    assert faults == ()
    assert found is not None
    assert found.modifiers == (Modifier(code=Duo[code], values=stored),)


@pytest.mark.parametrize(
    ("code", "given", "fault"),
    [
        ("TS", "0", "E-DUO-07"),
        ("TS", "1201", "E-DUO-07"),
        ("TS", "2030-01-01", "E-DUO-07"),
        ("TS", "P", "E-DUO-07"),
        ("TS", "12,13", "E-DUO-07"),
        ("MOR", "2027-02-29", "E-DATE-01"),
        ("MOR", "20270228", "E-DATE-01"),
        ("GS", "UK", "E-GS-02"),
        ("GS", "XX", "E-GS-02"),
        ("IS", "https://example.org/1", "E-DUO-07"),
        ("RS", "a\x07b", "E-DUO-07"),
        ("RS", "x" * 201, "E-DUO-07"),
    ],
)
def test_a_value_of_the_wrong_form_is_a_fault(code: str, given: str, fault: str) -> None:
    assert codes((code, given)) == [fault]


def test_faults_never_repeat_the_value() -> None:
    _, faults = read("MARKER", ("MARKER", "MARKER"), ("TS", "MARKER"), diseases="MARKER")
    assert faults
    assert all("MARKER" not in fault.hint for fault in faults)


def test_a_hint_knows_the_common_mistakes() -> None:
    assert "GB" in read("GRU", ("GS", "UK"))[1][0].hint
    assert "effective_to" in read("GRU", ("TS", "2030-01-01"))[1][0].hint


def test_diseases_belong_to_ds_and_must_be_current() -> None:
    assert codes(permission="DS") == ["E-DUO-03"]
    assert codes(permission="HMB", diseases="MONDO:0004992") == ["E-DUO-04"]
    assert codes(permission="DS", diseases="MONDO:0004992;MONDO:0007254") == []
    assert codes(permission="DS", diseases="MONDO:9999999") == ["E-MONDO-01"]
    assert codes(permission="DS", diseases="DOID:1") == ["E-MONDO-01"]
    _, faults = read("DS", diseases="MONDO:0002054")
    assert [(f.what, f.hint) for f in faults] == [(RowCode.OBSOLETE_DISEASE, "use MONDO:0007254")]


def test_the_same_modifier_twice_is_a_fault() -> None:
    assert codes(("NPU", ""), ("DUO:0000045", "")) == ["E-DUO-08"]


def test_every_fault_is_named_not_only_the_first() -> None:
    assert codes(("GS", "UK"), ("X", ""), ("NPU", "1"), permission="RU") == [
        "E-DUO-02",
        "E-GS-02",
        "E-DUO-01",
        "E-DUO-04",
    ]


def test_terms_survive_their_stored_form() -> None:
    both = (
        *terms(Duo.DS, Duo.NPU, Duo.CC, diseases="MONDO:0007254", TS="24"),
        alternative(Duo.GRU, GS="EU FI"),
    )
    assert from_json(json.loads(canonical_text(both))) == both


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        [{}],
        [{"permission": "DUO:0000045", "modifiers": [], "diseases": []}],
        [{"permission": "DUO:0000006", "modifiers": [{"code": "X", "values": []}], "diseases": []}],
        [{"permission": "DUO:0000006", "modifiers": [], "diseases": [1]}],
        [{"permission": "DUO:0000006", "modifiers": None, "diseases": []}],
        ["DUO:0000006"],
    ],
)
def test_anything_else_stored_is_unreadable(stored: object) -> None:
    with pytest.raises(UnreadableTerms):
        from_json(stored)


def test_places() -> None:
    assert len(GROUPS["EU"]) == 27
    assert GROUPS["EU"] < GROUPS["EEA"] < GROUPS["ADEQUATE"]
    assert within("FI", ("EU",))
    assert not within("NO", ("EU", "SE"))
    assert within("NO", ("NO",))
