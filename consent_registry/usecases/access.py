# SPDX-License-Identifier: Apache-2.0
"""Who may look at or change one participant's consents: a desk, or the person herself.

A person reaches only the participant her login is linked to; about any other she is told the same
whether it exists or not.
"""

from consent_registry.domain.errors import NotLinked, ParticipantUnknown
from consent_registry.domain.identifiers import is_name
from consent_registry.ports import UnitOfWork
from shared.errors import Forbidden
from shared.principal import Principal

SELF: str = "consents.self"


def participant(uow: UnitOfWork, principal: Principal, pseudonym: str, desk_scope: str) -> str:
    """Give the id of a participant whom this caller may act for.

    Raises Forbidden for a person and any participant but her own, ParticipantUnknown for a desk.
    """
    if desk_scope in principal.scopes:
        pid = uow.people.pid(pseudonym) if is_name(pseudonym) else None
        if pid is None:
            raise ParticipantUnknown
        return pid
    principal.require(SELF)
    own = uow.people.linked(principal.issuer, principal.subject)
    if own is None or own != (uow.people.pid(pseudonym) if is_name(pseudonym) else None):
        raise Forbidden("your login is linked to another participant or to none")
    return own


def oneself(uow: UnitOfWork, principal: Principal) -> str:
    """Give the id of the participant this login is linked to. Raises NotLinked."""
    principal.require(SELF)
    own = uow.people.linked(principal.issuer, principal.subject)
    if own is None:
        raise NotLinked
    return own
