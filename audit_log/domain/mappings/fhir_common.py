# SPDX-License-Identifier: Apache-2.0
"""What FHIR R4 and R5 share: systems of codes, identifiers, outcomes."""

import re
from typing import Any, Final
from urllib.parse import quote

from audit_log.domain.mappings.kinds import AUTHZ_CONSENT, READ, REST, SEARCH, Code, require
from audit_log.domain.mappings.record import Record
from shared.events import Subject

DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"
TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem/"
BALP: Final = "https://profiles.ihe.net/ITI/BALP/"
OUTCOME: Final = f"{TERMINOLOGY}audit-event-outcome"
ENTRY_TYPE: Final = "urn:placet:entry-type"
PURPOSE: Final = "urn:placet:purpose"

CLIENT: Final = ("110150", "Application")
DESTINATION: Final = ("110152", "Destination Role ID")
SOURCE: Final = ("110153", "Source Role ID")
_SYSTEMS: Final = {
    REST: f"{TERMINOLOGY}audit-event-type",
    READ: "http://hl7.org/fhir/restful-interaction",
    SEARCH: "http://hl7.org/fhir/restful-interaction",
    AUTHZ_CONSENT: f"{BALP}CodeSystem/AuthZsubType",
}
_OUTCOMES: Final = {
    "error": ("4", "Minor failure"),
    "deny": ("8", "Serious failure"),
}
_URN: Final = "-._~!$&'()*+,;=:@/"
"""What may stand in a URN's own part as it is (RFC 8141 section 2); all else is written in hex."""
_SUCCESS: Final = ("0", "Success")


def coding(code: Code, system: str | None = None) -> dict[str, str]:
    """Write a coding; without a system it is DICOM's, or that of the code's own list."""
    return {"system": system or _SYSTEMS.get(code, DCM), "code": code[0], "display": code[1]}


def concept(code: Code, system: str | None = None) -> dict[str, Any]:
    """Write a concept of one coding."""
    return {"coding": [coding(code, system)]}


def participation(code: Code, system: str) -> dict[str, Any]:
    """Write an agent's type from one of HL7's own code systems."""
    return concept(code, f"{TERMINOLOGY}{system}")


def reference(system: str, value: str, kind: str | None = None) -> dict[str, Any]:
    """Refer to something by its identifier alone: nothing of ours is a FHIR server's resource.

    Raises MappingInvalid for a system that is no `uri` of FHIR: it may hold no white space.
    """
    require(re.fullmatch(r"\S+", system) is not None, "identifier.system")
    found: dict[str, Any] = {"identifier": {"system": system, "value": value}}
    if kind is not None:
        found["type"] = kind
    return found


def producer(record: Record) -> dict[str, Any]:
    """Refer to the producer of the entry."""
    return reference("urn:placet:source", record.entry.src, "Device")


def user(record: Record) -> dict[str, Any]:
    """Refer to the account that acted, or say that it is sealed."""
    if record.actor is None:
        return {"display": "sealed in the audit log"}
    return reference(record.actor.issuer, record.actor.subject)


def patient(subject: Subject) -> dict[str, Any]:
    """Refer to a person by the pseudonym of the dataset."""
    return reference(
        f"urn:placet:dataset:{subject.dataset}:ordinal", str(subject.ordinal), "Patient"
    )


def dataset(record: Record) -> dict[str, Any] | None:
    """Refer to the dataset, None when the entry names none."""
    name = record.entry.dataset
    return None if name is None else reference("urn:placet:dataset", name)


def outcome(record: Record) -> Code:
    """Give the outcome: a refusal is a serious failure of the request, not of the service."""
    return _OUTCOMES.get(record.entry.decision or "", _SUCCESS)


def policies(record: Record) -> list[str]:
    """Name permit and visa as URIs: the profiles leave no entity for them."""
    found = []
    if record.permit_id is not None:
        found.append(f"urn:placet:permit:{quote(record.permit_id, safe=_URN)}")
    if record.visa is not None:
        found.append(f"urn:ietf:params:oauth:jti:{quote(record.visa, safe=_URN)}")
    return found


def purposes(record: Record) -> list[dict[str, Any]]:
    """Write the purposes that were asked for."""
    return [{"coding": [{"system": PURPOSE, "code": one}]} for one in record.entry.purposes]
