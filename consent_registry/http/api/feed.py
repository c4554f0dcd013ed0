# SPDX-License-Identifier: Apache-2.0
"""`/v1/feed`: the signed registers of all datasets for clearinghouses; `/api/jwk`: their keys."""

from typing import Any, Final

from flask import Response, jsonify, request

from consent_registry.http.api import present
from consent_registry.http.api.feed_schemas import (
    AcknowledgementsSchema,
    AcknowledgeSchema,
    FeedQuerySchema,
    KeySetSchema,
    NewsSchema,
    NodeSteppedSchema,
    NodeStepSchema,
    SnapshotSchema,
)
from consent_registry.http.edge import current_edge, current_tools
from consent_registry.usecases.acknowledging import (
    acknowledge,
    nodes_standing,
    note_reader,
    require_admitted,
)
from consent_registry.usecases.feed import news, snapshot
from consent_registry.usecases.retiring import readmit_node, retire_node
from shared.api import ApiBlueprint
from shared.auth import current_principal, public, requires

blueprint: Final = ApiBlueprint("feed", __name__, description="The feed of consents")

_KEYS_LIFE: Final = "public, max-age=300"


@blueprint.route("/v1/feed/snapshot")
@requires("feed.read")
@blueprint.response(200, SnapshotSchema)
def feed_snapshot() -> dict[str, Any]:
    """Give every register whole and the cursor that continues from it."""
    note_reader(tools=current_tools(), principal=current_principal())
    taken = snapshot(tools=current_tools())
    return {"snapshots": list(taken.snapshots), "cursor": taken.cursor}


@blueprint.route("/v1/feed")
@requires("feed.read")
@blueprint.arguments(FeedQuerySchema, location="query")
@blueprint.response(200, NewsSchema)
@blueprint.alt_response(304, description="Nothing else to tell")
def feed_news(query: dict[str, Any]) -> Response:
    """Give what followed the cursor; with `wait`, answer as soon as there is something new.

    While too many wait already, the answer comes at once, with what there is. `If-None-Match` with
    the `ETag` of an answer to the same cursor gives 304 while there is nothing else to tell.
    """
    edge = current_edge()
    note_reader(tools=edge.tools, principal=current_principal())
    with edge.waiting.seat() as seated:
        wait = float(query["wait"]) if seated else 0.0
        found = news(int(query["after"]), wait, tools=edge.tools, pause=edge.pause)
    if wait:  # it may have been retired meanwhile
        require_admitted(tools=edge.tools, principal=current_principal())
    if request.if_none_match.contains_weak(found.tag):
        answer = Response(status=304)
    else:
        body = {"batch": found.batch, "heartbeats": list(found.heartbeats), "cursor": found.cursor}
        answer = jsonify(body)
    answer.set_etag(found.tag, weak=True)
    return answer


@blueprint.route("/v1/feed/acknowledgements", methods=["POST"])
@requires("feed.read")
@blueprint.arguments(AcknowledgeSchema)
@blueprint.response(204)
def take_acknowledgements(body: dict[str, Any]) -> None:
    """Note which revision of each dataset the calling client enforces."""
    told = {one["dataset"]: one["revision"] for one in body["acknowledgements"]}
    acknowledge(told, tools=current_tools(), principal=current_principal())


@blueprint.route("/v1/feed/acknowledgements")
@requires("consents.read")
@blueprint.response(200, AcknowledgementsSchema)
def acknowledgements() -> dict[str, Any]:
    """Say for each node and dataset what it enforces, and since when it lacks something.

    A node is whoever has ever read the feed, and each of PLACET_DATA_NODES: one that has never
    acknowledged, or has disappeared, is here with what it lacks.
    """
    standing = nodes_standing(tools=current_tools())
    return {"nodes": [present.node(one) for one in standing]}


@blueprint.route("/v1/feed/nodes/<node>/retirement", methods=["POST"])
@requires("consents.write")
@blueprint.arguments(NodeStepSchema)
@blueprint.response(200, NodeSteppedSchema)
def post_retirement(body: dict[str, Any], node: str) -> dict[str, Any]:
    """Retire a node that was shut down: it is told nothing more, and owes no acknowledgement."""
    retire_node(node, body["why"], tools=current_tools(), principal=current_principal())
    return {"node": node, "retired": True}


@blueprint.route("/v1/feed/nodes/<node>/retirement/end", methods=["POST"])
@requires("consents.write")
@blueprint.arguments(NodeStepSchema)
@blueprint.response(200, NodeSteppedSchema)
def post_retirement_end(body: dict[str, Any], node: str) -> dict[str, Any]:
    """Let a retired node follow the feed again, as somebody else than retired it."""
    readmit_node(node, body["why"], tools=current_tools(), principal=current_principal())
    return {"node": node, "retired": False}


@blueprint.route("/api/jwk")
@public("public keys")
@blueprint.response(200, KeySetSchema)
def keys() -> Response:
    """Give the keys that feeds and manifests are verified with (ES256)."""
    answer = jsonify(dict(current_tools().signer.public_jwks()))
    answer.headers["Cache-Control"] = _KEYS_LIFE
    return answer
