# SPDX-License-Identifier: Apache-2.0
"""The data steward's page: who blocks what in a dataset, in numbers that may be shown."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from consent_registry.domain import purpose
from consent_registry.domain.errors import DatasetUnknown
from consent_registry.http.edge import dataset_id_of
from consent_registry.http.pages import blocking_views, participant
from consent_registry.usecases.blocking import who_blocks_what
from shared.errors import FieldFault, ValidationFailed
from shared.pages import FormError, current_principal, form_errors, signed_in

blueprint: Final = Blueprint("blocking", __name__, template_folder="templates")

_COUNT: Final = "cohorts.count"
_ANSWERS: Final[Mapping[str, bool]] = {"yes": True, "no": False}
_FLAGS: Final = ("commercial", "methods", "ancestry", "clinical", "genetic_data")


@blueprint.get("/blocking")
@signed_in(_COUNT)
def form() -> ResponseReturnValue:
    """Show the empty form."""
    return _page()


@blueprint.post("/blocking")
@signed_in(_COUNT)
def ask() -> ResponseReturnValue:
    """Answer below the form; show it again when something is missing."""
    tools = participant.current_tools()
    try:
        found = who_blocks_what(
            dataset_id_of(request.form.get("dataset", "").strip()),
            purpose.from_json(purpose_of(request.form)),
            tools=tools,
            principal=current_principal(),
        )
    except DatasetUnknown:
        fault = FieldFault("/dataset", "No dataset of this name is registered", "missing")
        return _page(errors=form_errors([fault])), 422
    except ValidationFailed as refused:
        return _page(errors=form_errors(refused.faults)), 422
    return _page(blocking_views.blocking(found, tools.small_cell))


def purpose_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """Put the fields of the form into the shape that the API takes; judges nothing."""
    months = form.get("purpose-months", "").strip()
    return {
        "category": form.get("purpose-category"),
        "diseases": form.get("purpose-diseases", "").split(),
        "countries": form.get("purpose-countries", "").upper().split(),
        "accepts": form.getlist("purpose-accepts"),
        "evidence": form.getlist("purpose-evidence"),
        "data_categories": form.getlist("purpose-data_categories"),
        "months": int(months) if months.isascii() and months.isdigit() else months or None,
        "organisation": {
            "not_for_profit": _ANSWERS.get(form.get("purpose-organisation-not_for_profit", ""))
        },
        **{flag: _ANSWERS.get(form.get(f"purpose-{flag}", "")) for flag in _FLAGS},
    }


def _page(
    view: blocking_views.BlockingView | None = None, errors: tuple[FormError, ...] = ()
) -> str:
    return render_template(
        "consent_registry/blocking.html",
        view=view,
        form=request.form,
        errors=errors,
        categories=blocking_views.CATEGORIES,
        conditions=blocking_views.CONDITIONS,
        evidence=blocking_views.EVIDENCE,
        data_categories=blocking_views.DATA_CATEGORIES,
    )
