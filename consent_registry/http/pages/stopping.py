# SPDX-License-Identifier: Apache-2.0
"""The pages on which some data or some activities are stopped, by herself or by a guardian.

Nothing is ticked beforehand. A page sent twice changes nothing more.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.activities import Scope
from consent_registry.domain.errors import GuardianMustSign, NothingToWithdraw, NotLinked
from consent_registry.domain.records import Channel
from consent_registry.domain.stopping import Closed
from consent_registry.http.pages import guarding, guarding_faults, participant
from consent_registry.http.pages.words import CATEGORY_WORDS
from consent_registry.usecases.guarding import guarded
from consent_registry.usecases.limiting import Stoppable, StopSome, stop_some, stoppable
from consent_registry.usecases.reading import Choices, own_consents
from shared.errors import FieldFault, NotFound, ValidationFailed
from shared.ids import DatasetId
from shared.pages import current_principal, form_errors, signed_in

blueprint: Final = Blueprint("stopping", __name__, template_folder="templates")
guarding_faults.handle(blueprint)
_SELF: Final = "consents.self"
_NONE: Final = {
    "data": "Choose at least one kind of data.",
    "activities": "Choose at least one.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """Of which dataset what may be stopped, and of whom; `who` is empty for oneself."""

    dataset: str
    what: str
    who: str


@blueprint.get("/withdraw/<dataset>/some-<what>")
@blueprint.get("/acting/<pseudonym>/stop/<dataset>/some-<what>")
@signed_in(_SELF)
def ask(dataset: str, what: str, pseudonym: str = "") -> ResponseReturnValue:
    """Ask what is not to be used, or not to be done, any more."""
    about = _About(dataset=dataset, what=what, who=pseudonym)
    return _page(about, _found(about, _choices(pseudonym)), ())


@blueprint.post("/withdraw/<dataset>/some-<what>")
@blueprint.post("/acting/<pseudonym>/stop/<dataset>/some-<what>")
@signed_in(_SELF)
def stop(dataset: str, what: str, pseudonym: str = "") -> ResponseReturnValue:
    """Stop it, and lead to what was recorded."""
    about, choices = _About(dataset=dataset, what=what, who=pseudonym), _choices(pseudonym)
    found, closed = _found(about, choices), _closed(what)
    if closed == Closed():
        return _page(about, found, (FieldFault(f"/{what}", _NONE[what], "missing"),))
    wanted = StopSome(pseudonym=choices.pseudonym, dataset=DatasetId(dataset), closed=closed)
    tools, principal = participant.current_tools(), current_principal()
    try:
        with suppress(NothingToWithdraw):
            stop_some(wanted, tools=tools, principal=principal, channel=Channel.PAGE)
    except ValidationFailed as refused:
        return _page(about, found, refused.faults)
    if pseudonym:
        return guarding.back(pseudonym, "narrowed")
    return redirect(url_for("participant.history", dataset=dataset), code=303)


@blueprint.errorhandler(NotLinked)
def not_linked(fault: NotLinked) -> ResponseReturnValue:
    """Say what a login without a participant can do."""
    return participant.not_linked(fault)


@blueprint.errorhandler(GuardianMustSign)
def others_decide(_: GuardianMustSign) -> ResponseReturnValue:
    """Say what is hers to do while others decide; nothing was recorded."""
    return render_template("consent_registry/others_decide.html"), 409


def _choices(pseudonym: str) -> Choices:
    """Say what holds of her own data, or of those of whom this login decides for."""
    tools, principal = participant.current_tools(), current_principal()
    if pseudonym:
        return guarded(pseudonym, tools=tools, principal=principal).choices
    return own_consents(tools=tools, principal=principal)


def _found(about: _About, choices: Choices) -> Stoppable:
    found = stoppable(choices, about.dataset, participant.current_tools())
    if found is None or about.what not in _NONE:
        raise NotFound
    return found


def _closed(what: str) -> Closed:
    named = request.form.getlist(what)
    if what == "activities":
        return Closed(activities=tuple(named))
    return Closed(data_categories=tuple(one for one in CATEGORY_WORDS if one in named))


def _page(about: _About, found: Stoppable, faults: tuple[FieldFault, ...]) -> ResponseReturnValue:
    speaker = participant.current_speaker()
    kinds = {
        "data": [(name, CATEGORY_WORDS[name]) for name in found.data_categories],
        "activities": [(name, speaker.activity(Scope(name))) for name in found.activities],
    }
    page = render_template(
        "consent_registry/stop_some.html",
        about=about,
        title=found.title,
        kinds=kinds[about.what],
        errors=form_errors(faults),
    )
    return page, 422 if faults else 200
