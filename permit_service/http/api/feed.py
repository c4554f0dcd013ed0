# SPDX-License-Identifier: Apache-2.0
"""`/v1/feed`: the signed register `permits` for clearinghouses, as snapshot and as changes."""

from typing import Any, Final

from flask import Response

from permit_service.http.api.permits import key_set
from permit_service.http.api.schemas import (
    BatchSchema,
    FeedQuerySchema,
    KeySetSchema,
    SnapshotSchema,
)
from permit_service.http.edge import Edge, current_edge
from permit_service.usecases.feed import changes, peek, snapshot
from shared.api import ApiBlueprint
from shared.auth import public, requires

blueprint: Final = ApiBlueprint("feed", __name__, description="The feed of permits")

_LOOK_AGAIN_SECONDS: Final = 0.1


@blueprint.route("/v1/feed/snapshot")
@requires("feed.read")
@blueprint.response(200, SnapshotSchema)
def feed_snapshot() -> dict[str, Any]:
    """Give the whole register and the cursor that continues from it."""
    taken = snapshot(ports=current_edge().ports)
    return {"snapshots": [taken.jws], "cursor": taken.cursor}


@blueprint.route("/v1/feed")
@requires("feed.read")
@blueprint.arguments(FeedQuerySchema, location="query")
@blueprint.response(200, BatchSchema)
def feed_changes(query: dict[str, Any]) -> dict[str, Any]:
    """Give what followed the cursor; with `wait`, answer as soon as there is something new.

    While too many wait already, the answer comes at once, with what there is.
    """
    edge, after = current_edge(), int(query["after"])
    with edge.waiting.seat() as seated:
        if seated:
            _wait(edge, after, float(query["wait"]))
    batch = changes(after, ports=edge.ports)
    return {"batch": batch.jws, "heartbeats": list(batch.heartbeats), "cursor": batch.cursor}


@blueprint.route("/api/feed-jwk")
@public("public keys")
@blueprint.response(200, KeySetSchema)
def feed_keys() -> Response:
    """Give the keys that the feed is verified with (ES256)."""
    return key_set(current_edge().feed_keys())


def _wait(edge: Edge, after: int, seconds: float) -> None:
    """Wait for a change or a new heartbeat, holding no transaction meanwhile."""
    clock = edge.ports.clock
    deadline = clock.monotonic() + seconds
    first = peek(after, ports=edge.ports)
    while not first.changed and clock.monotonic() < deadline:
        edge.pause(_LOOK_AGAIN_SECONDS)
        if peek(after, ports=edge.ports) != first:
            return
