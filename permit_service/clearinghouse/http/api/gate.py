# SPDX-License-Identifier: Apache-2.0
"""`/v1/decide` for nginx's auth_request, as plain WSGI in front of the application.

The one address that every data request passes: answered without the framework, whose routing and
logging cost more than the decision. The record of a decision is its entry, so there is no access
line. It must be reachable by the gateway only (a unix socket): it believes X-Original-* headers.
It answers with a status and a reason code, never with the cause.
"""

import logging
import secrets
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from permit_service.clearinghouse.domain.outcome import Decision, Reason
from permit_service.clearinghouse.usecases.decide import Request
from shared.tracing import read_traceparent, work_context

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

DECIDE_PATH: Final = "/v1/decide"
_UNAUTHORISED: Final = 401
_STATUS_LINES: Final = {200: "200 OK", 401: "401 Unauthorized", 403: "403 Forbidden"}

_log = logging.getLogger(__name__)


class DecisionGate:
    """Answers `/v1/decide` itself and gives every other request to the application."""

    def __init__(
        self, application: "WSGIApplication", decide: Callable[[Request], Decision]
    ) -> None:
        self._application = application
        self._decide = decide

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        if environ.get("PATH_INFO") != DECIDE_PATH:
            return self._application(environ, start_response)
        request = _request(environ)
        with work_context(request.trace_id, request.trace_id):
            try:
                decision = self._decide(request)
            except Exception as fault:  # noqa: BLE001 - the edge: a bug must become a 500, unseen
                _log.error("decision_failed", exc_info=fault)
                start_response("500 Internal Server Error", [("Content-Length", "0")])
                return ()
        start_response(_STATUS_LINES[decision.status], _headers(decision, request.trace_id))
        return ()


def _request(environ: "WSGIEnvironment") -> Request:
    def header(name: str) -> str:
        value = environ.get(f"HTTP_{name}", "")
        return value if isinstance(value, str) else ""

    return Request(
        authorization=header("AUTHORIZATION"),
        method=header("X_ORIGINAL_METHOD"),
        path=header("X_ORIGINAL_PATH"),
        remote=_address(header("X_ORIGINAL_REMOTE")),
        trace_id=read_traceparent(header("TRACEPARENT")) or secrets.token_hex(16),
    )


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


def _headers(decision: Decision, trace_id: str) -> list[tuple[str, str]]:
    headers = [
        ("X-Placet-Reason", decision.reason.value),
        ("X-Correlation-ID", trace_id),
        ("Cache-Control", "no-store"),
        ("Content-Length", "0"),
    ]
    if decision.status == _UNAUTHORISED:
        headers.append(("WWW-Authenticate", _challenge(decision.reason)))
    return headers


def _challenge(reason: Reason) -> str:
    """Write the challenge of RFC 6750 section 3; one without a token names no error."""
    if reason is Reason.BEARER_MISSING:
        return 'Bearer realm="placet"'
    return 'Bearer realm="placet", error="invalid_token"'
