# SPDX-License-Identifier: Apache-2.0
"""`/v1/permits` and the keys that permits are signed with."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, jsonify

from permit_service.http.api import present
from permit_service.http.api.schemas import (
    KeySetSchema,
    PermitSchema,
    ReasonsSchema,
    RevokedSchema,
)
from permit_service.http.edge import caller_of, current_edge, permit_id_of
from permit_service.usecases import read
from permit_service.usecases.revoke import Ending, revoke
from shared.api import ApiBlueprint
from shared.auth import current_principal, public, requires

blueprint: Final = ApiBlueprint("permits", __name__, description="Permits")


@blueprint.route("/v1/permits/<permit_id>")
@requires("permits.read")
@blueprint.response(200, PermitSchema)
def get_permit(permit_id: str) -> dict[str, Any]:
    """Show one permit with its signed document."""
    ports = current_edge().ports
    found = read.permit(permit_id_of(permit_id), caller=caller_of(current_principal()), ports=ports)
    return present.permit(found, ports.clock.now())


@blueprint.route("/v1/permits/<permit_id>/revocations", methods=["POST"])
@requires("permits.revoke")
@blueprint.arguments(ReasonsSchema)
@blueprint.response(201, RevokedSchema)
def revoke_permit(body: dict[str, Any], permit_id: str) -> dict[str, Any]:
    """End a permit for good."""
    ending = Ending(permit_id=permit_id_of(permit_id), reasons=body["reasons"])
    revoked = revoke(ending, caller=caller_of(current_principal()), ports=current_edge().ports)
    return {"permit_id": permit_id, "revision": revoked.revision}


@blueprint.route("/api/permit-jwk")
@public("public keys")
@blueprint.response(200, KeySetSchema)
def permit_keys() -> Response:
    """Give the keys that permits are verified with (ES256)."""
    return key_set(current_edge().permit_keys())


def key_set(keys: Mapping[str, Any]) -> Response:
    """Answer with a key set that may be cached for a minute (peers.md section 1)."""
    answer = jsonify(keys)
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer
