# SPDX-License-Identifier: Apache-2.0
"""A small service dressed in the shell exactly as the three services are."""

from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import DictLoader

from shared import auth
from shared.auth import TokenVerifier, current_principal, public, requires
from shared.clock import Clock
from shared.errors import Conflict, FieldFault, ValidationFailed
from shared.http_client import RemoteKeySet
from shared.pages import (
    NavigationItem,
    PageSettings,
    SignIn,
    form_errors,
    install_pages,
    person_name,
    signed_in,
)
from shared.pages.endings import MemoryEndedSessions
from shared.problems import register_problems
from shared.settings import Secret

NOW: Final = datetime(2026, 11, 22, 6, 25, tzinfo=UTC)
AUDIENCE: Final = "urn:placet:zz:consent_registry"
SESSION_KEY: Final = Secret("a session key of tests, long enough to pass")
NOBODY: Final = "http://127.0.0.1:9"  # the discard port: nothing answers there

_GALLERY: Final = """
{% extends "placet/base.html" %}
{% import "placet/macros.html" as ui %}
{% block title %}Everything{% endblock %}
{% block before_content %}{{ ui.back_link("/", "Back to the start") }}{% endblock %}
{% block content %}
<h1>Everything the shell has</h1>
<p>Signed in: {{ name }}, {{ typed }} {{ ui.code(typed) }}</p>
{{ ui.summary([("Health research", "You allow this"), ("Since", ui.when(moment)),
               ("Companies", "Not allowed", "Change", "/companies"), (typed, typed)]) }}
{{ ui.table("People by reason", ("Reason", "People"),
            [("in", 412), ("withdrawn and therefore left out of everything", 0)], numeric=(1,),
            first_is_header=true) }}
{% call ui.details("What this means") %}<p>More words.</p>{% endcall %}
{% call ui.notice("Before you go on") %}<p>It takes effect now.</p>{% endcall %}
<p>{{ ui.tag("granted", "good") }} {{ ui.tag("refused", "bad") }} {{ ui.tag("waiting", "wait") }}
{{ ui.code("GDI-ZZ-DATASET-1:0123456789abcdef0123456789abcdef0123456789abcdef") }}</p>
{% call ui.form("/gallery", id="answers") %}
{{ ui.text_input("title", "Title", value=title, hint="A few words", errors=errors) }}
{{ ui.text_area("reasons", "Reasons", errors=errors) }}
{{ ui.select("dataset", "Dataset", [("1", "One"), ("2", "Two")], errors=errors) }}
{{ ui.date_field("until", "Until", errors=errors) }}
{{ ui.radios("decision", "Your decision", [("grant", "Grant"), ("refuse", "Refuse", "Say why")],
             errors=errors) }}
{{ ui.checkboxes("accepts", "Conditions", [("PUB", "Publish"), ("COL", "Work together")],
                 errors=errors) }}
{{ ui.button("Yes", "equal", name="answer", value="yes") }}
{{ ui.button("No", "equal", name="answer", value="no") }}
{{ ui.button("Withdraw", "warning") }}
{{ ui.link_button("Go elsewhere", "/elsewhere") }}
{% endcall %}
{% endblock %}
"""

_DONE: Final = """
{% extends "placet/base.html" %}
{% import "placet/macros.html" as ui %}
{% block title %}Done{% endblock %}
{% block content %}{% call ui.done("You have withdrawn") %}<p>It counts from now.</p>{% endcall %}
{% endblock %}
"""

_HOME: Final = """
{% extends "placet/base.html" %}
{% block title %}Start{% endblock %}
{% block content %}<h1>Start</h1>{% endblock %}
"""


class HandClock:
    """A clock that moves when told to; wall time and monotonic time move together."""

    def __init__(self, start: datetime = NOW) -> None:
        self._start = start
        self._passed = timedelta()

    def now(self) -> datetime:
        """Give the wall time."""
        return self._start + self._passed

    def monotonic(self) -> float:
        """Give the seconds moved so far."""
        return self._passed.total_seconds()

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._passed += timedelta(seconds=seconds)


def page_settings(public_url: str, *, development: bool = True) -> PageSettings:
    """Give the settings of the small service's pages."""
    return PageSettings(
        service="trial",
        title="Trial service",
        public_url=public_url,
        session_key=SESSION_KEY,
        development=development,
    )


