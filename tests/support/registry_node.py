# SPDX-License-Identifier: Apache-2.0
"""A whole consent_registry for tests: database, keys, identity provider, HTTP and processes."""

import contextlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from consent_registry.bootstrap import Parts, build, create_app
from consent_registry.settings import ConsentSettings
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_staging import stage_next
from shared.clock import Clock, SystemClock
from shared.settings import load
from tests.support.devidp import DevidpFiles, devidp_files, devidp_on_thread, served
from tests.support.ports import free_port
from tests.support.postgres import fresh_database
from tests.support.tokens import person_token, service_token

AUDIENCE = "urn:placet:zz:consent_registry"
DATASET = "GDI-ZZ-DATASET-1"
NEW_DATASET: Mapping[str, str] = {
    "dataset": DATASET,
    "title": "Genomes of the north",
    "controller": "A hospital",
    "country": "ZZ",
    "legal_regime": "consent_gdpr",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryNode:
    """A running registry: where it answers, what it is made of, who may call it."""

    url: str
    environment: Mapping[str, str]
    parts: Parts
    idp: DevidpFiles
    _tokens: dict[str, str] = field(default_factory=dict)

    def service(self, *scopes: str, client: str = "story") -> str:
        """Give a service's access token with these scopes."""
        key = f"{client} {scopes}"
        if key not in self._tokens:
            secret = self.idp.secret(client)
            self._tokens[key] = service_token(self.idp.issuer, client, secret, AUDIENCE, scopes)
        return self._tokens[key]

    def person(self, login: str) -> str:
        """Give the token of a participant, signed in for real."""
        key = f"person {login}"
        if key not in self._tokens:
            given = person_token(self.idp.issuer, login, AUDIENCE, ("consents.self",))
            self._tokens[key] = given.access_token
        return self._tokens[key]

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        **more: Any,
    ) -> requests.Response:
        """Send JSON, or whatever `more` says, with a bearer token."""
        headers = {**more.pop("headers", {})}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            more["json"] = body
        return requests.request(method, self.url + path, headers=headers, timeout=60, **more)

    def take_in(self, content: str, **query: str) -> str:
        """Hand in a file and give the import's id."""
        answer = self.call(
            "POST",
            "/v1/imports",
            token=self.service("consents.import"),
            data=content.encode(),
            headers={"Content-Type": "text/csv"},
            params={"mode": "valid_rows_only", "dry_run": "false", **query},
        )
        assert answer.status_code == 202, answer.text
        import_id: str = answer.json()["import_id"]
        return import_id

    def report(self, import_id: str) -> dict[str, Any]:
        """Say how an import goes."""
        token = self.service("consents.import")
        answer = self.call("GET", f"/v1/imports/{import_id}", token=token)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def work(self) -> None:
        """Do what the process `work` would do with imports, in this one."""
        while stage_next(tools=self.parts.tools) or apply_next(tools=self.parts.tools):
            pass

    @contextlib.contextmanager
    def process(self, *command: str, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a real process of the service until the block ends."""
        child = subprocess.Popen(
            [sys.executable, "-m", "services.consent_registry", *command],
            env={"PATH": os.environ["PATH"], **self.environment, **changes},
        )
        try:
            yield child
        finally:
            if child.poll() is None:
                child.terminate()
            child.wait(timeout=60)


@contextlib.contextmanager
def registry_node(
    folder: Path,
    *,
    clock: Clock | None = None,
    changes: Mapping[str, str] | None = None,
    participants: Sequence[str] = ("anna", "bo", "carl"),
) -> Iterator[RegistryNode]:
    """Run a registry, its web part in this process, until the block ends.

    `changes` are environment variables.
    """
    now = clock or SystemClock()
    url = f"http://127.0.0.1:{free_port()}"
    pages = {"consent_registry": url}
    idp = devidp_files(folder / "idp", pages=pages, participants=participants)
    with contextlib.ExitStack() as stack:
        stack.enter_context(devidp_on_thread(idp, now))
        environment = {**settings_of(folder, url, idp), **(changes or {})}
        parts = build(load(ConsentSettings, environment), clock=now)
        stack.callback(parts.engine.dispose)
        stack.enter_context(served(create_app(parts), int(url.rpartition(":")[2])))
        yield RegistryNode(url=url, environment=environment, parts=parts, idp=idp)


def settings_of(folder: Path, url: str, idp: DevidpFiles) -> dict[str, str]:
    """Give the environment of a registry with a fresh database."""
    return {
        "PLACET_ENV": "development",
        "PLACET_NODE": "ZZ",
        "PLACET_BIND": url.removeprefix("http://"),
        "PLACET_PUBLIC_URL": url,
        "PLACET_DATABASE_URL": fresh_database("consent_registry"),
        "PLACET_TOKEN_ISSUER": idp.issuer,
        "PLACET_TOKEN_JWKS_URL": f"{idp.issuer}/jwks",
        "PLACET_TOKEN_ENDPOINT": f"{idp.issuer}/token",
        "PLACET_AUDIENCE": AUDIENCE,
        "PLACET_CLIENT_ID": "consent_registry",
        "PLACET_CLIENT_SECRET_FILE": _secret(folder / "client", idp.secret("consent_registry")),
        "PLACET_KEYS_DIR": str(folder / "keys"),
        "PLACET_TRANSPORT": "http",
        "PLACET_AUDIT_INTAKE_URL": "http://127.0.0.1:9/v1/intake",
        "PLACET_PERMIT_MESSAGES_URL": "http://127.0.0.1:9/v1/messages",
        "PLACET_SESSION_KEY_FILE": _secret(folder / "session", secrets.token_urlsafe(48)),
        "PLACET_SIGN_IN_ISSUER": idp.issuer,
        "PLACET_SIGN_IN_CLIENT_ID": "consent_registry-pages",
        "PLACET_SIGN_IN_CLIENT_SECRET_FILE": _secret(
            folder / "pages", idp.secret("consent_registry-pages")
        ),
    }


def _secret(path: Path, content: str) -> str:
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
    return str(path)
