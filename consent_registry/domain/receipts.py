# SPDX-License-Identifier: Apache-2.0
"""Consent records and receipts after ISO/IEC TS 27560:2023, in DPV's words as JSON-LD.

One receipt for each consent event, for a dataset or for a study. The full one is for the person;
the compact one is small enough for a QR code and says nothing about anybody: which registry, which
event, when, and the digest of the full one. Whatever DPV allows several of is a list, because two
members of one name are lost by readers. An opt-out is another legal act, with a receipt of its own
(`domain.act_receipts`).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from consent_registry.domain.data_categories import ANY, Categories
from consent_registry.domain.dpv_terms import PROCESSING, written_alternative, written_purpose
from consent_registry.domain.history import Kind
from consent_registry.domain.person_events import PersonRecord
from consent_registry.domain.records import EventRecord
from consent_registry.domain.regimes import ConsentRole
from consent_registry.domain.register import Dataset
from consent_registry.domain.studies import Study, scope_of
from consent_registry.domain.study_choices import event_of
from consent_registry.domain.supervision import Authority
from consent_registry.domain.terms import Terms
from shared.canonical import JSON
from shared.clock import to_rfc3339
from shared.ids import DatasetId, EventId

RECEIPT_TYP: Final = "placet-consent-receipt+jws"
COMPACT_TYP: Final = "placet-receipt+jws"
PROFILE: Final = "dpv-27560:receipt-eu-gdpr"
RECORD_PROFILE: Final = "dpv-27560:record-eu-gdpr"
VERSION: Final = 1
UNKNOWN_LANGUAGE: Final = "und"
"""What BCP 47 has for a language that nobody recorded."""

_SUBJECT: Final = b"placet/receipt-subject/v1\n"
# Without these, readers of the graph would see names of DPV and instants as any other text.
_NAMES: Final = (
    *("dct:conformsTo", "dct:creator", "skos:broader", "dpv:hasConsentStatus"),
    *("dpv:hasDataController", "dpv:hasDataSource", "dpv:hasDuration", "dpv:hasLegalBasis"),
    *("dpv:hasNecessity", "dpv:hasProcessing", "dpv:hasRight", "dpv:isIndicatedBy"),
)
_INSTANTS: Final = (
    *("dct:created", "dpv:isIndicatedAtTime", "dpv:hasStartTime", "dpv:hasEndTime"),
)
_DAYS: Final = ("dcat:startDate", "dcat:endDate")
_CONTEXT: Final[Mapping[str, JSON]] = MappingProxyType(
    {
        **{name: {"@id": name, "@type": "@id"} for name in _NAMES},
        **{name: {"@id": name, "@type": "xsd:dateTime"} for name in _INSTANTS},
        **{name: {"@id": name, "@type": "xsd:date"} for name in _DAYS},
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "dpv-27560": "https://w3id.org/dpv/schema/dpv-27560#",
        "duo": "http://purl.obolibrary.org/obo/DUO_",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "pd": "https://w3id.org/dpv/pd#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
_STATUS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.GIVEN: "dpv:ConsentGiven",
        Kind.CHANGED: "dpv:ConsentGiven",
        Kind.CORRECTED: "dpv:ConsentGiven",
        Kind.REFUSED: "dpv:ConsentRefused",
        Kind.WITHDRAWN: "dpv:ConsentWithdrawn",
        Kind.INVALIDATED: "dpv:ConsentInvalidated",
        Kind.RECONSENT_REQUESTED: "dpv:ConsentRequested",
        Kind.AUTHORITY_LAPSED: "dpv:ConsentTerminated",
    }
)
_RIGHTS: Final = ("A7-3", "A13", "A15", "A16", "A17", "A18", "A20", "A77")
_GUARDIAN: Final = "dpv:GuardianOfDataSubject"
_Object = dict[str, JSON]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyWord:
    """A choice for a study, as a receipt tells it."""

    event_id: EventId
    pid: str
    dataset: DatasetId
    kind: Kind
    expressed_at: datetime
    effective_from: datetime
    effective_to: datetime | None
    recorded_at: datetime
    form_version: str


def word_of(record: PersonRecord) -> StudyWord:
    """Give a choice for a study as a receipt tells it."""
    event = event_of(record)
    return StudyWord(
        event_id=event.event_id,
        pid=record.pid,
        dataset=DatasetId(scope_of(record.study)),
        kind=event.kind,
        expressed_at=event.expressed_at,
        effective_from=event.effective_from,
        effective_to=event.effective_to,
        recorded_at=event.recorded_at,
        form_version=record.body.get("form_version", ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a choice is about: a dataset, or a study with the datasets that were told of.

    `path` is where it stands at the registry, `withdraw` where the person ends it; `data` has the
    name and the title of each dataset.
    """

    path: str
    withdraw: str
    controller: str
    countries: tuple[str, ...]
    bases: tuple[str, ...]
    data: tuple[tuple[str, str], ...]

    @property
    def address(self) -> JSON:
        """The country, or the list of several."""
        return self.countries[0] if len(self.countries) == 1 else list(self.countries)


