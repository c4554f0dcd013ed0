# SPDX-License-Identifier: Apache-2.0
"""One table for all mappings: what each entry type is in each format's own codes.

DICOM codes are of PS3.16 annex D (CID 400 to 403), the OCSF activities those of Datastore Activity
(class 6005), the ECS words those allowed for `event.category` and `event.type`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias


class MappingInvalid(ValueError):
    """A mapped object lacks what its format demands; the message names the element."""


Code: TypeAlias = tuple[str, str]
"""A code and its display."""

APPLICATION: Final = ("110100", "Application Activity")
AUDIT_LOG_USED: Final = ("110101", "Audit Log Used")
EXPORT: Final = ("110106", "Export")
IMPORT: Final = ("110107", "Import")
SECURITY_ALERT: Final = ("110113", "Security Alert")
USER_AUTHENTICATION: Final = ("110114", "User Authentication")
APPLICATION_START: Final = ("110120", "Application Start")
APPLICATION_STOP: Final = ("110121", "Application Stop")
LOGIN: Final = ("110122", "Login")
SECURITY_CONFIGURATION: Final = ("110129", "Security Configuration")
OBJECT_SECURITY: Final = ("110135", "Object Security Attributes Changed")
SECURITY_ROLES: Final = ("110136", "Security Roles Changed")
USER_SECURITY: Final = ("110137", "User Security Attributes Changed")

REST: Final = ("rest", "Restful Operation")
READ: Final = ("read", "read")
SEARCH: Final = ("search", "search")
AUTHZ_CONSENT: Final = ("AuthZ-Consent", "Authorization Decision using Roles and Consent")

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_OTHER: Final = 99
ACTIVITIES: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "Read",
        2: "Update",
        3: "Connect",
        4: "Query",
        5: "Write",
        6: "Create",
        7: "Delete",
        8: "List",
        9: "Encrypt",
        10: "Decrypt",
        _OTHER: "Other",
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What an entry type is elsewhere.

    `code` and `subcode` are FHIR's, `action` is C, R, U, D or E; `activity` is OCSF's,
    `category` and `type` are ECS's.
    """

    code: Code
    subcode: Code | None
    action: str
    activity: int
    category: tuple[str, ...]
    type: tuple[str, ...]


