# SPDX-License-Identifier: Apache-2.0
"""The participant's pages: what I allow, stop in two clicks, the receipt, the history.

They call the same use cases as the API, format what comes back and recompute nothing. Both answers
of the one question look alike, no reason is asked for, and no page persuades.

Wiring, in bootstrap, after `shared.pages.install_pages(...)` was called with `scopes=pages.SCOPES`
and `navigation=pages.NAVIGATION`::

    pages.install(app, tools=tools)

The addresses: `/` (my choices), `/withdraw` (everywhere) and `/withdraw/<dataset>` (one page asks,
its POST does), `/withdraw/<dataset>/some-data` and `…/some-activities` (the same for some of it),
`/withdrawals/<withdrawal_id>` (the receipt: an API's `receipt_url` leads here),
`/history` and `/history/<dataset>`, `/opt-out`, `/answer/<dataset>` where a dataset asks by a form
(its POST shows the outcome, `/answer/<dataset>/confirmation` records it, `…/recorded` says so), and
`/form/<sha256>` to read one; `/receipts/<event_id>` (the signed receipt) and `/receipts/check`,
which is open to everybody; `/wishes` (who may act for me, what I want to hear of), `/contact`
(where I can be reached), `/my-say` (her own yes or no, while others decide), `/acting` and
`/acting/<pseudonym>/…` (the people somebody decides for: `…/answer` and `…/stop` with a dataset, or
with `study/` and a study), `/rights` (her requests), `/who-used`
(what the log knows of the uses of one's data). The data steward's:
`/imports`, `/imports/<import_id>`, `/nodes` and `/blocking`; a consent steward's:
`/steward/merges`, `/steward/minors`, `/steward/mandates` and `/steward/deaths`, the last two with
`/all`; the rights
desk's: `/desk`.
"""

from flask import Flask

from consent_registry.http.pages import (
    answering,
    blocking,
    contact,
    desk,
    guarding,
    guarding_answers,
    lives_lists,
    lives_steward,
    minor,
    minors_steward,
    opting_out,
    participant,
    receipts,
    rights,
    steward,
    stopping,
    using,
    wishes,
)
from consent_registry.usecases.tools import Tools
from shared.pages import NavigationItem

NAVIGATION = (
    NavigationItem(text="My choices", href="/", scope="consents.self"),
    NavigationItem(text="Opt out", href="/opt-out", scope="consents.self"),
    NavigationItem(text="My wishes", href="/wishes", scope="consents.self"),
    NavigationItem(text="My rights", href="/rights", scope="consents.self"),
    NavigationItem(text="Who used my data", href="/who-used", scope="consents.self"),
    NavigationItem(text="History", href="/history", scope="consents.self"),
    NavigationItem(text="People I decide for", href="/acting", scope="consents.self"),
    NavigationItem(text="Imports", href="/imports", scope="consents.import"),
    NavigationItem(text="Nodes", href="/nodes", scope="consents.read"),
    NavigationItem(text="Who blocks what", href="/blocking", scope="cohorts.count"),
    NavigationItem(text="One person, two names", href="/steward/merges", scope="consents.write"),
    NavigationItem(text="Guardians", href="/steward/mandates", scope="consents.write"),
    NavigationItem(text="Minors", href="/steward/minors", scope="consents.write"),
    NavigationItem(text="Deaths", href="/steward/deaths", scope="consents.write"),
    NavigationItem(text="Rights desk", href="/desk", scope="rights.manage"),
)
SCOPES = (
    *("consents.self", "consents.write", "consents.import", "consents.read"),
    *("cohorts.count", "rights.manage"),
)
"""What the pages ask for at sign-in; people get those of them that they hold."""


def install(app: Flask, *, tools: Tools) -> None:
    """Serve every page on these tools."""
    participant.give_tools(app, tools)
    app.register_blueprint(participant.blueprint)
    app.register_blueprint(stopping.blueprint)
    app.register_blueprint(opting_out.blueprint)
    app.register_blueprint(answering.blueprint)
    app.register_blueprint(receipts.blueprint)
    app.register_blueprint(wishes.blueprint)
    app.register_blueprint(guarding.blueprint)
    app.register_blueprint(guarding_answers.blueprint)
    app.register_blueprint(minor.blueprint)
    app.register_blueprint(contact.blueprint)
    app.register_blueprint(rights.blueprint)
    app.register_blueprint(steward.blueprint)
    app.register_blueprint(blocking.blueprint)
    app.register_blueprint(lives_steward.blueprint)
    app.register_blueprint(lives_lists.blueprint)
    app.register_blueprint(minors_steward.blueprint)
    app.register_blueprint(desk.blueprint)
    app.register_blueprint(using.blueprint)
