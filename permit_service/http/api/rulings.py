# SPDX-License-Identifier: Apache-2.0
"""`/v1/applications/<id>/rulings`: answer what people's consents leave open, and withdraw that."""

from typing import Any, Final

from permit_service.domain.ruling import Matter, Says
from permit_service.http.api import present
from permit_service.http.api.schemas import (
    NewRulingSchema,
    ReasonsSchema,
    RulingSchema,
    RulingsSchema,
)
from permit_service.http.edge import application_id_of, caller_of, current_edge, ruling_id_of
from permit_service.usecases import rule
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires

blueprint: Final = ApiBlueprint(
    "rulings", __name__, url_prefix="/v1/applications", description="Rulings on open clauses"
)


@blueprint.route("/<application_id>/rulings")
@requires("applications.read")
@blueprint.response(200, RulingsSchema)
def list_rulings(application_id: str) -> dict[str, Any]:
    """List every ruling of an application."""
    found = rule.rulings(
        application_id_of(application_id),
        caller=caller_of(current_principal()),
        ports=current_edge().ports,
    )
    return {"rulings": [present.ruling(one) for one in found]}


@blueprint.route("/<application_id>/rulings", methods=["POST"])
@requires("applications.decide")
@blueprint.arguments(NewRulingSchema)
@blueprint.response(201, RulingSchema)
def post_ruling(body: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Rule on one matter of an undecided application."""
    wanted = rule.NewRuling(
        application_id=application_id_of(application_id),
        matter=Matter(clause=body["clause"], question=body["question"], value=body["value"]),
        says=Says(body["answer"]),
        reasons=body["reasons"],
    )
    caller, ports = caller_of(current_principal()), current_edge().ports
    return present.ruling(rule.rule(wanted, caller=caller, ports=ports))


@blueprint.route("/<application_id>/rulings/<ruling_id>/withdrawal", methods=["POST"])
@requires("applications.decide")
@blueprint.arguments(ReasonsSchema)
@blueprint.response(201, RulingSchema)
def withdraw_ruling(body: dict[str, Any], application_id: str, ruling_id: str) -> dict[str, Any]:
    """Withdraw a ruling: whom only it let in leaves the permit's cohort."""
    ending = rule.RulingEnding(
        application_id=application_id_of(application_id),
        ruling_id=ruling_id_of(ruling_id),
        reasons=body["reasons"],
    )
    caller, ports = caller_of(current_principal()), current_edge().ports
    return present.ruling(rule.withdraw_ruling(ending, caller=caller, ports=ports))