def make_sign_in(
    clock: Clock,
    *,
    issuer: str = NOBODY,
    public_url: str = "http://127.0.0.1:8999",
    client_id: str = "consent_registry-pages",
    secret: str = "",
    scopes: tuple[str, ...] = ("consents.self",),
) -> SignIn:
    """Give a relying party whose tokens are verified as an API would verify them."""
    return SignIn(
        issuer=issuer,
        client_id=client_id,
        client_secret=Secret(secret),
        public_url=public_url,
        audience=AUDIENCE,
        scopes=scopes,
        verifier=make_verifier(clock, issuer),
        clock=clock,
    )


def make_verifier(clock: Clock, issuer: str) -> TokenVerifier:
    """Give the verifier that the small service's API and pages share."""
    keys = RemoteKeySet(f"{issuer}/jwks", clock)
    return TokenVerifier(issuer=issuer, audience=AUDIENCE, keys=keys, clock=clock)


def make_service(
    clock: Clock,
    *,
    sign_in: SignIn | None = None,
    public_url: str = "http://127.0.0.1:8999",
    development: bool = True,
) -> Flask:
    """Build the small service."""
    app = Flask("trial", static_folder=None)
    app.jinja_loader = DictLoader(
        {"trial/gallery.html": _GALLERY, "trial/done.html": _DONE, "trial/home.html": _HOME}
    )
    register_problems(app)
    auth.install(app, make_verifier(clock, NOBODY))
    install_pages(
        app,
        settings=page_settings(public_url, development=development),
        sign_in=sign_in or make_sign_in(clock, public_url=public_url),
        navigation=(
            NavigationItem(text="Start", href="/"),
            NavigationItem(text="Mine", href="/mine", scope="consents.self"),
            NavigationItem(text="Queue", href="/queue", scope="applications.decide"),
        ),
        clock=clock,
        ended=MemoryEndedSessions(clock),
    )
    _add_open_pages(app)
    _add_own_pages(app)
    _add_api(app)
    return app


def _add_open_pages(app: Flask) -> None:
    @app.get("/")
    @public("the start page of a trial")
    def home() -> ResponseReturnValue:
        return render_template("trial/home.html")

    @app.route("/gallery", methods=["GET", "POST"])
    @public("shows every component")
    def gallery() -> ResponseReturnValue:
        faults: tuple[FieldFault, ...] = ()
        if request.method == "POST":
            if request.form.get("title"):
                return redirect("/done", code=303)
            faults = (
                FieldFault("/title", "Write a title."),
                FieldFault("/decision", "Choose a decision."),
                FieldFault("", "The whole form is odd."),
            )
        page = render_template(
            "trial/gallery.html",
            name=person_name() or "nobody",
            moment=NOW,
            title=request.form.get("title", ""),
            typed=request.args.get("dataset", "a dataset"),
            errors=form_errors(faults),
        )
        return page, 422 if faults else 200

    @app.get("/done")
    @public("shows a confirmation")
    def done() -> ResponseReturnValue:
        return render_template("trial/done.html")


def _add_own_pages(app: Flask) -> None:
    @app.get("/mine")
    @signed_in("consents.self")
    def mine() -> ResponseReturnValue:
        principal = current_principal()
        return {"issuer": principal.issuer, "subject": principal.subject, "name": person_name()}

    @app.post("/mine")
    @signed_in("consents.self")
    def change() -> ResponseReturnValue:
        return redirect("/done", code=303)

    @app.get("/queue")
    @signed_in("applications.decide")
    def queue() -> ResponseReturnValue:
        return "queue"


def _add_api(app: Flask) -> None:
    @app.get("/fail/<kind>")
    @public("fails in every way")
    def fail(kind: str) -> ResponseReturnValue:
        if kind == "conflict":
            raise Conflict("It was decided before.")
        if kind == "input":
            raise ValidationFailed("The input is wrong.", faults=(FieldFault("/a", "no"),))
        raise RuntimeError("Ottilie Marker must appear nowhere")

    @app.post("/v1/things")
    @requires("consents.write")
    def things() -> ResponseReturnValue:
        return {}
