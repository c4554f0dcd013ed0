# SPDX-License-Identifier: Apache-2.0
"""What keeps a page safe in a browser: session cookie, CSRF check, response headers.

No page may carry inline script or style, load anything from another origin, be framed, or be
kept by a cache. API answers get the headers that matter to them and no page policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFError, CSRFProtect

from shared.settings import Secret

SESSION_IDLE: Final = timedelta(minutes=30)
API_PREFIXES: Final = ("/v1", "/api", "/log", "/witness")
ASSET_ENDPOINT: Final = "shell_asset"

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
_HSTS: Final = "max-age=31536000"


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieRules:
    """How the session cookie is named, signed and limited."""

    service: str
    session_key: Secret
    development: bool


class PageSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, never set on an answer that caches may keep for everybody."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Leave the shell's own files alone."""
        return request.endpoint != ASSET_ENDPOINT and super().should_set_cookie(app, session)


def configure_session(app: Flask, rules: CookieRules) -> None:
    """Sign sessions with the service's key in a cookie of the service's own name.

    Browsers send cookies to every port of a host, so two services on one host need two names.
    The lifetime restarts with every answer: a session dies after 30 idle minutes.
    """
    app.secret_key = rules.session_key.reveal()
    app.session_interface = PageSessions()
    app.config.update(
        SESSION_COOKIE_NAME=f"placet_{rules.service}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not rules.development,
        SESSION_REFRESH_EACH_REQUEST=True,
        PERMANENT_SESSION_LIFETIME=SESSION_IDLE,
    )


def install_csrf(
    app: Flask, *, public_url: str, exempt_paths: Sequence[str] = API_PREFIXES
) -> None:
    """Refuse every unsafe request without a valid `csrf_token`, except below `exempt_paths`.

    A request that names an origin other than ours is refused even with a token. Its form is read
    only when origin and session allow that it could be good.
    The API reads a bearer token and no cookie, so a foreign page cannot speak for anyone there.
    The token ends with the session, not before: a slow reader's form stays good.
    """
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    protection = CSRFProtect(app)

    own = origin_of(public_url)

    def check() -> None:
        if not request.endpoint or is_below(request.path, exempt_paths):
            return
        if request.method not in _SAFE_METHODS:
            if request.headers.get("Origin", own) != own:
                raise CSRFError("the request comes from another origin")
            if app.config["WTF_CSRF_FIELD_NAME"] not in session:
                raise CSRFError("no form was given to this session")
        protection.protect()

    app.before_request(check)


def is_below(path: str, prefixes: Sequence[str]) -> bool:
    """Tell whether a path is one of the prefixes or lies under one, by whole segments."""
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def install_headers(app: Flask, *, development: bool, form_targets: Sequence[str]) -> None:
    """Set security headers on every answer, and the page policy on HTML.

    `form_targets` are origins besides our own to which a form may lead, also by redirect: the
    OpenID Provider for sign-out, a client's redirect address for the provider's sign-in form.
    """
    policy = page_policy(form_targets)

    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        if not development:
            headers.setdefault("Strict-Transport-Security", _HSTS)
        if response.mimetype == "text/html":
            headers.setdefault("Content-Security-Policy", policy)
            headers.setdefault("X-Frame-Options", "DENY")
            headers.setdefault("Permissions-Policy", _PERMISSIONS)
            headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
            headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
            headers.setdefault("Cache-Control", "no-store")
        elif response.location is not None:
            headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(add)


def page_policy(form_targets: Sequence[str]) -> str:
    """Write the Content-Security-Policy of a page; scripts are not allowed from anywhere."""
    targets = " ".join(["'self'", *(origin_of(target) for target in form_targets)])
    return (
        "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {targets}"
    )


def origin_of(url: str) -> str:
    """Give the origin (scheme, host and port) of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
