# SPDX-License-Identifier: Apache-2.0
"""`/v1/queries`: an officer's saved searches, and what each run found new."""

from typing import Any, Final

from audit_log.domain.filters import filter_json, filter_of
from audit_log.domain.saved_queries import QueryRun, SavedQuery
from audit_log.http.api.schemas_casework import (
    NewQuerySchema,
    QueryFileSchema,
    QueryListSchema,
    QuerySchema,
)
from audit_log.http.edge import current_edge
from audit_log.http.looking import looks
from audit_log.usecases import saved_queries
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires
from shared.clock import to_rfc3339

blueprint: Final = ApiBlueprint("queries", __name__, url_prefix="/v1", description="Saved searches")


@blueprint.route("/queries", methods=["POST"])
@requires(saved_queries.SCOPE)
@blueprint.arguments(NewQuerySchema)
@blueprint.response(201, QuerySchema)
def post_query(body: dict[str, Any]) -> dict[str, Any]:
    """Keep a search; its first run is at once."""
    edge = current_edge()
    made = saved_queries.save_query(
        body["name"],
        filter_of(body["filter"]),
        body["hours"],
        principal=current_principal(),
        transaction=edge.transaction,
        vault=edge.vault,
        pseudonyms=edge.pseudonyms,
        ids=edge.ids,
        clock=edge.clock,
    )
    return _query(made)


@blueprint.route("/queries")
@requires(saved_queries.SCOPE)
@blueprint.response(200, QueryListSchema)
@looks("queries_listed", current_principal)
def get_queries() -> dict[str, Any]:
    """List one's own saved searches."""
    found = saved_queries.list_queries(
        principal=current_principal(), transaction=current_edge().transaction
    )
    return {"queries": [_query(one) for one in found]}


@blueprint.route("/queries/<query_id>")
@requires(saved_queries.SCOPE)
@blueprint.response(200, QueryFileSchema)
@looks("query_viewed", current_principal)
def get_query(query_id: str) -> dict[str, Any]:
    """Show one of one's own saved searches with its filter and runs."""
    edge = current_edge()
    found = saved_queries.get_query(
        query_id,
        principal=current_principal(),
        transaction=edge.transaction,
        vault=edge.vault,
    )
    return {
        **_query(found.query),
        "filter": None if found.wanted is None else filter_json(found.wanted),
        "runs": [_run(one) for one in found.runs],
    }


@blueprint.route("/queries/<query_id>", methods=["DELETE"])
@requires(saved_queries.SCOPE)
@blueprint.response(204)
def delete_query(query_id: str) -> None:
    """End one of one's own saved searches: its filter is forgotten, its runs stay."""
    edge = current_edge()
    saved_queries.end_query(
        query_id,
        principal=current_principal(),
        transaction=edge.transaction,
        clock=edge.clock,
    )


def _query(query: SavedQuery) -> dict[str, Any]:
    return {
        "id": query.id,
        "name": query.name,
        "hours": query.hours,
        "next_at": None if query.next_at is None else to_rfc3339(query.next_at),
        "as_of": query.size,
        "count": query.count,
    }


def _run(run: QueryRun) -> dict[str, Any]:
    return {
        "number": run.number,
        "ran_at": to_rfc3339(run.ran_at),
        "before": run.before,
        "as_of": run.size,
        "count": run.count,
        "new": run.new,
        "gone": run.gone,
        "unresolved": run.unresolved,
        "indexes": list(run.indexes),
    }
