# SPDX-License-Identifier: Apache-2.0
"""FHIR nested without need: the worker reads on behind it, at whatever depth it gives up."""

import json
from typing import Any

import pytest

from consent_registry.domain.fhir.files import MAX_NESTED, numbered_lines, read_bundle
from consent_registry.domain.fhir.mapping import OWN, FhirMapping
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.row_codes import Fault
from consent_registry.domain.rows import Row
from tests.fakes.fhir import codes, good, mii, reader, vector

KINDS = [
    ("mii.json", mii(), Release.R4),
    ("own-r4.json", OWN, Release.R4),
    ("own-r5.json", OWN, Release.R5),
]
UNKNOWN = [{"url": "urn:unknown", "valueBoolean": True}]
PLACES = ("identifier", "extension", "category", "meta", "text", "patient", "subject", "status")
DEPTHS = (MAX_NESTED - 3, MAX_NESTED, MAX_NESTED + 3, *range(200, 1100, 25), 10_000, 100_000)


def nested(depth: int, inmost: Any) -> Any:
    """Put a value into so many lists and objects, without going down into them."""
    for _ in range(depth // 2):
        inmost = [{"extension": inmost}]
    return inmost


@pytest.mark.parametrize(("name", "mapping", "release"), KINDS)
@pytest.mark.parametrize("place", ["extension", "text", "meta", "category"])
def test_a_modifier_ten_thousand_deep_is_found(
    name: str, mapping: FhirMapping, release: Release, place: str
) -> None:
    one = vector(name)
    hidden = nested(10_000, [{"modifierExtension": UNKNOWN}])
    one[place] = [*one.get(place, []), *hidden] if isinstance(one.get(place, []), list) else hidden
    assert codes(reader(mapping, release).read(one)) == ["E-FHIR-03"]


@pytest.mark.parametrize(("name", "mapping", "release"), KINDS)
def test_no_depth_stops_the_worker(name: str, mapping: FhirMapping, release: Release) -> None:
    """Just below what the parser refuses is where a reader that goes down with it would fail."""
    judge, after = reader(mapping, release), json.dumps(vector(name))
    for place in PLACES:
        rest = json.dumps({key: one for key, one in vector(name).items() if key != place})
        for depth in DEPTHS:
            line = f'{rest[:-1]}, "{place}": {"[" * depth + "]" * depth}}}'
            (_, found), (_, second) = numbered_lines([f"{line}\n{after}\n".encode()])
            assert (found is None) == (depth > MAX_NESTED - 1), (place, depth)
            if found is not None:
                judged = judge.read(found)
                assert isinstance(judged, Row) or all(isinstance(one, Fault) for one in judged)
                judge.whose(found)
            assert second is not None
            good(judge.read(second))


def test_a_bundle_is_as_deep_as_its_deepest_entry() -> None:
    inside = json.dumps(vector("mii.json"))
    for depth, readable in ((20, True), (MAX_NESTED, False), (900, False), (10_000, False)):
        other = f'{{"resourceType": "Patient", "link": {"[" * depth + "]" * depth}}}'
        entries = f'[{{"resource": {other}}}, {{"resource": {inside}}}]'
        whole = f'{{"resourceType": "Bundle", "type": "collection", "entry": {entries}}}'
        assert (read_bundle([whole.encode()]) is not None) == readable


def test_what_is_no_text_is_nobodys_name() -> None:
    """Written out, a list of one name would be another name, and a deep one no name at all."""
    judge = reader()
    for value in (["P-0001"], {"x": "P-0001"}, nested(10_000, "P-0001"), 7, True, None):
        one = vector("own-r4.json")
        one["patient"] = {"identifier": {"system": OWN.participant, "value": value}}
        assert not isinstance(judge.read(one), Row)
        assert judge.whose(one) is None
