# SPDX-License-Identifier: Apache-2.0
"""The addresses of the participant's pages. Who she is comes from her login, not the address.

A login that is linked to nobody gets a page that says what to do, and learns nothing else.
"""

from typing import Final

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from consent_registry.domain.errors import NotLinked
from consent_registry.domain.records import Channel
from consent_registry.http.pages import history_views, views
from consent_registry.http.pages.saying import Speaker
from consent_registry.usecases.outlook import own_outlook
from consent_registry.usecases.reading import own_consents, own_history
from consent_registry.usecases.studies import own_studies
from consent_registry.usecases.study_consents import own_study_choices
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.withdraw import WithdrawConsent, own_withdrawal, withdraw_own
from shared.errors import NotFound
from shared.ids import DatasetId
from shared.pages import current_principal, signed_in

blueprint: Final = Blueprint("participant", __name__, template_folder="templates")
_EXTENSION: Final = "consent_registry_pages"
_SELF: Final = "consents.self"


def give_tools(app: Flask, tools: Tools) -> None:
    """Give the use cases' tools to the pages of an application."""
    app.extensions[_EXTENSION] = tools


@blueprint.get("/")
@signed_in(_SELF)
def home() -> ResponseReturnValue:
    """Show what she allows, dataset by dataset."""
    view = views.home(_present(), current_speaker())
    return render_template("consent_registry/home.html", view=view)


@blueprint.get("/withdraw")
@blueprint.get("/withdraw/<dataset>")
@blueprint.get("/withdraw/study/<study>")
@signed_in(_SELF)
def ask(dataset: str | None = None, study: str | None = None) -> ResponseReturnValue:
    """Ask once, with what changes and what cannot be undone; each page has a key of its own."""
    about = views.About(dataset=dataset, study=study)
    view = views.question(_present(), about, current_speaker(), key=current_tools().ids.new())
    if view is None:
        raise NotFound
    return render_template("consent_registry/withdraw.html", view=view)


@blueprint.post("/withdraw")
@blueprint.post("/withdraw/<dataset>")
@blueprint.post("/withdraw/study/<study>")
@signed_in(_SELF)
def withdraw(dataset: str | None = None, study: str | None = None) -> ResponseReturnValue:
    """Withdraw. The same page sent twice does it once; a form without any field does it too."""
    wanted = WithdrawConsent(
        datasets=None if dataset is None else (DatasetId(dataset),),
        study=_hers(study) if study else "",
        idempotency_key=request.form.get("key") or None,
    )
    done = withdraw_own(
        wanted, tools=current_tools(), principal=current_principal(), channel=Channel.PAGE
    )
    address = url_for("participant.receipt", withdrawal_id=done.withdrawal_id)
    return redirect(address, code=303)


@blueprint.get("/withdrawals/<withdrawal_id>")
@signed_in(_SELF)
def receipt(withdrawal_id: str) -> ResponseReturnValue:
    """Show the receipt of one of her own withdrawals, at any time later too."""
    tools, principal = current_tools(), current_principal()
    done = own_withdrawal(withdrawal_id, tools=tools, principal=principal)
    choices = own_consents(tools=tools, principal=principal)
    steps = own_history(tools=tools, principal=principal)
    view = views.receipt(done, choices, steps, current_speaker())
    return render_template("consent_registry/receipt.html", view=view)


@blueprint.get("/history")
@blueprint.get("/history/<dataset>")
@signed_in(_SELF)
def history(dataset: str | None = None) -> ResponseReturnValue:
    """Show what was recorded, newest first."""
    steps = own_history(tools=current_tools(), principal=current_principal())
    view = history_views.history(steps, dataset, current_speaker())
    return render_template("consent_registry/history.html", view=view)


@blueprint.errorhandler(NotLinked)
def not_linked(_: NotLinked) -> ResponseReturnValue:
    """Say what a login without a participant can do."""
    page = render_template("consent_registry/not_linked.html", login=current_principal())
    return page, 403


def current_tools() -> Tools:
    """Give the use cases' tools of the running application."""
    found = current_app.extensions.get(_EXTENSION)
    if not isinstance(found, Tools):
        raise LookupError("consent_registry.http.pages.install was not called")  # noqa: TRY004 - absent, not mistyped
    return found


def _hers(study: str) -> str:
    """Give a study that she is in, by her data or by what she said of it; else there is none."""
    tools, principal = current_tools(), current_principal()
    mine = {one.study for one in own_studies(tools=tools, principal=principal).values()}
    mine |= {one.name for one in own_study_choices(tools=tools, principal=principal)}
    if study not in mine:
        raise NotFound
    return study


def _present() -> views.Present:
    tools, principal = current_tools(), current_principal()
    return views.Present(
        choices=own_consents(tools=tools, principal=principal),
        outlooks=own_outlook(tools=tools, principal=principal),
        studies=own_studies(tools=tools, principal=principal),
        said=own_study_choices(tools=tools, principal=principal),
    )


def current_speaker() -> Speaker:
    """Give whatever says terms in the reader's language."""
    tools = current_tools()
    vocabulary = tools.policy_at(tools.clock.now()).vocabulary
    return Speaker(tools.diseases, str(get_locale() or "en"), vocabulary)
