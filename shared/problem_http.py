# SPDX-License-Identifier: Apache-2.0
"""From errors to RFC 9457 answers: the one translation of the suite.

An error whose code has no row, and any exception that is no AppError, becomes `internal_error`
with a correlation id and nothing else; type and stack go to the log, values nowhere.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import orjson
from flask import Flask, Response
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from shared.errors import AppError, FieldFault
from shared.tracing import current_correlation_id

CONTENT_TYPE: Final = "application/problem+json"
_STATUS_CODES: Final[Mapping[int, str]] = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    413: "payload_too_large",
    414: "uri_too_long",
    415: "unsupported_media_type",
    429: "too_many_requests",
    431: "headers_too_large",
    503: "service_unavailable",
}
_log = logging.getLogger("placet.problems")


@dataclass(frozen=True, slots=True)
class Problem:
    """One row of the table: a code's HTTP status and its title."""

    status: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemBody:
    """What the caller is told."""

    code: str
    status: int
    title: str
    detail: str = ""
    faults: tuple[FieldFault, ...] = ()
    correlation_id: str

    def document(self) -> dict[str, object]:
        """Give the RFC 9457 members, with `code`, `correlation_id` and `errors` as extensions."""
        body: dict[str, object] = {
            "type": f"urn:placet:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "correlation_id": self.correlation_id,
        }
        if self.detail:
            body["detail"] = self.detail
        if self.faults:
            body["errors"] = [
                {"pointer": fault.pointer, "detail": fault.detail, "code": fault.code}
                for fault in self.faults
            ]
        return body


def install_problems(app: Flask, table: Mapping[str, Problem]) -> None:
    """Answer every error of this application with a problem from `table`."""

    def of_app_error(error: AppError) -> Response:
        if error.code not in table:
            _log.error("code without a row", extra={"code": error.code}, exc_info=error)
            return _respond(body_of(table, "internal_error"), {})
        body = body_of(table, error.code, error.detail, error.faults)
        _log.info("refused", extra={"code": error.code, "context": dict(error.context)})
        return _respond(body, _challenge(body, error.context))

    def of_http(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None or isinstance(error, RequestRedirect):
            return error  # its own answer, such as a redirect to the address with its slash
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        otherwise = "internal_error" if ours else "bad_request"
        headers = {k: v for k, v in error.get_headers() if k in {"Allow", "Retry-After"}}
        return _respond(body_of(table, _STATUS_CODES.get(status, otherwise)), headers)

    def of_anything(error: Exception) -> Response:
        _log.error("unexpected error", exc_info=error)
        return _respond(body_of(table, "internal_error"), {})

    app.register_error_handler(AppError, of_app_error)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_anything)


def body_of(
    table: Mapping[str, Problem], code: str, detail: str = "", faults: tuple[FieldFault, ...] = ()
) -> ProblemBody:
    """Write what the caller is told about a code of `table`, with the id of the work at hand."""
    row = table[code]
    return ProblemBody(
        code=code,
        status=row.status,
        title=row.title,
        detail=detail,
        faults=faults,
        correlation_id=current_correlation_id(),
    )


def _respond(body: ProblemBody, headers: Mapping[str, str]) -> Response:
    answer = Response(orjson.dumps(body.document()), status=body.status, content_type=CONTENT_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.update(headers)
    return answer


def _challenge(body: ProblemBody, context: Mapping[str, str | int]) -> Mapping[str, str]:
    """Give the WWW-Authenticate header of RFC 6750 section 3 where one is due."""
    if body.status == HTTPStatus.UNAUTHORIZED:
        if body.code == "token_missing":
            return {"WWW-Authenticate": 'Bearer realm="placet"'}
        error = f'error="invalid_token", error_description="{body.code}"'
        return {"WWW-Authenticate": f'Bearer realm="placet", {error}'}
    if body.status == HTTPStatus.FORBIDDEN and "scope" in context:
        scope = f'error="insufficient_scope", scope="{context["scope"]}"'
        return {"WWW-Authenticate": f'Bearer realm="placet", {scope}'}
    return {}
