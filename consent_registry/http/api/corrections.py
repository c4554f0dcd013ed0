# SPDX-License-Identifier: Apache-2.0
"""`/v1/participants/<pseudonym>/consents/<dataset>/corrections`: put a recorded consent right."""

from typing import Any, Final

from marshmallow import fields, validate

from consent_registry.http.api import present
from consent_registry.http.api.participants import alternative_of
from consent_registry.http.api.schemas import AlternativeSchema, RecordedSchema
from consent_registry.http.edge import current_tools, dataset_id_of
from consent_registry.usecases.correcting import NewCorrection, correct_consent
from shared.api import ApiBlueprint, StrictSchema, instant_of
from shared.auth import current_principal, requires

blueprint: Final = ApiBlueprint(
    "corrections", __name__, description="Recorded consents put right (GDPR Article 16)"
)


class NewCorrectionSchema(StrictSchema):
    """What a consent should have been recorded to say; an empty list is a no to everything."""

    event_id = fields.String(required=True, metadata={"description": "the event to be corrected"})
    alternatives = fields.List(
        fields.Nested(AlternativeSchema), required=True, validate=validate.Length(max=40)
    )
    effective_to = fields.String(
        load_default=None, allow_none=True, metadata={"description": "RFC 3339 in UTC"}
    )
    form_version = fields.String(load_default="")
    why = fields.String(required=True, metadata={"description": "sealed; for the person"})
    evidence = fields.String(
        required=True, metadata={"description": "SHA-256 of the paper, in lower-case hex"}
    )
    approval_id = fields.String(load_default=None, allow_none=True)


@blueprint.route("/v1/participants/<pseudonym>/consents/<dataset>/corrections", methods=["POST"])
@requires("consents.write")
@blueprint.arguments(NewCorrectionSchema)
@blueprint.response(201, RecordedSchema)
def post_correction(body: dict[str, Any], pseudonym: str, dataset: str) -> dict[str, Any]:
    """Put right what holds; the wrong record stays to be seen, and each names the other."""
    tools, name = current_tools(), dataset_id_of(dataset)
    wanted = NewCorrection(
        pseudonym=pseudonym,
        dataset=name,
        event_id=body["event_id"],
        alternatives=[
            alternative_of(number, raw) for number, raw in enumerate(body["alternatives"])
        ],
        why=body["why"],
        evidence=body["evidence"],
        effective_to=instant_of(body["effective_to"], "/effective_to"),
        form_version=body["form_version"],
        approval_id=body["approval_id"],
    )
    done = correct_consent(wanted, tools=tools, principal=current_principal())
    return present.recorded(name, done, tools.issuer)
