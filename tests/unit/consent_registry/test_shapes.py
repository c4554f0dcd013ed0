# SPDX-License-Identifier: Apache-2.0
"""What we export is the graph that its standards ask for, and the shapes find whatever is missing.

The shapes are our own, written from the lists of fields. That each of them can fail is shown by
taking away every mandatory property of every node, one at a time.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from rdflib import BNode, Graph, Literal, Node, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SH

from consent_registry.domain.act_receipts import EHDS_71, Act, receipt_of_act
from consent_registry.domain.catalogue import AccessBody, describe
from consent_registry.domain.duo import Duo
from consent_registry.domain.history import Kind
from consent_registry.domain.published import Published
from consent_registry.domain.receipts import Receipted, place_of, receipt_of
from consent_registry.domain.records import Channel, EventRecord
from consent_registry.domain.register import Dataset
from consent_registry.domain.terms import Alternative, Modifier
from consent_registry.domain.turtle import turtle
from consent_registry.domain.windows import Window
from shared.canonical import JSON
from shared.ids import DatasetId, EventId, Ordinal, Revision
from tests.fakes.consent_factories import NOON
from tests.fakes.shapes import faults, graph, shapes

ISSUER = "https://consent.example"
TERMS = (
    Alternative(
        permission=Duo.HMB,
        modifiers=(Modifier(code=Duo.GS, values=("FI", "SE")),),
        activities=("af_aggregate", "project:heart-1"),
        data=Window(first=date(2020, 1, 31)),
        data_categories=("genome", "images"),
    ),
    Alternative(permission=Duo.DS, diseases=("MONDO:0004992",)),
)
DATASET = Dataset(
    dataset=DatasetId("GDI-ZZ-DATASET-1"),
    title="Genomes",
    controller="A hospital",
    country="ZZ",
    legal_regime="consent_gdpr",
    created_at=NOON,
    revision=Revision(3),
    members=1,
    table_version=1,
    recorded_at=NOON,
)
# law.md sections 4.1 and 4.4: what the lists call mandatory, in the names of the graph.
LISTED = {
    "dataset": {
        *("dct:accessRights", "dcatap:applicableLegislation", "dct:creator", "dct:publisher"),
        *("dct:description", "dcat:distribution", "healthdcatap:hdab", "dct:identifier"),
        *("healthdcatap:healthCategory", "dcat:theme", "dct:title"),
    },
    "receipt": {
        *("dct:conformsTo", "dct:identifier", "dpv:hasIdentifier", "dpv:hasDataSubject"),
        *("dpv:hasNotice", "dct:language", "dpv:hasPurpose", "dpv:hasLegalBasis"),
        *("dpv:hasPersonalData", "dpv:hasNecessity", "dpv:hasDataController"),
        *("dpv:hasStorageCondition", "dpv:hasLocation", "dpv:hasDataSource"),
        *("dpv:hasProcessing", "dpv:hasJurisdiction", "dpv:hasRecipient"),
        *("dpv:hasConsentControl", "dpv:hasRight", "dpv:hasAuthority", "dpv:hasName"),
        *("dpv:hasAddress", "dpv:hasContact", "dpv:isIndicatedAtTime", "dpv:hasDuration"),
        *("dpv:isIndicatedBy", "dpv:hasConsentStatus", "dct:created", "dpv:hasRecordOfActivity"),
    },
    "act": {"dct:identifier", "dct:created", "dpv:hasDataSubject", "dpv:hasRight"},
}


def described(published: Published | None) -> Mapping[str, JSON]:
    access = AccessBody(name="", url="https://permits.example/")
    return describe(DATASET, published, access, ISSUER)


def receipted(kind: Kind = Kind.GIVEN, **changes: Any) -> Mapping[str, JSON]:
    record = EventRecord(
        event_id=EventId("01939a5c-0000-7000-8000-000000000001"),
        pid="01939a5c-0000-7000-8000-00000000abcd",
        dataset=DATASET.dataset,
        ordinal=Ordinal(7),
        kind=kind,
        expressed_at=NOON,
        effective_from=NOON,
        effective_to=NOON.replace(year=2060),
        recorded_at=NOON,
        revision=Revision(3),
        channel=Channel.PAGE,
        personal=b"",
    )
    terms = TERMS if kind.grants else None
    about = Receipted(issuer=ISSUER, place=place_of(DATASET), record=record, terms=terms)
    return receipt_of(replace(about, **changes))


PUBLISHED = Published(people=1_230, terms=TERMS, at=NOON)
OPTED_OUT = Act(
    act_id="01939a5c-0000-7000-8000-000000000002",
    pid="01939a5c-0000-7000-8000-00000000abcd",
    right=EHDS_71,
    label="opted out of secondary use",
    recorded_at=NOON,
)
WHOLE = {
    "dataset": described(PUBLISHED),
    "receipt": receipted(),
    "act": receipt_of_act(OPTED_OUT, ISSUER),
}


def mandatory(name: str) -> set[tuple[Node, Node]]:
    """Give every class with each property that the shapes want of it."""
    found = shapes(name)
    return {
        (kind, path)
        for shape, kind in found.subject_objects(SH.targetClass)
        for wanted in found.objects(shape, SH.property)
        if found.value(wanted, SH.minCount) is not None
        for path in found.objects(wanted, SH.path)
    }


@pytest.mark.parametrize("published", [PUBLISHED, None])
def test_a_description_is_as_the_shapes_want_in_both_notations(published: Published | None) -> None:
    data = graph(described(published))
    assert faults(data, "dataset") == set()
    assert isomorphic(data, Graph().parse(data=turtle(described(published)), format="turtle"))


@pytest.mark.parametrize("kind", Kind)
def test_a_receipt_of_each_kind_is_as_the_shapes_want(kind: Kind) -> None:
    assert faults(graph(receipted(kind)), "receipt") == set()
    other = replace(DATASET, legal_regime="ehds_ch4", consent_role="none")
    assert faults(graph(receipted(kind, place=place_of(other), terms=None)), "receipt") == set()


@pytest.mark.parametrize("name", WHOLE)
def test_the_shapes_want_all_that_is_listed(name: str) -> None:
    manager = graph(WHOLE[name]).namespace_manager
    assert {manager.qname(str(path)) for _, path in mandatory(name)} >= LISTED[name]


@pytest.mark.parametrize("name", WHOLE)
def test_each_mandatory_property_that_is_missing_is_found(name: str) -> None:
    whole = graph(WHOLE[name])
    for kind, path in mandatory(name):
        nodes = [one for one in whole.subjects(RDF.type, kind) if (one, path, None) in whole]
        assert nodes, (kind, path)
        less = graph(WHOLE[name])
        (node, *_) = sorted(less.subjects(RDF.type, kind), key=str)
        less.remove((node, path, None))
        assert path in faults(less, name), (kind, path)


@pytest.mark.parametrize(
    ("name", "path", "wrong"),
    [
        ("dataset", "dct:accessRights", "OPEN"),
        ("dataset", "healthdcatap:numberOfUniqueIndividuals", "about 1,000"),
        ("dataset", "dct:publisher", BNode("nobody")),
        ("receipt", "dpv:hasConsentStatus", "dpv:ConsentGiven"),  # a text and no name of DPV
        ("receipt", "dpv:hasConsentStatus", URIRef("https://w3id.org/dpv#ConsentOptedOut")),
        ("receipt", "dpv:hasLegalBasis", "eu-gdpr:A9-2-a"),
        ("receipt", "dpv:isIndicatedAtTime", "yesterday"),
        ("receipt", "dpv:hasProcessing", "edic_secondary_use"),
        ("receipt", "dpv:hasStartTime", "2026-06-01"),
        ("receipt", "dcat:startDate", "2020"),
        ("dataset", "dcat:startDate", "2020"),
        ("act", "dpv:hasRight", URIRef("https://w3id.org/dpv/legal/eu/gdpr#A7-3")),
        ("act", "dpv:isIndicatedAtTime", "yesterday"),
    ],
)
def test_a_value_of_another_kind_is_found(name: str, path: str, wrong: str | Node) -> None:
    data = graph(WHOLE[name])
    property_ = data.namespace_manager.expand_curie(path)
    (node, *_) = list(data.subjects(property_))
    data.set((node, property_, Literal(wrong) if isinstance(wrong, str) else wrong))
    assert faults(data, name)
