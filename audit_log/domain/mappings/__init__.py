# SPDX-License-Identifier: Apache-2.0
"""Entries in other people's formats: FHIR AuditEvent R4 and R5, OCSF, ECS.

Pure functions from a record to a JSON object, each checked against what its format demands. A
mapping never adds what the entry and its openings do not say: what is sealed is called sealed.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from audit_log.domain.mappings.ecs import to_ecs
from audit_log.domain.mappings.fhir_r4 import to_fhir_r4
from audit_log.domain.mappings.fhir_r5 import to_fhir_r5
from audit_log.domain.mappings.kinds import MappingInvalid
from audit_log.domain.mappings.ocsf import to_ocsf
from audit_log.domain.mappings.record import Record, record_of

__all__ = ["MAPPINGS", "MappingInvalid", "Record", "record_of"]

MAPPINGS: Final[Mapping[str, Callable[[Record], dict[str, Any]]]] = MappingProxyType(
    {"ecs": to_ecs, "fhir-r4": to_fhir_r4, "fhir-r5": to_fhir_r5, "ocsf": to_ocsf}
)
