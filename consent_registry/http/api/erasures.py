# SPDX-License-Identifier: Apache-2.0
"""`/v1/erasures` and legal holds: the rights desk erases a participant, two people together."""

from typing import Any, Final

from consent_registry.domain.erasure import ORDER, Erasure, LegalHold
from consent_registry.http.api.rights_schemas import (
    ErasureSchema,
    HoldSchema,
    NewErasureSchema,
    NewHoldSchema,
)
from consent_registry.http.edge import current_tools
from consent_registry.usecases.erasing import (
    NewHold,
    ask_erasure,
    confirm_erasure,
    get_erasure,
    lift_hold,
    set_hold,
)
from shared.api import ApiBlueprint, instant_of
from shared.auth import current_principal, requires
from shared.clock import to_rfc3339
from shared.errors import FieldFault, ValidationFailed

blueprint: Final = ApiBlueprint(
    "erasures", __name__, description="The erasure of a participant (GDPR Article 17)"
)


@blueprint.route("/v1/participants/<pseudonym>/erasures", methods=["POST"])
@requires("rights.manage")
@blueprint.arguments(NewErasureSchema)
@blueprint.response(201, ErasureSchema)
def post_erasure(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Ask for an erasure. Nothing is destroyed before somebody else confirms it."""
    found = ask_erasure(
        pseudonym, body["ground"], tools=current_tools(), principal=current_principal()
    )
    return _erasure(found)


@blueprint.route("/v1/erasures/<erasure_id>/confirmation", methods=["POST"])
@requires("rights.manage")
@blueprint.response(200, ErasureSchema)
def post_confirmation(erasure_id: str) -> dict[str, Any]:
    """Confirm as the second person. It cannot be undone."""
    tools, principal = current_tools(), current_principal()
    return _erasure(confirm_erasure(erasure_id, tools=tools, principal=principal))


@blueprint.route("/v1/erasures/<erasure_id>")
@requires("rights.manage")
@blueprint.response(200, ErasureSchema)
def get_one(erasure_id: str) -> dict[str, Any]:
    """Say which parts have confirmed, and the day on which no copy is left."""
    tools, principal = current_tools(), current_principal()
    return _erasure(get_erasure(erasure_id, tools=tools, principal=principal))


@blueprint.route("/v1/participants/<pseudonym>/legal-holds", methods=["POST"])
@requires("rights.manage")
@blueprint.arguments(NewHoldSchema)
@blueprint.response(201, HoldSchema)
def post_hold(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Write down that the law demands somebody's data for now; until then none is erased."""
    until = instant_of(body["until"], "/until")
    if until is None:
        raise ValidationFailed("the hold has faults", faults=[FieldFault("/until", "a time")])
    wanted = NewHold(pseudonym=pseudonym, ground=body["ground"], until=until)
    return _hold(set_hold(wanted, tools=current_tools(), principal=current_principal()))


@blueprint.route("/v1/legal-holds/<hold_id>/lifting", methods=["POST"])
@requires("rights.manage")
@blueprint.response(200, HoldSchema)
def post_lifting(hold_id: str) -> dict[str, Any]:
    """End a legal hold early."""
    return _hold(lift_hold(hold_id, tools=current_tools(), principal=current_principal()))


def _erasure(found: Erasure) -> dict[str, Any]:
    return {
        "erasure_id": found.erasure_id,
        "ground": found.ground,
        "state": found.phase.value,
        "asked_at": to_rfc3339(found.asked_at),
        "confirmed_at": to_rfc3339(found.confirmed_at) if found.confirmed_at else None,
        "waits_in_log": bool(found.in_log),
        "complete_on": found.complete_on.isoformat() if found.complete_on else None,
        "parts": [
            {
                "part": part.value,
                "confirmed_at": to_rfc3339(found.done[part]) if part in found.done else None,
            }
            for part in ORDER
        ],
    }


def _hold(found: LegalHold) -> dict[str, Any]:
    return {
        "hold_id": found.hold_id,
        "ground": found.ground,
        "set_at": to_rfc3339(found.set_at),
        "until": to_rfc3339(found.until),
        "lifted_at": to_rfc3339(found.lifted_at) if found.lifted_at else None,
    }
