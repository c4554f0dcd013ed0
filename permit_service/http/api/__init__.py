# SPDX-License-Identifier: Apache-2.0
"""The JSON API: parse, call one use case, present. Decides nothing and recomputes nothing."""

from permit_service.http.api import applications, decisions, feed, messages, permits, rulings, visas
from shared.api import Api


def register(api: Api) -> None:
    """Serve every address of the JSON API."""
    for module in (applications, rulings, permits, decisions, visas, feed, messages):
        api.register_blueprint(module.blueprint)
