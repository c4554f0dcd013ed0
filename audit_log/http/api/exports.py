# SPDX-License-Identifier: Apache-2.0
"""`/v1/exports`: evidence packs, asked for, waited for and fetched."""

from http import HTTPStatus
from typing import Any, Final

from flask import Response

from audit_log.domain.filters import filter_of
from audit_log.domain.pack import Asked
from audit_log.http.api.schemas_exports import ExportAskedSchema, ExportSchema
from audit_log.http.edge import current_edge
from audit_log.http.looking import looks
from audit_log.usecases.export import Seen, ask, fetch, state
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint("exports", __name__, url_prefix="/v1", description="Evidence packs")
_ZIP: Final = "application/zip"


@blueprint.route("/exports", methods=["POST"])
@requires("log.search")
@blueprint.arguments(ExportAskedSchema)
@blueprint.response(202, ExportSchema)
def ask_for_export(body: dict[str, Any]) -> dict[str, Any]:
    """Ask for an evidence pack.

    Opening sealed parts needs the scope log.reveal, a reason, and a case in which a second officer
    approved that for each of these entries.
    """
    edge = current_edge()
    wanted, indexes = body.get("filter"), body.get("indexes")
    return _export(
        ask(
            Asked(
                wanted=None if wanted is None else filter_of(wanted),
                indexes=None if indexes is None else tuple(indexes),
                as_of=0,
                groups=tuple(body["open"]),
                reason=body.get("reason"),
                case=body.get("case"),
            ),
            as_of=body.get("as_of"),
            principal=current_principal(),
            transaction=edge.transaction,
            vault=edge.vault,
            pseudonyms=edge.pseudonyms,
            cohorts=edge.cohorts,
            ids=edge.ids,
            clock=edge.clock,
        )
    )


@blueprint.route("/exports/<export_id>")
@requires("log.search")
@blueprint.response(200, ExportSchema)
@looks("export_viewed", current_principal)
def get_export(export_id: str) -> dict[str, Any]:
    """Say how far an export has come."""
    edge = current_edge()
    return _export(
        state(
            export_id,
            principal=current_principal(),
            transaction=edge.transaction,
            vault=edge.vault,
        )
    )


@blueprint.route("/exports/<export_id>/pack")
@requires("log.search")
@blueprint.response(HTTPStatus.OK, description="The evidence pack", content_type=_ZIP)
def get_pack(export_id: str) -> Response:
    """Give the evidence pack as a ZIP."""
    edge = current_edge()
    data = fetch(
        export_id,
        principal=current_principal(),
        transaction=edge.transaction,
        vault=edge.vault,
        clock=edge.clock,
    )
    answer = Response(data, content_type=_ZIP)
    answer.headers["Content-Disposition"] = f'attachment; filename="evidence-{export_id}.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _export(seen: Seen) -> dict[str, Any]:
    return {
        "id": seen.id,
        "state": seen.state.value,
        "asked_at": to_rfc3339(seen.asked_at),
        "as_of": seen.as_of,
        "count": seen.count,
        "opened": seen.opened,
        "entry_id": seen.entry_id,
        "fault": seen.fault,
    }