_DATA: Final = ("database",)
_IAM: Final = ("iam",)
_CONFIG: Final = ("configuration",)
_ALERT: Final = ("intrusion_detection",)
_PROCESS: Final = ("process",)
_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "access.request": Kind(REST, READ, "R", _OTHER, _DATA, ("info",)),
        "access.decision": Kind(SECURITY_ALERT, AUTHZ_CONSENT, "E", _OTHER, _DATA, ("access",)),
        "access.session.open": Kind(REST, READ, "E", 3, ("session",), ("start",)),
        "access.read": Kind(REST, READ, "R", 1, _DATA, ("access",)),
        "access.query": Kind(REST, SEARCH, "E", 4, _DATA, ("access",)),
        "access.download": Kind(REST, READ, "R", 1, ("file",), ("access",)),
        "access.decrypt": Kind(REST, READ, "R", 10, _DATA, ("access",)),
        "access.export": Kind(EXPORT, None, "R", 1, _DATA, ("access",)),
        "access.session.close": Kind(REST, READ, "E", _OTHER, ("session",), ("end",)),
        "admin.login": Kind(USER_AUTHENTICATION, LOGIN, "E", 3, ("authentication",), ("start",)),
        "admin.policy.change": Kind(
            SECURITY_ALERT, SECURITY_CONFIGURATION, "U", 2, _CONFIG, ("change",)
        ),
        "admin.key.rotate": Kind(
            SECURITY_ALERT, SECURITY_CONFIGURATION, "U", 2, _CONFIG, ("change",)
        ),
        "admin.config.change": Kind(
            SECURITY_ALERT, SECURITY_CONFIGURATION, "U", 2, _CONFIG, ("change",)
        ),
        "admin.role.grant": Kind(SECURITY_ALERT, SECURITY_ROLES, "U", 2, _IAM, ("admin", "change")),
        "application.submitted": Kind(SECURITY_ALERT, USER_SECURITY, "C", 6, _IAM, ("creation",)),
        "application.decided": Kind(SECURITY_ALERT, USER_SECURITY, "U", 2, _IAM, ("change",)),
        "application.overdue": Kind(SECURITY_ALERT, USER_SECURITY, "U", 2, _IAM, ("change",)),
        "application.ruled": Kind(SECURITY_ALERT, USER_SECURITY, "U", 2, _IAM, ("change",)),
        "audit.search": Kind(AUDIT_LOG_USED, None, "R", 4, _DATA, ("access",)),
        "audit.export": Kind(AUDIT_LOG_USED, None, "R", 1, _DATA, ("access",)),
        "audit.reveal": Kind(AUDIT_LOG_USED, None, "R", 10, _DATA, ("access",)),
        "audit.erase": Kind(AUDIT_LOG_USED, None, "D", 7, _DATA, ("deletion",)),
        "audit.integrity": Kind(APPLICATION, None, "E", _OTHER, _PROCESS, ("info",)),
        "audit.case": Kind(AUDIT_LOG_USED, None, "U", 2, _DATA, ("change",)),
        "audit.query": Kind(AUDIT_LOG_USED, None, "R", 4, _DATA, ("access",)),
        "audit.hold": Kind(AUDIT_LOG_USED, None, "U", 2, _DATA, ("change",)),
        "audit.drop": Kind(AUDIT_LOG_USED, None, "D", 7, _DATA, ("deletion",)),
        "cohort.evaluated": Kind(SECURITY_ALERT, OBJECT_SECURITY, "E", 4, _DATA, ("info",)),
        "cohort.frozen": Kind(SECURITY_ALERT, OBJECT_SECURITY, "C", 6, _DATA, ("creation",)),
        "cohort.narrowed": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _DATA, ("change",)),
        "cohort.ruled": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _DATA, ("change",)),
        "consent.given": Kind(SECURITY_ALERT, OBJECT_SECURITY, "C", 6, _IAM, ("creation",)),
        "consent.changed": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "consent.withdrawn": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "consent.propagated": Kind(SECURITY_ALERT, OBJECT_SECURITY, "E", _OTHER, _IAM, ("info",)),
        "finding.opened": Kind(SECURITY_ALERT, None, "E", _OTHER, _ALERT, ("info",)),
        "finding.assigned": Kind(SECURITY_ALERT, None, "E", _OTHER, _ALERT, ("info",)),
        "finding.closed": Kind(SECURITY_ALERT, None, "E", _OTHER, _ALERT, ("info",)),
        "import.started": Kind(IMPORT, None, "E", 3, _DATA, ("start",)),
        "import.finished": Kind(IMPORT, None, "C", 5, _DATA, ("creation", "end")),
        "optout.registered": Kind(SECURITY_ALERT, OBJECT_SECURITY, "C", 6, _IAM, ("creation",)),
        "optout.reversed": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "permit.issued": Kind(SECURITY_ALERT, USER_SECURITY, "C", 6, _IAM, ("creation",)),
        "permit.renewed": Kind(SECURITY_ALERT, USER_SECURITY, "U", 2, _IAM, ("change",)),
        "permit.held": Kind(SECURITY_ALERT, USER_SECURITY, "U", 2, _IAM, ("change",)),
        "permit.released": Kind(SECURITY_ALERT, USER_SECURITY, "U", 2, _IAM, ("change",)),
        "permit.revoked": Kind(SECURITY_ALERT, USER_SECURITY, "U", 2, _IAM, ("change",)),
        "permit.expired": Kind(SECURITY_ALERT, USER_SECURITY, "U", 2, _IAM, ("change",)),
        "person.assent": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "person.decision": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "person.evidence": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "person.life": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "person.mandate": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "person.merge": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "person.preference": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "rights.requested": Kind(SECURITY_ALERT, OBJECT_SECURITY, "C", 6, _IAM, ("creation",)),
        "rights.decided": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "rights.stopped": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "rights.resumed": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "rights.erased": Kind(SECURITY_ALERT, OBJECT_SECURITY, "D", 7, _DATA, ("deletion",)),
        "rights.exported": Kind(EXPORT, None, "R", 1, _DATA, ("access",)),
        "rights.task": Kind(SECURITY_ALERT, OBJECT_SECURITY, "U", 2, _IAM, ("change",)),
        "sys.heartbeat": Kind(APPLICATION, None, "E", _OTHER, _PROCESS, ("info",)),
        "sys.enforced": Kind(APPLICATION, None, "E", _OTHER, _PROCESS, ("info",)),
        "sys.start": Kind(APPLICATION, APPLICATION_START, "E", _OTHER, _PROCESS, ("start",)),
        "sys.stop": Kind(APPLICATION, APPLICATION_STOP, "E", _OTHER, _PROCESS, ("end",)),
        "sys.gap": Kind(SECURITY_ALERT, None, "E", _OTHER, _ALERT, ("info",)),
        "sys.quarantined": Kind(SECURITY_ALERT, None, "E", _OTHER, _ALERT, ("info",)),
        "sys.rows": Kind(APPLICATION, None, "E", _OTHER, _PROCESS, ("info",)),
        "sys.sums": Kind(APPLICATION, None, "E", _OTHER, _PROCESS, ("info",)),
        "visa.issued": Kind(SECURITY_ALERT, USER_SECURITY, "C", 6, _IAM, ("creation",)),
    }
)
_UNKNOWN: Final = Kind(APPLICATION, None, "E", _OTHER, ("process",), ("info",))
SHORT_NAMES: Final = frozenset(_KINDS)


def short_name(entry_type: str) -> str:
    """Give the middle of a type: `placet.access.read.v1` is `access.read`."""
    return entry_type.removeprefix("placet.").rpartition(".")[0]


def kind_of(entry_type: str) -> Kind:
    """Give what a type is elsewhere; one of a newer release is an application's activity."""
    return _KINDS.get(short_name(entry_type), _UNKNOWN)


def require(holds: bool, element: str) -> None:
    """Raise MappingInvalid unless it holds."""
    if not holds:
        raise MappingInvalid(f"{element} is missing or wrong")


def require_filled(value: object, element: str) -> None:
    """Raise MappingInvalid for an empty text, list or object anywhere: no format allows one.

    A text of white space alone, or with a control character, is none either (FHIR `string`).
    """
    require(value not in ("", [], {}), element)
    if isinstance(value, str):
        require(not value.isspace() and _CONTROL.search(value) is None, element)
    if isinstance(value, dict):
        for name, item in value.items():
            require_filled(item, f"{element}.{name}")
    elif isinstance(value, list):
        for item in value:
            require_filled(item, element)


def present(mapped: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is None, empty text, empty list or empty object."""
    return {key: value for key, value in mapped.items() if value not in (None, "", [], {})}
