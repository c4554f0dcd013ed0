# SPDX-License-Identifier: Apache-2.0
"""One call that gives a service its Flask application with everything all services have.

Problems, ids and access lines, health, metrics, service-info, auth and safe defaults. It reads
no environment and holds no route of any service.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from flask import Flask, Response
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry
from werkzeug.exceptions import ServiceUnavailable

from shared import auth, health, metrics, service_info
from shared import logging as json_logging
from shared.clock import Clock
from shared.problems import register_problems
from shared.service_info import ServiceInfo
from shared.settings import ProcessSettings

MAX_BODY_BYTES: Final = 1024 * 1024
_RETRY_SECONDS: Final = 5
_log = logging.getLogger("placet.web")


def create_flask(
    name: str,
    *,
    settings: ProcessSettings,
    clock: Clock,
    info: ServiceInfo,
    verifier: auth.TokenVerifier | None = None,
    checks: Mapping[str, Callable[[], None]] | None = None,
    away: Sequence[type[Exception]] = (),
    registry: CollectorRegistry | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
) -> Flask:
    """Make an application that answers errors with problems and can be watched.

    `name` is the import name of the package whose templates the pages use. `max_body_bytes` bounds
    every request's body (413 beyond it); a view that takes files raises its own
    `request.max_content_length`. Without `verifier`, no view may use `requires`. `away` are errors
    that say that what the service stands on is gone for now: 503, and when to ask again.
    """
    app = Flask(name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = max_body_bytes
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.config["PREFERRED_URL_SCHEME"] = settings.public_url.partition(":")[0]
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    register_problems(app)
    _answer_away(app, away)
    json_logging.install(app, clock)
    metrics.install(app, registry or CollectorRegistry(), clock)
    health.install(app, checks or {})
    service_info.install(app, info)
    if verifier is not None:
        auth.install(app, verifier)
    app.after_request(_safe_defaults)
    return app


def _answer_away(app: Flask, away: Sequence[type[Exception]]) -> None:
    def later(error: Exception) -> ResponseReturnValue:
        _log.error("what the service stands on is away", exc_info=error)
        return app.handle_http_exception(ServiceUnavailable(retry_after=_RETRY_SECONDS))

    for kind in away:
        app.register_error_handler(kind, later)


def _safe_defaults(response: Response) -> Response:
    """Keep answers out of caches and sniffers unless the view said otherwise."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response
