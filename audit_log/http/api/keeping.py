# SPDX-License-Identifier: Apache-2.0
"""`/v1/holds` and `/v1/retention`: legal holds, terms, and what was dropped."""

from typing import Any, Final

from audit_log.domain.holds import Hold, HoldKind
from audit_log.domain.retention import BOUNDS
from audit_log.domain.statement import dropped_json
from audit_log.http.api.keeping_schemas import (
    HoldSchema,
    HoldsSchema,
    HoldStepSchema,
    HoldWantedSchema,
    RetentionSchema,
)
from audit_log.http.edge import current_edge
from audit_log.http.looking import looks
from audit_log.usecases import hold as holds
from audit_log.usecases.see_keeping import see_keeping
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint("keeping", __name__, url_prefix="/v1", description="Retention")


@blueprint.route("/holds")
@requires("log.search")
@blueprint.response(200, HoldsSchema)
@looks("holds_listed", current_principal)
def list_holds() -> dict[str, Any]:
    """List every legal hold, the newest first; whom one is about is not said."""
    seen = see_keeping(principal=current_principal(), transaction=current_edge().keeping)
    return {"holds": [_hold(one) for one in seen.holds]}


@blueprint.route("/holds", methods=["POST"])
@requires("holds.manage")
@blueprint.arguments(HoldWantedSchema)
@blueprint.response(201, HoldSchema)
def place_hold(body: dict[str, Any]) -> dict[str, Any]:
    """Place a legal hold: nothing that it covers is dropped or erased until it is lifted."""
    edge = current_edge()
    wanted = holds.HoldWanted(
        kind=HoldKind(body["kind"]),
        authority=body["authority"],
        dataset=body.get("dataset"),
        ordinal=body.get("ordinal"),
        permit=body.get("permit"),
        matter=body.get("matter"),
        entries=tuple(body["entries"]),
    )
    placed = holds.place(
        wanted,
        principal=current_principal(),
        transaction=edge.keeping,
        pseudonyms=edge.pseudonyms,
        ids=edge.ids,
        clock=edge.clock,
    )
    return _hold(placed)


@blueprint.route("/holds/<string:hold_id>", methods=["POST"])
@requires("holds.manage")
@blueprint.arguments(HoldStepSchema)
@blueprint.response(200, HoldSchema)
def change_hold(body: dict[str, Any], hold_id: str) -> dict[str, Any]:
    """Ask that a hold be lifted, or lift it when somebody else has asked."""
    edge, principal = current_edge(), current_principal()
    step = holds.lift if body["action"] == "lift" else holds.ask_lift
    changed = step(hold_id, principal=principal, transaction=edge.keeping, clock=edge.clock)
    return _hold(changed)


@blueprint.route("/retention")
@requires("log.search")
@blueprint.response(200, RetentionSchema)
@looks("retention_viewed", current_principal)
def get_retention() -> dict[str, Any]:
    """Say how long what is kept, within which bounds, and what was dropped."""
    edge = current_edge()
    seen = see_keeping(principal=current_principal(), transaction=edge.keeping)
    return {
        "classes": [
            {
                "name": kept.name.lower(),
                "months": edge.retention.of_class(kept),
                "floor": bounds.floor,
                "ceiling": bounds.ceiling,
            }
            for kept, bounds in BOUNDS.items()
        ],
        "types": dict(edge.retention.months),
        "dropped": [dropped_json(one) for one in seen.dropped],
    }


def _hold(hold: Hold) -> dict[str, Any]:
    times = (hold.lift_asked_at, hold.lifted_at)
    asked, lifted = (None if one is None else to_rfc3339(one) for one in times)
    return {
        "id": hold.id,
        "kind": hold.kind.value,
        "authority": hold.authority,
        "matter": hold.matter,
        "state": hold.state.value,
        "placed_by": hold.placed_by,
        "placed_at": to_rfc3339(hold.placed_at),
        "lift_asked_by": hold.lift_asked_by,
        "lift_asked_at": asked,
        "lifted_by": hold.lifted_by,
        "lifted_at": lifted,
    }
