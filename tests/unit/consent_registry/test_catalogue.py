# SPDX-License-Identifier: Apache-2.0
"""The public description of a dataset: each property the GDI profile wants, and Turtle of it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consent_registry.domain.catalogue import AccessBody, describe
from consent_registry.domain.duo import Duo
from consent_registry.domain.published import Published, is_due
from consent_registry.domain.register import Dataset
from consent_registry.domain.terms import Alternative, Modifier
from consent_registry.domain.turtle import turtle
from shared.ids import DatasetId, Revision

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
ACCESS = AccessBody(name="Health data access body", url="https://permits.example/")
DATASET = Dataset(
    dataset=DatasetId("GDI-ZZ-DATASET-1"),
    title='Genomes of the "north"\nand south',
    controller="A hospital",
    country="ZZ",
    legal_regime="ehds_ch4",
    consent_role="none",
    created_at=AT,
    revision=Revision(3),
    members=1_234,
    table_version=1,
    recorded_at=AT,
)
TERMS = (
    Alternative(permission=Duo.HMB, modifiers=(Modifier(code=Duo.GS, values=("FI", "SE")),)),
    Alternative(permission=Duo.DS, diseases=("MONDO:0004992",)),
)
FACTS = Published(people=1_230, terms=TERMS, at=AT)
# law.md section 4.4: mandatory for dcat:Dataset in the GDI profile, version 1.1.
MANDATORY = {
    *("dct:accessRights", "dcatap:applicableLegislation", "dct:creator", "dct:publisher"),
    *("dct:description", "dcat:distribution", "healthdcatap:hdab", "dct:identifier"),
    *("healthdcatap:healthCategory", "dcat:theme", "dct:title"),
}


def described(**changes: Any) -> dict[str, Any]:
    dataset = replace(DATASET, **changes)
    found: dict[str, Any] = json.loads(
        json.dumps(describe(dataset, FACTS, ACCESS, "https://consent.example"))
    )
    return found


def test_every_mandatory_property_has_a_value() -> None:
    for published in (FACTS, None):
        found = describe(DATASET, published, ACCESS, "https://consent.example")
        assert found.keys() >= MANDATORY
        assert all(found[name] for name in MANDATORY)
    hdab = described()["healthdcatap:hdab"]
    assert [len(body["foaf:name"]) for body in hdab] == [1]  # one body, one name


def test_the_number_is_the_published_one_and_never_that_of_the_members() -> None:
    text = json.dumps(described())
    assert '"1230"' in text
    assert "1234" not in text
    none = describe(DATASET, replace(FACTS, people=None), ACCESS, "https://consent.example")
    assert "healthdcatap:numberOfUniqueIndividuals" not in none
    before = describe(DATASET, None, ACCESS, "https://consent.example")
    assert not {"healthdcatap:numberOfUniqueIndividuals", "dpv:hasProcess"} & before.keys()


@pytest.mark.parametrize(
    ("regime", "role", "laws", "basis"),
    [
        ("ehds_ch4", "none", 2, "urn:placet:legal-regime:ehds_ch4"),
        ("consent_gdpr", "legal_basis", 1, "eu-gdpr:A9-2-a"),
        ("national_act", "safeguard", 1, "urn:placet:legal-regime:national_act"),
    ],
)
def test_only_what_the_regulation_governs_names_it(
    regime: str, role: str, laws: int, basis: str
) -> None:
    found = described(legal_regime=regime, consent_role=role)
    assert len(found["dcatap:applicableLegislation"]) == laws
    assert ("2025/327" in json.dumps(found)) is (regime == "ehds_ch4")
    assert found["dpv:hasLegalBasis"] == [{"@id": basis}]


def test_until_there_is_an_access_body_the_controller_stands_for_it() -> None:
    unnamed = replace(ACCESS, name="")
    found = describe(DATASET, FACTS, unnamed, "https://consent.example")
    (body,) = json.loads(json.dumps(found["healthdcatap:hdab"]))
    assert body["foaf:name"] == ["A hospital"]


def test_codes_in_common_are_alternatives_with_their_limits() -> None:
    first, second = described()["dpv:hasProcess"]
    assert first["dpv:hasPurpose"][0]["dct:identifier"] == ["DUO:0000006"]
    assert first["dpv:hasRule"][0]["rdf:value"] == ["FI", "SE"]
    assert second["dpv:hasPurpose"][0]["rdf:value"] == ["MONDO:0004992"]
    assert "dpv:hasRule" not in second


def test_numbers_move_once_a_day_and_not_in_the_first() -> None:
    day = timedelta(hours=24)
    second = timedelta(seconds=1)
    assert not is_due(DATASET, None, AT + day - second)
    assert is_due(DATASET, None, AT + day)
    published = replace(FACTS, at=AT + day)
    assert not is_due(DATASET, published, AT + 2 * day - second)
    assert is_due(DATASET, published, AT + 2 * day)


def test_turtle_is_written_to_the_letter() -> None:
    tree = {
        "@context": {"dct": "http://purl.org/dc/terms/", "xsd": "http://x.example/s#"},
        "@id": "https://x.example/a b",
        "@type": ["dct:Thing"],
        "dct:title": [{"@value": 'a "b"\\\n', "@language": "en"}, "plain"],
        "dct:extent": [{"@value": "7", "@type": "xsd:nonNegativeInteger"}],
        "dct:relation": [{"@id": "urn:x:<y>"}, {"@type": ["dct:Inner"], "dct:title": ["z"]}],
        "dct:rights": {"@id": "dct:Rights"},
    }
    assert turtle(tree) == (
        "@prefix dct: <http://purl.org/dc/terms/> .\n"
        "@prefix xsd: <http://x.example/s#> .\n"
        "\n"
        "<https://x.example/a%20b> a dct:Thing ;\n"
        '    dct:title "a \\"b\\"\\\\\\n"@en, "plain" ;\n'
        '    dct:extent "7"^^xsd:nonNegativeInteger ;\n'
        "    dct:relation <urn:x:%3Cy%3E>, [\n"
        "        a dct:Inner ;\n"
        '        dct:title "z"\n'
        "    ] ;\n"
        "    dct:rights dct:Rights .\n"
    )


def test_the_whole_description_is_written_as_turtle() -> None:
    text = turtle(described())
    assert text.startswith("@prefix cv: ")
    assert 'dct:title "Genomes of the \\"north\\"\\nand south"@en' in text
    for name in MANDATORY:
        assert f"    {name} " in text
