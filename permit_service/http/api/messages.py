# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/messages`: domain messages of other services, over the HTTP transport."""

from typing import Any, Final

from flask import request

from permit_service.http.api.schemas import AcceptedSchema
from permit_service.http.edge import current_edge
from permit_service.usecases.narrow import require_sender
from shared import strict_json
from shared.api import ApiBlueprint, MalformedJson
from shared.auth import current_principal, requires
from shared.http_io import parse_message_batch

blueprint: Final = ApiBlueprint("messages", __name__, description="Messages")


@blueprint.route("/v1/messages", methods=["POST"])
@requires("messages.write")
@blueprint.raw_body("application/json")
@blueprint.response(202, AcceptedSchema)
def receive_messages() -> dict[str, Any]:
    """Take a batch; it is committed when the answer comes, each message once."""
    edge = current_edge()
    require_sender(current_principal(), edge.messages_from)
    try:
        body = strict_json.loads(request.get_data())
    except ValueError as fault:
        raise MalformedJson(str(fault)) from None
    messages = parse_message_batch(body)
    edge.receive(messages)
    return {"accepted": len(messages)}
