# SPDX-License-Identifier: Apache-2.0
"""The page of somebody in whose place others decide: what they allow, and her own yes or no.

A yes names what it is to, as the page showed it: what changed meanwhile is not meant by it.
"""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.assent import Will
from consent_registry.domain.errors import AssentMatterUnknown, NobodyDecides, NotLinked
from consent_registry.domain.records import Channel
from consent_registry.http.pages import guarding_views, participant
from consent_registry.usecases.assenting import NewWord, say_own
from consent_registry.usecases.guarding import own_proposals
from consent_registry.usecases.reading import own_consents
from consent_registry.usecases.will import own_will
from shared.errors import NotFound
from shared.ids import DatasetId
from shared.pages import current_principal, signed_in

blueprint: Final = Blueprint("minor", __name__, template_folder="templates")
_SELF: Final = "consents.self"
_WORDS: Final = {will.value: will for will in (Will.ASSENT, Will.DISSENT)}


@blueprint.get("/my-say")
@signed_in(_SELF)
def show() -> ResponseReturnValue:
    """Show what others allow or want to allow in her place, and what she said to it."""
    return _page()


@blueprint.post("/my-say")
@signed_in(_SELF)
def say() -> ResponseReturnValue:
    """Record her yes or no. A no is to the datasets named; to everything, when none is."""
    will = _WORDS.get(request.form.get("will", ""))
    if will is None:
        raise NotFound
    datasets = tuple(DatasetId(name) for name in request.form.getlist("dataset") if name)
    wanted = NewWord(
        will=will,
        about=request.form.get("about") or None,
        datasets=datasets if datasets and will is Will.DISSENT else None,
    )
    tools, principal = participant.current_tools(), current_principal()
    say_own(wanted, tools=tools, principal=principal, channel=Channel.PAGE)
    return redirect(url_for("minor.show"), code=303)


@blueprint.errorhandler(AssentMatterUnknown)
@blueprint.errorhandler(NobodyDecides)
def changed(_: Exception) -> ResponseReturnValue:
    """Show what holds now, where it is no more what she answered to; nothing was recorded."""
    page, _status = _page(changed=True)
    return page, 409


@blueprint.errorhandler(NotLinked)
def not_linked(fault: NotLinked) -> ResponseReturnValue:
    """Say what a login without a participant can do."""
    return participant.not_linked(fault)


def _page(*, changed: bool = False) -> tuple[str, int]:
    tools, principal = participant.current_tools(), current_principal()
    will, speaker = own_will(tools=tools, principal=principal), participant.current_speaker()
    view = guarding_views.own_say(
        will,
        own_consents(tools=tools, principal=principal),
        own_proposals(tools=tools, principal=principal),
        speaker,
    )
    said = guarding_views.own_words(will, speaker)
    return render_template(
        "consent_registry/my_say.html", view=view, words=said, changed=changed
    ), 200
