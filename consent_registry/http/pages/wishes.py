# SPDX-License-Identifier: Apache-2.0
"""The participant's page of who may act for her, what she wants to hear of, and after her death.

Nothing is chosen beforehand, and nothing on it changes what her data may be used for while she
lives.
"""

from dataclasses import replace
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.errors import NotLinked
from consent_registry.domain.lives import Finding, Preferences, Topic, Wish
from consent_registry.domain.mandates import Mandate
from consent_registry.domain.records import Channel
from consent_registry.http.pages import participant
from consent_registry.http.pages.life_words import FINDING_WORDS, TOPIC_WORDS, WISH_WORDS
from consent_registry.http.pages.saying import Speaker
from consent_registry.usecases.lives import own_life, set_own_wishes
from consent_registry.usecases.mandates import own_mandates
from shared.pages import current_principal, signed_in

blueprint: Final = Blueprint("wishes", __name__, template_folder="templates")
_SELF: Final = "consents.self"


@blueprint.get("/wishes")
@signed_in(_SELF)
def show() -> ResponseReturnValue:
    """Show who may act for her and what she has said, with a form to say something else."""
    tools, principal = participant.current_tools(), current_principal()
    known = own_life(tools=tools, principal=principal)
    speaker, now = participant.current_speaker(), known.effective_at
    acting = own_mandates(tools=tools, principal=principal)
    return render_template(
        "consent_registry/wishes.html",
        said=known.preferences,
        since=speaker.day(known.preferences.since) if known.preferences.since else "",
        topics=[(topic.value, TOPIC_WORDS[topic]) for topic in Topic],
        chosen_topics=[topic.value for topic in known.preferences.topics],
        findings=[(finding.value, FINDING_WORDS[finding]) for finding in Finding],
        chosen_findings=[finding.value for finding in known.preferences.findings],
        wishes=[(wish.value, WISH_WORDS[wish]) for wish in Wish if wish is not Wish.UNSAID],
        wish="" if known.life.wish is Wish.UNSAID else known.life.wish.value,
        mandates=[_line(one, speaker) for one in acting if one.ends is None or one.ends > now],
        ended=[_line(one, speaker) for one in acting if one.ends is not None and one.ends <= now],
    )


def _line(one: Mandate, speaker: Speaker) -> dict[str, str]:
    return {
        "holder": one.holder,
        "kind": one.kind.value,
        "joint": "together" if one.joint else "alone",
        "about": "" if one.datasets is None else ", ".join(one.datasets),
        "begins": speaker.day(one.begins),
        "ends": "" if one.ends is None else speaker.day(one.ends),
    }


@blueprint.post("/wishes")
@signed_in(_SELF)
def save() -> ResponseReturnValue:
    """Record what the form says; a box that is not ticked is not wanted."""
    wanted = Preferences(
        topics=frozenset(one for one in Topic if one.value in request.form.getlist("topics")),
        findings=frozenset(one for one in Finding if one.value in request.form.getlist("findings")),
    )
    known = [wish for wish in Wish if wish is not Wish.UNSAID]
    wish = next((one for one in known if one.value == request.form.get("wish")), None)
    _save(wanted, wish)
    return redirect(url_for("wishes.show"), code=303)


@blueprint.post("/wishes/no-contact")
@signed_in(_SELF)
def no_contact() -> ResponseReturnValue:
    """Record that nobody may contact her; the topics stay as she chose them."""
    tools, principal = participant.current_tools(), current_principal()
    said = own_life(tools=tools, principal=principal).preferences
    _save(replace(said, no_contact=True), None)
    return redirect(url_for("wishes.show"), code=303)


def _save(wanted: Preferences, wish: Wish | None) -> None:
    tools, principal = participant.current_tools(), current_principal()
    set_own_wishes(wanted, wish, tools=tools, principal=principal, channel=Channel.PAGE)


@blueprint.errorhandler(NotLinked)
def not_linked(fault: NotLinked) -> ResponseReturnValue:
    """Say what a login without a participant can do."""
    return participant.not_linked(fault)
