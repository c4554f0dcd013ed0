# SPDX-License-Identifier: Apache-2.0
"""`/v1/search` and `/v1/entries/{idx}`: an officer's looks, each of which is itself an entry."""

from base64 import b64encode
from typing import Any, Final

import orjson

from audit_log.domain.filters import filter_of
from audit_log.domain.search import AsOf, Found
from audit_log.domain.statement import stated_json
from audit_log.http.api.schemas import PageSchema, SearchSchema, SeenSchema
from audit_log.http.edge import current_edge
from audit_log.usecases.look import look, search
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires
from shared.entries import leaf_hash

blueprint: Final = ApiBlueprint("entries", __name__, url_prefix="/v1", description="Entries")


@blueprint.route("/search", methods=["POST"])
@requires("log.search")
@blueprint.arguments(SearchSchema)
@blueprint.response(200, PageSchema)
def search_entries(body: dict[str, Any]) -> dict[str, Any]:
    """Search; newest entries first, as of the newest checkpoint or the size asked for."""
    edge = current_edge()
    answer = search(
        filter_of(body),
        after=body.get("after"),
        limit=body["limit"],
        as_of=body.get("as_of"),
        principal=current_principal(),
        transaction=edge.transaction,
        pseudonyms=edge.pseudonyms,
        cohorts=edge.cohorts,
        clock=edge.clock,
        exact=body["exact_count"],
    )
    page = answer.page
    return {
        "entries": [found_json(one) for one in page.entries],
        "next": page.next,
        "as_of": as_of_json(page.as_of),
        **stated_json(answer.stated),
    }


@blueprint.route("/entries/<int:idx>")
@requires("log.search")
@blueprint.response(200, SeenSchema)
def get_entry(idx: int) -> dict[str, Any]:
    """Look at one entry; its inclusion proof was verified before it is shown."""
    edge = current_edge()
    seen = look(
        idx,
        principal=current_principal(),
        transaction=edge.transaction,
        trust=edge.trust,
        clock=edge.clock,
    )
    return {
        **found_json(seen.found),
        "raw": b64encode(seen.found.entry.raw).decode("ascii"),
        "proof": str(seen.proof),
        "as_of": as_of_json(AsOf(size=seen.checkpoint.size, checkpoint=seen.proof.checkpoint)),
    }


def found_json(found: Found) -> dict[str, Any]:
    """Write an entry with its place and leaf."""
    raw = found.entry.raw
    leaf = b64encode(leaf_hash(raw)).decode("ascii")
    return {"idx": found.index, "leaf": leaf, "entry": orjson.loads(raw)}


def as_of_json(as_of: AsOf) -> dict[str, Any]:
    """Write the tree that an answer rests on."""
    return {"size": as_of.size, "checkpoint": as_of.checkpoint.decode()}
