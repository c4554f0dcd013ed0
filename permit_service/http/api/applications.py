# SPDX-License-Identifier: Apache-2.0
"""`/v1/applications`: submit, list, look, count, decide."""

from typing import Any, Final

from permit_service.domain.application import Verdict
from permit_service.http.api import present
from permit_service.http.api.schemas import (
    ApplicationSchema,
    ApplicationsSchema,
    CohortSchema,
    DecidedSchema,
    DecisionSchema,
    SubmissionSchema,
)
from permit_service.http.edge import application_id_of, caller_of, current_edge
from permit_service.usecases import read
from permit_service.usecases.decide import Decision, decide
from permit_service.usecases.submit import parse_submission, submit
from shared.api import ApiBlueprint, instant_of
from shared.auth import current_principal, requires, requires_any

blueprint: Final = ApiBlueprint(
    "applications", __name__, url_prefix="/v1/applications", description="Applications"
)


@blueprint.route("", methods=["POST"])
@requires("applications.submit")
@blueprint.arguments(SubmissionSchema)
@blueprint.response(201, ApplicationSchema)
def submit_application(body: dict[str, Any]) -> dict[str, Any]:
    """Submit an application."""
    given = {name: value for name, value in body.items() if value is not None}
    submission, ports = parse_submission(given), current_edge().ports
    application = submit(submission, caller=caller_of(current_principal()), ports=ports)
    return present.application(application, read.due(application, ports=ports))


@blueprint.route("")
@requires_any("applications.read", "applications.submit")
@blueprint.response(200, ApplicationsSchema)
def list_applications() -> dict[str, Any]:
    """List the queue for the authority, and an applicant's own for the applicant."""
    ports = current_edge().ports
    found = read.applications(caller=caller_of(current_principal()), ports=ports)
    return {"applications": [present.application(one, read.due(one, ports=ports)) for one in found]}


@blueprint.route("/<application_id>")
@requires_any("applications.read", "applications.submit")
@blueprint.response(200, ApplicationSchema)
def get_application(application_id: str) -> dict[str, Any]:
    """Show one application and what became of it."""
    found = read.case(
        application_id_of(application_id),
        caller=caller_of(current_principal()),
        ports=current_edge().ports,
    )
    return present.case(found)


@blueprint.route("/<application_id>/cohort")
@requires("applications.read")
@blueprint.response(200, CohortSchema)
def get_cohort(application_id: str) -> dict[str, Any]:
    """Ask consent_registry who would be in now, in counts."""
    view = read.cohort(
        application_id_of(application_id),
        caller=caller_of(current_principal()),
        ports=current_edge().ports,
    )
    return present.cohort(view)


@blueprint.route("/<application_id>/decisions", methods=["POST"])
@requires("applications.decide")
@blueprint.arguments(DecisionSchema)
@blueprint.response(201, DecidedSchema)
def decide_application(body: dict[str, Any], application_id: str) -> dict[str, Any]:
    """Sign a decision; a grant that cannot be finished at once stays `granting`."""
    edge, caller = current_edge(), caller_of(current_principal())
    decision = Decision(
        application_id=application_id_of(application_id),
        verdict=Verdict(body["decision"]),
        reasons=body["reasons"],
        valid_until=instant_of(body["valid_until"], "/valid_until"),
    )
    application = decide(decision, caller=caller, ports=edge.ports)
    answer = {"application_id": application_id, "state": application.state.value}
    permit = read.permit_of(application.application_id, ports=edge.ports)
    if permit is not None:
        answer["permit_id"] = permit.permit_id
    return answer
