# SPDX-License-Identifier: Apache-2.0
"""OCSF Datastore Activity (class 6005 of category 6), for a security operations centre.

What is no access to data keeps the class, with the activity Other and its own name, so that one
table holds the whole log. Written against version 1.7.0 of the schema.
"""

from base64 import b64encode
from typing import Any, Final

from audit_log.domain.mappings.kinds import (
    ACTIVITIES,
    kind_of,
    present,
    require,
    require_filled,
    short_name,
)
from audit_log.domain.mappings.record import Record

VERSION: Final = "1.7.0"
_CATEGORY, _CLASS = 6, 6005
_SUCCESS, _FAILURE = (1, "Success"), (2, "Failure")
_INFORMATIONAL, _MEDIUM, _HIGH = (1, "Informational"), (3, "Medium"), (4, "High")
_OTHER: Final = 99
_SHA256: Final = {"algorithm": "SHA-256", "algorithm_id": 3}


def to_ocsf(record: Record) -> dict[str, Any]:
    """Map an entry to a Datastore Activity; raise MappingInvalid when an attribute is missing."""
    entry, name = record.entry, short_name(record.entry.type)
    activity = kind_of(entry.type).activity
    status = _FAILURE if record.failed else _SUCCESS
    severity = _severity(record, name)
    mapped = present(
        {
            "activity_id": activity,
            "activity_name": name if activity == _OTHER else ACTIVITIES[activity],
            "actor": _actor(record),
            "category_name": "Application Activity",
            "category_uid": _CATEGORY,
            "class_name": "Datastore Activity",
            "class_uid": _CLASS,
            "database": {"name": entry.dataset or entry.src, "type_id": _OTHER},
            "dst_endpoint": {"name": entry.src},
            "message": entry.type,
            "metadata": _metadata(record),
            "severity": severity[1],
            "severity_id": severity[0],
            "src_endpoint": present({"ip": record.address, "name": _source(record)}),
            "status": status[1],
            "status_code": entry.reason,
            "status_id": status[0],
            "time": int(entry.occurred_at.timestamp() * 1000),
            "type_name": f"Datastore Activity: {ACTIVITIES[activity]}",
            "type_uid": _CLASS * 100 + activity,
            "unmapped": _unmapped(record),
        }
    )
    _check(mapped)
    return mapped


def _severity(record: Record, name: str) -> tuple[int, str]:
    if name == "finding.opened":
        return _HIGH
    return _MEDIUM if record.failed else _INFORMATIONAL


def _actor(record: Record) -> dict[str, Any]:
    actor = record.actor
    if actor is None:
        return {"app_name": record.entry.src}
    return {
        "app_uid": actor.client_id,
        "user": {"uid": actor.subject, "domain": actor.issuer, "type_id": 1, "type": "User"},
    }


def _source(record: Record) -> str:
    return record.entry.src if record.actor is None else record.actor.client_id


def _metadata(record: Record) -> dict[str, Any]:
    entry = record.entry
    return {
        "correlation_uid": entry.trace_id,
        "log_name": record.origin,
        "original_time": record.time,
        "product": {"name": "Placet", "vendor_name": "Placet", "feature": {"name": entry.src}},
        "sequence": entry.seq,
        "uid": entry.id,
        "version": VERSION,
    }


def _unmapped(record: Record) -> dict[str, Any]:
    """Keep what the class has no attribute for."""
    entry = record.entry
    return present(
        {
            "counts": dict(entry.counts),
            "entry": b64encode(entry.raw).decode("ascii"),
            "index": record.index,
            "leaf": {**_SHA256, "value": record.leaf},
            "legal_basis": entry.basis,
            "permit": record.permit_id,
            "people": [f"{one.dataset}/{one.ordinal}" for one in record.subjects],
            "purposes": list(entry.purposes),
            "visa": record.visa,
        }
    )


def _check(mapped: dict[str, Any]) -> None:
    """Demand what the class requires, and the constraints on its objects."""
    require_filled(mapped, "event")
    for name in (
        *("activity_id", "actor", "category_uid", "class_uid", "metadata"),
        *("severity_id", "src_endpoint", "time", "type_uid", "database"),
    ):
        require(name in mapped, name)
    require(mapped["activity_id"] in ACTIVITIES, "activity_id")
    require({"user", "app_name"} & mapped["actor"].keys() != set(), "actor")
    require({"ip", "name"} & mapped["src_endpoint"].keys() != set(), "src_endpoint")
    require({"product", "version"} <= mapped["metadata"].keys(), "metadata")
