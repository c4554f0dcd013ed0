# SPDX-License-Identifier: Apache-2.0
"""Say where one can be reached, confirm it, and take it away again: each person for herself.

What happens is put on record without the address. The entry comes first: an entry whose change did
not come is repeated by her, a change without its entry would be seen by nobody.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent_registry.domain.contacts import CODE_DIGITS, CODE_LIFE, ContactPoint, is_email
from consent_registry.domain.errors import ContactsAway, ContactsNotOffered, NotLinked, TooManyCodes
from consent_registry.domain.notices import Notice, NoticeKind, Outcome
from consent_registry.ports import UnitOfWork
from consent_registry.ports.contacts import CourierAway, CourierRefused
from consent_registry.usecases import access
from consent_registry.usecases.cases import names_of
from consent_registry.usecases.facts import fact
from consent_registry.usecases.stopping import record_about
from consent_registry.usecases.tools import Contacts, Tools
from shared.errors import AppError, FieldFault, ValidationFailed
from shared.principal import Principal

RECORDED: Final = "placet.person.preference.v1"
CODES_A_DAY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnContact:
    """Where she is reached, if she said so, and what became of the notices to her."""

    point: ContactPoint | None
    languages: Sequence[str]
    notices: Sequence[tuple[NoticeKind, Outcome, datetime]]


def own_contact(*, tools: Tools, principal: Principal) -> OwnContact:
    """Give what is kept of whoever this login is linked to.

    Raises NotLinked, ContactsNotOffered, ContactsAway.
    """
    contacts = offered(tools)
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
        notices = uow.notices.steps(names_of(uow, pid))
    return OwnContact(
        point=contacts.points.get(pid), languages=contacts.texts.languages, notices=notices
    )


def set_own_contact(email: str, language: str, *, tools: Tools, principal: Principal) -> None:
    """Keep an address in place of another, and send the code there that confirms it.

    A few codes a day: nobody has strangers written to from here. Raises ValidationFailed,
    TooManyCodes, and ContactsAway when the code could not be sent.
    """
    require_address(email, language, tools=tools)
    now = tools.clock.now()
    with tools.units() as uow:
        pid = access.oneself(uow, principal)
        notice = code_notice(uow, tools, pid, NoticeKind.CODE)
        record(uow, pid, "contact_set", now, principal)
        uow.commit()
    point = ContactPoint(email=email, language=language)
    sending = Sending(point=point, notice=notice, until=now + CODE_LIFE, page="/contact")

    def linked(uow: UnitOfWork) -> None:
        if uow.people.linked(principal.issuer, principal.subject) != pid:
            raise NotLinked

    send_code(sending, linked, tools=tools, principal=principal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A contact point to keep, the notice that its code is, until when that is good, and where."""

    point: ContactPoint
    notice: Notice
    until: datetime
    page: str


def send_code(
    sending: Sending,
    present: Callable[[UnitOfWork], None],
    *,
    tools: Tools,
    principal: Principal,
) -> None:
    """Keep the point, send its code, and note what became of that.

    `present` raises when an erasure has passed meanwhile; then nothing is kept, and nothing sent.
    """
    contacts, point, notice = offered(tools), sending.point, sending.notice
    pid, now = notice.pid, tools.clock.now()
    code = f"{int.from_bytes(tools.salts(16), 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}}"
    contacts.points.put(pid, point, code, sending.until)
    # An erasure takes her from the registry before it forgets where she is reached.
    with tools.reads() as uow:
        try:
            present(uow)
        except AppError:
            contacts.points.forget(pid)
            raise
    page = f"{tools.issuer}{sending.page}"
    subject, body = contacts.texts.say(notice.kind, point.language, page=page, code=code)
    outcome = Outcome.SENT
    try:
        contacts.courier.send(notice.notice_id, point.email, subject, body)
    except CourierAway:
        outcome = Outcome.GAVE_UP
    except CourierRefused:
        outcome = Outcome.REFUSED
    with tools.units() as uow:
        uow.notices.step(notice, outcome, tools.clock.now(), None)
        record(uow, pid, f"code_{outcome.value}", now, principal)
        uow.commit()
    if outcome is Outcome.GAVE_UP:
        raise ContactsAway
    if outcome is Outcome.REFUSED:
        fault = FieldFault("/email", "this address takes no messages")
        raise ValidationFailed("the contact point has faults", faults=[fault])


def confirm_own_contact(code: str, *, tools: Tools, principal: Principal) -> None:
    """Confirm with the code. Raises ValidationFailed for a wrong, used or outdated one."""
    contacts = offered(tools)
    now = tools.clock.now()
    with tools.reads() as uow:
        pid = access.oneself(uow, principal)
    if not contacts.points.confirm(pid, "".join(code.split()), now):
        fault = FieldFault("/code", "the code that was sent last, within half an hour")
        raise ValidationFailed("the code is not right", faults=[fault])
    with tools.units() as uow:
        record(uow, pid, "contact_confirmed", now, principal)
        uow.commit()


def remove_own_contact(*, tools: Tools, principal: Principal) -> None:
    """Destroy what is kept; nothing is there afterwards, whether or not something was."""
    contacts = offered(tools)
    with tools.units() as uow:
        pid = access.oneself(uow, principal)
        record(uow, pid, "contact_removed", tools.clock.now(), principal)
        uow.commit()
    contacts.points.forget(pid)


def require_address(
    email: str, language: str, more: Sequence[FieldFault] = (), *, tools: Tools
) -> None:
    """Raise ValidationFailed naming every fault of an address, and `more`."""
    languages = offered(tools).texts.languages
    faults = [*more]
    if not is_email(email):
        faults.append(FieldFault("/email", "an e-mail address such as name@example.org"))
    if language not in languages:
        faults.append(FieldFault("/language", f"one of {', '.join(languages)}"))
    if faults:
        raise ValidationFailed("the contact point has faults", faults=faults)


def offered(tools: Tools) -> Contacts:
    """Give what contact points need. Raises ContactsNotOffered where this node keeps none."""
    if tools.contacts is None:
        raise ContactsNotOffered
    return tools.contacts


def code_notice(uow: UnitOfWork, tools: Tools, pid: str, kind: NoticeKind) -> Notice:
    """Note that a code goes out, one of a few numbered ones of this day. Raises TooManyCodes."""
    now = tools.clock.now()
    for number in range(1, CODES_A_DAY + 1):
        about = f"{now.date().isoformat()}/{number}"
        notice = Notice(notice_id=tools.ids.new(), pid=pid, kind=kind, about=about)
        if uow.notices.add(notice, now):
            uow.notices.step(notice, Outcome.BEGUN, now, None)
            return notice
    raise TooManyCodes


def record(uow: UnitOfWork, pid: str, said: str, now: datetime, principal: Principal) -> None:
    """Put on record what happened to where somebody is reached, without the address."""
    record_about(uow, pid, fact(RECORDED, now, actor=principal, reason=said))
