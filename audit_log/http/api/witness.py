# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-witness: `/witness/add-checkpoint`, and what this witness saw last of each log."""

from http import HTTPStatus
from typing import Final

from flask import Response, request

from audit_log.domain.submission import MAX_SUBMISSION_BYTES, size_text
from audit_log.http.edge import current_edge
from audit_log.usecases.witness import Behind
from shared.api import ApiBlueprint
from shared.auth import public

_TEXT: Final = "text/plain; charset=utf-8"
_SIZE: Final = "text/x.tlog.size"

blueprint: Final = ApiBlueprint(
    "witness", __name__, url_prefix="/witness", description="Witnessing other logs, C2SP"
)


@blueprint.route("/add-checkpoint", methods=["POST"])
@public("authenticated by the note: only a key configured for the log can have signed it")
@blueprint.raw_body("text/plain")
@blueprint.response(HTTPStatus.OK, description="Cosignature lines", content_type=_TEXT)
@blueprint.alt_response(
    HTTPStatus.CONFLICT, description="The size this witness holds", content_type=_SIZE
)
def add_checkpoint() -> Response:
    """Cosign a checkpoint that extends the one cosigned before."""
    request.max_content_length = MAX_SUBMISSION_BYTES
    answer = current_edge().witness.add_checkpoint(request.get_data())
    if isinstance(answer, Behind):
        return Response(size_text(answer.size), status=HTTPStatus.CONFLICT, content_type=_SIZE)
    return Response(answer.lines, content_type=_TEXT)


@blueprint.route("/<digest>/checkpoint")
@public("cosigned checkpoints are there to be compared by everybody; they hold sizes and roots")
@blueprint.response(HTTPStatus.OK, description="The newest cosigned note", content_type=_TEXT)
def newest(digest: str) -> Response:
    """Give the newest checkpoint cosigned for the log whose origin has this hex SHA-256."""
    answer = Response(current_edge().witness.newest(digest), content_type=_TEXT)
    answer.headers["Cache-Control"] = "no-cache"
    return answer
