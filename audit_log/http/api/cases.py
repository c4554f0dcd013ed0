# SPDX-License-Identifier: Apache-2.0
"""`/v1/cases`: an officer's reasons, requests to open sealed parts, and a second officer's word."""

from base64 import b64encode
from typing import Any, Final

import orjson

from audit_log.domain.cases import Case, Reveal
from audit_log.http.api.schemas_casework import (
    CaseFileSchema,
    CaseListSchema,
    CaseSchema,
    NewCaseSchema,
    NewRevealSchema,
    OpeningsSchema,
    RevealDecisionSchema,
    RevealSchema,
)
from audit_log.http.edge import current_edge
from audit_log.http.looking import looks
from audit_log.usecases import cases
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint("cases", __name__, url_prefix="/v1", description="Cases")


@blueprint.route("/cases", methods=["POST"])
@requires(cases.SCOPE)
@blueprint.arguments(NewCaseSchema)
@blueprint.response(201, CaseSchema)
def post_case(body: dict[str, Any]) -> dict[str, Any]:
    """Open a case of one's own."""
    edge = current_edge()
    made = cases.open_case(
        body["reason"],
        body.get("reference"),
        principal=current_principal(),
        transaction=edge.transaction,
        ids=edge.ids,
        clock=edge.clock,
    )
    return case_json(made)


@blueprint.route("/cases")
@requires(cases.SCOPE)
@blueprint.response(200, CaseListSchema)
@looks("cases_listed", current_principal)
def get_cases() -> dict[str, Any]:
    """List the newest cases."""
    found = cases.list_cases(principal=current_principal(), transaction=current_edge().transaction)
    return {"cases": [case_json(one) for one in found]}


@blueprint.route("/cases/<case_id>")
@requires(cases.SCOPE)
@blueprint.response(200, CaseFileSchema)
@looks("case_viewed", current_principal)
def get_case(case_id: str) -> dict[str, Any]:
    """Show a case with its requests."""
    found = cases.get_case(
        case_id, principal=current_principal(), transaction=current_edge().transaction
    )
    return {**case_json(found.case), "reveals": [_reveal(one) for one in found.reveals]}


@blueprint.route("/cases/<case_id>/close", methods=["POST"])
@requires(cases.SCOPE)
@blueprint.response(200, CaseSchema)
def post_close(case_id: str) -> dict[str, Any]:
    """Close one's own case for good."""
    edge = current_edge()
    closed = cases.close_case(
        case_id,
        principal=current_principal(),
        transaction=edge.transaction,
        clock=edge.clock,
    )
    return case_json(closed)


@blueprint.route("/cases/<case_id>/reveals", methods=["POST"])
@requires(cases.SCOPE)
@blueprint.arguments(NewRevealSchema)
@blueprint.response(201, RevealSchema)
def post_reveal(body: dict[str, Any], case_id: str) -> dict[str, Any]:
    """Ask to open groups of named entries."""
    edge = current_edge()
    asked = cases.ask_reveal(
        case_id,
        tuple(body["indexes"]),
        tuple(body["groups"]),
        principal=current_principal(),
        transaction=edge.transaction,
        ids=edge.ids,
        clock=edge.clock,
    )
    return _reveal(asked)


@blueprint.route("/cases/<case_id>/reveals/<reveal_id>", methods=["POST"])
@requires(cases.SCOPE)
@blueprint.arguments(RevealDecisionSchema)
@blueprint.response(200, RevealSchema)
def post_decision(body: dict[str, Any], case_id: str, reveal_id: str) -> dict[str, Any]:
    """Approve or refuse another officer's request."""
    edge = current_edge()
    decided = cases.decide_reveal(
        case_id,
        reveal_id,
        approved=body["approved"],
        principal=current_principal(),
        transaction=edge.transaction,
        clock=edge.clock,
    )
    return _reveal(decided)


@blueprint.route("/cases/<case_id>/reveals/<reveal_id>/openings")
@requires(cases.SCOPE)
@blueprint.response(200, OpeningsSchema)
def get_openings(case_id: str, reveal_id: str) -> dict[str, Any]:
    """Open what was approved, within the open case; each look is an entry."""
    edge = current_edge()
    found = cases.openings(
        case_id,
        reveal_id,
        principal=current_principal(),
        transaction=edge.transaction,
        vault=edge.vault,
        clock=edge.clock,
    )
    return {
        "openings": [
            {
                "idx": index,
                "group": part.group,
                "salt": b64encode(part.salt).decode("ascii"),
                "value": orjson.loads(part.value),
            }
            for index, part in found.opened.parts
        ],
        "erased": found.opened.erased,
        "gone": found.opened.gone,
    }


def case_json(case: Case) -> dict[str, Any]:
    """Write a case."""
    closed = case.closed_at
    return {
        "id": case.id,
        "reason": case.reason,
        "reference": case.reference,
        "owner": {"issuer": case.owner.issuer, "subject": case.owner.subject},
        "opened_at": to_rfc3339(case.opened_at),
        "closed_at": None if closed is None else to_rfc3339(closed),
    }


def _reveal(reveal: Reveal) -> dict[str, Any]:
    by, at, until = reveal.decided_by, reveal.decided_at, reveal.opens_until
    return {
        "id": reveal.id,
        "indexes": list(reveal.indexes),
        "groups": list(reveal.groups),
        "asked_by": {"issuer": reveal.asked_by.issuer, "subject": reveal.asked_by.subject},
        "asked_at": to_rfc3339(reveal.asked_at),
        "state": reveal.state.value,
        "decided_by": None if by is None else {"issuer": by.issuer, "subject": by.subject},
        "decided_at": None if at is None else to_rfc3339(at),
        "opens_until": None if until is None else to_rfc3339(until),
    }
