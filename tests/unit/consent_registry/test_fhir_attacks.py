# SPDX-License-Identifier: Apache-2.0
"""FHIR that means harm, or that no server should have written: never a yes, and never a crash.

A reader that raises what nobody expects would stop at that file for ever, and every import behind
it.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from consent_registry.domain.fhir.files import numbered_lines, read_bundle
from consent_registry.domain.fhir.mapping import OWN, FhirMapping
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.row_codes import Fault
from consent_registry.domain.rows import Row
from tests.fakes.fhir import changed, codes, good, mii, reader, vector

UNKNOWN = [{"url": "urn:unknown", "valueBoolean": True}]
TRUST = "https://trust.example/pseudonym"
KINDS = [
    ("mii.json", mii(), Release.R4),
    ("own-r4.json", OWN, Release.R4),
    ("own-r5.json", OWN, Release.R5),
]
WRONG: list[object] = [7, True, "x", "", "\ud800", [], {}, ["x"], [[]], {"x": []}, [None], None]


def places(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Give the way to each member of a resource, the whole excepted."""
    inside: Any = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for step, one in inside:
        yield (*way, step)
        yield from places(one, (*way, step))


def at(resource: Any, way: tuple[str | int, ...]) -> Any:
    for step in way:
        resource = resource[step]
    return resource


@pytest.mark.parametrize(("name", "mapping", "release"), KINDS)
def test_a_modifier_that_nobody_knows_refuses_wherever_it_stands(
    name: str, mapping: FhirMapping, release: Release
) -> None:
    whole = vector(name)
    found = [(), *(way for way in places(whole) if isinstance(at(whole, way), dict))]
    assert len(found) > 20
    for way in found:
        one = deepcopy(whole)
        inside = at(one, way)
        inside["modifierExtension"] = [*inside.get("modifierExtension", []), *UNKNOWN]
        # Our own extensions say which dataset is meant; others are passed over.
        assert codes(reader(mapping, release).read(one)) == ["E-FHIR-03"], way


@pytest.mark.parametrize(("name", "mapping", "release"), KINDS)
def test_no_value_in_any_place_stops_the_reader(
    name: str, mapping: FhirMapping, release: Release
) -> None:
    whole, judge = vector(name), reader(mapping, release)
    for way in places(whole):
        for wrong in WRONG:
            one = deepcopy(whole)
            at(one, way[:-1])[way[-1]] = wrong
            found = judge.read(one)
            assert isinstance(found, Row) or all(isinstance(fault, Fault) for fault in found)
            judge.whose(one)
            if isinstance(found, Row):
                for text in (found.local_id, found.alternative_text, found.form_version):
                    text.encode()  # what is kept can be written down


def test_half_a_character_is_no_text() -> None:
    (line,) = numbered_lines([b'{"resourceType": "Consent", "status": "\\ud800"}'])
    assert line[1] is not None
    assert codes(reader(OWN, Release.R5).read(line[1])) == ["E-FHIR-01"]


@pytest.mark.parametrize("part", [b"[", b'{"a":'])
def test_what_is_nested_without_end_is_a_line_like_any_other(part: bytes) -> None:
    assert list(numbered_lines([part * 150_000])) == [(1, None)]
    assert read_bundle([part * 150_000]) is None


def test_a_term_has_its_values_one_by_one() -> None:
    path = "provision/0/modifierExtension/0/extension"
    whole = vector("own-r5.json")
    parts = whole["provision"][0]["modifierExtension"][0]["extension"]
    for more in ({"url": "value", "valueString": "EEA"}, {"url": "code", "valueString": "x"}):
        one = changed(whole, path, [*parts, more])
        assert codes(reader(OWN, Release.R5).read(one)) == ["E-FHIR-03"]


def patient(name: str, **changes: object) -> dict[str, Any]:
    names = [{"system": TRUST, "value": name}]
    whole = {"resourceType": "Patient", "id": "1", "identifier": names, **changes}
    return {"fullUrl": f"urn:uuid:{name}", "resource": whole}


def consent() -> dict[str, Any]:
    return {"resource": changed(vector("mii.json"), "patient", {"reference": "Patient/1"})}


def bundle(*entries: dict[str, Any], **changes: object) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": list(entries), **changes}


def judged(whole: dict[str, Any]) -> list[Row | tuple[Fault, ...]]:
    found = read_bundle([json.dumps(whole).encode()])
    assert found is not None
    return [reader(mii(), entries=found).read(one) for _, one in found.consents]


