# SPDX-License-Identifier: Apache-2.0
"""The visa pull API that brokers and clearinghouses share (passports.md section 0, decision 3)."""

from typing import Any, Final

from flask import Response

from permit_service.domain.account import AccountKey
from permit_service.http.api.permits import key_set
from permit_service.http.api.schemas import KeySetSchema, VisaQuerySchema, VisasSchema
from permit_service.http.edge import caller_of, current_edge
from permit_service.usecases.visas import visas_of
from shared.api import ApiBlueprint
from shared.auth import current_principal, public, requires

blueprint: Final = ApiBlueprint("visas", __name__, url_prefix="/api", description="Visas")


@blueprint.route("/permissions/<user>")
@requires("visas.read")
@blueprint.arguments(VisaQuerySchema, location="query")
@blueprint.response(200, VisasSchema)
def permissions(query: dict[str, Any], user: str) -> dict[str, Any]:
    """Give fresh visas of one user; 404 for a user never seen here."""
    principal = current_principal()
    key = AccountKey(query["iss"] or principal.issuer, user)
    visas = visas_of(key, caller=caller_of(principal), ports=current_edge().ports)
    return {"ga4gh_passport_v1": list(visas)}


@blueprint.route("/jwk")
@public("public keys")
@blueprint.response(200, KeySetSchema)
def visa_keys() -> Response:
    """Give the keys that visas are verified with (RS256), the `jku` of every visa."""
    return key_set(current_edge().visa_keys())
