# SPDX-License-Identifier: Apache-2.0
"""The pages of permit_service: the authority's queue and the researcher's own applications.

They call the same use cases as the API, format what comes back and recompute nothing. Nothing is
pre-selected, and both answers of a question look alike.
"""

from flask import Flask

from permit_service.http.pages import authority, researcher, rulings, start
from shared.pages import NavigationItem

NAVIGATION = (
    NavigationItem(text="Applications to decide", href="/queue", scope="applications.read"),
    NavigationItem(text="My applications", href="/applications", scope="applications.submit"),
)
SCOPES = (
    *("applications.read", "applications.decide", "applications.submit"),
    *("permits.read", "permits.revoke"),
)
"""What the pages ask for at sign-in; people get those of them that they hold."""


def register(app: Flask) -> None:
    """Serve every page."""
    for module in (start, authority, rulings, researcher):
        app.register_blueprint(module.blueprint)
