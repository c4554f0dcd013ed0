# SPDX-License-Identifier: Apache-2.0
"""JSON lines on standard error, and the ids that tie them together.

A record of an exception holds its type and where it happened, never its message: messages quote
values. Tokens, credentials and personal values are redacted by key name and by their look.
"""

import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

import orjson
from flask import Flask, Response, g, request

from shared.clock import Clock, to_rfc3339
from shared.redaction import redact, redact_text
from shared.tracing import (
    current_correlation_id,
    current_trace_id,
    current_traceparent,
    enter,
    leave,
    read_correlation_id,
    read_traceparent,
    work_context,
)

__all__ = [
    "JsonFormatter",
    "configure",
    "current_correlation_id",
    "current_trace_id",
    "current_traceparent",
    "describe_error",
    "install",
    "work_context",
]

CORRELATION_HEADER: Final = "X-Correlation-ID"
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_MAX_FRAMES: Final = 40
# At debug level these write whole addresses, which name people, and whole tokens.
_TALKATIVE: Final = ("authlib", "urllib3")
_access = logging.getLogger("placet.access")


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object; what was given as `extra` becomes its fields."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Give the record as one line of JSON, redacted."""
        line: dict[str, object] = {
            "time": to_rfc3339(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": redact_text(_message(record)),
            "correlation_id": current_correlation_id(),
            "trace_id": current_trace_id(),
        }
        for key, value in vars(record).items():
            if key not in _STANDARD and key not in line:
                line[key] = redact(key, value)
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = describe_error(record.exc_info[1])
        return orjson.dumps(line, option=orjson.OPT_NON_STR_KEYS).decode()


def describe_error(error: BaseException) -> Mapping[str, object]:
    """Say an exception's type, the places it passed, and its causes' types; never its message."""
    causes: list[str] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < _MAX_FRAMES:
        causes.append(_type_name(cause))
        cause = cause.__cause__ or cause.__context__
    return {"type": _type_name(error), "stack": _frames(error.__traceback__), "causes": causes}


def configure(service: str, level: str) -> None:
    """Send every record of this process at or above `level` to standard error as JSON lines.

    `level` is debug, info, warning or error. Calling it again replaces what was set before.
    Libraries that would write what nobody may read stay at info.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(max(root.level, logging.INFO))
    logging.captureWarnings(capture=True)
    # What the standard library prints about a record it cannot write shows the record's values.
    logging.raiseExceptions = False


def install(app: Flask, clock: Clock) -> None:
    """Give each request its ids, answer with them, and write one access line for it.

    The line names the route's rule, not the path: a path may hold a pseudonym.
    """

    def begin() -> None:
        enter(
            read_correlation_id(request.headers.get(CORRELATION_HEADER)),
            read_traceparent(request.headers.get("traceparent")),
        )
        g.placet_started = clock.monotonic()

    def finish(response: Response) -> Response:
        response.headers[CORRELATION_HEADER] = current_correlation_id()
        took = clock.monotonic() - g.get("placet_started", clock.monotonic())
        _access.info(
            "request",
            extra={
                "method": request.method if request.url_rule else "",
                "route": request.url_rule.rule if request.url_rule else "",
                "status": response.status_code,
                "milliseconds": round(took * 1000, 1),
            },
        )
        return response

    def end(_: BaseException | None) -> None:
        leave()

    app.before_request(begin)
    app.after_request(finish)
    app.teardown_request(end)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a library's own bad format string must not lose the line
        return str(record.msg)


def _frames(trace: TracebackType | None) -> list[str]:
    return [
        f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)[-_MAX_FRAMES:]
    ]


def _type_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
