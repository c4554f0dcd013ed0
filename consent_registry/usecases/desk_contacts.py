# SPDX-License-Identifier: Apache-2.0
"""The rights desk says where somebody without a sign-in is reached, from a paper of hers.

It is used once she has told the code that was sent there, or once a letter of hers was seen by
somebody else than who entered it. The desk sees afterwards that there is an address, and never
which: what it knows is on the paper.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.contacts import PAPER_CODE_LIFE, ContactPoint, Paper
from consent_registry.domain.errors import (
    ContactNotWanted,
    ParticipantUnknown,
    SignsInHerself,
)
from consent_registry.domain.notices import NoticeKind
from consent_registry.ports import UnitOfWork
from consent_registry.usecases import access
from consent_registry.usecases.cases import names_of
from consent_registry.usecases.contacts import (
    Sending,
    code_notice,
    offered,
    record,
    require_address,
    send_code,
)
from consent_registry.usecases.notifying import wants_none
from consent_registry.usecases.tools import Tools
from shared.errors import FieldFault, ValidationFailed
from shared.principal import Principal

DESK: Final = "rights.manage"
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperContact:
    """What a desk enters; `paper` is the SHA-256, in hex, of the paper that says it."""

    email: str
    language: str
    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Whether somebody is reached, since when, in which language; and whether an address waits."""

    confirmed_at: datetime | None
    language: str
    waits: bool


def contact_of(pseudonym: str, *, tools: Tools, principal: Principal) -> Reached:
    """Say whether somebody is reached. Raises ParticipantUnknown, ContactsNotOffered."""
    points = offered(tools).points
    with tools.reads() as uow:
        pid = _known(uow, principal, pseudonym)
    return _reached(points.get(pid))


def enter_contact(
    pseudonym: str, wanted: PaperContact, *, tools: Tools, principal: Principal
) -> Reached:
    """Keep an address from a paper, and send the code there that she tells the desk.

    Raises SignsInHerself, ContactNotWanted, TooManyCodes, ValidationFailed, and ContactsAway when
    the code could not be sent.
    """
    contacts = offered(tools)
    principal.require(DESK)
    require_address(
        wanted.email, wanted.language, _digest_faults(wanted.paper, "/paper"), tools=tools
    )
    now = tools.clock.now()
    with tools.units() as uow:
        pid = _without_login(uow, principal, pseudonym)
        if wants_none(uow, pid, NoticeKind.PAPER_CODE, now):
            raise ContactNotWanted
        notice = code_notice(uow, tools, pid, NoticeKind.PAPER_CODE)
        record(uow, pid, "contact_entered_at_desk", now, principal)
        uow.commit()
    paper = Paper(sha256=wanted.paper, by=(principal.issuer, principal.subject))
    point = ContactPoint(email=wanted.email, language=wanted.language, paper=paper)
    sending = Sending(point=point, notice=notice, until=now + PAPER_CODE_LIFE, page="/")

    def not_erased(uow: UnitOfWork) -> None:
        if uow.people.erased(pid):
            raise ParticipantUnknown

    send_code(sending, not_erased, tools=tools, principal=principal)
    return _reached(contacts.points.get(pid))


def confirm_contact_code(
    pseudonym: str, code: str, *, tools: Tools, principal: Principal
) -> Reached:
    """Confirm with the code that she told. Raises ValidationFailed for a wrong or outdated one."""
    points, now = offered(tools).points, tools.clock.now()
    with tools.reads() as uow:
        pid = _without_login(uow, principal, pseudonym)
    if not points.confirm(pid, "".join(code.split()), now):
        fault = FieldFault("/code", "the code that was sent last, within two weeks")
        raise ValidationFailed("the code is not right", faults=[fault])
    return _confirmed(pid, "contact_confirmed_at_desk", tools=tools, principal=principal)


def confirm_contact_letter(
    pseudonym: str, letter: str, *, tools: Tools, principal: Principal
) -> Reached:
    """Confirm with a letter of hers, by its SHA-256, seen by somebody else than who entered it.

    Raises SecondPersonNeeded, and ValidationFailed when no entry of a desk waits.
    """
    points, now = offered(tools).points, tools.clock.now()
    with tools.reads() as uow:
        pid = _without_login(uow, principal, pseudonym)
    faults = _digest_faults(letter, "/letter")
    seen = Paper(sha256=letter, by=(principal.issuer, principal.subject))
    if not faults and not points.confirm_by_letter(pid, seen, now):
        faults = [FieldFault("/letter", "there is no entry of a desk that waits")]
    if faults:
        raise ValidationFailed("the letter confirms nothing", faults=faults)
    return _confirmed(pid, "contact_confirmed_by_letter", tools=tools, principal=principal)


def remove_contact(pseudonym: str, *, tools: Tools, principal: Principal) -> None:
    """Destroy what is kept of somebody without a sign-in; nothing is there afterwards."""
    points = offered(tools).points
    with tools.units() as uow:
        pid = _without_login(uow, principal, pseudonym)
        record(uow, pid, "contact_removed_at_desk", tools.clock.now(), principal)
        uow.commit()
    points.forget(pid)


def _confirmed(pid: str, said: str, *, tools: Tools, principal: Principal) -> Reached:
    with tools.units() as uow:
        record(uow, pid, said, tools.clock.now(), principal)
        uow.commit()
    return _reached(offered(tools).points.get(pid))


def _reached(point: ContactPoint | None) -> Reached:
    if point is None:
        return Reached(confirmed_at=None, language="", waits=False)
    return Reached(
        confirmed_at=point.confirmed_at, language=point.language, waits=bool(point.waiting)
    )


def _known(uow: UnitOfWork, principal: Principal, pseudonym: str) -> str:
    principal.require(DESK)
    return access.participant(uow, principal, pseudonym, DESK)


def _without_login(uow: UnitOfWork, principal: Principal, pseudonym: str) -> str:
    pid = _known(uow, principal, pseudonym)
    if any(uow.people.accounts(name) for name in names_of(uow, pid)):
        raise SignsInHerself
    return pid


def _digest_faults(text: str, pointer: str) -> list[FieldFault]:
    if _SHA256.fullmatch(text):
        return []
    return [FieldFault(pointer, "the SHA-256 of the paper, in lower-case hex")]
