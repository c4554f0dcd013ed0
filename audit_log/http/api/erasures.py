# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/erasures`: destroy a person's key; the log says that it happened, never whose."""

from typing import Any, Final

from audit_log.domain.copies import Completeness
from audit_log.domain.search import Account
from audit_log.http.api.schemas import ErasedSchema, ErasureSchema, ErasureStateSchema
from audit_log.http.edge import current_edge
from audit_log.http.looking import looks
from audit_log.usecases.erase import erase, record_of
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires
from shared.clock import to_rfc3339
from shared.events import Subject

blueprint: Final = ApiBlueprint("erasures", __name__, url_prefix="/v1", description="Erasures")


@blueprint.route("/erasures", methods=["POST"])
@requires("subjects.erase")
@blueprint.arguments(ErasureSchema)
@blueprint.response(201, ErasedSchema)
def erase_subject(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Make everything sealed under one person's key unreadable, for good.

    Under a legal hold nothing is erased yet: 202, code `erasure_held`, done when it is lifted.
    """
    edge = current_edge()
    erased = erase(
        _target(body),
        ground=body["ground"],
        principal=current_principal(),
        transaction=edge.transaction,
        pseudonyms=edge.pseudonyms,
        outside=edge.outside,
        vault=edge.vault,
        kept=edge.copies,
        ids=edge.ids,
        clock=edge.clock,
    )
    done = erased.complete is not None
    answer = {
        "erasure_id": erased.erasure_id,
        "state": "done" if done else "waiting",
        "code": None if done else "erasure_held",
        "parts": erased.parts,
        "below": erased.below,
        "entry_id": erased.entry_id,
        **_completeness(erased.complete),
    }
    return answer, 201 if done else 202


@blueprint.route("/erasures/<string:erasure_id>")
@requires("subjects.erase")
@blueprint.response(200, ErasureStateSchema)
@looks("erasure_viewed", current_principal, people_only=True)
def get_erasure(erasure_id: str) -> dict[str, Any]:
    """Say where an erasure stands, and by when the last copy is gone, as things are now."""
    edge = current_edge()
    found, complete = record_of(
        erasure_id,
        principal=current_principal(),
        transaction=edge.keeping,
        kept=edge.copies,
    )
    return {
        "erasure_id": found.id,
        "state": found.outcome,
        "code": "erasure_held" if found.outcome == "waiting" else None,
        "asked_at": to_rfc3339(found.asked_at),
        "done_at": None if found.done_at is None else to_rfc3339(found.done_at),
        **_completeness(complete),
    }


def _completeness(complete: Completeness | None) -> dict[str, Any]:
    """Write by when an erasure is complete, and of what that date is made."""
    if complete is None:
        return {"complete_by": None, "open": [], "copies": {}}
    return {
        "complete_by": None if complete.by is None else to_rfc3339(complete.by),
        "open": list(complete.open),
        "copies": {place: to_rfc3339(at) for place, at in sorted(complete.parts.items())},
    }


def _target(body: dict[str, Any]) -> Account | Subject:
    actor = body.get("actor")
    if actor is not None:
        return Account(issuer=actor["issuer"], subject=actor["subject"])
    person = body["person"]
    return Subject(dataset=person["dataset"], ordinal=person["ordinal"])
