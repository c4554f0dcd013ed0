# SPDX-License-Identifier: Apache-2.0
"""A whole audit_log for tests: real database, keys, identity provider and HTTP.

Sequencing and publishing are stepped by the test (`settle`), so that nothing has to be waited for.
"""

import contextlib
import secrets
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path

import requests

from audit_log.adapters.store import PostgresSequencerStore
from audit_log.bootstrap import (
    Parts,
    build,
    create_app,
    create_exporter,
    create_publisher,
    migrate,
)
from audit_log.domain.cases import MAX_REVEALED
from audit_log.domain.tiles import bundles_of, decode_bundle
from audit_log.ports import Producer, SequencerStore
from audit_log.settings import AuditSettings
from audit_log.usecases.register import register
from audit_log.usecases.resolving import CohortDesk
from audit_log.usecases.sequence import Pace, Sequencer
from shared.clock import SystemClock
from shared.events import SealedEntry
from shared.settings import load
from tests.fakes.log_factories import ALONE
from tests.support.devidp import DevidpFiles, devidp_files, devidp_on_thread, served
from tests.support.ports import free_port
from tests.support.postgres import fresh_database
from tests.support.tokens import person_token, service_token

AUDIENCE = "urn:placet:zz:audit_log"
OFFICER_SCOPES = ("log.read", "log.reveal", "log.search")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNode:
    """A running log: where it answers, what it is made of, and who may call it."""

    url: str
    environment: Mapping[str, str]
    parts: Parts
    idp: DevidpFiles
    _tokens: dict[str, str] = field(default_factory=dict)

    def person(self, login: str, *scopes: str) -> str:
        """Give an access token of a person, signed in for real."""
        key = f"{login} {scopes}"
        if key not in self._tokens:
            given = person_token(self.idp.issuer, login, AUDIENCE, scopes)
            self._tokens[key] = given.access_token
        return self._tokens[key]

    def otto(self) -> str:
        """Give the officer's token."""
        return self.person("otto", *OFFICER_SCOPES)

    def service(self, client_id: str, *scopes: str) -> str:
        """Give a service's own access token."""
        key = f"{client_id} {scopes}"
        if key not in self._tokens:
            secret = self.idp.secret(client_id)
            self._tokens[key] = service_token(self.idp.issuer, client_id, secret, AUDIENCE, scopes)
        return self._tokens[key]

    def get(self, path: str, token: str | None = None, **query: str) -> requests.Response:
        """GET a path with a bearer token."""
        return requests.get(self.url + path, headers=_bearer(token), params=query, timeout=60)

    def post(self, path: str, body: object, token: str | None = None) -> requests.Response:
        """POST JSON to a path with a bearer token."""
        return requests.post(self.url + path, headers=_bearer(token), json=body, timeout=60)

    def add(self, src: str = "zz/clearinghouse/1", client_id: str = "clearinghouse") -> None:
        """Register a producer."""
        producer = Producer(src=src, client_id=client_id, vkey="", topic=None)
        register(
            producer,
            (),
            transaction=self.parts.transaction,
            clock=self.parts.clock,
            backing=ALONE,
        )

    def send(self, *entries: SealedEntry, client_id: str = "clearinghouse") -> requests.Response:
        """Send entries to the intake as their producer does."""

        body = {
            "entries": [
                {
                    "entry": b64encode(one.entry).decode(),
                    "sealed": b64encode(one.sealed).decode(),
                }
                for one in entries
            ]
        }
        return self.post("/v1/intake", body, self.service(client_id, "entries.write"))

    def store(self) -> PostgresSequencerStore:
        """Open the log as a sequencer of its own does."""
        return PostgresSequencerStore(
            self.parts.settings.database_url,
            origin=self.parts.settings.log_origin,
            own=self.parts.own,
            clock=self.parts.clock,
        )

    def settle(self) -> int:
        """Sequence all that waits, publish it, and give the published size."""
        store = self.store()
        try:
            sequencer = self.sequencer(store)
            while sequencer.step():
                pass
        finally:
            store.close()
        create_publisher(self.parts).step()
        with self.parts.transaction() as log:
            newest = log.reader.newest()
        assert newest is not None
        return newest.size

    def entries(self) -> list[bytes]:
        """Give every published entry, from the bundles as they are served."""
        size = int(self.get("/log/checkpoint", self.otto()).text.splitlines()[1])
        found: list[bytes] = []
        for name in bundles_of(size):
            found += decode_bundle(self.get(f"/log/{name}", self.otto()).content)
        return found

    def agreed(self, *groups: str) -> str:
        """Let two officers agree in a case that all that is published is opened; give its id."""
        with self.parts.transaction() as log:
            newest = log.reader.newest()
        assert newest is not None
        otto, olga = self.otto(), self.person("olga", *OFFICER_SCOPES)
        case = self.post("/v1/cases", {"reason": "complaint"}, otto).json()["id"]
        for first in range(0, newest.size, MAX_REVEALED):
            indexes = list(range(first, min(first + MAX_REVEALED, newest.size)))
            body = {"indexes": indexes, "groups": groups}
            asked = self.post(f"/v1/cases/{case}/reveals", body, otto)
            place = f"/v1/cases/{case}/reveals/{asked.json()['id']}"
            assert self.post(place, {"approved": True}, olga).status_code == HTTPStatus.OK
        return str(case)

    def export(self, body: object, token: str | None = None) -> bytes:
        """Ask for an evidence pack, let it be made, and fetch it."""
        token = token or self.otto()
        asked = self.post("/v1/exports", body, token)
        assert asked.status_code == HTTPStatus.ACCEPTED, asked.text
        exporter = create_exporter(self.parts)
        for _ in range(2):
            while exporter.step():
                pass
            self.settle()
        while exporter.step():
            pass
        answer = self.get(f"/v1/exports/{asked.json()['id']}/pack", token)
        assert answer.status_code == HTTPStatus.OK, answer.text
        return answer.content

    def sequencer(self, store: SequencerStore) -> Sequencer:
        """Make a sequencer over this log that takes the lead at once."""
        return Sequencer(
            store=store,
            source=None,
            vault=self.parts.keys.vault,
            pseudonyms=self.parts.keys.pseudonyms,
            clock=self.parts.clock,
            holder="test",
            pace=Pace(wait_ms=0),
        )


