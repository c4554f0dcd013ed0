# SPDX-License-Identifier: Apache-2.0
"""Access tokens the way real callers get them: over the identity provider's HTTP, nothing forged.

A person's token comes from the code flow with PKCE through the public client `desk`, with the form
filled in as a person would; a service's from client credentials.
"""

import base64
import hashlib
import html
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

CALLBACK: Final = "http://127.0.0.1:49152/callback"
DESK: Final = "desk"
_TIMEOUT: Final = 30
_TOKEN_FIELD: Final = re.compile(r'name="csrf_token" value="([^"]+)"')
_FORM: Final = re.compile(r'<form method="post" action="([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonToken:
    """What a person's sign-in gave."""

    access_token: str = field(repr=False)
    id_token: str = field(repr=False)
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRequest:
    """An authorization request of `desk`, and what the client must remember of it."""

    parameters: Mapping[str, str]
    verifier: str

    def url(self, issuer: str) -> str:
        """Give the address that a browser is sent to."""
        return f"{issuer}/authorize?{urlencode(self.parameters)}"


def code_request(
    audience: str, scopes: Sequence[str], *, redirect_uri: str = CALLBACK, client_id: str = DESK
) -> CodeRequest:
    """Prepare a code flow with PKCE (S256), state and nonce."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return CodeRequest(
        parameters={
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(("openid", *scopes)),
            "resource": audience,
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
            "code_challenge_method": "S256",
        },
        verifier=verifier,
    )


def person_token(issuer: str, login: str, audience: str, scopes: Sequence[str]) -> PersonToken:
    """Sign in as a person of the demo registry and give her tokens for one service."""
    asked = code_request(audience, scopes)
    answer = sign_in_at(issuer, asked.url(issuer), login)
    assert answer["state"] == asked.parameters["state"]
    assert answer["iss"] == issuer
    tokens = redeem(issuer, answer["code"], asked)
    tokens.raise_for_status()
    given = tokens.json()
    return PersonToken(
        access_token=given["access_token"],
        id_token=given["id_token"],
        scopes=frozenset(given["scope"].split()),
    )


def sign_in_at(
    issuer: str, authorize_url: str, login: str, *, session: requests.Session | None = None
) -> dict[str, str]:
    """Fill in the provider's form and give the parameters it sends back to the client."""
    browser = session or requests.Session()
    page = browser.get(authorize_url, timeout=_TIMEOUT, allow_redirects=False)
    if page.status_code == requests.codes.ok:
        page = browser.post(
            issuer + _found(_FORM, page.text.partition("<main")[2]),
            data={
                "csrf_token": _found(_TOKEN_FIELD, page.text),
                "login": login,
                "password": login,
            },
            timeout=_TIMEOUT,
            allow_redirects=False,
        )
    assert page.is_redirect, page.status_code
    return redirect_parameters(page)


def redirect_parameters(page: requests.Response) -> dict[str, str]:
    """Give the query of a redirect."""
    return {
        key: value[0] for key, value in parse_qs(urlsplit(page.headers["Location"]).query).items()
    }


def redeem(issuer: str, code: str, asked: CodeRequest, **changes: str) -> requests.Response:
    """Exchange a code at the token endpoint; `changes` replace parameters of the request."""
    form = {
        "grant_type": "authorization_code",
        "client_id": asked.parameters["client_id"],
        "code": code,
        "redirect_uri": asked.parameters["redirect_uri"],
        "code_verifier": asked.verifier,
        "resource": asked.parameters["resource"],
    }
    return requests.post(f"{issuer}/token", data={**form, **changes}, timeout=_TIMEOUT)


def service_token(
    issuer: str, client_id: str, secret: str, audience: str, scopes: Sequence[str]
) -> str:
    """Get a service's token by client credentials."""
    answer = requests.post(
        f"{issuer}/token",
        auth=(client_id, secret),
        data={
            "grant_type": "client_credentials",
            "resource": audience,
            "scope": " ".join(scopes),
        },
        timeout=_TIMEOUT,
    )
    answer.raise_for_status()
    token: str = answer.json()["access_token"]
    return token


def claims_of(token: str) -> dict[str, Any]:
    """Read a token's claims without believing them."""
    return _part(token, 1)


def header_of(token: str) -> dict[str, Any]:
    """Read a token's header without believing it."""
    return _part(token, 0)


def _part(token: str, index: int) -> dict[str, Any]:
    text = token.split(".")[index]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    assert match is not None, "the page has no such form"
    return html.unescape(match[1])
