# SPDX-License-Identifier: Apache-2.0
"""Prometheus metrics of a web process.

Labels are routes' rules, methods and statuses: never a path, an identifier or anything of a person.
"""

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)

from shared.auth import public
from shared.clock import Clock

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
        method = request.method if request.method in _METHODS else "other"
        route = request.url_rule.rule if request.url_rule else "unknown"
        requests.labels(method, route, str(response.status_code)).inc()
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
