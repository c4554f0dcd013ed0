# SPDX-License-Identifier: Apache-2.0
"""`/v1/rulings`: take in what the authority ruled, or that it withdrew a ruling."""

from typing import Any, Final

from consent_registry.http.api import present
from consent_registry.http.api.cohort_schemas import RulingSchema, RulingTakenSchema
from consent_registry.http.edge import current_tools
from consent_registry.usecases.rulings import take_ruling
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires

blueprint: Final = ApiBlueprint("rulings", __name__, description="What the authority ruled")


@blueprint.route("/v1/rulings", methods=["POST"])
@requires("cohorts.freeze")
@blueprint.arguments(RulingSchema)
@blueprint.response(201, RulingTakenSchema)
def post_ruling(body: dict[str, Any]) -> dict[str, Any]:
    """Record a signed statement about one case. The same one again changes nothing."""
    taken = take_ruling(body["statement"], tools=current_tools(), principal=current_principal())
    return present.ruling_taken(taken)
