# SPDX-License-Identifier: Apache-2.0
"""FHIR R5 AuditEvent: the form for what BALP, which is R4, cannot say.

R5 renamed type and subtype to category and code, and gave purpose, patient and permit elements of
their own: `authorization`, `patient`, `agent.policy`.
"""

from typing import Any

from audit_log.domain.mappings import fhir_common as fhir
from audit_log.domain.mappings.kinds import kind_of, present, require, require_filled
from audit_log.domain.mappings.record import Record

_SEVERE = ("warning", "informational")


def to_fhir_r5(record: Record) -> dict[str, Any]:
    """Map an entry to an R5 AuditEvent; raise MappingInvalid when it would lack an element."""
    kind = kind_of(record.entry.type)
    reason = record.entry.reason
    code = {"coding": [{"system": fhir.ENTRY_TYPE, "code": record.entry.type}]}
    if kind.subcode is not None:
        code["coding"].insert(0, fhir.coding(kind.subcode))
    mapped = present(
        {
            "resourceType": "AuditEvent",
            "id": record.entry.id,
            "meta": {"source": record.place},
            "category": [fhir.concept(kind.code)],
            "code": code,
            "action": kind.action,
            "severity": _SEVERE[0] if record.failed else _SEVERE[1],
            "occurredDateTime": record.time,
            "recorded": record.time,
            "outcome": present(
                {
                    "code": fhir.coding(fhir.outcome(record), fhir.OUTCOME),
                    "detail": [{"text": reason}] if reason else [],
                }
            ),
            "authorization": fhir.purposes(record),
            "patient": fhir.patient(record.subjects[0]) if len(record.subjects) == 1 else None,
            "agent": _agents(record),
            "source": {
                "observer": fhir.producer(record),
                "type": [
                    fhir.concept(
                        ("4", "Application Server"), f"{fhir.TERMINOLOGY}security-source-type"
                    )
                ],
            },
            "entity": _entities(record),
        }
    )
    require_filled(mapped, "AuditEvent")
    for element in ("code", "recorded", "agent", "source"):
        require(element in mapped, f"AuditEvent.{element}")
    require(all("who" in agent for agent in mapped["agent"]), "AuditEvent.agent.who")
    return mapped


def _agents(record: Record) -> list[dict[str, Any]]:
    agents: list[dict[str, Any]] = []
    if record.actor is not None or record.sealed_actor:
        agents.append(
            present(
                {
                    "type": fhir.participation(
                        ("IRCP", "information recipient"), "v3-ParticipationType"
                    ),
                    "who": fhir.user(record),
                    "requestor": True,
                    "policy": fhir.policies(record),
                    "networkString": record.address,
                    "authorization": fhir.purposes(record),
                }
            )
        )
    if record.actor is not None:
        agents.append(
            {
                "type": fhir.concept(fhir.CLIENT),
                "who": fhir.reference("urn:placet:client", record.actor.client_id, "Device"),
                "requestor": False,
            }
        )
    server = {"type": fhir.concept(fhir.SOURCE), "who": fhir.producer(record), "requestor": False}
    return [*agents, server]


def _entities(record: Record) -> list[dict[str, Any]]:
    entities = [
        {"role": _role(("1", "Patient")), "what": fhir.patient(one)} for one in record.subjects
    ]
    what = fhir.dataset(record)
    if what is not None:
        counts = [
            {"type": {"text": name}, "valueInteger": number}
            for name, number in sorted(record.entry.counts.items())
            if number < 1 << 31  # a FHIR integer has 32 bits
        ]
        entities.append(
            present({"role": _role(("4", "Domain Resource")), "what": what, "detail": counts})
        )
    return entities


def _role(code: tuple[str, str]) -> dict[str, Any]:
    return fhir.concept(code, f"{fhir.TERMINOLOGY}object-role")
