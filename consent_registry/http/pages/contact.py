# SPDX-License-Identifier: Apache-2.0
"""The participant's page of where she can be reached: entered, confirmed, and taken away by her.

Where a node keeps no contact points the page says that nobody writes to anybody from here.
"""

from typing import Final

from babel import Locale
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.errors import ContactsAway, ContactsNotOffered, NotLinked, TooManyCodes
from consent_registry.http.pages import participant
from consent_registry.http.pages.contact_words import NOTICE_WORDS, OUTCOME_WORDS, SAID
from consent_registry.usecases.contacts import (
    confirm_own_contact,
    own_contact,
    remove_own_contact,
    set_own_contact,
)
from shared.errors import ValidationFailed
from shared.pages import current_principal, signed_in

blueprint: Final = Blueprint("contact", __name__, template_folder="templates")
_SELF: Final = "consents.self"


@blueprint.get("/contact")
@signed_in(_SELF)
def show() -> ResponseReturnValue:
    """Show what is kept, with the forms that change it."""
    return _page()


@blueprint.post("/contact")
@signed_in(_SELF)
def save() -> ResponseReturnValue:
    """Keep an address and send a code to it."""
    email, language = request.form.get("email", "").strip(), request.form.get("language", "")
    try:
        set_own_contact(
            email, language, tools=participant.current_tools(), principal=current_principal()
        )
    except ValidationFailed as refused:
        return _page([fault.pointer.removeprefix("/") for fault in refused.faults], 422)
    except TooManyCodes:
        return _page(["too_many"], 429)
    except ContactsAway:
        return _page(["away"], 503)
    return redirect(url_for("contact.show"), code=303)


@blueprint.post("/contact/confirm")
@signed_in(_SELF)
def confirm() -> ResponseReturnValue:
    """Confirm the address with the code that was sent there."""
    code = request.form.get("code", "")
    try:
        confirm_own_contact(code, tools=participant.current_tools(), principal=current_principal())
    except ValidationFailed:
        return _page(["code"], 422)
    return redirect(url_for("contact.show"), code=303)


@blueprint.post("/contact/remove")
@signed_in(_SELF)
def remove() -> ResponseReturnValue:
    """Destroy what is kept."""
    remove_own_contact(tools=participant.current_tools(), principal=current_principal())
    return redirect(url_for("contact.show"), code=303)


@blueprint.errorhandler(NotLinked)
def not_linked(fault: NotLinked) -> ResponseReturnValue:
    """Say what a login without a participant can do."""
    return participant.not_linked(fault)


@blueprint.errorhandler(ContactsNotOffered)
def not_offered(_: ContactsNotOffered) -> ResponseReturnValue:
    """Say that this node writes to nobody."""
    return render_template("consent_registry/no_contact.html"), 404


def _page(faults: list[str] | None = None, status: int = 200) -> ResponseReturnValue:
    tools, principal = participant.current_tools(), current_principal()
    known = own_contact(tools=tools, principal=principal)
    speaker = participant.current_speaker()
    page = render_template(
        "consent_registry/contact.html",
        point=known.point,
        confirmed=known.point is not None and known.point.confirmed_at is not None,
        languages=[(one, Locale.parse(one).get_display_name(one)) for one in known.languages],
        steps=[
            (speaker.day(at), NOTICE_WORDS[kind], OUTCOME_WORDS[outcome])
            for kind, outcome, at in known.notices
        ],
        faults=[SAID[one] for one in faults or ()],
    )
    return page, status