def test_two_people_of_one_address_are_nobody_and_one_said_twice_is_one() -> None:
    first, second = patient("P-1"), patient("P-2")
    parts = [{"resource": bundle(one, consent())} for one in (first, second)]
    assert [codes(one) for one in judged(bundle(*parts))] == [["E-ID-04"]] * 2
    (one,) = judged(bundle(first, first, consent()))
    assert good(one).participant == "P-1"


@pytest.mark.parametrize(
    "changes",
    [
        {"modifierExtension": UNKNOWN},
        {"implicitRules": "urn:x"},
        {"active": False},
        {"active": None},
        {"link": [{"type": "replaced-by", "other": {"reference": "Patient/2"}}]},
        {"link": [{}]},
        {"link": "x"},
    ],
)
def test_a_record_of_a_person_that_must_not_be_used_names_nobody(
    changes: dict[str, object],
) -> None:
    (one,) = judged(bundle(patient("P-1", **changes), consent()))
    assert codes(one) == ["E-ID-04"]


def test_a_bundle_that_says_more_than_what_stands_is_not_read() -> None:
    deleted = {**consent(), "request": {"method": "DELETE", "url": "Consent/1"}}
    for whole in (
        bundle(patient("P-1"), deleted),
        bundle(patient("P-1"), {**consent(), "modifierExtension": UNKNOWN}),
        bundle(patient("P-1"), consent(), implicitRules="urn:x"),
        bundle(patient("P-1"), consent(), type=["collection"]),
    ):
        assert read_bundle([json.dumps(whole).encode()]) is None


def test_consents_deeper_than_anybody_looks_are_not_passed_over() -> None:
    whole = bundle(patient("P-1"), consent())
    for _ in range(2):
        whole = bundle({"resource": whole})
    assert len(judged(whole)) == 1
    deeper = bundle({"resource": whole})
    assert read_bundle([json.dumps(deeper).encode()]) is None


def test_a_contained_person_is_not_looked_for() -> None:
    inside = patient("P-1")["resource"]
    one = changed(consent()["resource"], "contained", [inside])
    for reference in ("#1", "Patient/1"):
        found = reader(mii()).read(changed(one, "patient", {"reference": reference}))
        assert codes(found) == ["E-FHIR-03"]
    (bare,) = judged(bundle(patient("P-1"), {"resource": changed(one, "contained", None)}))
    assert good(bare).participant == "P-1"


@pytest.mark.parametrize(
    ("grantor", "herself"),
    [
        ({"reference": "RelatedPerson/1"}, False),
        ({"reference": "https://h.example/fhir/RelatedPerson/1/_history/2"}, False),
        ({"type": "RelatedPerson", "display": "her mother"}, False),
        ({"reference": "Patient/2"}, False),
        ({"reference": "urn:uuid:0"}, False),
        ({"reference": "#1"}, False),
        ({"reference": 7}, False),
        ({"identifier": {"system": TRUST, "value": "P-9"}}, False),
        ({"reference": "Patient/1", "identifier": {"system": TRUST, "value": "P-9"}}, False),
        ({"identifier": {"system": TRUST, "value": "P-1"}}, True),
        ({"reference": "Patient/1"}, True),
        ({"reference": "urn:uuid:P-1"}, True),
        ({"reference": "Organization/1"}, True),
        ({"type": "Practitioner", "identifier": {"system": "urn:staff", "value": "7"}}, True),
        ({"display": "by herself"}, True),
    ],
)
def test_what_somebody_else_may_have_given_is_for_the_desk(
    grantor: dict[str, Any], herself: bool
) -> None:
    one = changed(consent()["resource"], "performer", [grantor])
    (found,) = judged(bundle(patient("P-1"), {"resource": one}))
    if herself:
        assert good(found).participant == "P-1"
    else:
        assert codes(found) == ["E-AUTH-01"]
    # A no is heard from whoever brings it.
    over = changed(one, "status", "inactive")
    (closed,) = judged(bundle(patient("P-1"), {"resource": over}))
    assert not good(closed).kind.grants


def test_a_module_whose_policy_is_not_named_is_refused() -> None:
    whole = vector("mii.json")
    module = {"uri": "urn:oid:2.16.840.1.113883.3.1937.777.24.2.9999"}
    assert codes(reader(mii()).read(changed(whole, "policy", [*whole["policy"], module]))) == [
        "E-FHIR-07"
    ]
