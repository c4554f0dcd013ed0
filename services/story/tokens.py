# SPDX-License-Identifier: Apache-2.0
"""How the player gets access tokens: as the story's own client, and as people who sign in.

People sign in like anybody with a program on her own machine: authorization code with PKCE through
the provider's real form (RFC 7636, RFC 8252), one audience per token (RFC 8707).
"""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

_CALLBACK: Final = "http://127.0.0.1/callback"
_SECONDS: Final = 20.0
_RENEW_BEFORE: Final = 60.0
_PATIENCE: Final = 60.0
_REDIRECTS: Final = frozenset({302, 303})


class SignInFailed(RuntimeError):
    """The provider gave no token; the message holds its error code and nothing secret."""


@dataclass(frozen=True, slots=True)
class _Held:
    token: str
    until: float


class Tokens:
    """Access tokens of one provider, kept till a minute before their end; threads may share it."""

    def __init__(
        self, *, issuer: str, client_id: str, secret_file: Path, patience: float = _PATIENCE
    ) -> None:
        self._issuer = issuer
        self._patience = patience
        self._client = (client_id, secret_file.read_text(encoding="utf-8").strip())
        self._held: dict[tuple[str, str, str], _Held] = {}
        self._lock = threading.Lock()

    def service(self, audience: str, scopes: Sequence[str] = ()) -> str:
        """Give a token of the story's own client (client credentials)."""
        return self._token("", audience, " ".join(scopes))

    def person(self, login: str, audience: str, scopes: Sequence[str] = ()) -> str:
        """Give a token of a person who signs in now, or did a moment ago."""
        return self._token(login, audience, " ".join(scopes))

    def _token(self, login: str, audience: str, scope: str) -> str:
        key = (login, audience, scope)
        with self._lock:
            held = self._held.get(key)
            if held is None or held.until < time.monotonic():
                body = self._patiently(login, audience, scope)
                held = _Held(
                    str(body["access_token"]),
                    time.monotonic() + float(body["expires_in"]) - _RENEW_BEFORE,
                )
                self._held[key] = held
        return held.token

    def _patiently(self, login: str, audience: str, scope: str) -> dict[str, Any]:
        """Try again while the provider is away: it may be restarting."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                with requests.Session() as browser:
                    if login:
                        return self._sign_in(browser, login, audience, scope)
                    form = {"grant_type": "client_credentials", "resource": audience}
                    return self._redeem(browser, form | ({"scope": scope} if scope else {}))
            except (requests.RequestException, SignInFailed):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)

    def _sign_in(
        self, browser: requests.Session, login: str, audience: str, scope: str
    ) -> dict[str, Any]:
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        state = secrets.token_urlsafe(16)
        asked = {
            "response_type": "code",
            "client_id": "desk",
            "redirect_uri": _CALLBACK,
            "scope": f"openid {scope}".strip(),
            "resource": audience,
            "state": state,
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": challenge.decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        page = browser.get(
            f"{self._issuer}/authorize", params=asked, allow_redirects=False, timeout=_SECONDS
        )
        if page.status_code not in _REDIRECTS:
            form = read_form(page.text)
            page = browser.post(
                urljoin(page.url, form.action),
                data={**form.hidden, "login": login, "password": login},
                allow_redirects=False,
                timeout=_SECONDS,
            )
        answer = parse_qs(urlsplit(page.headers.get("Location", "")).query)
        if page.status_code not in _REDIRECTS or answer.get("state") != [state]:
            raise SignInFailed(f"{login} could not sign in: status {page.status_code}")
        if "code" not in answer:
            raise SignInFailed(f"{login} could not sign in: {answer.get('error')}")
        return self._redeem(
            browser,
            {
                "grant_type": "authorization_code",
                "client_id": "desk",
                "code": answer["code"][0],
                "redirect_uri": _CALLBACK,
                "code_verifier": verifier,
                "resource": audience,
            },
        )

    def _redeem(self, browser: requests.Session, form: dict[str, str]) -> dict[str, Any]:
        answer = browser.post(
            f"{self._issuer}/token",
            data=form,
            auth=None if "client_id" in form else self._client,
            timeout=_SECONDS,
        )
        body = answer.json()
        if not answer.ok or "access_token" not in body:
            raise SignInFailed(f"no token: status {answer.status_code}, {body.get('error')}")
        found: dict[str, Any] = body
        return found


@dataclass(slots=True)
class Form:
    """The first form of a page: where it goes and what it carries unseen."""

    action: str
    hidden: dict[str, str]


def read_form(html: str) -> Form:
    """Read the form that holds a password field, as a browser would fill it."""
    reader = _FormReader()
    reader.feed(html)
    for form, has_password in reader.forms:
        if has_password:
            return form
    raise SignInFailed("the provider showed no sign-in form")


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[Form, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((Form(found.get("action", ""), {}), False))
        elif tag == "input" and self.forms:
            form, has_password = self.forms[-1]
            if found.get("type") == "hidden":
                form.hidden[found.get("name", "")] = found.get("value", "")
            self.forms[-1] = (form, has_password or found.get("type") == "password")
