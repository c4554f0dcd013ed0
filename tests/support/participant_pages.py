# SPDX-License-Identifier: Apache-2.0
"""The participant's pages on a real registry, with made-up people in three datasets.

Anna is in two datasets, Bo in none, and nobody knows which participant Carl is.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from flask import Flask, session
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from consent_registry.adapters.tables import ENDED_SESSIONS
from consent_registry.domain.history import State
from consent_registry.http import pages
from consent_registry.ports import NoLog, WhoUsed
from consent_registry.usecases.datasets import NewDataset, register_dataset
from consent_registry.usecases.people import link_login
from consent_registry.usecases.reading import own_consents
from shared import auth
from shared.ended_sessions import SqlEndedSessions
from shared.ids import DatasetId
from shared.pages import PageSettings, SignIn, install_pages
from shared.pages.person import Person, remember
from shared.principal import Principal
from shared.problems import register_problems
from tests.support.page_world import SESSION_KEY, make_verifier
from tests.support.registry_world import DESK, LOGIN, RegistryWorld, person

HEART = DatasetId("GDI-ZZ-DATASET-1")
LUNG = DatasetId("GDI-ZZ-DATASET-2")
OTHER = DatasetId("GDI-ZZ-DATASET-3")
SITE = "http://localhost"
TITLES = {HEART: "Hearts of the north", LUNG: "Lungs & <air>", OTHER: "Skin"}
ANNA = person("person-anna")
_CSRF: Final = re.compile(r'name="csrf_token" value="([^"]+)"')
PAGE = {"Accept": "text/html"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where the pages answer, who signs people in, and the registry behind them."""

    url: str
    issuer: str
    world: RegistryWorld


def pages_app(
    world: RegistryWorld,
    sign_in: SignIn,
    public_url: str = SITE,
    who_used: WhoUsed | None = None,
) -> Flask:
    """Dress the pages as bootstrap does."""
    app = Flask("consent_registry", static_folder=None)
    register_problems(app)
    auth.install(app, make_verifier(world.tools.clock, sign_in.issuer))
    install_pages(
        app,
        settings=PageSettings(
            service="consent_registry",
            title="My consent",
            public_url=public_url,
            session_key=SESSION_KEY,
            development=True,
        ),
        sign_in=sign_in,
        navigation=pages.NAVIGATION,
        clock=world.tools.clock,
        ended=SqlEndedSessions(world.engine, ENDED_SESSIONS, world.tools.clock),
    )
    pages.install(app, tools=replace(world.tools, who_used=who_used or NoLog()))
    return app


def fill(world: RegistryWorld, issuer: str) -> None:
    """Register three datasets; let Anna and others allow things; link Anna's and Bo's logins."""
    for name, title in TITLES.items():
        wanted = NewDataset(
            dataset=name,
            title=title,
            controller="A hospital",
            country="ZZ",
            legal_regime="consent_gdpr",
        )
        register_dataset(wanted, tools=world.tools, principal=DESK)
    limits = {"modifiers": "NPU;GS=FI,EE;TS=24;MOR=2027-03-31"}
    cancer = {"permission": "DS", "diseases": "MONDO:0004992"}
    rows = (
        {"participant": "P-ANNA", "dataset": HEART, "local_id": "S-1", **limits},
        {"participant": "P-ANNA", "dataset": LUNG, "local_id": "L-1", **cancer},
        {"participant": "P-EVE", "dataset": OTHER, "local_id": "O-1"},
    )
    report = world.load(*rows)
    assert report.batch.bad == 0, report
    with world.tools.units() as uow:
        uow.people.ensure(["P-BO"], world.tools.clock.now(), {})
        uow.commit()
    for pseudonym, subject in (("P-ANNA", "person-anna"), ("P-BO", "person-bo")):
        link_login(pseudonym, issuer, subject, tools=world.tools, principal=DESK)


def somebody(login: str, issuer: str, *scopes: str) -> Person:
    """Make a person as her session knows her, a participant unless other scopes are named."""
    return Person(
        issuer=issuer,
        subject=f"person-{login}",
        name=f"{login.title()} Example",
        scopes=frozenset(scopes or ("consents.self",)),
    )


@dataclass(frozen=True, kw_only=True)
class Site:
    """The pages, and the registry behind them."""

    world: RegistryWorld
    app: Flask

    def browser(self, who: Person | str = "anna") -> "Browser":
        """Open a browser in which somebody is signed in."""
        signed_in = who if isinstance(who, Person) else somebody(who, LOGIN)
        client = self.app.test_client()
        with self.app.test_request_context("/"):
            remember(signed_in, until=self.world.clock.now() + timedelta(hours=8))
            held = dict(session)
        with client.session_transaction() as cookie:
            cookie.update(held)
            cookie.permanent = True
        return Browser(client=client)

    def states(self, who: Principal = ANNA) -> dict[DatasetId, State]:
        """Say what stands, dataset by dataset."""
        found = own_consents(tools=self.world.tools, principal=who)
        return {one.dataset.dataset: one.standing.state for one in found.choices}


@dataclass(frozen=True, kw_only=True)
class Browser:
    """One person's browser without scripts."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        """Ask for a page."""
        return self.client.get(path, headers=PAGE)

    def page(self, path: str) -> str:
        """Give what a page says, without its tags."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return text_of(answer)

    def token(self, path: str) -> str:
        """Give the session's token, as a page's form carries it."""
        found = _CSRF.search(self.get(path).text)
        assert found is not None
        return found[1]

    def send(
        self,
        path: str,
        *,
        key: str = "",
        form_at: str | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Send the form of a page, by default with nothing in it but the token of the session."""
        token = {"csrf_token": self.token(form_at or path)}
        sent = {**token, **({"key": key} if key else {}), **(fields or {})}
        return self.client.post(path, data=sent, headers=PAGE)


def text_of(answer: TestResponse) -> str:
    """Give what a page says, without its tags."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", answer.text)))
