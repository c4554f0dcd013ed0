# SPDX-License-Identifier: Apache-2.0
"""The data steward's pages: how imports go, ending one, and what the nodes have acknowledged.

A page of an import that is under way fetches itself anew, without a script, and can be told to stay
as it is.
"""

import contextlib
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consent_registry.domain.errors import ImportEnded
from consent_registry.http.pages import steward_views as views
from consent_registry.http.pages.participant import current_tools
from consent_registry.usecases.acknowledging import nodes_standing
from consent_registry.usecases.import_cancelling import cancel_import
from consent_registry.usecases.imports import import_report, newest_imports
from shared.pages import current_principal, signed_in

blueprint: Final = Blueprint("steward", __name__, template_folder="templates")
_IMPORT: Final = "consents.import"
_READ: Final = "consents.read"
_REFRESH_SECONDS: Final = 5


@blueprint.get("/imports")
@signed_in(_IMPORT)
def imports() -> ResponseReturnValue:
    """List the imports that arrived last."""
    rows = [views.line(batch) for batch in newest_imports(tools=current_tools())]
    return render_template("consent_registry/imports.html", rows=rows)


@blueprint.get("/imports/<import_id>")
@signed_in(_IMPORT)
def one_import(import_id: str) -> ResponseReturnValue:
    """Show how an import goes; while it does, fetched anew unless `still` stands in the address."""
    view = views.progress(import_report(import_id, every_fault=False, tools=current_tools()))
    still = "still" in request.args
    page = render_template("consent_registry/import.html", view=view, still=still)
    answer = make_response(page)
    if not view.ended and not still:
        answer.headers["Refresh"] = str(_REFRESH_SECONDS)
    return answer


@blueprint.post("/imports/<import_id>/cancel")
@signed_in(_IMPORT)
def cancel(import_id: str) -> ResponseReturnValue:
    """End an import; one that ended by itself meanwhile is shown as it is."""
    with contextlib.suppress(ImportEnded):
        cancel_import(import_id, tools=current_tools(), principal=current_principal())
    return redirect(url_for("steward.one_import", import_id=import_id), code=303)


@blueprint.get("/nodes")
@signed_in(_READ)
def nodes() -> ResponseReturnValue:
    """Show what every node enforces, and for how long it has lacked something."""
    found = [views.node(one) for one in nodes_standing(tools=current_tools())]
    return render_template("consent_registry/nodes.html", nodes=found)
