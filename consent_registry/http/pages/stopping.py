# SPDX-License-Identifier: Apache-2.0
"""The page on which somebody stops the use of some kinds of her data, and allows the rest."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.errors import NothingToWithdraw, NotLinked
from consent_registry.domain.records import Channel
from consent_registry.http.pages import participant
from consent_registry.http.pages.words import CATEGORY_WORDS
from consent_registry.usecases.limiting import own_stoppable, stop_own_data
from shared.errors import FieldFault, NotFound
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("stopping", __name__, template_folder="templates")
_SELF: Final = "consents.self"


@blueprint.get("/withdraw/<dataset>/some-data")
@signed_in(_SELF)
def ask(dataset: str) -> ResponseReturnValue:
    """Ask of which data the use is to stop; nothing is ticked."""
    return _page(dataset)


@blueprint.post("/withdraw/<dataset>/some-data")
@signed_in(_SELF)
def stop(dataset: str) -> ResponseReturnValue:
    """Stop it, and show what was recorded. A page sent twice changes nothing more."""
    tools, principal = participant.current_tools(), current_principal()
    found = own_stoppable(dataset, tools=tools, principal=principal)
    named = tuple(one for one in CATEGORY_WORDS if one in request.form.getlist("data"))
    if not named and found is not None:
        fault = FieldFault("/data", "Choose at least one kind of data.", "missing")
        return _page(dataset, form_errors([fault])), 422
    try:
        stop_own_data(dataset, named, tools=tools, principal=principal, channel=Channel.PAGE)
    except NothingToWithdraw:
        if found is None:
            raise NotFound from None
    return redirect(url_for("participant.history", dataset=dataset), code=303)


def _page(dataset: str, errors: tuple[FormError, ...] = ()) -> str:
    tools, principal = participant.current_tools(), current_principal()
    found = own_stoppable(dataset, tools=tools, principal=principal)
    if found is None:
        raise NotFound
    return render_template(
        "consent_registry/some_data.html",
        dataset=dataset,
        title=found.title,
        kinds=[(name, CATEGORY_WORDS[name]) for name in found.data_categories],
        errors=errors,
    )


@blueprint.errorhandler(NotLinked)
def not_linked(fault: NotLinked) -> ResponseReturnValue:
    """Say what a login without a participant can do."""
    return participant.not_linked(fault)
