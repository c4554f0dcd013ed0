# SPDX-License-Identifier: Apache-2.0
"""`/v1/rights-requests`: requests under GDPR 15 to 21, the person's own file, tasks with proof."""

from typing import Any, Final

import orjson
from flask import Response

from consent_registry.domain.rights import Right, RightsRequest, StepKind
from consent_registry.http import rights_present as present
from consent_registry.http.api.rights_schemas import (
    FileQuerySchema,
    GrantErasureSchema,
    MoveSchema,
    NewRequestSchema,
    ProofSchema,
    RequestListSchema,
    RequestSchema,
    SeenRequestSchema,
    TaskListSchema,
    TaskSchema,
)
from consent_registry.http.edge import current_tools
from consent_registry.usecases.own_file import file_of
from consent_registry.usecases.requests import (
    Move,
    NewRequest,
    begin_erasure,
    make_request,
    move_own_request,
    move_request,
    own_request,
    own_requests,
    queue,
    see_request,
)
from consent_registry.usecases.tasks import close_task, open_tasks, own_tasks, take_task
from shared.api import ApiBlueprint, instant_of
from shared.auth import current_principal, requires, requires_any

blueprint: Final = ApiBlueprint(
    "rights_requests", __name__, description="Requests under GDPR Articles 15 to 21"
)
_DESK: Final = "rights.manage"
_SELF: Final = "consents.self"


@blueprint.route("/v1/participants/<pseudonym>/rights-requests", methods=["POST"])
@requires_any(_DESK, _SELF)
@blueprint.arguments(NewRequestSchema)
@blueprint.response(201, RequestSchema)
def post_request(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Receive a request. A restriction or an objection lets the data rest at once."""
    wanted = NewRequest(
        right=Right(body["right"]),
        words=body["words"],
        received_at=instant_of(body["received_at"], "/received_at"),
    )
    principal = current_principal()
    return _shown(make_request(pseudonym, wanted, tools=current_tools(), principal=principal))


@blueprint.route("/v1/rights-requests")
@requires_any(_DESK, _SELF)
@blueprint.response(200, RequestListSchema)
def get_requests() -> dict[str, Any]:
    """Give the desk what waits, overdue first; give a person her own, newest first."""
    tools, principal = current_tools(), current_principal()
    ask = queue if _DESK in principal.scopes else own_requests
    return {"requests": [_shown(one) for one in ask(tools=tools, principal=principal)]}


@blueprint.route("/v1/rights-requests/<request_id>")
@requires_any(_DESK, _SELF)
@blueprint.response(200, SeenRequestSchema)
def get_request(request_id: str) -> dict[str, Any]:
    """Give one request; what the person wrote is for the desk."""
    tools, principal = current_tools(), current_principal()
    if _DESK in principal.scopes:
        return _seen(request_id)
    found = own_request(request_id, tools=tools, principal=principal)
    return _shown(found)


@blueprint.route("/v1/rights-requests/<request_id>/steps", methods=["POST"])
@requires_any(_DESK, _SELF)
@blueprint.arguments(MoveSchema)
@blueprint.response(200, RequestSchema)
def post_step(body: dict[str, Any], request_id: str) -> dict[str, Any]:
    """Take a step: the desk's, or the person's own (taken_back, lifted)."""
    tools, principal = current_tools(), current_principal()
    kind = StepKind(body["step"])
    if _DESK in principal.scopes:
        move = Move(kind=kind, code=body["code"])
        found = move_request(request_id, move, tools=tools, principal=principal)
    else:
        found = move_own_request(request_id, kind, tools=tools, principal=principal)
    return _shown(found)


@blueprint.route("/v1/rights-requests/<request_id>/erasure", methods=["POST"])
@requires(_DESK)
@blueprint.arguments(GrantErasureSchema)
@blueprint.response(200, SeenRequestSchema)
def post_erasure(body: dict[str, Any], request_id: str) -> dict[str, Any]:
    """Grant a request for erasure; a second person confirms `erasure_id`."""
    tools, principal = current_tools(), current_principal()
    begin_erasure(request_id, body["ground"], tools=tools, principal=principal)
    return _seen(request_id)


@blueprint.route("/v1/participants/<pseudonym>/own-data")
@requires_any(_DESK, _SELF)
@blueprint.arguments(FileQuerySchema, location="query")
@blueprint.alt_response(200, description="everything held, in format placet/own-data/v1")
def get_file(query: dict[str, Any], pseudonym: str) -> Response:
    """Give everything that is held about a person (Articles 15 and 20)."""
    found = file_of(
        pseudonym,
        with_uses=query["uses"],
        tools=current_tools(),
        principal=current_principal(),
    )
    return Response(orjson.dumps(present.own_file(found)), mimetype="application/json")


@blueprint.route("/v1/withdrawal-tasks")
@requires_any(_DESK, _SELF)
@blueprint.response(200, TaskListSchema)
def get_tasks() -> dict[str, Any]:
    """Give the desk what remains to be done; give a person what her withdrawals made."""
    tools, principal = current_tools(), current_principal()
    ask = open_tasks if _DESK in principal.scopes else own_tasks
    return {"tasks": [present.task(one) for one in ask(tools=tools, principal=principal)]}


@blueprint.route("/v1/withdrawal-tasks/<task_id>/owner", methods=["POST"])
@requires(_DESK)
@blueprint.response(200, TaskSchema)
def post_owner(task_id: str) -> dict[str, Any]:
    """Take a task on oneself."""
    tools, principal = current_tools(), current_principal()
    return present.task(take_task(task_id, tools=tools, principal=principal))


@blueprint.route("/v1/withdrawal-tasks/<task_id>/proof", methods=["POST"])
@requires(_DESK)
@blueprint.arguments(ProofSchema)
@blueprint.response(200, TaskSchema)
def post_proof(body: dict[str, Any], task_id: str) -> dict[str, Any]:
    """Close a task with the text that proves it."""
    tools, principal = current_tools(), current_principal()
    return present.task(close_task(task_id, body["proof"], tools=tools, principal=principal))


def _seen(request_id: str) -> dict[str, Any]:
    tools = current_tools()
    seen = see_request(request_id, tools=tools, principal=current_principal())
    erasure_id = seen.erasure.erasure_id if seen.erasure else None
    shown = _shown(seen.request)
    return {**shown, "participant": seen.pseudonym, "words": seen.words, "erasure_id": erasure_id}


def _shown(found: RightsRequest) -> dict[str, Any]:
    tools = current_tools()
    now = tools.clock.now()
    return present.request(found, now, tools.policy_at(now).authority)
