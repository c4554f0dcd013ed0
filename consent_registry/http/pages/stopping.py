# SPDX-License-Identifier: Apache-2.0
"""The pages on which somebody stops the use of some of her data, or some activities, only."""

from contextlib import suppress
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.activities import Scope
from consent_registry.domain.errors import NothingToWithdraw, NotLinked
from consent_registry.domain.records import Channel
from consent_registry.domain.stopping import Closed
from consent_registry.http.pages import participant
from consent_registry.http.pages.words import CATEGORY_WORDS
from consent_registry.usecases.limiting import Stoppable, own_stoppable, stop_own
from shared.errors import FieldFault, NotFound, ValidationFailed
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("stopping", __name__, template_folder="templates")
_SELF: Final = "consents.self"


@blueprint.get("/withdraw/<dataset>/some-data")
@signed_in(_SELF)
def ask(dataset: str) -> ResponseReturnValue:
    """Ask of which data the use is to stop; nothing is ticked."""
    return _data_page(dataset, _found(dataset))


@blueprint.post("/withdraw/<dataset>/some-data")
@signed_in(_SELF)
def stop(dataset: str) -> ResponseReturnValue:
    """Stop it, and show what was recorded. A page sent twice changes nothing more."""
    found = _found(dataset)
    named = tuple(one for one in CATEGORY_WORDS if one in request.form.getlist("data"))
    if not named:
        fault = FieldFault("/data", "Choose at least one kind of data.", "missing")
        return _data_page(dataset, found, form_errors([fault])), 422
    return _stopped(dataset, Closed(data_categories=named))


@blueprint.get("/withdraw/<dataset>/some-activities")
@signed_in(_SELF)
def ask_activities(dataset: str) -> ResponseReturnValue:
    """Ask what is not to be done with her data any more; nothing is ticked."""
    return _activities_page(dataset, _found(dataset))


@blueprint.post("/withdraw/<dataset>/some-activities")
@signed_in(_SELF)
def stop_activities(dataset: str) -> ResponseReturnValue:
    """Stop it, and show what was recorded. A page sent twice changes nothing more."""
    found, named = _found(dataset), request.form.getlist("activities")
    if not named:
        fault = FieldFault("/activities", "Choose at least one.", "missing")
        return _activities_page(dataset, found, form_errors([fault])), 422
    try:
        return _stopped(dataset, Closed(activities=tuple(named)))
    except ValidationFailed as refused:
        return _activities_page(dataset, found, form_errors(refused.faults)), 422


def _found(dataset: str) -> Stoppable:
    tools, principal = participant.current_tools(), current_principal()
    found = own_stoppable(dataset, tools=tools, principal=principal)
    if found is None:
        raise NotFound
    return found


def _stopped(dataset: str, closed: Closed) -> ResponseReturnValue:
    tools, principal = participant.current_tools(), current_principal()
    with suppress(NothingToWithdraw):
        stop_own(dataset, closed, tools=tools, principal=principal, channel=Channel.PAGE)
    return redirect(url_for("participant.history", dataset=dataset), code=303)


def _data_page(dataset: str, found: Stoppable, errors: tuple[FormError, ...] = ()) -> str:
    return render_template(
        "consent_registry/some_data.html",
        dataset=dataset,
        title=found.title,
        kinds=[(name, CATEGORY_WORDS[name]) for name in found.data_categories],
        errors=errors,
    )


def _activities_page(dataset: str, found: Stoppable, errors: tuple[FormError, ...] = ()) -> str:
    speaker = participant.current_speaker()
    return render_template(
        "consent_registry/some_activities.html",
        dataset=dataset,
        title=found.title,
        kinds=[(name, speaker.activity(Scope(name))) for name in found.activities],
        errors=errors,
    )


@blueprint.errorhandler(NotLinked)
def not_linked(fault: NotLinked) -> ResponseReturnValue:
    """Say what a login without a participant can do."""
    return participant.not_linked(fault)
