# SPDX-License-Identifier: Apache-2.0
"""`/v1/feed`: the signed registers of all datasets for clearinghouses; `/api/jwk`: their keys."""

from typing import Any, Final

from flask import Response, jsonify

from consent_registry.http.api.schemas import (
    FeedQuerySchema,
    KeySetSchema,
    NewsSchema,
    SnapshotSchema,
)
from consent_registry.http.edge import current_edge, current_tools
from consent_registry.usecases.feed import news, snapshot
from shared.api import ApiBlueprint
from shared.auth import public, requires

blueprint: Final = ApiBlueprint("feed", __name__, description="The feed of consents")

_KEYS_LIFE: Final = "public, max-age=300"


@blueprint.route("/v1/feed/snapshot")
@requires("feed.read")
@blueprint.response(200, SnapshotSchema)
def feed_snapshot() -> dict[str, Any]:
    """Give every register whole and the cursor that continues from it."""
    taken = snapshot(tools=current_tools())
    return {"snapshots": list(taken.snapshots), "cursor": taken.cursor}


@blueprint.route("/v1/feed")
@requires("feed.read")
@blueprint.arguments(FeedQuerySchema, location="query")
@blueprint.response(200, NewsSchema)
def feed_news(query: dict[str, Any]) -> dict[str, Any]:
    """Give what followed the cursor; with `wait`, answer as soon as there is something new.

    While too many wait already, the answer comes at once, with what there is.
    """
    edge = current_edge()
    with edge.waiting.seat() as seated:
        wait = float(query["wait"]) if seated else 0.0
        found = news(int(query["after"]), wait, tools=edge.tools, pause=edge.pause)
    return {"batch": found.batch, "heartbeats": list(found.heartbeats), "cursor": found.cursor}


@blueprint.route("/api/jwk")
@public("public keys")
@blueprint.response(200, KeySetSchema)
def keys() -> Response:
    """Give the keys that feeds and manifests are verified with (ES256)."""
    answer = jsonify(dict(current_tools().signer.public_jwks()))
    answer.headers["Cache-Control"] = _KEYS_LIFE
    return answer
