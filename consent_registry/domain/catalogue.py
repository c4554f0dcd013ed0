# SPDX-License-Identifier: Apache-2.0
"""What a public catalogue says of a dataset: HealthDCAT-AP with the properties of the GDI profile.

Says what this registry knows: legal basis, the codes that as good as all consents have in common,
and a number of people that is the stand-in's, rounded (ADR 0011). Both move on together, when many
people stand differently (`published`). What consents do not tell (variables, quality) belongs to
the holder's own catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from consent_registry.domain.duo import TERMS
from consent_registry.domain.national import label_of
from consent_registry.domain.published import Published
from consent_registry.domain.receipts import legal_basis_of
from consent_registry.domain.regimes import Regime
from consent_registry.domain.register import Dataset
from consent_registry.domain.studies import Study
from consent_registry.domain.terms import Alternative
from shared.canonical import JSON

PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cv": "http://data.europa.eu/m8g/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcatap": "http://data.europa.eu/r5r/",
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "healthdcatap": "http://healthdataportal.eu/ns/health#",
        "pd": "https://w3id.org/dpv/pd#",
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
_EHDS: Final = "http://data.europa.eu/eli/reg/2025/327/oj"
_GDPR: Final = "http://data.europa.eu/eli/reg/2016/679/oj"
_AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
_CATEGORY: Final = (
    "https://hdeu-dcat.data.health.europa.eu/resource/authority/healthcategories/HGPD"
)
_DESCRIPTION: Final = (
    "Human genomes kept by {controller}. Each participant decides what they may be used for; "
    "access is by data permit only."
)
_Object = dict[str, JSON]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessBody:
    """Who decides on access here, and where to apply. It may change, and its name may be empty.

    Until there is a health data access body, catalogues name the dataset's controller in its place.
    """

    name: str
    url: str


def describe(
    dataset: Dataset,
    published: Published | None,
    access: AccessBody,
    issuer: str,
    study: Study | None = None,
) -> Mapping[str, JSON]:
    """Write the description as JSON-LD; before anything was published, without people and codes."""
    found: _Object = {
        "@context": dict(PREFIXES),
        "@id": f"{issuer}/v1/catalogue/{dataset.dataset}",
        "@type": ["dcat:Dataset"],
        "dct:identifier": [dataset.dataset],
        "dct:title": [_english(dataset.title)],
        "dct:description": [_english(_DESCRIPTION.format(controller=dataset.controller))],
        "dct:accessRights": [_iri(f"{_AUTHORITY}access-right/NON_PUBLIC")],
        "dcatap:applicableLegislation": [_iri(law) for law in _laws(dataset)],
        "dct:creator": [_agent(dataset.controller)],
        "dct:publisher": [_agent(dataset.controller)],
        "dcat:contactPoint": [
            {
                "@type": ["vcard:Organization"],
                "vcard:fn": [dataset.controller],
                "vcard:hasURL": [_iri(access.url)],
            }
        ],
        "dcat:theme": [_iri(f"{_AUTHORITY}data-theme/HEAL")],
        "dcat:keyword": [_english("genome")],
        "dcat:distribution": [
            {
                "@type": ["dcat:Distribution"],
                "dct:title": [_english("Application for a data permit")],
                "dcat:accessURL": [_iri(access.url)],
                "dcatap:applicableLegislation": [_iri(law) for law in _laws(dataset)],
            }
        ],
        "healthdcatap:hdab": [_body(access, dataset)],
        "healthdcatap:healthCategory": [_iri(_CATEGORY)],
        "dpv:hasLegalBasis": [_iri(legal_basis_of(dataset))],
        "dpv:hasPersonalData": [
            _iri("pd:Genetic"),
            *(_kind(name) for name in dataset.data_categories),
        ],
    }
    came_from = {"prov:wasGeneratedBy": [_activity(study)]} if study is not None else {}
    return {**found, **came_from, **(_told(published) if published is not None else {})}


def _activity(study: Study) -> _Object:
    """Write a study as the activity that a dataset came from (DCAT 3, PROV-O)."""
    return {
        "@type": ["prov:Activity"],
        "dct:identifier": [study.study],
        "dct:title": [_english(study.title)],
        "dct:description": [_english(study.purpose)],
        "prov:startedAtTime": [_typed(f"{study.starts_on.isoformat()}T00:00:00Z", "xsd:dateTime")],
        "prov:wasAssociatedWith": [_agent(study.controller)],
    }


def _told(published: Published) -> _Object:
    found: _Object = {"dct:modified": [_typed(published.at.date().isoformat(), "xsd:date")]}
    if published.people is not None:
        found["healthdcatap:numberOfUniqueIndividuals"] = [
            _typed(str(published.people), "xsd:nonNegativeInteger")
        ]
    if published.terms:
        found["dpv:hasProcess"] = [_alternative(one) for one in published.terms]
    return found


def _laws(dataset: Dataset) -> tuple[str, ...]:
    """Name Regulation 2025/327 only where its chapter IV governs (architecture.md section 7)."""
    return (_EHDS, _GDPR) if dataset.legal_regime == Regime.EHDS_CH4.value else (_GDPR,)


def _body(access: AccessBody, dataset: Dataset) -> _Object:
    return {
        "@type": ["foaf:Agent"],
        "foaf:name": [access.name or dataset.controller],
        "cv:contactPoint": [
            {"@type": ["cv:ContactPoint"], "cv:contactPage": [_iri(access.url)]},
        ],
    }


def _alternative(alternative: Alternative) -> _Object:
    """Write one alternative of the codes in common: any one of them is enough."""
    purpose = _coded(alternative.permission.value, TERMS[alternative.permission].label)
    if alternative.diseases:
        purpose["rdf:value"] = list(alternative.diseases)
    rules: list[JSON] = []
    for modifier in alternative.modifiers:
        rule = _coded(modifier.code.value, label_of(modifier.code))
        if modifier.values:
            rule["rdf:value"] = list(modifier.values)
        rules.append({**rule, "@type": ["dpv:Rule"]})
    found: _Object = {
        "@type": ["dpv:Process"],
        "dpv:hasPurpose": [{**purpose, "@type": ["dpv:Purpose"]}],
    }
    if alternative.data is not None:
        first, last = alternative.data.written()
        ends = {"dcat:startDate": first, "dcat:endDate": last}
        days = {name: [_typed(day, "xsd:date")] for name, day in ends.items() if day}
        found["dct:temporal"] = [{"@type": ["dct:PeriodOfTime"], **days}]
    if alternative.data_categories:
        found["dpv:hasPersonalData"] = [_kind(name) for name in alternative.data_categories]
    return {**found, "dpv:hasRule": rules} if rules else found


def _kind(name: str) -> _Object:
    return {"@type": ["dpv:PersonalData"], "dct:identifier": [name]}


def _coded(code: str, label: str) -> _Object:
    return {"dct:identifier": [code], "skos:prefLabel": [_english(label)]}


def _agent(name: str) -> _Object:
    return {"@type": ["foaf:Agent"], "foaf:name": [name]}


def _iri(iri: str) -> _Object:
    return {"@id": iri}


def _english(text: str) -> _Object:
    return {"@value": text, "@language": "en"}


def _typed(text: str, kind: str) -> _Object:
    return {"@value": text, "@type": kind}
