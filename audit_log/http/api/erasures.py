# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/erasures`: destroy a person's key; the log says that it happened, never whose."""

from typing import Any, Final

from audit_log.domain.search import Account
from audit_log.http.api.schemas import ErasedSchema, ErasureSchema
from audit_log.http.edge import current_edge
from audit_log.usecases.erase import erase
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires
from shared.events import Subject

blueprint: Final = ApiBlueprint("erasures", __name__, url_prefix="/v1", description="Erasures")


@blueprint.route("/erasures", methods=["POST"])
@requires("subjects.erase")
@blueprint.arguments(ErasureSchema)
@blueprint.response(201, ErasedSchema)
def erase_subject(body: dict[str, Any]) -> dict[str, Any]:
    """Make everything sealed under one person's key unreadable, for good."""
    edge = current_edge()
    erased = erase(
        _target(body),
        ground=body["ground"],
        principal=current_principal(),
        transaction=edge.transaction,
        pseudonyms=edge.pseudonyms,
        ids=edge.ids,
        clock=edge.clock,
    )
    return {
        "erasure_id": erased.erasure_id,
        "parts": erased.parts,
        "below": erased.below,
        "entry_id": erased.entry_id,
    }


def _target(body: dict[str, Any]) -> Account | Subject:
    actor = body.get("actor")
    if actor is not None:
        return Account(issuer=actor["issuer"], subject=actor["subject"])
    person = body["person"]
    return Subject(dataset=person["dataset"], ordinal=person["ordinal"])
