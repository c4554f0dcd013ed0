# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/intake`: entries over HTTP; the answer comes after the commit."""

from typing import Any, Final

from flask import request

from audit_log.http.api.schemas import AcceptedSchema
from audit_log.http.edge import current_edge
from audit_log.usecases.take_in import take_in
from shared import strict_json
from shared.api import ApiBlueprint, MalformedJson
from shared.auth import current_principal, requires
from shared.http_io import parse_entry_batch

blueprint: Final = ApiBlueprint("intake", __name__, url_prefix="/v1", description="Intake")

MAX_INTAKE_BYTES: Final = 4 * 1024 * 1024  # a full batch of the HTTP transport, in base64


@blueprint.route("/intake", methods=["POST"])
@requires("entries.write")
@blueprint.raw_body("application/json")
@blueprint.response(202, AcceptedSchema)
def receive_entries() -> dict[str, Any]:
    """Keep a batch of entries of the caller's own source, in order."""
    request.max_content_length = MAX_INTAKE_BYTES
    try:
        body = strict_json.loads(request.get_data())
    except ValueError as fault:
        raise MalformedJson(str(fault)) from None
    edge = current_edge()
    accepted = take_in(
        parse_entry_batch(body),
        principal=current_principal(),
        transaction=edge.transaction,
        clock=edge.clock,
    )
    return {"accepted": accepted}
