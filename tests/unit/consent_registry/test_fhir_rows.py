# SPDX-License-Identifier: Apache-2.0
"""FHIR Consent read into rows: what is understood, and each trap with the code that stops it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from consent_registry.domain.fhir.files import (
    MAX_BUNDLE_BYTES,
    MAX_LINE_BYTES,
    TooLarge,
    numbered_lines,
    read_bundle,
)
from consent_registry.domain.fhir.mapping import OWN, FhirMapping, MappingFaults, load_mapping
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.history import Kind
from tests.fakes.consent_factories import NOON, extract
from tests.fakes.fhir import (
    EXAMPLE,
    POLICY,
    bundle,
    changed,
    codes,
    good,
    mii,
    reader,
    vector,
)

HMB_EEA = (
    '[{"diseases":[],"modifiers":[{"code":"DUO:0000022","values":["EEA"]}],'
    '"permission":"DUO:0000006"}]'
)
OWN_TERMS = (
    '[{"diseases":[],"modifiers":[{"code":"DUO:0000022","values":["FI","SE"]},'
    '{"code":"DUO:0000045","values":[]}],"permission":"DUO:0000006"},'
    '{"diseases":["MONDO:0004992"],"modifiers":[],"permission":"DUO:0000007"}]'
)
PROVISIONS = "provision/provision"


def test_the_broad_consent_is_read_by_its_mapping() -> None:
    row = good(reader(mii()).read(vector("mii.json")))
    assert (row.participant, row.local_id, row.dataset) == ("P-MII-1", "P-MII-1", mii().dataset)
    assert (row.kind, row.alternative_text) == (Kind.GIVEN, HMB_EEA)
    # Half past midnight in summer in Berlin is the day before in UTC.
    assert row.expressed_at == datetime(2021, 5, 18, 22, 30, tzinfo=UTC)
    assert row.effective_from == datetime(2021, 5, 19, tzinfo=UTC)
    # FHIR counts the whole of the last day.
    assert row.effective_to == datetime(2051, 5, 19, tzinfo=UTC)
    assert row.form_version == ""
    named = replace(mii(), form_version="mii-broad-consent@1.6")
    assert good(reader(named).read(vector("mii.json"))).form_version == named.form_version


def test_a_bundle_says_who_its_references_mean() -> None:
    found = bundle("mii-bundle.json")
    ((number, resource),) = found.consents
    assert number == 2
    assert good(reader(mii(), entries=found).read(resource)).participant == "P-MII-2"
    assert codes(reader(mii()).read(resource)) == ["E-ID-04"]
    assert reader(mii(), entries=found).whose(resource) == ("P-MII-2", "GDI-ZZ-DATASET-1")


@pytest.mark.parametrize(
    ("name", "release"), [("own-r4.json", Release.R4), ("own-r5.json", Release.R5)]
)
def test_what_the_registry_writes_it_reads(name: str, release: Release) -> None:
    resource = vector(name)
    if release is Release.R4:
        resource["policy"] = [{"uri": "urn:placet:form:broad%402.0"}]
    else:
        resource["policyBasis"] = {"url": "urn:placet:form:broad%402.0"}
    row = good(reader(OWN, release).read(resource))
    assert (row.participant, row.local_id) == ("P-1", "S-1")
    assert (row.alternative_text, row.form_version) == (OWN_TERMS, "broad@2.0")
    assert row.effective_from == datetime(2025, 1, 15, 9, 30, tzinfo=UTC)
    assert row.effective_to == datetime(2030, 1, 16, tzinfo=UTC)


def declined(*numbers: int) -> dict[str, Any]:
    found = vector("mii.json")
    for number in numbers:
        inside = found["provision"]["provision"]
        kept = [one for one in inside if f"{POLICY}{number}" not in json.dumps(one)]
        found["provision"]["provision"] = kept
    return found


@pytest.mark.parametrize("numbers", [(7,), (8,), (7, 8), (2, 3, 6, 7, 8, 27)])
def test_whoever_did_not_permit_all_that_an_alternative_needs_gave_nothing(
    numbers: tuple[int, ...],
) -> None:
    row = good(reader(mii()).read(declined(*numbers)))
    assert (row.kind, row.alternative_text) == (Kind.REFUSED, "")


def test_a_denied_code_gives_nothing_and_an_ignored_one_changes_nothing() -> None:
    permitted = vector("mii.json")
    denied = changed(permitted, f"{PROVISIONS}/4/type", "deny")
    assert good(reader(mii()).read(denied)).kind is Kind.REFUSED
    recontact = changed(permitted, f"{PROVISIONS}/5/type", "deny")
    assert good(reader(mii()).read(recontact)).alternative_text == HMB_EEA


TRAPS: list[tuple[str, object, str]] = [
    # What FHIR lets narrow a provision, and nobody here reads.
    (f"{PROVISIONS}/4/actor", [{"role": {"text": "x"}, "reference": {}}], "E-FHIR-03"),
    (f"{PROVISIONS}/4/action", [{"text": "disclose"}], "E-FHIR-03"),
    (f"{PROVISIONS}/4/securityLabel", [{"code": "R"}], "E-FHIR-03"),
    (f"{PROVISIONS}/4/class", [{"code": "x"}], "E-FHIR-03"),
    ("provision/dataPeriod", {"end": "2020-01-01"}, "E-FHIR-03"),
    (f"{PROVISIONS}/4/data", [{"meaning": "instance", "reference": {}}], "E-FHIR-01"),
    (f"{PROVISIONS}/4/purpose", [{"system": "urn:x", "code": "HRESCH"}], "E-FHIR-03"),
    (f"{PROVISIONS}/4/modifierExtension", [{"url": "urn:x"}], "E-FHIR-03"),
    ("modifierExtension", [{"url": "urn:x"}], "E-FHIR-03"),
    ("implicitRules", "urn:x", "E-FHIR-03"),
    ("contained", [], "E-FHIR-03"),
    ("_status", {"extension": []}, "E-FHIR-03"),
    ("Anna Virtanen", "x", "E-FHIR-03"),
    (f"{PROVISIONS}/4/code", None, "E-FHIR-03"),
    (f"{PROVISIONS}/4/type", None, "E-FHIR-03"),
    (f"{PROVISIONS}/4/type", "maybe", "E-FHIR-03"),
    ("provision/type", None, "E-FHIR-03"),
    ("provision/code", [{"text": "all"}], "E-FHIR-03"),
    # An exception from an exception turns the meaning round again.
    (f"{PROVISIONS}/4/provision", [{"type": "deny"}], "E-FHIR-05"),
    ("provision/type", "permit", "E-FHIR-06"),
    # R5's elements in a file that is said to be R4.
    ("decision", "permit", "E-FHIR-04"),
    ("subject", {}, "E-FHIR-04"),
    # A code, a system or a policy that nobody has looked at.
    (f"{PROVISIONS}/4/code/1/coding/0/code", f"{POLICY}999", "E-FHIR-07"),
    (f"{PROVISIONS}/4/code/1/coding/0/system", "urn:oid:1.2.3", "E-FHIR-07"),
    (f"{PROVISIONS}/4/code/1", {"text": "medical data"}, "E-FHIR-07"),
    ("policy/0/uri", "urn:oid:1.2.3", "E-FHIR-07"),
    ("policy", None, "E-FHIR-07"),
    ("policyRule", {"text": "opt-in"}, "E-FHIR-07"),
    ("policyRule", {"coding": [{"system": "urn:x", "code": "OPTIN"}]}, "E-FHIR-07"),
    # Several periods: nobody chooses for the person.
    (f"{PROVISIONS}/4/period/end", "2030-01-01", "ok"),
    ("provision/period/end", "2021-01-01", "E-FHIR-09"),
    (f"{PROVISIONS}/4/code/1/coding/0/code", f"{POLICY}7", "ok-refused"),
    ("status", "draft", "E-FHIR-10"),
    ("status", "proposed", "E-FHIR-10"),
    ("status", "unknown", "E-FHIR-10"),
    ("status", "not-done", "E-FHIR-10"),
    ("status", "Active", "E-FHIR-10"),
    ("verification", [{"verified": True}, {"verified": False}], "E-FHIR-11"),
    ("verification", [{}], "E-FHIR-11"),
    ("scope", None, "E-FHIR-12"),
    ("scope/coding/0/code", "treatment", "E-FHIR-12"),
    ("scope/coding/0/system", "urn:x", "E-FHIR-12"),
    ("resourceType", "Contract", "E-FHIR-02"),
    ("provision", [], "E-FHIR-01"),
    (f"{PROVISIONS}/4", "x", "E-FHIR-01"),
    ("status", None, "E-FHIR-01"),
    # A year or a month says too little, and 30 February is no day.
    ("dateTime", "2021", "E-DATE-01"),
    ("dateTime", "2021-05", "E-DATE-01"),
    ("dateTime", "2021-02-30", "E-DATE-01"),
    ("dateTime", "2021-05-19T00:30:00", "E-DATE-01"),
    ("dateTime", None, "E-EVID-01"),
    ("dateTime", "2027-01-01", "E-TIME-01"),
    ("provision/period/start", "2021-05", "E-DATE-01"),
    # The person: one pseudonym of the one system that counts.
    ("patient/identifier/system", "https://hospital.example/mrn", "E-ID-04"),
    ("patient/identifier/value", "Anna Virtanen", "E-ID-04"),
    ("patient", {"reference": "Patient/4711"}, "E-ID-04"),
    ("patient", {"display": "Anna Virtanen"}, "E-ID-04"),
]


@pytest.mark.parametrize(("path", "value", "code"), TRAPS)
def test_each_trap_has_its_code(path: str, value: object, code: str) -> None:
    found = reader(mii()).read(changed(vector("mii.json"), path, value))
    if code == "ok":  # two codes of one alternative: their common time
        assert good(found).effective_to == datetime(2030, 1, 2, tzinfo=UTC)
    elif code == "ok-refused":  # .8 was never permitted
        assert good(found).kind is Kind.REFUSED
    else:
        assert set(codes(found)) == {code}
        assert "Anna" not in repr(found)


def test_a_code_permitted_and_denied_or_permitted_twice_is_refused() -> None:
    twice = vector("mii.json")
    inside = twice["provision"]["provision"]
    inside.append({**inside[4], "type": "deny"})
    assert codes(reader(mii()).read(twice)) == ["E-FHIR-08"]
    inside[-1] = {**inside[4], "period": {"start": "2021-05-19", "end": "2090-01-01"}}
    assert codes(reader(mii()).read(twice)) == ["E-FHIR-09"]


def two_rules() -> FhirMapping:
    text = EXAMPLE.read_text(encoding="utf-8").replace(f'    "{POLICY}6",\n', "")
    text += f'\n[[alternative]]\nneeds = ["{POLICY}6"]\npermission = "GRU"\n'
    return load_mapping(text, extract())


def test_what_is_permitted_for_less_long_ends_with_its_activities() -> None:
    """The broad consent lets data be collected for five years and used for thirty."""
    row = good(reader(two_rules()).read(vector("mii.json")))
    assert row.effective_to == datetime(2051, 5, 19, tzinfo=UTC)
    hmb, gru = json.loads(row.alternative_text)
    assert (hmb.get("activities"), gru["activities"]) == (None, ["edic_secondary_use=2026-05-19"])
    # Within a day the rest of it is lost, and never won.
    sooner = changed(vector("mii.json"), f"{PROVISIONS}/2/period/end", "2026-05-18T09:00:00Z")
    _, gru = json.loads(good(reader(two_rules()).read(sooner)).alternative_text)
    assert gru["activities"] == ["edic_secondary_use=2026-05-18"]


def test_what_begins_at_different_times_is_refused() -> None:
    one = changed(vector("mii.json"), f"{PROVISIONS}/2/period/start", "2022-01-01")
    assert codes(reader(two_rules()).read(one)) == ["E-FHIR-09"]


def test_stopping_depends_on_nothing_that_was_once_permitted() -> None:
    gone = changed(vector("mii.json"), "status", "inactive")
    row = good(reader(mii()).read(gone))
    # When it ended is not said: it counts from the import, never from the signature.
    assert (row.kind, row.expressed_at, row.effective_from) == (Kind.WITHDRAWN, NOON, NOON)
    for path, value in (
        ("provision/type", "permit"),
        (f"{PROVISIONS}/4/actor", [{}]),
        ("verification", [{"verified": False}]),
        ("policy", None),
    ):
        assert good(reader(mii()).read(changed(gone, path, value))).kind is Kind.WITHDRAWN
    assert codes(reader(mii()).read(changed(gone, "policy/0/uri", "urn:other"))) == ["E-FHIR-07"]
    rejected = changed(vector("mii.json"), "status", "rejected")
    assert good(reader(mii()).read(rejected)).kind is Kind.REFUSED


def own_r5(path: str, value: object) -> list[str]:
    return codes(reader(OWN, Release.R5).read(changed(vector("own-r5.json"), path, value)))


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("decision", "permit", "E-FHIR-06"),
        ("decision", None, "E-FHIR-03"),
        ("provision/0/provision", [{}], "E-FHIR-05"),
        ("provision/0/type", "permit", "E-FHIR-03"),
        ("provision/0/expression", {"language": "x"}, "E-FHIR-03"),
        ("provision/0/documentType", [{}], "E-FHIR-03"),
        ("provision/0/code", [{"coding": [{"system": "urn:x", "code": "y"}]}], "E-FHIR-03"),
        # Without its dataset a provision would be about everything.
        ("provision/0/data", None, "E-FHIR-03"),
        ("provision/0/data/0/meaning", "related", "E-FHIR-03"),
        ("provision/0/data/0/reference/identifier/value", "GDI-ZZ-DATASET-2", "E-FHIR-03"),
        ("extension/0/valueIdentifier/value", "GDI-ZZ-DATASET-2", "E-FHIR-03"),
        ("extension", None, "E-FHIR-03"),
        ("grantee", [{}], "E-FHIR-03"),
        ("patient", {}, "E-FHIR-04"),
        ("scope", {}, "E-FHIR-04"),
        ("policyBasis", {"reference": {"reference": "x"}}, "E-FHIR-03"),
        ("policyBasis/url", "https://foreign.example/policy", "E-FHIR-07"),
        # Two permissions, none, an unknown purpose, a value for a term that is not there.
        ("provision/0/purpose/1/code", "DUO:0000042", "E-FHIR-07"),
        ("provision/0/purpose/0/code", "DUO:0000045", "E-FHIR-07"),
        ("provision/0/purpose/3/code", "53-1-e-ii", "E-FHIR-07"),
        ("provision/0/modifierExtension/0/extension/0/valueString", "DUO:0000025", "E-FHIR-07"),
        ("provision/0/modifierExtension/0/extension", [], "E-FHIR-03"),
        ("provision/0/modifierExtension/0/url", "urn:foreign", "E-FHIR-03"),
        ("provision/0/modifierExtension", None, "E-DUO-03"),
        ("provision/1/modifierExtension", None, "E-DUO-03"),
        ("provision/1/modifierExtension/0/extension/1/valueString", "MONDO:9", "E-MONDO-01"),
        ("provision/0/period", {"start": "2027-01-01"}, "E-FHIR-09"),
        ("status", "not-done", "ok"),
        ("identifier", None, "E-ID-04"),
    ],
)
def test_each_trap_of_r5_has_its_code(path: str, value: object, code: str) -> None:
    if code == "ok":
        found = reader(OWN, Release.R5).read(changed(vector("own-r5.json"), path, value))
        assert good(found).kind is Kind.REFUSED
    else:
        assert own_r5(path, value) == [code]


def test_a_bad_resource_still_says_whose_it_is_so_that_no_other_half_is_kept() -> None:
    bad = changed(vector("own-r5.json"), "decision", "permit")
    assert reader(OWN, Release.R5).whose(bad) == ("P-1", "GDI-ZZ-DATASET-1")
    assert reader(OWN, Release.R5).whose(changed(bad, "extension", None)) is None
    assert reader(OWN, Release.R5).whose({"subject": "x"}) is None


def test_a_reference_that_means_somebody_else_names_nobody() -> None:
    found = bundle("mii-bundle.json")
    ((_, resource),) = found.consents
    other = {"system": "https://trust.example/pseudonym", "value": "P-MII-9"}
    both = changed(dict(resource), "patient/identifier", other)
    assert codes(reader(mii(), entries=found).read(both)) == ["E-ID-04"]
    assert good(reader(mii()).read(both)).participant == "P-MII-9"


def test_lines_are_numbered_whatever_is_on_them() -> None:
    lines = (
        b'\xef\xbb\xbf{"a":1}\r\n\n[1]\n{"a":1,"a":2}\n\xff\nx'
        + b"y" * MAX_LINE_BYTES
        + b'\n{"b":2}'
    )
    for size in (1_000, len(lines)):
        chunks = [lines[start : start + size] for start in range(0, len(lines), size)]
        found = list(numbered_lines(chunks))
        assert found == [(1, {"a": 1}), (3, None), (4, None), (5, None), (6, None), (7, {"b": 2})]


@pytest.mark.parametrize(
    "body",
    [
        {"resourceType": "Bundle", "type": "history", "entry": []},
        {"resourceType": "Bundle", "type": "transaction", "entry": []},
        {"resourceType": "Bundle", "type": "collection", "entry": {}},
        {"resourceType": "Bundle", "type": "collection", "entry": ["x"]},
        {"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": "x"}]},
        {"resourceType": "Patient"},
        [],
        "x",
    ],
)
def test_what_is_no_collection_of_consents_is_none(body: object) -> None:
    assert read_bundle([json.dumps(body).encode()]) is None


def test_a_bundle_is_bounded_and_a_single_consent_will_do() -> None:
    with pytest.raises(TooLarge):
        read_bundle([b" " * (MAX_BUNDLE_BYTES + 1)])
    found = read_bundle([json.dumps(vector("own-r4.json")).encode()])
    assert found is not None
    assert [number for number, _ in found.consents] == [1]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('release = "R4"', 'release = "R3"', "release: must be R4 or R5"),
        ('name = "mii-broad-consent"', 'name = "placet"', "name: small letters"),
        ("policies = [", "policies = []\nunused = [", "policies: name the policies"),
        ('permission = "HMB"', 'permission = "GRU-CC"', "alternative 1.permission: an obsolete"),
        ('modifiers = ["GS=EEA"]', 'modifiers = ["GS"]', "alternative 1.modifiers: this term"),
        (f'    "{POLICY}2",', f'    "{POLICY}7",', "codes.ignored: a code is needed"),
        ("[[alternative]]", "[[alternatives]]", "alternatives: unknown key"),
        ('dataset = "GDI-ZZ-DATASET-1"', 'dataset = "x"', "dataset: an identifier"),
        ('same_as = "participant"', 'same_as = "x"', "local_id.same_as: unknown key"),
    ],
)
def test_a_mapping_file_with_a_fault_does_not_load(before: str, after: str, fault: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert before in text
    with pytest.raises(MappingFaults) as refused:
        load_mapping(text.replace(before, after), extract())
    assert any(one.startswith(fault) for one in refused.value.faults), refused.value.faults


def test_events_tell_one_mapping_file_from_a_mended_one() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    mended = load_mapping(text + "\n# looked at again\n", extract())
    numbers = {OWN.number, mii().number, mended.number}
    assert len(numbers) == 3
    assert all(1 << 30 <= number < 1 << 31 for number in numbers)  # beside the reader of CSV: 1
