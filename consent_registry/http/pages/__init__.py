# SPDX-License-Identifier: Apache-2.0
"""The participant's pages: what I allow, stop in two clicks, the receipt, the history.

They call the same use cases as the API, format what comes back and recompute nothing. Both answers
of the one question look alike, no reason is asked for, and no page persuades.

Wiring, in bootstrap, after `shared.pages.install_pages(...)` was called with `scopes=pages.SCOPES`
and `navigation=pages.NAVIGATION`::

    pages.install(app, tools=tools)

The addresses: `/` (my choices), `/withdraw` (everywhere) and `/withdraw/<dataset>` (one page asks,
its POST does), `/withdrawals/<withdrawal_id>` (the receipt: an API's `receipt_url` leads here),
`/history` and `/history/<dataset>`, `/opt-out`, `/answer/<dataset>` where a dataset asks by a form
(its POST shows the outcome, `/answer/<dataset>/confirmation` records it, `…/recorded` says so), and
`/form/<sha256>` to read one. `/who-used` says what the log knows of the uses of one's data.
"""

from flask import Flask

from consent_registry.http.pages import answering, opting_out, participant, using
from consent_registry.usecases.tools import Tools
from shared.pages import NavigationItem

NAVIGATION = (
    NavigationItem(text="My choices", href="/", scope="consents.self"),
    NavigationItem(text="Opt out", href="/opt-out", scope="consents.self"),
    NavigationItem(text="Who used my data", href="/who-used", scope="consents.self"),
    NavigationItem(text="History", href="/history", scope="consents.self"),
)
SCOPES = ("consents.self",)
"""What the pages ask for at sign-in."""


def install(app: Flask, *, tools: Tools) -> None:
    """Serve every page on these tools."""
    participant.give_tools(app, tools)
    app.register_blueprint(participant.blueprint)
    app.register_blueprint(opting_out.blueprint)
    app.register_blueprint(answering.blueprint)
    app.register_blueprint(using.blueprint)
