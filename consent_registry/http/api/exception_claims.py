# SPDX-License-Identifier: Apache-2.0
"""`/v1/exception-claims`: what stands against using data in spite of an opt-out (Article 71(4))."""

from typing import Any, Final

from marshmallow import Schema, fields, validate

from consent_registry.domain.exception import Claim
from consent_registry.http.edge import current_tools
from consent_registry.usecases.exception_claims import check_claim
from shared.api import ApiBlueprint, StrictSchema
from shared.auth import current_principal, requires

blueprint: Final = ApiBlueprint(
    "exception_claims", __name__, description="The exception of EHDS Article 71(4)"
)


class ClaimSchema(StrictSchema):
    """What an applicant claims."""

    public_body = fields.Boolean(
        required=True, metadata={"description": "a public body, or entrusted by one"}
    )
    purpose = fields.String(
        required=True, metadata={"description": "of Article 53(1), such as 53-1-a"}
    )
    important_public_interest = fields.Boolean(required=True)
    not_obtainable_otherwise = fields.Boolean(required=True)
    justification = fields.String(
        required=True,
        validate=validate.Length(max=10_000),
        metadata={"description": "is not kept"},
    )


class ClaimAnswerSchema(Schema):
    """What the claim lacks; nothing means that the law makes the exception."""

    lacking = fields.List(fields.String())
    law = fields.String(allow_none=True)
    policy_sha256 = fields.String()


@blueprint.route("/v1/exception-claims", methods=["POST"])
@requires("cohorts.freeze")
@blueprint.arguments(ClaimSchema)
@blueprint.response(200, ClaimAnswerSchema)
def post_claim(body: dict[str, Any]) -> dict[str, Any]:
    """Check a claim, on record. By asking, nobody who opted out is taken in."""
    claim = Claim(
        public_body=body["public_body"],
        purpose=body["purpose"],
        important_public_interest=body["important_public_interest"],
        not_obtainable_otherwise=body["not_obtainable_otherwise"],
        justification=body["justification"],
    )
    found = check_claim(claim, tools=current_tools(), principal=current_principal())
    return {
        "lacking": [one.value for one in found.lacking],
        "law": found.law or None,
        "policy_sha256": found.policy_sha256,
    }
