# SPDX-License-Identifier: Apache-2.0
"""FHIR consents for tests: the vectors, and a reader that knows the example mapping and our own."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from consent_registry.domain.fhir.files import Entries, read_bundle
from consent_registry.domain.fhir.mapping import OWN, FhirMapping, load_mapping
from consent_registry.domain.fhir.rows import FhirReader
from consent_registry.domain.fhir.statement import Release
from consent_registry.domain.row_codes import Fault
from consent_registry.domain.rows import Row
from tests.fakes.any_form import AnyForm
from tests.fakes.consent_factories import NOON, extract

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors" / "fhir"
EXAMPLE = ROOT / "docs" / "fhir" / "mii-broad-consent.toml"
POLICY = "2.16.840.1.113883.3.1937.777.24.5.3."


def vector(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VECTORS / name).read_bytes())
    return found


@cache
def mii() -> FhirMapping:
    return load_mapping(EXAMPLE.read_text(encoding="utf-8"), extract())


def reader(
    mapping: FhirMapping = OWN, release: Release = Release.R4, entries: Entries | None = None
) -> FhirReader:
    people = entries.people if entries else {}
    return FhirReader(
        mapping,
        release,
        diseases=extract(),
        known_dataset=lambda name: name == "GDI-ZZ-DATASET-1",
        now=NOON,
        identifiers=lambda reference: people.get(reference, ()),
        forms=AnyForm(),
    )


def changed(resource: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Set one place of a copy, named like `provision/provision/0/type`; None takes it out."""
    copy = deepcopy(resource)
    *way, last = path.split("/")
    inside: Any = copy
    for step in way:
        inside = inside[int(step)] if isinstance(inside, list) else inside.setdefault(step, {})
    if isinstance(inside, list):
        inside[int(last)] = value
    elif value is None:
        del inside[last]
    else:
        inside[last] = value
    return copy


def codes(found: Row | tuple[Fault, ...]) -> list[str]:
    assert not isinstance(found, Row), found
    return [fault.what.code for fault in found]


def good(found: Row | tuple[Fault, ...]) -> Row:
    assert isinstance(found, Row), found
    return found


def bundle(name: str) -> Entries:
    found = read_bundle([(VECTORS / name).read_bytes()])
    assert found is not None
    return found
