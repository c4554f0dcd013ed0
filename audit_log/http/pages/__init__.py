# SPDX-License-Identifier: Apache-2.0
"""The compliance officer's pages: search, one entry with its proof, cases, findings, keeping.

They call the same use cases as the API, so that every look leaves its entry, and recompute nothing.
"""

from flask import Flask

from audit_log.http.pages import (
    case_pages,
    finding_pages,
    keeping_pages,
    officer,
    query_pages,
)
from shared.pages import NavigationItem

NAVIGATION = (
    NavigationItem(text="Search the log", href="/", scope="log.search"),
    NavigationItem(text="Saved searches", href="/queries", scope="log.search"),
    NavigationItem(text="Cases", href="/cases", scope="log.reveal"),
    NavigationItem(text="Findings", href="/findings", scope="log.search"),
    NavigationItem(text="Kept and erased", href="/keeping", scope="log.search"),
)
SCOPES = ("log.search", "log.read", "log.reveal", "findings.manage", "holds.manage")
"""What the pages ask for at sign-in."""


def register(app: Flask) -> None:
    """Serve every page."""
    app.register_blueprint(officer.blueprint)
    app.register_blueprint(finding_pages.blueprint)
    app.register_blueprint(keeping_pages.blueprint)
    app.register_blueprint(case_pages.blueprint)
    app.register_blueprint(query_pages.blueprint)
