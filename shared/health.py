# SPDX-License-Identifier: Apache-2.0
"""Liveness and readiness for the supervisor.

`/healthz` says that the process answers; `/readyz` says that what it depends on does. A failed
check is named; why it failed goes to the log, without values.
"""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask import Flask, Response, jsonify

from shared.auth import public

_log = logging.getLogger("placet.health")


def install(app: Flask, checks: Mapping[str, Callable[[], None]]) -> None:
    """Serve `/healthz` and `/readyz`; a check passes by returning and fails by raising."""

    @public("the supervisor asks whether the process answers")
    def healthz() -> Response:
        return jsonify({"status": "ok"})

    @public("the supervisor asks whether to send requests here")
    def readyz() -> Response:
        results = {name: _passes(name, check) for name, check in checks.items()}
        ready = all(results.values())
        answer = jsonify(
            {
                "status": "ready" if ready else "unready",
                "checks": {name: "ok" if good else "failed" for name, good in results.items()},
            }
        )
        answer.status_code = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return answer

    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)


def _passes(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception as error:  # noqa: BLE001 - a probe must answer and name the check, whatever fails
        _log.warning("check failed", extra={"check": name}, exc_info=error)
        return False
    return True
