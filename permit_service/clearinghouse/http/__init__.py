# SPDX-License-Identifier: Apache-2.0
"""The clearinghouse over HTTP: one application, JSON only."""

from flask import Flask

from permit_service.clearinghouse.http.api.routes import Handlers, blueprint
from shared.api import create_api
from shared.version import VERSION


def add_api(app: Flask, handlers: Handlers) -> None:
    """Serve the clearinghouse's addresses in this application."""
    api = create_api(app, "Placet clearinghouse", VERSION)
    api.register_blueprint(blueprint(handlers))
