# SPDX-License-Identifier: Apache-2.0
"""The compliance officer's pages: search, and one entry in words with its proof checked.

They call the same use cases as the API, so that every look leaves its entry, and recompute nothing.
"""

from flask import Flask

from audit_log.http.pages import officer
from shared.pages import NavigationItem

NAVIGATION = (NavigationItem(text="Search the log", href="/", scope="log.search"),)
SCOPES = ("log.search", "log.read")
"""What the pages ask for at sign-in."""


def register(app: Flask) -> None:
    """Serve every page."""
    app.register_blueprint(officer.blueprint)
