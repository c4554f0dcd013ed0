# SPDX-License-Identifier: Apache-2.0
"""`/v1/participants/…/fhir`: one person's consents as FHIR Consent resources, R4 or R5."""

from typing import Any, Final

import orjson
from flask import Response

from consent_registry.domain.fhir.statement import Release
from consent_registry.http.api.exchange_schemas import BundleSchema, FhirQuerySchema
from consent_registry.http.edge import current_tools
from consent_registry.usecases.fhir_export import AsOf, export_consents
from shared.api import ApiBlueprint, instant_of
from shared.auth import current_principal, requires_any

blueprint: Final = ApiBlueprint("fhir", __name__, description="Consents as FHIR resources")


@blueprint.route("/v1/participants/<pseudonym>/fhir")
@requires_any("consents.read", "consents.self")
@blueprint.arguments(FhirQuerySchema, location="query")
@blueprint.response(200, BundleSchema, content_type="application/fhir+json")
def get_fhir(query: dict[str, Any], pseudonym: str) -> Response:
    """Give a Bundle of what holds at an instant, as known at another."""
    release = Release(query["release"])
    found = export_consents(
        pseudonym,
        release,
        AsOf(
            effective_at=instant_of(query["effective_at"], "/query/effective_at"),
            known_at=instant_of(query["known_at"], "/query/known_at"),
        ),
        tools=current_tools(),
        principal=current_principal(),
    )
    kind = f"application/fhir+json; fhirVersion={release.value}"
    return Response(orjson.dumps(found), content_type=kind)
