# SPDX-License-Identifier: Apache-2.0
"""Sealed parts that a hostile or careless producer filled: mapped soundly, or refused by element.

An Elasticsearch index refuses a whole document for one address that is none; a FHIR server one
resource for a space in a URI. So what does not fit is left out or named, and never passed on.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest
from fhir.resources.auditevent import AuditEvent as AuditEventR5
from fhir.resources.R4B.auditevent import AuditEvent as AuditEventR4
from hypothesis import given
from hypothesis import strategies as st

from audit_log.domain.mappings import MAPPINGS, MappingInvalid
from shared.canonical import JSON, MalformedEntry
from shared.events import Actor, Fact
from tests.unit.audit_log.test_mappings import decided, record

URI = re.compile(r"\S+")
TEXTS = st.text(st.characters(codec="utf-8"), min_size=0, max_size=40) | st.sampled_from(
    ["", " ", "a b", "x\ny", "\u202e", "\0", "<script>", "a#b?c", "\u00e9", "::ffff:1"]
)
VALUES = TEXTS | st.integers(-5, 5) | st.none() | st.lists(TEXTS, max_size=2)


def uris(value: object, name: str = "") -> list[str]:
    """Give every text that stands where FHIR wants a URI."""
    if isinstance(value, dict):
        return [one for key, item in value.items() for one in uris(item, key)]
    if isinstance(value, list):
        return [one for item in value for one in uris(item, name)]
    return [value] if isinstance(value, str) and name in ("system", "policy", "source") else []


def addresses(mapped: dict[str, Any], to: str) -> list[str]:
    """Give every text that stands where the format wants an address."""
    if to == "ecs":
        return [ip for ip in [mapped.get("source", {}).get("ip")] if ip is not None]
    if to == "ocsf":
        return [ip for ip in [mapped["src_endpoint"].get("ip")] if ip is not None]
    agents = mapped["agent"]
    if to == "fhir-r5":
        return [one["networkString"] for one in agents if "networkString" in one]
    return [
        one["network"]["address"] for one in agents if one.get("network", {}).get("type") == "2"
    ]


def mapped_or_refused(to: str, said: Fact) -> dict[str, Any] | str:
    """Map what was said, or give the words of the refusal."""
    try:
        return MAPPINGS[to](record(said))
    except MappingInvalid as fault:
        return str(fault)


def check(to: str, said: Fact) -> None:
    mapped = mapped_or_refused(to, said)
    if isinstance(mapped, str):
        assert re.fullmatch(r"[\w.@ -]+ is missing or wrong", mapped), "an element, no value"
        return
    text = json.dumps(mapped, allow_nan=False)
    assert json.loads(text.encode()) == mapped
    for address in addresses(mapped, to):
        ip_address(address)
    if to == "fhir-r4":
        AuditEventR4.model_validate(mapped)
    if to == "fhir-r5":
        AuditEventR5.model_validate(mapped)
    if to.startswith("fhir"):
        assert all(URI.fullmatch(found) for found in uris(mapped))


ACTORS = st.builds(Actor, issuer=TEXTS, subject=TEXTS, client_id=TEXTS)
PERMITS = st.fixed_dictionaries({"permit_id": VALUES, "jti": VALUES})


@pytest.mark.parametrize("to", sorted(MAPPINGS))
@given(permit=PERMITS, ip=VALUES, actor=ACTORS)
def test_whatever_was_sealed_the_object_is_valid_or_refused(
    to: str, permit: Mapping[str, JSON], ip: JSON, actor: Actor
) -> None:
    try:
        check(to, decided(permit=permit, net={"ip": ip}, actor=actor))
    except MalformedEntry:
        return  # it is no entry, and no log holds it


@pytest.mark.parametrize("to", sorted(MAPPINGS))
@pytest.mark.parametrize(
    ("ip", "wanted"),
    [
        ("192.0.2.7", ["192.0.2.7"]),
        ("2001:DB8:0::1", ["2001:db8::1"]),
        ("192.0.2.007", []),
        ("192.0.2.7/24", []),
        ("localhost", []),
        ("192.0.2.7, 10.0.0.1", []),
        ("' OR 1=1 --", []),
        (7, []),
    ],
)
def test_an_address_is_one_or_is_left_out(to: str, ip: JSON, wanted: list[str]) -> None:
    mapped = MAPPINGS[to](record(decided(net={"ip": ip})))
    assert addresses(mapped, to) == wanted


def test_a_permit_with_strange_letters_is_a_urn_all_the_same() -> None:
    said = decided(permit={"permit_id": "P 1/\u00e4?#", "jti": "j\n2"})
    (user,) = [one for one in MAPPINGS["fhir-r4"](record(said))["agent"] if one["requestor"]]
    assert user["policy"] == [
        "urn:placet:permit:P%201/%C3%A4%3F%23",
        "urn:ietf:params:oauth:jti:j%0A2",
    ]
    plain = decided(permit={"permit_id": "permit-1", "jti": "visa-1"})
    assert "urn:placet:permit:permit-1" in json.dumps(MAPPINGS["fhir-r4"](record(plain)))


@pytest.mark.parametrize("to", sorted(MAPPINGS))
def test_an_actor_without_a_name_is_refused_by_element(to: str) -> None:
    actor = Actor(issuer="https://login.example", subject=" \t", client_id="desk")
    with pytest.raises(MappingInvalid):
        MAPPINGS[to](record(replace(decided(), actor=actor)))
