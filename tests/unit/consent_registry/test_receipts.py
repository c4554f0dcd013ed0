# SPDX-License-Identifier: Apache-2.0
"""Receipts after ISO/IEC TS 27560: each field that the profile wants, and nothing of a person."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from consent_registry.domain.duo import Duo
from consent_registry.domain.history import Kind
from consent_registry.domain.receipts import (
    Receipted,
    compact_of,
    digest_of,
    event_named,
    place_of,
    receipt_of,
    subject_of,
)
from consent_registry.domain.records import Channel, EventRecord
from consent_registry.domain.register import Dataset
from consent_registry.domain.supervision import Authority
from consent_registry.domain.terms import Alternative, Modifier
from shared.ids import DatasetId, EventId, Ordinal, Revision

ISSUER = "https://consent.example"
EVENT = EventId("01939a5c-0000-7000-8000-000000000001")
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
TERMS = (
    Alternative(permission=Duo.HMB, modifiers=(Modifier(code=Duo.GS, values=("FI",)),)),
    Alternative(permission=Duo.DS, diseases=("MONDO:0004992",)),
)
# law.md section 4.1: what the record, and what each process in it, must say under the GDPR profile.
RECORD_FIELDS = {
    *("dct:conformsTo", "dct:identifier", "dpv:hasIdentifier", "dpv:hasDataSubject"),
    *("dpv:hasNotice", "dct:language", "dpv:hasJurisdiction", "dpv:hasConsentControl"),
    *("dpv:hasRight", "dpv:hasAuthority", "dpv:hasEntity", "dct:created", "dct:creator"),
    "dpv:hasProcess",
}
PROCESS_FIELDS = {
    *("dpv:hasPurpose", "dpv:hasLegalBasis", "dpv:hasPersonalData", "dpv:hasDataController"),
    *("dpv:hasStorageCondition", "dpv:hasLocation", "dpv:hasDataSource", "dpv:hasProcessing"),
    *("dpv:hasRecipient", "dpv:hasConsentStatus", "dpv:isIndicatedAtTime", "dpv:isIndicatedBy"),
    "dct:valid",
}
PARTY_FIELDS = {
    *("@type", "dpv:hasIdentifier", "dpv:hasName", "dpv:hasAddress", "dpv:hasContact"),
}
TIMES = {"dct:created", "dpv:isIndicatedAtTime", "dpv:hasStartTime", "dpv:hasEndTime"}


DATASET = Dataset(
    dataset=DatasetId("GDI-ZZ-DATASET-1"),
    title="Genomes",
    controller="A hospital",
    country="ZZ",
    legal_regime="consent_gdpr",
    created_at=AT,
    revision=Revision(3),
    members=1,
    table_version=1,
    recorded_at=AT,
)


def about(kind: Kind = Kind.GIVEN, **changes: Any) -> Receipted:
    record = EventRecord(
        event_id=EVENT,
        pid="01939a5c-0000-7000-8000-00000000abcd",
        dataset=DATASET.dataset,
        ordinal=Ordinal(7),
        kind=kind,
        expressed_at=AT,
        effective_from=AT,
        effective_to=AT.replace(year=2030),
        recorded_at=AT,
        revision=Revision(3),
        channel=Channel.PAGE,
        personal=b"",
        form_version="broad-2",
    )
    terms = TERMS if kind.grants else None
    return replace(
        Receipted(issuer=ISSUER, place=place_of(DATASET), record=record, terms=terms), **changes
    )


def record_of(found: Receipted) -> dict[str, Any]:
    receipt: dict[str, Any] = json.loads(json.dumps(receipt_of(found)))
    (record,) = receipt["dpv:hasRecordOfActivity"]
    assert isinstance(record, dict)
    return record


def members(value: Any) -> Iterator[tuple[str, Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in inside:
        if isinstance(name, str):
            yield name, one
        if isinstance(one, dict | list):
            yield from members(one)


@pytest.mark.parametrize("kind", Kind)
def test_every_field_of_the_profile_is_there(kind: Kind) -> None:
    receipt = receipt_of(about(kind))
    assert receipt["dct:conformsTo"] == "dpv-27560:receipt-eu-gdpr"
    assert {"dct:identifier", "dct:created"} <= receipt.keys()
    record = record_of(about(kind))
    assert record["dct:conformsTo"] == "dpv-27560:record-eu-gdpr"
    assert record.keys() >= RECORD_FIELDS
    assert all(process.keys() >= PROCESS_FIELDS for process in record["dpv:hasProcess"])
    assert all(party.keys() >= PARTY_FIELDS for party in record["dpv:hasEntity"])
    for name, value in members(record):
        assert value not in ("", None), name
        if name in TIMES:
            assert value.endswith("Z")


def test_each_alternative_is_a_process_of_its_own_with_its_own_limits() -> None:
    first, second = record_of(about())["dpv:hasProcess"]
    assert first["dpv:hasPurpose"][0]["dct:identifier"] == [
        "DUO:0000006",
        "urn:placet:ehds:purpose:53-1-e",
    ]
    (rule,) = first["dpv:hasRule"]
    assert (rule["dct:identifier"], rule["rdf:value"]) == ("DUO:0000022", ["FI"])
    assert second["dpv:hasPurpose"][0]["rdf:value"] == ["MONDO:0004992"]
    assert second["dpv:hasRule"] == []
    for process in (first, second):
        assert process["dpv:hasConsentStatus"] == ["dpv:ConsentGiven"]
        assert process["dct:valid"]["dpv:hasEndTime"].startswith("2030-06-01")


def test_an_activity_that_ends_says_on_which_day() -> None:
    (grant, *_) = TERMS
    ends = replace(grant, activities=("af_aggregate=2028-02-29", "edic_secondary_use"))
    (process,) = record_of(about(terms=(ends,)))["dpv:hasProcess"]
    ending, lasting = process["dpv:hasProcessing"][-2:]
    assert ending["@id"] == "urn:placet:activity:af_aggregate"
    assert ending["dpv:hasDuration"] == [
        {"@type": ["dpv:UntilTimeDuration"], "rdf:value": "2028-02-29"}
    ]
    assert lasting == "urn:placet:activity:edic_secondary_use"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.CHANGED, "dpv:ConsentGiven"),
        (Kind.REFUSED, "dpv:ConsentRefused"),
        (Kind.WITHDRAWN, "dpv:ConsentWithdrawn"),
        (Kind.INVALIDATED, "dpv:ConsentInvalidated"),
        (Kind.RECONSENT_REQUESTED, "dpv:ConsentRequested"),
        (Kind.AUTHORITY_LAPSED, "dpv:ConsentTerminated"),
    ],
)
def test_each_kind_of_event_has_its_state(kind: Kind, status: str) -> None:
    processes = record_of(about(kind))["dpv:hasProcess"]
    assert {tuple(process["dpv:hasConsentStatus"]) for process in processes} == {(status,)}


def test_what_cannot_be_read_is_not_said_to_be_given() -> None:
    (process,) = record_of(about(terms=None))["dpv:hasProcess"]
    assert process["dpv:hasConsentStatus"] == ["dpv:ConsentUnknown"]


def test_consent_is_the_legal_basis_only_where_it_is() -> None:
    (basis,) = record_of(about())["dpv:hasProcess"][0]["dpv:hasLegalBasis"]
    assert basis == "eu-gdpr:A9-2-a"
    other = replace(DATASET, legal_regime="ehds_ch4", consent_role="none")
    (basis,) = record_of(about(place=place_of(other)))["dpv:hasProcess"][0]["dpv:hasLegalBasis"]
    assert basis == "urn:placet:legal-regime:ehds_ch4"


def test_the_subject_has_another_name_in_each_dataset_and_never_her_own() -> None:
    here = about().record
    assert isinstance(here, EventRecord)
    there = here._replace(dataset=DatasetId("GDI-ZZ-DATASET-2"))
    other = here._replace(pid="01939a5c-0000-7000-8000-00000000abce")
    assert len({subject_of(here), subject_of(there), subject_of(other)}) == 3
    assert here.pid not in json.dumps(receipt_of(about()))


def test_the_compact_one_says_which_event_and_nothing_of_what_or_whom() -> None:
    found = about(Kind.WITHDRAWN)
    compact = compact_of(found, receipt_of(found))
    assert compact == {
        "v": 1,
        "iss": ISSUER,
        "jti": EVENT,
        "iat": int(AT.timestamp()),
        "sha256": digest_of(receipt_of(found)),
    }
    assert digest_of(receipt_of(found)) != digest_of(receipt_of(about()))


def test_an_event_is_named_only_by_a_payload_of_this_registry() -> None:
    found = about()
    compact = dict(compact_of(found, receipt_of(found)))
    assert event_named(compact, ISSUER) == EVENT
    assert event_named(receipt_of(found), ISSUER) == EVENT
    for payload in (
        {**compact, "iss": "https://other.example"},
        {**compact, "v": 2},
        {**compact, "jti": 7},
        {**receipt_of(found), "@id": "https://other.example/receipts/x"},
        {},
    ):
        assert event_named(payload, ISSUER) is None


def test_the_notice_is_in_the_language_it_was_read_in_and_of_a_paper_nobody_knows_it() -> None:
    (notice,) = record_of(about(language="fi"))["dpv:hasNotice"]
    assert (notice["dct:identifier"], notice["dct:language"]) == ("broad-2", "fi")
    (unknown,) = record_of(about())["dpv:hasNotice"]
    assert unknown["dct:language"] == "und"


def test_where_she_complains_is_named_where_the_policy_names_it() -> None:
    (bare,) = record_of(about())["dpv:hasAuthority"]
    assert bare == {"@type": ["dpv:DataProtectionAuthority"], "dpv:hasJurisdiction": ["ZZ"]}
    office = Authority(name="An office", url="https://dpa.example")
    (named,) = record_of(about(authority=office))["dpv:hasAuthority"]
    assert named == {**bare, "dpv:hasName": "An office", "dpv:hasContact": "https://dpa.example"}
