# SPDX-License-Identifier: Apache-2.0
"""Elastic Common Schema, for whoever searches all logs in one place. Written against 9.5."""

from typing import Any, Final

from audit_log.domain.mappings.kinds import kind_of, present, require, require_filled, short_name
from audit_log.domain.mappings.record import Record

VERSION: Final = "9.5.0"
_DATASET: Final = "placet.audit"
CATEGORIES: Final = frozenset(
    {
        *("authentication", "configuration", "database", "file", "iam"),
        *("intrusion_detection", "process", "session"),
    }
)
TYPES: Final = frozenset(
    {
        *("access", "admin", "allowed", "change", "creation", "deletion", "denied", "end"),
        *("error", "info", "start"),
    }
)
_DECISION_TYPES: Final = {"permit": "allowed", "deny": "denied", "error": "error"}


def to_ecs(record: Record) -> dict[str, Any]:
    """Map an entry to an ECS document; raise MappingInvalid when it would lack a field."""
    entry, kind = record.entry, kind_of(record.entry.type)
    types = list(kind.type)
    if entry.decision is not None:
        types.append(_DECISION_TYPES[entry.decision])
    actor = record.actor
    mapped = present(
        {
            "@timestamp": record.time,
            "ecs": {"version": VERSION},
            "message": entry.type,
            "event": present(
                {
                    "action": short_name(entry.type),
                    "category": list(kind.category),
                    "code": entry.type,
                    "dataset": _DATASET,
                    "hash": record.leaf,
                    "id": entry.id,
                    "kind": "alert" if short_name(entry.type) == "finding.opened" else "event",
                    "outcome": "failure" if record.failed else "success",
                    "provider": entry.src,
                    "reason": entry.reason,
                    "reference": record.place,
                    "sequence": entry.seq,
                    "type": types,
                }
            ),
            "labels": present(
                {
                    "legal_basis": entry.basis,
                    "permit_id": record.permit_id,
                    "placet_dataset": entry.dataset,
                    "purposes": " ".join(entry.purposes),
                    "visa_jti": record.visa,
                }
            ),
            "service": {"name": entry.src},
            "source": present({"ip": record.address}),
            "trace": {"id": entry.trace_id},
            "user": {} if actor is None else {"id": actor.subject, "domain": actor.issuer},
        }
    )
    _check(mapped)
    return mapped


def _check(mapped: dict[str, Any]) -> None:
    """Demand the schema's required fields, and only words that it allows."""
    require_filled(mapped, "document")
    for name in ("@timestamp", "ecs", "event"):
        require(name in mapped, name)
    event = mapped["event"]
    require(event.get("kind") in {"alert", "event"}, "event.kind")
    require(set(event.get("category", [])) <= CATEGORIES, "event.category")
    require(bool(event.get("type")) and set(event["type"]) <= TYPES, "event.type")
