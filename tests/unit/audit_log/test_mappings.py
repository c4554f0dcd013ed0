# SPDX-License-Identifier: Apache-2.0
"""Entries as FHIR, OCSF and ECS: every type, opened and sealed, and no profile claimed in vain."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import pytest
from fhir.resources.auditevent import AuditEvent as AuditEventR5
from fhir.resources.R4B.auditevent import AuditEvent as AuditEventR4

from audit_log.domain.mappings import MAPPINGS, MappingInvalid, Record, record_of
from audit_log.domain.mappings.ecs import CATEGORIES, TYPES
from audit_log.domain.mappings.kinds import ACTIVITIES, SHORT_NAMES, short_name
from shared.canonical import JSON
from shared.entries import parse_entry
from shared.events import ENTRY_TYPES, Actor, Fact, Subject, open_sealed
from tests.fakes.log_factories import DATASET, Speaker, fact

ORIGIN = "log.example/zz"
BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
ONE = (Subject(dataset=DATASET, ordinal=7),)
THREE = tuple(Subject(dataset=DATASET, ordinal=number) for number in range(3))
PERMIT: Mapping[str, JSON] = {"jti": "visa-1", "permit_id": "permit-1"}
NET: Mapping[str, JSON] = {"ip": "192.0.2.7"}


def record(said: Fact, *, opened: bool = True, index: int = 5) -> Record:
    sealed = Speaker().say(said)
    parts = open_sealed(sealed.sealed) if opened else ()
    return record_of(ORIGIN, index, parse_entry(sealed.entry), parts)


def decided(**changes: Any) -> Fact:
    """A decision with everything that a profile may ask for."""
    made = dataclasses.replace(fact(subjects=ONE, permit=PERMIT), net=NET)
    return dataclasses.replace(made, **changes)


def mapped(to: str, said: Fact, *, opened: bool = True) -> dict[str, Any]:
    return MAPPINGS[to](record(said, opened=opened))


def test_every_entry_type_has_its_place_in_the_table() -> None:
    assert {short_name(one) for one in ENTRY_TYPES} == SHORT_NAMES


@pytest.mark.parametrize("opened", [True, False], ids=["opened", "sealed"])
@pytest.mark.parametrize("entry_type", sorted(ENTRY_TYPES))
def test_every_type_is_a_valid_object_in_every_format(entry_type: str, opened: bool) -> None:
    for subjects in ((), ONE, THREE):
        said = decided(type=entry_type, subjects=subjects)
        one = record(said, opened=opened)
        AuditEventR4.model_validate(MAPPINGS["fhir-r4"](one))
        AuditEventR5.model_validate(MAPPINGS["fhir-r5"](one))
        ocsf, ecs = MAPPINGS["ocsf"](one), MAPPINGS["ecs"](one)
        assert (ocsf["class_uid"], ocsf["category_uid"]) == (6005, 6)
        assert ocsf["type_uid"] == 600_500 + ocsf["activity_id"]
        assert ocsf["activity_id"] in ACTIVITIES
        assert set(ecs["event"]["category"]) <= CATEGORIES
        assert set(ecs["event"]["type"]) <= TYPES
        json.dumps([ocsf, ecs], allow_nan=False)


@pytest.mark.parametrize("to", sorted(MAPPINGS))
def test_what_is_sealed_stays_sealed(to: str) -> None:
    text = json.dumps(mapped(to, decided(), opened=False))
    for secret in ("rita", "permit-1", "visa-1", "192.0.2.7", "ordinal"):
        assert secret not in text
    everything = json.dumps(mapped(to, decided()))
    for shown in ("rita", "permit-1", "visa-1", "192.0.2.7"):
        assert shown in everything, shown


@pytest.mark.parametrize("to", sorted(MAPPINGS))
def test_the_way_back_to_the_entry_is_in_every_format(to: str) -> None:
    one = record(decided())
    text = json.dumps(MAPPINGS[to](one))
    assert one.entry.id in text
    assert one.place in text or one.leaf in text


# --- which BALP profile --------------------------------------------------------------------------


def profile_of(said: Fact, *, opened: bool = True) -> str | None:
    claimed: list[str] = mapped("fhir-r4", said, opened=opened)["meta"].get("profile", [])
    return claimed[0].removeprefix(BALP) if claimed else None


READ = "placet.access.read.v1"


@pytest.mark.parametrize(
    ("said", "profile"),
    [
        (decided(), "AuthZconsent"),
        (decided(decision="deny", reason="person_not_in_cohort"), "AuthZconsent"),
        (decided(subjects=()), None),
        (decided(subjects=THREE), None),
        (decided(net=None), None),
        (decided(permit=None), None),
        (decided(actor=None), None),
        (decided(type=READ), "PatientRead"),
        (decided(type=READ, subjects=()), "Read"),
        (decided(type=READ, subjects=THREE), None),
        (decided(type=READ, decision="deny"), None),
        (decided(type=READ, net=None), None),
        (decided(type=READ, dataset=None), None),
        (decided(type="placet.access.query.v1"), None),
        (decided(type="placet.access.export.v1"), None),
        (decided(type="placet.consent.withdrawn.v1"), None),
    ],
)
def test_a_profile_is_claimed_only_where_all_it_demands_is_known(
    said: Fact, profile: str | None
) -> None:
    assert profile_of(said) == profile
    assert profile_of(said, opened=False) is None


def slices(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give agents or entities by the code of their type."""
    types = [one["type"].get("coding", [one["type"]])[0]["code"] for one in found]
    assert len(set(types)) == len(types)
    return {code: found[at] for at, code in enumerate(types)}


