# SPDX-License-Identifier: Apache-2.0
"""Link a login to a participant, so that she can decide for herself."""

from consent_registry.domain.errors import LinkTaken, ParticipantUnknown
from consent_registry.domain.identifiers import is_name
from consent_registry.usecases.facts import fact
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.principal import Principal

_MAX_CHARS = 500


def link_login(
    pseudonym: str, issuer: str, subject: str, *, tools: Tools, principal: Principal
) -> None:
    """Link a login to a participant; the same link again changes nothing.

    Raises ParticipantUnknown, and LinkTaken when either side is linked elsewhere: whoever can
    sign in as that login can withdraw for the participant, so a link is never moved silently.
    """
    given = (("/issuer", issuer), ("/subject", subject))
    faults = [
        FieldFault(at, "a text of 1 to 500 printable characters")
        for at, text in given
        if not 0 < len(text) <= _MAX_CHARS or not text.isprintable()
    ]
    if faults:
        raise ValidationFailed("the link has faults", faults=faults)
    with tools.units() as uow:
        pid = uow.people.pid(pseudonym) if is_name(pseudonym) else None
        if pid is None:
            raise ParticipantUnknown
        if uow.people.linked(issuer, subject) == pid:
            return
        now = tools.clock.now()
        if not uow.people.link(pid, issuer, subject, now):
            raise LinkTaken
        uow.record(fact("placet.admin.role.grant.v1", now, actor=principal, reason="login_linked"))
        uow.commit()
