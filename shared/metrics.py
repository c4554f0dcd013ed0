# SPDX-License-Identifier: Apache-2.0
"""Prometheus metrics of a web process.

Labels are routes' rules, methods and statuses: never a path, an identifier or anything of a person.
What a person may do for herself is one series, whatever she does: monitoring has many readers, and
a count of withdrawals would tell each of them at which minute somebody left.
"""

from http import HTTPStatus
from typing import Final

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)

from shared.auth import auth_of, public
from shared.clock import Clock

OWN_ROUTE: Final = "a person's own"
_OWN_SCOPE: Final = ".self"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def install(app: Flask, registry: CollectorRegistry, clock: Clock) -> None:
    """Count and time requests into `registry`, and serve it at `/metrics`."""
    requests = Counter(
        "placet_http_requests_total",
        "Requests answered.",
        ("method", "route", "status"),
        registry=registry,
    )
    seconds = Histogram(
        "placet_http_request_seconds",
        "Time from request to answer.",
        ("method", "route"),
        registry=registry,
    )

    def begin() -> None:
        g.placet_metrics_started = clock.monotonic()

    def finish(response: Response) -> Response:
        method, route, status = _labels(app, response)
        requests.labels(method, route, status).inc()
        started = g.get("placet_metrics_started")
        if started is not None:
            seconds.labels(method, route).observe(max(0.0, clock.monotonic() - started))
        return response

    @public("the operator's monitoring reads counts; the gateway does not route it")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    app.before_request(begin)
    app.after_request(finish)
    app.add_url_rule("/metrics", "metrics", metrics)


def _labels(app: Flask, response: Response) -> tuple[str, str, str]:
    """Give method, route and status; of a person's own request only whether it was answered."""
    view = app.view_functions.get(request.endpoint or "")
    if view is not None and any(scope.endswith(_OWN_SCOPE) for scope in auth_of(view) or ()):
        answered = "answered" if response.status_code < HTTPStatus.BAD_REQUEST else "refused"
        failed = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        return "any", OWN_ROUTE, "failed" if failed else answered
    method = request.method if request.method in _METHODS else "other"
    route = request.url_rule.rule if request.url_rule else "unknown"
    return method, route, str(response.status_code)
