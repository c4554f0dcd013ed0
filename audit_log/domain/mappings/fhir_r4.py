# SPDX-License-Identifier: Apache-2.0
"""FHIR R4 AuditEvent, with an IHE BALP profile where the entry has all that the profile demands.

`AuthZconsent` is claimed for a decision about exactly one person whose user, client address and
permit are known; `PatientRead` and `Read` for a read that succeeded, with the client's address.
Everything else is a plain AuditEvent: a query (BALP wants the raw query, which is not recorded), a
refusal without a single person, an export. AuthZconsent's `userorg` is fixed to a healthcare
provider, which a university is not: there stands the account's issuer, and the display says so.
"""

from typing import Any, Final

from audit_log.domain.mappings import fhir_common as fhir
from audit_log.domain.mappings.kinds import kind_of, present, require, require_filled, short_name
from audit_log.domain.mappings.record import Record

_READS: Final = frozenset({"access.read", "access.download", "access.decrypt"})
_NETWORK_NAME, _NETWORK_ADDRESS = "1", "2"
_PERSON: Final = ("1", "Person")
_SYSTEM_OBJECT: Final = ("2", "System Object")
_ROLE_PATIENT: Final = ("1", "Patient")
_ROLE_RESOURCE: Final = ("4", "Domain Resource")


def to_fhir_r4(record: Record) -> dict[str, Any]:
    """Map an entry to an R4 AuditEvent; raise MappingInvalid when it would lack an element."""
    profile = _profile(record)
    kind = kind_of(record.entry.type)
    code = fhir.outcome(record)
    subtypes = [] if kind.subcode is None else [fhir.coding(kind.subcode)]
    if not _is(profile, "AuthZconsent"):  # whose subtypes are a closed list
        subtypes.append({"system": fhir.ENTRY_TYPE, "code": record.entry.type})
    mapped = present(
        {
            "resourceType": "AuditEvent",
            "id": record.entry.id,
            "meta": present({"profile": [profile] if profile else [], "source": record.place}),
            "type": fhir.coding(kind.code),
            "subtype": subtypes,
            "action": kind.action,
            "recorded": record.time,
            "outcome": code[0],
            "outcomeDesc": record.entry.reason,
            "purposeOfEvent": fhir.purposes(record),
            "agent": _agents(record, authorising=_is(profile, "AuthZconsent")),
            "source": {
                "observer": fhir.producer(record),
                "type": [
                    fhir.coding(
                        ("4", "Application Server"), f"{fhir.TERMINOLOGY}security-source-type"
                    )
                ],
            },
            "entity": _entities(record, authorising=_is(profile, "AuthZconsent")),
        }
    )
    _check(mapped)
    return mapped


def _profile(record: Record) -> str | None:
    """Name the BALP profile that the entry fulfils."""
    name = short_name(record.entry.type)
    known = record.actor is not None and record.address is not None
    one = len(record.subjects) == 1 and _people(record) == 1
    if name == "access.decision" and known and one and record.permit_id is not None:
        return _balp("AuthZconsent")
    if name in _READS and known and not record.failed and record.entry.dataset is not None:
        if one:
            return _balp("PatientRead")
        return _balp("Read") if _people(record) == 0 else None
    return None


def _balp(name: str) -> str:
    return f"{fhir.BALP}StructureDefinition/IHE.BasicAudit.{name}"


def _is(profile: str | None, name: str) -> bool:
    return profile == _balp(name)


def _people(record: Record) -> int:
    return sum(group.startswith("subj/") for group in record.entry.commitments)


def _agents(record: Record, *, authorising: bool) -> list[dict[str, Any]]:
    """Write who took part: user, client and the service that recorded it."""
    agents: list[dict[str, Any]] = []
    if record.actor is not None or record.sealed_actor:
        agents.append(_user(record))
    if record.actor is not None:
        agents.append(_client(record, fhir.CLIENT if authorising else fhir.DESTINATION))
        if authorising:
            agents.append(_organisation(record.actor.issuer))
    server = (
        fhir.participation(("authserver", "authorization server"), "extra-security-role-type")
        if authorising
        else fhir.concept(fhir.SOURCE)
    )
    network = {"address": record.entry.src, "type": _NETWORK_NAME}
    agents.append(
        present(
            {
                "type": server,
                "who": fhir.producer(record),
                "requestor": False,
                "network": None if authorising else network,
            }
        )
    )
    return agents


def _user(record: Record) -> dict[str, Any]:
    return present(
        {
            "type": fhir.participation(("IRCP", "information recipient"), "v3-ParticipationType"),
            "who": fhir.user(record),
            "requestor": True,
            "policy": fhir.policies(record),
            "purposeOfUse": fhir.purposes(record),
        }
    )


def _client(record: Record, code: tuple[str, str]) -> dict[str, Any]:
    client = record.actor.client_id if record.actor is not None else ""
    address = record.address
    return present(
        {
            "type": fhir.concept(code),
            "who": fhir.reference("urn:placet:client", client, "Device"),
            "requestor": False,
            "network": None if address is None else {"address": address, "type": _NETWORK_ADDRESS},
        }
    )


def _organisation(issuer: str) -> dict[str, Any]:
    who = fhir.reference("urn:ietf:rfc:3986", issuer, "Organization")
    who["display"] = "issuer of the user's account; not necessarily a healthcare provider"
    return {
        "type": fhir.participation(("PROV", "healthcare provider"), "v3-RoleClass"),
        "who": who,
        "requestor": False,
    }


def _entities(record: Record, *, authorising: bool) -> list[dict[str, Any]]:
    """Write what it was about: people by pseudonym, and the dataset or the consent."""
    people = [
        {
            "type": fhir.coding(_PERSON, f"{fhir.TERMINOLOGY}audit-entity-type"),
            "role": fhir.coding(_ROLE_PATIENT, f"{fhir.TERMINOLOGY}object-role"),
            "what": fhir.patient(one),
        }
        for one in record.subjects
    ]
    if authorising:
        consent = {
            "type": fhir.coding(("Consent", "Consent"), "http://hl7.org/fhir/resource-types"),
            "what": {"type": "Consent", "display": "the consents of that person at that time"},
        }
        return [*people, consent]
    what = fhir.dataset(record)
    data = {
        "type": fhir.coding(_SYSTEM_OBJECT, f"{fhir.TERMINOLOGY}audit-entity-type"),
        "role": fhir.coding(_ROLE_RESOURCE, f"{fhir.TERMINOLOGY}object-role"),
        "what": what,
    }
    return people if what is None else [*people, data]


def _check(mapped: dict[str, Any]) -> None:
    """Demand what R4 demands of every AuditEvent, and what the claimed profile adds."""
    require_filled(mapped, "AuditEvent")
    for element in ("type", "recorded", "agent", "source"):
        require(element in mapped, f"AuditEvent.{element}")
    for agent in mapped["agent"]:
        require(isinstance(agent.get("requestor"), bool), "AuditEvent.agent.requestor")
        require("who" in agent, "AuditEvent.agent.who")
    profiles = mapped["meta"].get("profile", [])
    if profiles:
        codes = {one["type"]["coding"][0]["code"] for one in mapped["agent"]}
        wanted = (
            {"110150", "IRCP", "PROV", "authserver"}
            if profiles == [_balp("AuthZconsent")]
            else {"110152", "110153", "IRCP"}
        )
        require(codes == wanted, "AuditEvent.agent")
        client = next(
            one
            for one in mapped["agent"]
            if one["type"]["coding"][0]["code"] in {"110150", "110152"}
        )
        require("network" in client, "AuditEvent.agent.network")
