# SPDX-License-Identifier: Apache-2.0
"""A provider that misbehaves in one chosen way, to see that the pages notice."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, redirect
from flask.typing import ResponseReturnValue

from shared.keys import KeyStore, sign_jws
from tests.support.page_world import AUDIENCE, HandClock

Claims = dict[str, Any]


@dataclass(kw_only=True)
class Behaviour:
    """What the provider does; each default is right."""

    nonce: str = ""
    metadata: Claims = field(default_factory=dict)
    id_claims: Claims = field(default_factory=dict)
    access_claims: Claims = field(default_factory=dict)
    sign_id_token: Callable[[bytes], str] | None = None
    token_answer: Callable[[], ResponseReturnValue] | None = None
    token_requests: int = 0


def stub_provider(folder: Path, issuer: str, clock: HandClock, behaviour: Behaviour) -> Flask:
    """Build the provider; change `behaviour` between requests."""
    keys = KeyStore.create(folder, "RS256")
    app = Flask("stub_provider", static_folder=None)

    @app.get("/.well-known/openid-configuration")
    def metadata() -> ResponseReturnValue:
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "authorization_response_iss_parameter_supported": True,
            **behaviour.metadata,
        }

    @app.get("/jwks")
    def jwks() -> ResponseReturnValue:
        return keys.public_jwks()

    @app.post("/token")
    def token() -> ResponseReturnValue:
        behaviour.token_requests += 1
        if behaviour.token_answer is not None:
            return behaviour.token_answer()
        now = int(clock.now().timestamp())
        common = {"iss": issuer, "sub": "person-anna", "iat": now, "exp": now + 600}
        access = {**common, "aud": AUDIENCE, "client_id": "trial", "jti": "1", "scope": "openid"}
        identity = {**common, "aud": "consent_registry-pages", "nonce": behaviour.nonce}
        raw = json.dumps({**identity, **behaviour.id_claims}).encode()
        signer = behaviour.sign_id_token or (
            lambda payload: sign_jws(payload, keys.active(), typ="JWT")
        )
        body = json.dumps({**access, **behaviour.access_claims}).encode()
        return {
            "token_type": "Bearer",
            "access_token": sign_jws(body, keys.active(), typ="at+jwt"),
            "id_token": signer(raw),
        }

    return app


def unsigned(payload: bytes) -> str:
    """Write a token with the algorithm `none`."""
    return f"{_b64({'alg': 'none', 'typ': 'JWT'})}.{_b64url(payload)}."


def signed_with_public_key(jwks: bytes) -> Callable[[bytes], str]:
    """Sign with HMAC, the key being the published one: the classic confusion of algorithms."""

    def sign(payload: bytes) -> str:
        head = f"{_b64({'alg': 'HS256', 'typ': 'JWT'})}.{_b64url(payload)}"
        return f"{head}.{_b64url(hmac.digest(jwks, head.encode(), hashlib.sha256))}"

    return sign


def answers(status: int, body: str, mimetype: str = "text/html") -> Callable[[], Response]:
    """Answer the token request with this."""
    return lambda: Response(body, status=status, mimetype=mimetype)


def leads_away() -> ResponseReturnValue:
    """Redirect the token request."""
    return redirect("http://127.0.0.1:9/", code=307)


def _b64(value: Claims) -> str:
    return _b64url(json.dumps(value).encode())


def _b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
