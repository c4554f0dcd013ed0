# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-tiles: `/log/checkpoint`, `/log/tile/...`, as any transparency-log client reads them.

Tiles never change, so they may be kept for ever; the checkpoint changes every second.
"""

from http import HTTPStatus
from typing import Final

from flask import Response, request

from audit_log.domain.errors import NotPublished
from audit_log.domain.tiles import parse_tile_path
from audit_log.http.api.guard import readers
from audit_log.http.edge import current_edge
from audit_log.usecases import read
from shared.api import ApiBlueprint

_FOREVER: Final = 31_536_000
_TEXT: Final = "text/plain; charset=utf-8"
_BYTES: Final = "application/octet-stream"


def blueprint(*, public: bool) -> ApiBlueprint:
    """Make the addresses below `/log`."""
    made = ApiBlueprint("tiles", __name__, url_prefix="/log", description="The log, C2SP tiles")
    guard = readers(everybody=public)
    kept_by = "public" if public else "private"

    @made.route("/checkpoint")
    @guard
    @made.response(HTTPStatus.OK, description="The newest checkpoint", content_type=_TEXT)
    def checkpoint() -> Response:
        """Give the newest witnessed checkpoint, or signed one where the policy asks for nobody."""
        edge = current_edge()
        with edge.transaction() as log:
            found = read.checkpoint(log.reader, witnessed=edge.waits_for_witnesses)
        return _note(found.note)

    @made.route("/checkpoint/latest")
    @guard
    @made.response(HTTPStatus.OK, description="The newest signed note", content_type=_TEXT)
    def latest() -> Response:
        """Give the newest signed note, witnessed or not."""
        with current_edge().transaction() as log:
            return _note(read.checkpoint(log.reader).note)

    @made.route("/tile/<path:rest>")
    @guard
    @made.response(HTTPStatus.OK, description="A tile or entry bundle", content_type=_BYTES)
    def tile(rest: str) -> Response:
        """Give a tile (`<L>/<N>[.p/<W>]`) or an entry bundle (`entries/<N>[.p/<W>]`)."""
        return _tile(rest, kept_by)

    return made


def _note(note: bytes) -> Response:
    answer = Response(note, content_type=_TEXT)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _tile(rest: str, kept_by: str) -> Response:
    try:
        name = parse_tile_path(rest)
    except ValueError:
        raise NotPublished("no such tile is published") from None
    with current_edge().transaction() as log:
        data = read.tile(name, log.reader)
    answer = Response(data, content_type=_BYTES)
    answer.headers["Cache-Control"] = f"{kept_by}, max-age={_FOREVER}, immutable"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