@contextlib.contextmanager
def log_node(folder: Path, *, port: int | None = None, **changes: str) -> Iterator[LogNode]:
    """Run a log until the block ends; `changes` are environment variables."""
    with _running(folder, port, changes, None) as node:
        yield node


@contextlib.contextmanager
def log_node_knowing(folder: Path, cohorts: CohortDesk) -> Iterator[LogNode]:
    """Run a log that asks about cohorts there, in place of a registry."""
    with _running(folder, None, {}, cohorts) as node:
        yield node


@contextlib.contextmanager
def _running(
    folder: Path, port: int | None, changes: Mapping[str, str], cohorts: CohortDesk | None
) -> Iterator[LogNode]:
    clock = SystemClock()
    url = f"http://127.0.0.1:{port or free_port()}"
    idp = devidp_files(folder / "idp", pages={"audit_log": url})
    environment = {**log_environment(folder, url, idp), **changes}
    with contextlib.ExitStack() as stack:
        stack.enter_context(devidp_on_thread(idp, clock))
        settings = load(AuditSettings, environment)
        parts = build(settings, clock=clock)
        parts = parts if cohorts is None else replace(parts, cohorts=cohorts)
        stack.callback(parts.engine.dispose)
        migrate(settings, clock=clock)
        stack.enter_context(served(create_app(parts), int(url.rpartition(":")[2])))
        yield LogNode(url=url, environment=environment, parts=parts, idp=idp)


def log_environment(folder: Path, url: str, idp: DevidpFiles) -> dict[str, str]:
    """Give a log's environment; its database is fresh."""
    return {
        "PLACET_ENV": "development",
        "PLACET_NODE": "ZZ",
        "PLACET_BIND": url.removeprefix("http://"),
        "PLACET_PUBLIC_URL": url,
        "PLACET_DATABASE_URL": fresh_database("audit_log"),
        "PLACET_TOKEN_ISSUER": idp.issuer,
        "PLACET_TOKEN_JWKS_URL": f"{idp.issuer}/jwks",
        "PLACET_TOKEN_ENDPOINT": f"{idp.issuer}/token",
        "PLACET_AUDIENCE": AUDIENCE,
        "PLACET_CLIENT_ID": "audit_log",
        "PLACET_CLIENT_SECRET_FILE": _secret(folder / "client", idp.secret("audit_log")),
        "PLACET_KEYS_DIR": str(folder / "keys"),
        "PLACET_TRANSPORT": "http",
        "PLACET_AUDIT_INTAKE_URL": f"{url}/v1/intake",
        "PLACET_SESSION_KEY_FILE": _secret(folder / "session", secrets.token_urlsafe(48)),
        "PLACET_SIGN_IN_ISSUER": idp.issuer,
        "PLACET_SIGN_IN_CLIENT_ID": "audit_log-pages",
        "PLACET_SIGN_IN_CLIENT_SECRET_FILE": _secret(
            folder / "pages", idp.secret("audit_log-pages")
        ),
    }


def _secret(path: Path, content: str) -> str:
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
    return str(path)


def _bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}
