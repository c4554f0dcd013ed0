# SPDX-License-Identifier: Apache-2.0
"""`/v1/participants/<pseudonym>/opt-out`: the opt-out of EHDS Article 71, and its reversal.

One person at a time: there is no address that lists who is opted out.
"""

from typing import Any, Final

from consent_registry.domain.optout import About, OptOutKind, about_of
from consent_registry.http.api import present
from consent_registry.http.api.schemas import AsOfSchema, OptOutSchema, OptOutStatusSchema
from consent_registry.http.edge import current_tools
from consent_registry.usecases.opt_out import opt_out_of, set_opt_out
from shared.api import ApiBlueprint, instant_of
from shared.auth import current_principal, requires_any
from shared.errors import FieldFault, ValidationFailed

blueprint: Final = ApiBlueprint(
    "opt_outs", __name__, description="The opt-out from secondary use (EHDS Article 71)"
)


@blueprint.route("/v1/participants/<pseudonym>/opt-out")
@requires_any("consents.read", "consents.self")
@blueprint.arguments(AsOfSchema, location="query")
@blueprint.response(200, OptOutStatusSchema)
def get_opt_out(query: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Say whether somebody is opted out; what is recorded takes effect when it is recorded."""
    named = [
        instant_of(query["effective_at"], "/query/effective_at"),
        instant_of(query["known_at"], "/query/known_at"),
    ]
    instants = [instant for instant in named if instant is not None]
    found = opt_out_of(
        pseudonym,
        min(instants, default=None),
        tools=current_tools(),
        principal=current_principal(),
    )
    return present.opt_out(found)


@blueprint.route("/v1/participants/<pseudonym>/opt-out", methods=["POST"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(OptOutSchema)
@blueprint.response(200, OptOutStatusSchema)
def post_opt_out(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Opt out at once. Doing it again changes nothing; there is no field for a reason."""
    return _set(pseudonym, body, OptOutKind.REGISTERED)


@blueprint.route("/v1/participants/<pseudonym>/opt-out/reversal", methods=["POST"])
@requires_any("consents.write", "consents.self")
@blueprint.arguments(OptOutSchema)
@blueprint.response(200, OptOutStatusSchema)
def post_reversal(body: dict[str, Any], pseudonym: str) -> dict[str, Any]:
    """Reverse an opt-out at once, in the same way."""
    return _set(pseudonym, body, OptOutKind.REVERSED)


def _set(pseudonym: str, body: dict[str, Any], kind: OptOutKind) -> dict[str, Any]:
    about = _about(body["about"])
    tools, principal = current_tools(), current_principal()
    return present.opt_out(set_opt_out(pseudonym, about, kind, tools=tools, principal=principal))


def _about(text: str) -> About:
    try:
        return about_of(text)
    except ValueError:
        fault = FieldFault("/about", "all, genomic, or holder:<controller>")
        raise ValidationFailed("the opt-out has faults", faults=[fault]) from None
