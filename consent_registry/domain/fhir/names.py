# SPDX-License-Identifier: Apache-2.0
"""Under which names a FHIR consent goes, so that its source can later say that it never was one.

As digests: they are compared and never read, and a name may be of any length. Versions of one
consent share its names.
"""

import hashlib
import json
from collections.abc import Set
from typing import Final

from consent_registry.domain.fhir.statement import Statement

_DIGITS: Final = 32


def names_of_consent(statement: Statement, of_people: Set[str]) -> tuple[str, ...]:
    """Give its business identifiers; those of the systems `of_people` name the person in it."""
    named = {one for one in statement.identifiers if one.system not in of_people}
    return tuple(sorted(_digest(one.system, one.code) for one in named))


def names_of_server(statement: Statement) -> tuple[str, ...]:
    """Give the id it has on its server, by which nobody else would know it."""
    return (_digest("id", statement.logical_id),) if statement.logical_id else ()


def _digest(system: str, name: str) -> str:
    return hashlib.sha256(json.dumps([system, name]).encode()).hexdigest()[:_DIGITS]
