# SPDX-License-Identifier: Apache-2.0
"""The participant's page of the opt-out (EHDS Article 71): one step each way, and no reason."""

from typing import Final

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.errors import NotLinked
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.records import Channel
from consent_registry.http.pages import participant, views
from consent_registry.usecases.opt_out import own_opt_out, set_own_opt_out
from shared.pages import current_principal, signed_in

blueprint: Final = Blueprint("opt_out", __name__, template_folder="templates")
_SELF: Final = "consents.self"


@blueprint.get("/opt-out")
@signed_in(_SELF)
def show() -> ResponseReturnValue:
    """Show whether she is opted out, and what it means."""
    status = own_opt_out(tools=participant.current_tools(), principal=current_principal())
    view = views.opt_out(status, participant.current_speaker())
    return render_template("consent_registry/opt_out.html", view=view)


@blueprint.post("/opt-out")
@signed_in(_SELF)
def register() -> ResponseReturnValue:
    """Opt out of everything; the same page sent twice does it once."""
    _set(About(), OptOutKind.REGISTERED)
    return redirect(url_for("opt_out.show"), code=303)


@blueprint.post("/opt-out/reverse")
@signed_in(_SELF)
def reverse() -> ResponseReturnValue:
    """Undo whatever she is opted out of."""
    status = own_opt_out(tools=participant.current_tools(), principal=current_principal())
    for about in status.about:
        _set(about, OptOutKind.REVERSED)
    return redirect(url_for("opt_out.show"), code=303)


def _set(about: About, kind: OptOutKind) -> None:
    tools, principal = participant.current_tools(), current_principal()
    set_own_opt_out(about, kind, tools=tools, principal=principal, channel=Channel.PAGE)


@blueprint.errorhandler(NotLinked)
def not_linked(fault: NotLinked) -> ResponseReturnValue:
    """Say what a login without a participant can do: nobody can tell whose data are meant."""
    return participant.not_linked(fault)
