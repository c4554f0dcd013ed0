# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/decisions`: whether these permits covered these uses then."""

from datetime import datetime
from typing import Any, Final

from permit_service.domain.account import AccountKey
from permit_service.domain.cover import Use
from permit_service.http.api.decision_schemas import CoversSchema, PermitUsesSchema
from permit_service.http.edge import current_edge
from permit_service.usecases.cover import decide_uses
from shared.api import ApiBlueprint, instant_of
from shared.auth import current_principal, requires

blueprint: Final = ApiBlueprint("decisions", __name__, description="Did the permit cover it then?")


@blueprint.route("/v1/decisions", methods=["POST"])
@requires("decisions.read")
@blueprint.arguments(PermitUsesSchema)
@blueprint.response(200, CoversSchema)
def decide(body: dict[str, Any]) -> dict[str, Any]:
    """Say of each use whether its permit covered it, at its own instant and as known at another."""
    ports = current_edge().ports
    now = ports.clock.now()
    uses = [_use(number, raw, now) for number, raw in enumerate(body["questions"])]
    answers = decide_uses(uses, principal=current_principal(), ports=ports)
    return {
        "answers": [
            {"answer": one.cover.value, "reasons": [flaw.value for flaw in one.flaws]}
            for one in answers
        ]
    }


def _use(number: int, raw: dict[str, Any], now: datetime) -> Use:
    user, pointer = raw["user"], f"/questions/{number}"
    return Use(
        permit_id=raw["permit_id"],
        user=None if user is None else AccountKey(user["iss"], user["sub"]),
        dataset=raw["dataset"],
        cohort_id=raw["cohort_id"],
        node=raw["node"],
        country=raw["country"],
        purposes=tuple(raw["purposes"]),
        effective_at=instant_of(raw["effective_at"], f"{pointer}/effective_at") or now,
        known_at=instant_of(raw["known_at"], f"{pointer}/known_at") or now,
    )
