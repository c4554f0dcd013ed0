# SPDX-License-Identifier: Apache-2.0
"""Who gave a consent: the person herself, or perhaps somebody else for her.

FHIR names them in `performer` (R4) or `grantor` (R5). Organizations and their staff may take part.
Whether a relative may decide is told by mandates, which a file cannot show.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from consent_registry.domain.fhir.statement import NotUnderstood, Statement, as_text

_PEOPLE: Final = frozenset({"Patient", "Person", "RelatedPerson"})
_Who = Mapping[str, Any]


def given_by_another(statement: Statement, system: str, participant: Callable[[_Who], str]) -> bool:
    """Say whether somebody else gave it, or may have; `system` is that of participants' names.

    `participant` gives the name behind a reference, or raises NotUnderstood.
    """
    return any(
        _may_be_a_person(one, system) and not _is_same(one, statement.subject, participant)
        for one in statement.grantors
    )


def _may_be_a_person(grantor: _Who, system: str) -> bool:
    """Say yes of an address that tells nothing of who is behind it, too."""
    reference, named = grantor.get("reference", ""), grantor.get("identifier")
    if not isinstance(reference, str) or reference.startswith(("#", "urn:")):
        return True
    kinds = {as_text(grantor.get("type")), *reference.split("/")}
    as_people_are = isinstance(named, Mapping) and named.get("system") == system
    return as_people_are or not kinds.isdisjoint(_PEOPLE)


def _is_same(grantor: _Who, subject: _Who, participant: Callable[[_Who], str]) -> bool:
    """Say whether both are one address, or one name."""
    if "reference" in grantor and grantor["reference"] == subject.get("reference"):
        return "identifier" not in grantor or grantor["identifier"] == subject.get("identifier")
    try:
        return participant(grantor) == participant(subject)
    except NotUnderstood:
        return False