def test_a_decision_has_what_authzconsent_demands() -> None:
    made = mapped("fhir-r4", decided(decision="deny", reason="person_not_in_cohort"))
    assert made["type"]["code"] == "110113"
    assert [one["code"] for one in made["subtype"]] == ["AuthZ-Consent"]
    assert (made["action"], made["outcome"], made["outcomeDesc"]) == (
        "E",
        "8",
        "person_not_in_cohort",
    )
    agents = slices(made["agent"])
    assert set(agents) == {"110150", "IRCP", "PROV", "authserver"}
    assert agents["110150"]["network"] == {"address": "192.0.2.7", "type": "2"}
    assert [code for code, one in agents.items() if one["requestor"]] == ["IRCP"]
    assert "urn:placet:permit:permit-1" in agents["IRCP"]["policy"]
    assert "not necessarily" in agents["PROV"]["who"]["display"]
    assert agents["authserver"]["who"] == made["source"]["observer"]
    assert not any("network" in one for code, one in agents.items() if code != "110150")
    entities = slices(made["entity"])
    assert set(entities) == {"1", "Consent"}, "the profile closes the list of entities"
    assert entities["1"]["what"]["type"] == "Patient"
    assert entities["1"]["what"]["identifier"]["value"] == "7"
    assert "modifierExtension" not in made


def test_a_read_has_what_patientread_demands() -> None:
    made = mapped("fhir-r4", decided(type=READ))
    assert (made["type"]["code"], made["action"], made["outcome"]) == ("rest", "R", "0")
    assert "read" in [one["code"] for one in made["subtype"]]
    agents = slices(made["agent"])
    assert set(agents) == {"110152", "110153", "IRCP"}
    assert all("network" in agents[code] for code in ("110152", "110153"))
    entities = slices(made["entity"])
    assert set(entities) == {"1", "2"}
    assert entities["2"]["what"]["identifier"]["value"] == DATASET
    assert entities["2"]["role"]["code"] == "4"


def test_r5_says_what_balp_cannot() -> None:
    made = mapped("fhir-r5", decided(decision="deny"))
    assert made["patient"]["identifier"]["value"] == "7"
    assert made["authorization"][0]["coding"][0]["code"] == "DUO:0000006"
    assert (made["outcome"]["code"]["code"], made["severity"]) == ("8", "warning")
    assert "patient" not in mapped("fhir-r5", decided(subjects=THREE))


# --- security centres ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry_type", "activity"),
    [
        ("placet.access.read.v1", 1),
        ("placet.access.query.v1", 4),
        ("placet.access.decrypt.v1", 10),
        ("placet.audit.erase.v1", 7),
        ("placet.consent.given.v1", 6),
        ("placet.sys.heartbeat.v1", 99),
    ],
)
def test_ocsf_names_the_activity(entry_type: str, activity: int) -> None:
    made = mapped("ocsf", decided(type=entry_type))
    assert made["activity_id"] == activity
    assert made["time"] == 1_795_348_800_000
    assert made["src_endpoint"]["ip"] == "192.0.2.7"


def test_a_refusal_is_a_failure_everywhere() -> None:
    said = decided(decision="deny")
    assert mapped("fhir-r4", said)["outcome"] == "8"
    assert mapped("ocsf", said)["status_id"] == 2
    ecs = mapped("ecs", said)["event"]
    assert (ecs["outcome"], "denied" in ecs["type"]) == ("failure", True)
    opened = mapped("ecs", decided(type="placet.finding.opened.v1", decision=None))
    assert opened["event"]["kind"] == "alert"
    assert mapped("ocsf", decided(type="placet.finding.opened.v1"))["severity_id"] == 4


def test_a_type_of_a_newer_release_is_mapped_too() -> None:
    raw = Speaker().say(decided()).entry.replace(b"access.decision.v1", b"access.teleport.v1")
    one = record_of(ORIGIN, 5, parse_entry(raw), ())
    for to, mapping in MAPPINGS.items():
        assert "teleport" in json.dumps(mapping(one)), to


@pytest.mark.parametrize("to", sorted(MAPPINGS))
def test_an_object_with_an_empty_element_is_never_given(to: str) -> None:
    nobody = Actor(issuer="https://login.example", subject="", client_id="desk")
    with pytest.raises(MappingInvalid):
        MAPPINGS[to](dataclasses.replace(record(decided()), actor=nobody))


def test_an_empty_address_is_none() -> None:
    one = dataclasses.replace(record(decided()), net={"ip": ""})
    assert MAPPINGS["fhir-r4"](one)["meta"].get("profile") is None
