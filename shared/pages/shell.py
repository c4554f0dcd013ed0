# SPDX-License-Identifier: Apache-2.0
"""Installs the shell into a Flask application and tells the layout what to show.

Wiring only: the parts live in `security`, `assets`, `faults`, `person` and `sign_in`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from shared.auth import public
from shared.clock import Clock
from shared.pages.assets import Assets, load_assets
from shared.pages.endings import EndedSessions
from shared.pages.faults import install_fault_pages
from shared.pages.forms import field_id
from shared.pages.person import SessionRules, person_shown, set_rules
from shared.pages.security import (
    API_PREFIXES,
    ASSET_ENDPOINT,
    CookieRules,
    configure_session,
    install_csrf,
    install_headers,
)
from shared.pages.sign_in import SignIn
from shared.pages.sign_in_views import install_sign_in
from shared.settings import Secret

LANGUAGES: Final = ("en",)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """What the shell must know of the service it dresses."""

    service: str
    title: str
    public_url: str
    session_key: Secret
    development: bool
    languages: tuple[str, ...] = LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationItem:
    """One link of the header; with a scope, only people who hold it see it."""

    text: str
    href: str
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationLink:
    """A navigation item as this request shows it."""

    text: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What `placet/base.html` reads, under the name `placet`."""

    service_title: str
    language: str
    navigation: tuple[NavigationLink, ...]
    person_name: str
    offers_sign_in: bool
    stylesheet: str
    icon: str
    development: bool


def install_pages(
    app: Flask,
    *,
    settings: PageSettings,
    sign_in: SignIn | None,
    navigation: Sequence[NavigationItem] = (),
    clock: Clock,
    ended: EndedSessions,
    api_prefixes: Sequence[str] = API_PREFIXES,
    csrf_exempt_paths: Sequence[str] = (),
    form_targets: Sequence[str] = (),
) -> None:
    """Give an application the shell; call it once, after problem documents are installed.

    `ended` keeps which sessions were ended: signing out ends every copy of the cookie.
    `sign_in` is None only for an application without accounts of its own (the development
    identity provider). `api_prefixes` answer problems as JSON and need no CSRF token;
    `csrf_exempt_paths` are further addresses that authenticate their callers without a cookie.
    """
    rules = CookieRules(
        service=settings.service,
        session_key=settings.session_key,
        development=settings.development,
    )
    configure_session(app, rules)
    set_rules(
        app.extensions,
        SessionRules(
            clock=clock,
            client_id=sign_in.client_id if sign_in else settings.service,
            ended=ended,
        ),
    )
    assets = load_assets()
    _install_templates(app)
    _install_languages(app, settings.languages)
    _install_layout(app, settings, navigation, assets, offers_sign_in=sign_in is not None)
    # Functions run after a request in reverse order: headers see the page that a fault became.
    issuer = (sign_in.issuer,) if sign_in else ()
    install_headers(app, development=settings.development, form_targets=(*issuer, *form_targets))
    install_fault_pages(app, api_prefixes=api_prefixes, sign_in=sign_in is not None)
    install_csrf(
        app,
        public_url=settings.public_url,
        exempt_paths=(*api_prefixes, *csrf_exempt_paths),
    )
    _install_assets(app, assets)
    if sign_in is not None:
        install_sign_in(app, sign_in)
        _install_first_page(app, navigation)


def _install_templates(app: Flask) -> None:
    loaders = [
        PrefixLoader(
            {
                "placet": PackageLoader("shared.pages", "templates/placet"),
                "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
            }
        ),
    ]
    existing = app.jinja_loader
    app.jinja_loader = ChoiceLoader([*loaders, existing] if existing else loaders)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["field_id"] = field_id


def _install_languages(app: Flask, languages: tuple[str, ...]) -> None:
    def choose() -> str:
        return request.accept_languages.best_match(languages) or languages[0]

    Babel(app, default_locale=languages[0], locale_selector=choose)


def _install_assets(app: Flask, assets: Assets) -> None:
    @public("the stylesheet and the icon are the same for everyone")
    def shell_asset(filename: str) -> Response:
        return assets.answer(filename)

    app.add_url_rule("/static/<filename>", endpoint=ASSET_ENDPOINT, view_func=shell_asset)


def _install_first_page(app: Flask, navigation: Sequence[NavigationItem]) -> None:
    """Lead people from `/` to the first page of theirs, unless `/` is one of them."""

    def first_page() -> ResponseReturnValue | None:
        person = person_shown() if request.path == "/" else None
        links = _links(navigation, person.scopes) if person else ()
        if not links or any(link.href == "/" for link in links):
            return None
        return redirect(links[0].href, code=303)

    app.before_request(first_page)


def _install_layout(
    app: Flask,
    settings: PageSettings,
    navigation: Sequence[NavigationItem],
    assets: Assets,
    *,
    offers_sign_in: bool,
) -> None:
    def layout() -> dict[str, Layout]:
        person = person_shown() if offers_sign_in else None
        scopes = person.scopes if person else frozenset()
        return {
            "placet": Layout(
                service_title=settings.title,
                language=str(get_locale() or settings.languages[0]).replace("_", "-"),
                navigation=_links(navigation, scopes),
                person_name=person.name if person else "",
                offers_sign_in=offers_sign_in,
                stylesheet=assets.url("placet.css"),
                icon=assets.url("placet.svg"),
                development=settings.development,
            )
        }

    app.context_processor(layout)


def _links(
    navigation: Sequence[NavigationItem], scopes: frozenset[str]
) -> tuple[NavigationLink, ...]:
    return tuple(
        NavigationLink(text=item.text, href=item.href, current=_is_current(item.href))
        for item in navigation
        if not item.scope or item.scope in scopes
    )


def _is_current(href: str) -> bool:
    if href == "/":
        return request.path == "/"
    return request.path == href or request.path.startswith(f"{href.rstrip('/')}/")