def place_of(dataset: Dataset) -> Place:
    """Give a dataset as what a choice is about."""
    return Place(
        path=f"datasets/{dataset.dataset}",
        withdraw=f"withdraw/{dataset.dataset}",
        controller=dataset.controller,
        countries=(dataset.country,),
        bases=(legal_basis_of(dataset),),
        data=((dataset.dataset, dataset.title),),
    )


def place_of_study(
    name: str, study: Study | None, datasets: Sequence[Dataset], country: str
) -> Place:
    """Give a study as what a choice is about; `country` is the registry's, for one of no data."""
    title = study.title if study else name
    return Place(
        path=f"studies/{name}",
        withdraw=f"withdraw/study/{name}",
        controller=study.controller if study else name,
        countries=tuple(sorted({one.country for one in datasets})) or (country,),
        bases=tuple(sorted({legal_basis_of(one) for one in datasets})) or ("eu-gdpr:A9-2-a",),
        data=tuple((one.dataset, one.title) for one in datasets) or ((scope_of(name), title),),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipted:
    """What a receipt is about: one event, its place, and what the event allows, if readable.

    `by_guardian` says that somebody decided in her place, as it stands on record with the event.
    `language` is that in which the form was answered (BCP 47); of a paper nobody knows it.
    `authority` is where people complain in the country of the place, None where no policy says.
    """

    issuer: str
    place: Place
    record: EventRecord | StudyWord
    terms: Terms | None
    by_guardian: bool = False
    language: str = UNKNOWN_LANGUAGE
    authority: Authority | None = None


def receipt_of(about: Receipted) -> Mapping[str, JSON]:
    """Write the whole receipt: the same bytes whenever it is asked for again."""
    event_id = about.record.event_id
    return {
        "@context": dict(_CONTEXT),
        "@id": f"{about.issuer}/receipts/{event_id}",
        "@type": ["dpv:ConsentReceipt"],
        "dct:conformsTo": PROFILE,
        "dct:identifier": str(event_id),
        "dct:created": to_rfc3339(about.record.recorded_at),
        "dpv:hasRecordOfActivity": [_record(about)],
    }


def compact_of(about: Receipted, receipt: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Write what the QR code carries: names of claims as in RFC 7519, and no word about anybody."""
    return compact(about.issuer, about.record.event_id, about.record.recorded_at, receipt)


def compact(
    issuer: str, event_id: str, recorded_at: datetime, receipt: Mapping[str, JSON]
) -> Mapping[str, JSON]:
    """Write it of a receipt of any kind."""
    return {
        "v": VERSION,
        "iss": issuer,
        "jti": str(event_id),
        "iat": int(recorded_at.timestamp()),
        "sha256": digest_of(receipt),
    }


def digest_of(receipt: Mapping[str, JSON]) -> str:
    """Give SHA-256 of a receipt's sorted JSON, which is what the signature of it covers."""
    text = json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def event_named(payload: Mapping[str, object], issuer: str) -> EventId | None:
    """Say which event a verified payload of either kind is about; None when it is not ours."""
    if payload.get("iss") == issuer and payload.get("v") == VERSION:
        named = payload.get("jti")
    elif str(payload.get("@id", "")).startswith(f"{issuer}/receipts/"):
        named = payload.get("dct:identifier")
    else:
        return None
    return EventId(named) if isinstance(named, str) else None


def subject_of(record: EventRecord | StudyWord) -> str:
    """Give the data subject's identifier: another one in each dataset, and no pseudonym of hers.

    The participant's own id, which is random and leaves the registry nowhere, hides behind it.
    """
    hidden = hashlib.sha256(_SUBJECT + f"{record.dataset}\n{record.pid}".encode())
    return f"urn:placet:subject:{hidden.hexdigest()[:32]}"


def _record(about: Receipted) -> _Object:
    record, place = about.record, about.place
    controller = f"{about.issuer}/{place.path}#controller"
    return {
        "@type": ["dpv:ConsentRecord"],
        "dct:conformsTo": RECORD_PROFILE,
        "dct:identifier": str(record.event_id),
        "dpv:hasIdentifier": str(record.event_id),
        "dct:created": to_rfc3339(record.recorded_at),
        "dct:creator": controller,
        "dct:language": "en",
        "dpv:hasDataSubject": {
            "@type": ["dpv:DataSubject"],
            "dpv:hasIdentifier": subject_of(record),
        },
        "dpv:hasJurisdiction": list(place.countries),
        "dpv:hasEntity": [
            {
                "@id": controller,
                "@type": ["dpv:DataController"],
                "dpv:hasIdentifier": controller,
                "dpv:hasName": place.controller,
                "dpv:hasAddress": place.address,
                "dpv:hasContact": about.issuer,
            }
        ],
        "dpv:hasAuthority": [_authority(about)],
        "dpv:hasRight": [f"eu-gdpr:{right}" for right in _RIGHTS],
        "dpv:hasConsentControl": [
            {
                "@type": ["dpv:WithdrawConsent"],
                "@id": f"{about.issuer}/{place.withdraw}",
            }
        ],
        "dpv:hasNotice": [_notice(record.form_version, about.language)],
        "dpv:hasProcess": _processes(about, controller),
    }


def _authority(about: Receipted) -> _Object:
    found: _Object = {
        "@type": ["dpv:DataProtectionAuthority"],
        "dpv:hasJurisdiction": list(about.place.countries),
    }
    if about.authority is None:
        return found
    return {
        **found,
        "dpv:hasName": about.authority.name,
        "dpv:hasContact": about.authority.url,
    }


def _notice(form_version: str, language: str) -> _Object:
    """Name the version of the form; an event without one says so instead of naming another."""
    return {
        "@type": ["dpv:ConsentNotice"],
        "dct:identifier": form_version or "urn:placet:form:not-recorded",
        "dct:language": language,
    }


def _processes(about: Receipted, controller: str) -> list[JSON]:
    """Give one process for each alternative, because any one of them is enough; a no has one."""
    readable = about.record.kind.grants and about.terms is not None
    status = "dpv:ConsentUnknown" if about.record.kind.grants and not readable else None
    shown = status or _STATUS[about.record.kind]
    if not readable or not about.terms:
        purpose = written_purpose("research with these data", [])
        return [{**_process(about, controller, shown), "dpv:hasPurpose": [purpose]}]
    return [
        {**_process(about, controller, shown, one.data_categories), **written_alternative(one)}
        for one in about.terms
    ]


def _process(
    about: Receipted, controller: str, status: str, categories: Categories = ANY
) -> _Object:
    record, place = about.record, about.place
    kinds: dict[str, JSON] = {"rdf:value": [*categories]} if categories else {}
    return {
        "@type": ["dpv:Process"],
        "dpv:hasLegalBasis": list(place.bases),
        "dpv:hasPersonalData": [
            {
                "@type": ["dpv:SpecialCategoryPersonalData"],
                "skos:broader": ["pd:Genetic"],
                "skos:prefLabel": f"data of {title}",
                "dct:identifier": name,
                "dpv:hasNecessity": "dpv:Optional",
                **kinds,
            }
            for name, title in place.data
        ],
        "dpv:hasDataController": [controller],
        "dpv:hasDataSource": ["dpv:DataSubject"],
        "dpv:hasProcessing": list(PROCESSING),
        "dpv:hasStorageCondition": [
            {
                "@type": ["dpv:StorageCondition"],
                "dpv:hasLocation": list(place.countries),
                "dpv:hasDuration": "dpv:UntilEventDuration",
            }
        ],
        "dpv:hasLocation": list(place.countries),
        "dpv:hasRecipient": [
            {"@type": ["dpv:ThirdParty"], "skos:prefLabel": "holders of a data permit"}
        ],
        "dpv:hasConsentStatus": [status],
        "dpv:isIndicatedBy": [_GUARDIAN if about.by_guardian else "dpv:DataSubject"],
        "dpv:isIndicatedAtTime": to_rfc3339(record.expressed_at),
        "dct:valid": _span(record.effective_from, record.effective_to),
    }


def _span(start: datetime, end: datetime | None) -> _Object:
    found: _Object = {"dpv:hasStartTime": to_rfc3339(start)}
    return {**found, "dpv:hasEndTime": to_rfc3339(end)} if end is not None else found


def legal_basis_of(dataset: Dataset) -> str:
    """Name consent only where it is the legal basis; elsewhere the law that is (law.md 1.2)."""
    if dataset.consent_role == ConsentRole.LEGAL_BASIS.value:
        return "eu-gdpr:A9-2-a"
    return f"urn:placet:legal-regime:{dataset.legal_regime}"
