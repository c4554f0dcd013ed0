# SPDX-License-Identifier: Apache-2.0
"""`/v1/participants/<pseudonym>/approvals`: what one person lists before another may widen."""

from typing import Any, Final

from consent_registry.domain.approvals import Widening
from consent_registry.http.api.schemas import ApprovalSchema, NewApprovalSchema
from consent_registry.http.edge import current_tools, dataset_id_of
from consent_registry.usecases.approvals import NewApproval, list_approval
from shared.api import ApiBlueprint, instant_of
from shared.auth import current_principal, requires
from shared.clock import to_rfc3339
from shared.errors import FieldFault, ValidationFailed

blueprint: Final = ApiBlueprint(
    "approvals", __name__, description="Approvals listed before a consent widens backwards"
)


@blueprint.route("/v1/participants/<pseudonym>/approvals", methods=["POST"])
@requires("consents.write")
@blueprint.arguments(NewApprovalSchema)
@blueprint.response(201, ApprovalSchema)
def post_approval(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """List an approval for one participant, one dataset and one date."""
    dated = instant_of(body["dated"], "/dated")
    if dated is None:
        fault = FieldFault("/dated", "a time")
        raise ValidationFailed("the approval has faults", faults=[fault])
    wanted = NewApproval(
        pseudonym=pseudonym,
        dataset=dataset_id_of(body["dataset"]),
        widening=Widening(body["widening"]),
        dated=dated,
        evidence=body["evidence"],
    )
    done = list_approval(wanted, tools=current_tools(), principal=current_principal())
    return {"approval_id": done.approval_id, "listed_at": to_rfc3339(done.listed_at)}
