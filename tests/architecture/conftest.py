# SPDX-License-Identifier: Apache-2.0
"""Every web application of the suite, built once from the examples of its settings.

No database and no other service is there; only the issuer's public keys can be fetched, so that a
token can be good.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack

import pytest
from flask import Flask

from services.docs.applications import APPLICATIONS, SETTINGS, built
from services.docs.made_up import environment
from shared.keys import KeyStore, sign_jws
from tests.support.devidp import served
from tests.support.ports import free_port

ISSUER = "https://login.example"
_NOBODY = "postgresql://nobody@127.0.0.1:9/none"

Tokens = Callable[[Sequence[str], str], str]


@pytest.fixture(scope="session")
def issuer_keys(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    return KeyStore.create(tmp_path_factory.mktemp("issuer") / "keys", "ES256")


@pytest.fixture(scope="session")
def issuer_url(issuer_keys: KeyStore) -> Iterator[str]:
    """Where the issuer's key set is."""
    app = Flask("issuer", static_folder=None)
    app.add_url_rule("/jwks", view_func=issuer_keys.public_jwks)
    port = free_port()
    with served(app, port):
        yield f"http://127.0.0.1:{port}/jwks"


@pytest.fixture(scope="session")
def applications(
    tmp_path_factory: pytest.TempPathFactory, issuer_url: str
) -> Iterator[Mapping[str, Flask]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                built(
                    name,
                    {
                        **environment(SETTINGS[name], tmp_path_factory.mktemp(name)),
                        "PLACET_TOKEN_JWKS_URL": issuer_url,
                        "PLACET_DATABASE_URL": _NOBODY,
                    },
                )
            )
            for name in APPLICATIONS
        }


@pytest.fixture(scope="session")
def log_open_to_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The audit log as an operator opens it to verifiers who hold no token."""
    environ = environment(SETTINGS["audit_log"], tmp_path_factory.mktemp("open"))
    with built("audit_log", {**environ, "PLACET_TILES_PUBLIC": "true"}) as app:
        yield app


@pytest.fixture
def token(issuer_keys: KeyStore) -> Tokens:
    """Sign an access token with these scopes for this audience."""

    def make(scopes: Sequence[str], audience: str) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": "somebody",
            "aud": audience,
            "client_id": "desk",
            "scope": " ".join(scopes),
            "iat": now,
            "exp": now + 600,
            "jti": "1",
        }
        return sign_jws(json.dumps(claims).encode(), issuer_keys.active(), typ="at+jwt")

    return make
