# SPDX-License-Identifier: Apache-2.0
"""`/v1/log`, `/v1/entries/{idx}/proof`, `/v1/proofs/consistency`: what a verifier asks for."""

from base64 import b64encode
from http import HTTPStatus
from typing import Any, Final

from flask import Response

from audit_log.http.api.guard import readers
from audit_log.http.api.schemas import ConsistencyQuerySchema, ConsistencySchema, LogSchema
from audit_log.http.edge import current_edge
from audit_log.usecases import read
from shared.api import ApiBlueprint

_TEXT: Final = "text/plain; charset=utf-8"


def blueprint(*, public: bool) -> ApiBlueprint:
    """Make the addresses below `/v1` that serve proofs."""
    made = ApiBlueprint("proofs", __name__, url_prefix="/v1", description="Proofs")
    guard = readers(everybody=public)

    @made.route("/log")
    @guard
    @made.response(HTTPStatus.OK, LogSchema)
    def about_log() -> dict[str, Any]:
        """Give the log's name and key, its published size, and how its witnesses stand."""
        edge = current_edge()
        with edge.transaction() as log:
            found = read.standing(log.reader, edge.clock.now())
        return {
            "origin": edge.trust.origin,
            "size": found.newest.size,
            "vkey": str(edge.trust.keys[0]),
            "signing": found.signing,
            "witnessed_size": found.witnessed.size if found.witnessed else None,
            "witness_lag_seconds": found.lag.total_seconds() if found.lag is not None else None,
        }

    @made.route("/entries/<int:idx>/proof")
    @guard
    @made.response(HTTPStatus.OK, description="A C2SP tlog-proof", content_type=_TEXT)
    def inclusion(idx: int) -> Response:
        """Give the inclusion proof of an entry, with its checkpoint, as one text."""
        with current_edge().transaction() as log:
            return proof_answer(str(read.proof(idx, log.reader)), idx)

    @made.route("/proofs/consistency")
    @guard
    @made.arguments(ConsistencyQuerySchema, location="query")
    @made.response(HTTPStatus.OK, ConsistencySchema)
    def consistency(query: dict[str, Any]) -> dict[str, Any]:
        """Give the proof that the log of one size is a prefix of that of another."""
        with current_edge().transaction() as log:
            growth = read.growth(query["old"], query["new"], log.reader)
        proof = [b64encode(one).decode("ascii") for one in growth.proof]
        return {"old": growth.old, "new": growth.new, "proof": proof}

    return made


def proof_answer(text: str, index: int) -> Response:
    """Answer with a proof text that a browser saves as a file."""
    answer = Response(text, content_type=_TEXT)
    answer.headers["Content-Disposition"] = f'attachment; filename="entry-{index}.tlog-proof"'
    return answer
