# SPDX-License-Identifier: Apache-2.0
"""`/v1/decide` for nginx's auth_request, `/v1/state` for operators and tests.

The decision's address must be reachable by the gateway only (a unix socket): it believes what the
X-Original-* headers say. It answers with a status and a reason code, never with the cause.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from flask import Response, request

from permit_service.clearinghouse.domain.outcome import Decision, Reason
from permit_service.clearinghouse.http.api.schemas import StateSchema
from permit_service.clearinghouse.usecases.board import RegisterState
from permit_service.clearinghouse.usecases.decide import Request
from shared.api import ApiBlueprint
from shared.auth import public
from shared.tracing import current_trace_id

REASON_HEADER: Final = "X-Placet-Reason"
_UNAUTHORISED: Final = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """The use cases behind the addresses."""

    decide: Callable[[Request], Decision]
    registers: Callable[[], Mapping[str, RegisterState]]
    ready: Callable[[], bool]


def blueprint(handlers: Handlers) -> ApiBlueprint:
    """Make the addresses of the clearinghouse."""
    routes = ApiBlueprint("clearinghouse", __name__, url_prefix="/v1")

    @routes.route("/decide")
    @public("verifies the client's own bearer token itself; reachable over the gateway's socket")
    @routes.response(200, description="The request may pass; 401 and 403 name why not.")
    def decide() -> Response:
        """Decide a request that the gateway describes in X-Original-* headers."""
        decision = handlers.decide(
            Request(
                authorization=_one("Authorization"),
                method=_one("X-Original-Method"),
                path=_one("X-Original-Path"),
                remote=_address(_one("X-Original-Remote")),
                trace_id=current_trace_id(),
            )
        )
        return _answer(decision)

    @routes.route("/state")
    @public("says how old each register is; the gateway opens it in development only")
    @routes.response(200, StateSchema)
    def state() -> Mapping[str, object]:
        """Say how every register stands."""
        return {"registers": handlers.registers(), "ready": handlers.ready()}

    return routes


def _one(name: str) -> str:
    """Read a header that the gateway sends once; sent twice it counts as not sent."""
    values = request.headers.getlist(name)
    return values[0] if len(values) == 1 else ""


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


def _answer(decision: Decision) -> Response:
    response = Response(status=decision.status)
    response.headers[REASON_HEADER] = decision.reason.value
    if decision.status == _UNAUTHORISED:
        response.headers["WWW-Authenticate"] = _challenge(decision.reason)
    return response


def _challenge(reason: Reason) -> str:
    """Write the challenge of RFC 6750 section 3; one without a token names no error."""
    if reason is Reason.BEARER_MISSING:
        return 'Bearer realm="placet"'
    return 'Bearer realm="placet", error="invalid_token"'
