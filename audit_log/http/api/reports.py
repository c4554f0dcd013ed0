# SPDX-License-Identifier: Apache-2.0
"""`/v1/reports`: activity by counts, and what a breach reaches."""

from collections.abc import Sequence
from typing import Any, Final

from audit_log.domain.filters import filter_of
from audit_log.domain.reports import tens
from audit_log.domain.statement import Stated, stated_json
from audit_log.http.api.entries import as_of_json
from audit_log.http.api.schemas_reports import (
    ActivityAskedSchema,
    ActivitySchema,
    ImpactAskedSchema,
    ImpactSchema,
)
from audit_log.http.edge import current_edge
from audit_log.usecases import reports
from audit_log.usecases.reports import Asking, NamedUse
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint("reports", __name__, url_prefix="/v1", description="Reports")


@blueprint.route("/reports/activity", methods=["POST"])
@requires("log.search")
@blueprint.arguments(ActivityAskedSchema)
@blueprint.response(200, ActivitySchema)
def post_activity(body: dict[str, Any]) -> dict[str, Any]:
    """Count what was done; `public` gives figures that may be shown to anybody."""
    edge = current_edge()
    found = reports.activity(
        _asking(body),
        public=body["public"],
        transaction=edge.transaction,
        pseudonyms=edge.pseudonyms,
        cohorts=edge.cohorts,
        vault=edge.vault,
        clock=edge.clock,
    )
    return {
        "figures": [
            {
                "month": cell.month,
                "dataset": cell.dataset or None,
                "type": cell.type,
                "decision": cell.decision or None,
                "entries": str(count),
            }
            for cell, count in sorted(found.figures.items())
        ],
        "permits": _permits(found.permits),
        "more_permits": found.more,
        **_stated(found.stated, public=body["public"]),
    }


@blueprint.route("/reports/impact", methods=["POST"])
@requires("log.search")
@blueprint.arguments(ImpactAskedSchema)
@blueprint.response(200, ImpactSchema)
def post_impact(body: dict[str, Any]) -> dict[str, Any]:
    """Say which datasets, how many people and which permits matching entries reach."""
    edge = current_edge()
    found = reports.impact(
        _asking(body),
        transaction=edge.transaction,
        pseudonyms=edge.pseudonyms,
        cohorts=edge.cohorts,
        vault=edge.vault,
        clock=edge.clock,
    )
    reach = found.reach
    return {
        "entries": reach.entries,
        "first_at": None if reach.first_at is None else to_rfc3339(reach.first_at),
        "last_at": None if reach.last_at is None else to_rfc3339(reach.last_at),
        "accounts": reach.actors,
        "datasets": [
            {
                "dataset": name,
                "entries": one.entries,
                "people": str(tens(one.people)),
                "cohorts": one.cohorts,
            }
            for name, one in reach.datasets.items()
        ],
        "permits": _permits(found.permits),
        "more_permits": found.more,
        **_stated(found.stated),
    }


def _asking(body: dict[str, Any]) -> Asking:
    return Asking(
        wanted=filter_of(body["filter"]),
        as_of=body.get("as_of"),
        case=body.get("case"),
        principal=current_principal(),
    )


def _stated(stated: Stated, *, public: bool = False) -> dict[str, Any]:
    said: dict[str, Any] = {**stated_json(stated), "as_of": as_of_json(stated.as_of)}
    if public:
        said["count"] = None  # it would give away what a small figure hides, and so would these
        said["dropped"] = [{**one, "rows": None, "held": None} for one in said["dropped"]]
    return said


def _permits(uses: Sequence[NamedUse]) -> list[dict[str, Any]]:
    numbers: dict[int, int] = {}
    return [
        {
            "permit": one.permit,
            "number": numbers.setdefault(one.use.mark, len(numbers) + 1),
            "month": one.use.month,
            "dataset": one.use.dataset or None,
            "entries": one.use.entries,
        }
        for one in uses
    ]
