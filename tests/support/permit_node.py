# SPDX-License-Identifier: Apache-2.0
"""A whole permit_service for tests: real database, keys, identity provider and HTTP.

Only consent_registry is a fake, behind a real HTTP server of its own.
"""

import contextlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from permit_service.bootstrap import Parts, build, create_app
from permit_service.settings import PermitSettings
from shared.auth import TokenVerifier
from shared.clock import Clock, SystemClock
from shared.errors import AppError
from shared.http_client import RemoteKeySet
from shared.ids import DatasetId
from shared.settings import load
from tests.fakes.cohort_server import cohort_server
from tests.fakes.cohort_source import MemoryCohorts
from tests.support.devidp import DevidpFiles, devidp_files, devidp_on_thread, served
from tests.support.ports import free_port
from tests.support.postgres import fresh_database
from tests.support.tokens import person_token, service_token

AUDIENCE = "urn:placet:zz:permit_service"
CONSENT_AUDIENCE = "urn:placet:zz:consent_registry"
DATASET = DatasetId("GDI-ZZ-DATASET-1")
RESEARCHER_SCOPES = ("applications.submit", "visas.read")
AUTHORITY_SCOPES = ("applications.read", "applications.decide", "permits.read", "permits.revoke")
REASONS = "Purpose and consents agree."
SUBMISSION: Mapping[str, Any] = {
    "title": "Rare variants of the heart",
    "organisation": "Institute of Examples",
    "dataset": DATASET,
    "purpose": {"category": "HMB", "commercial": False, "countries": ["FI"]},
    "months": 12,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitNode:
    """A running node: where it answers, what it is made of, and who may call it."""

    url: str
    environment: Mapping[str, str]
    parts: Parts
    registry: MemoryCohorts
    idp: DevidpFiles
    _tokens: dict[str, str] = field(default_factory=dict)

    def person(self, login: str, *scopes: str) -> str:
        """Give an access token of a person, signed in for real."""
        key = f"{login} {scopes}"
        if key not in self._tokens:
            given = person_token(self.idp.issuer, login, AUDIENCE, scopes)
            self._tokens[key] = given.access_token
        return self._tokens[key]

    def service(self, client_id: str, *scopes: str, audience: str = AUDIENCE) -> str:
        """Give a service's own access token."""
        secret = self.idp.secret(client_id)
        return service_token(self.idp.issuer, client_id, secret, audience, scopes)

    def rita(self) -> str:
        """Give the researcher's token."""
        return self.person("rita", *RESEARCHER_SCOPES)

    def dora(self) -> str:
        """Give the authority's token."""
        return self.person("dora", *AUTHORITY_SCOPES)

    def get(self, path: str, token: str | None = None, **query: str) -> requests.Response:
        """GET a path with a bearer token."""
        return requests.get(self.url + path, headers=_bearer(token), params=query, timeout=60)

    def post(self, path: str, body: object, token: str | None = None) -> requests.Response:
        """POST JSON to a path with a bearer token."""
        return requests.post(self.url + path, headers=_bearer(token), json=body, timeout=60)

    def apply(self, token: str | None = None, **changes: object) -> str:
        """Submit an application and give its id."""
        answer = self.post("/v1/applications", {**SUBMISSION, **changes}, token or self.rita())
        assert answer.status_code == 201, answer.text
        application_id: str = answer.json()["application_id"]
        return application_id

    def decide(
        self, application_id: str, decision: str = "grant", **more: object
    ) -> requests.Response:
        """Sign a decision as the authority."""
        body = {"decision": decision, "reasons": REASONS, **more}
        return self.post(f"/v1/applications/{application_id}/decisions", body, self.dora())

    def grant(self, **more: object) -> str:
        """Apply, grant, and give the id of the live permit."""
        answer = self.decide(self.apply(), "grant", **more)
        assert answer.status_code == 201, answer.text
        assert answer.json()["state"] == "granted", answer.text
        permit_id: str = answer.json()["permit_id"]
        return permit_id

    def permit(self, permit_id: str) -> dict[str, Any]:
        """Give a permit as the API shows it."""
        answer = self.get(f"/v1/permits/{permit_id}", self.dora())
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def revoke(self, permit_id: str) -> requests.Response:
        """End a permit as the authority."""
        body = {"reasons": "The project has ended early."}
        return self.post(f"/v1/permits/{permit_id}/revocations", body, self.dora())

    def visas(self, token: str, user: str = "person-rita", **query: str) -> requests.Response:
        """Ask for somebody's visas."""
        return self.get(f"/api/permissions/{user}", token, **query)

    def keys(self, path: str) -> Mapping[str, Any]:
        """Give a published key set."""
        found: Mapping[str, Any] = self.get(path).json()
        return found


@contextlib.contextmanager
def permit_node(
    folder: Path, *, clock: Clock | None = None, consent_url: str | None = None
) -> Iterator[PermitNode]:
    """Run a node until the block ends, with the registry at `consent_url` or a fake one."""
    now = clock or SystemClock()
    url = f"http://127.0.0.1:{free_port()}"
    idp = devidp_files(
        folder / "idp", pages={"permit_service": url, "consent_registry": consent_url or url}
    )
    registry = MemoryCohorts(now, DATASET)
    verifier = TokenVerifier(
        issuer=idp.issuer,
        audience=CONSENT_AUDIENCE,
        keys=RemoteKeySet(f"{idp.issuer}/jwks", now),
        clock=now,
    )

    def accepts(token: str) -> bool:
        try:
            caller = verifier.verify(token)
        except AppError:
            return False
        return caller.client_id == "permit_service"

    with contextlib.ExitStack() as stack:
        stack.enter_context(devidp_on_thread(idp, now))
        asks = consent_url or stack.enter_context(cohort_server(registry, accepts=accepts))
        environment = _environment(folder, url, idp, asks)
        parts = build(load(PermitSettings, environment), clock=now)
        stack.callback(parts.engine.dispose)
        stack.enter_context(served(create_app(parts), int(url.rpartition(":")[2])))
        yield PermitNode(url=url, environment=environment, parts=parts, registry=registry, idp=idp)


def _environment(folder: Path, url: str, idp: DevidpFiles, consent_url: str) -> dict[str, str]:
    return {
        "PLACET_ENV": "development",
        "PLACET_NODE": "ZZ",
        "PLACET_BIND": url.removeprefix("http://"),
        "PLACET_PUBLIC_URL": url,
        "PLACET_DATABASE_URL": fresh_database("permit_service"),
        "PLACET_TOKEN_ISSUER": idp.issuer,
        "PLACET_TOKEN_JWKS_URL": f"{idp.issuer}/jwks",
        "PLACET_TOKEN_ENDPOINT": f"{idp.issuer}/token",
        "PLACET_AUDIENCE": AUDIENCE,
        "PLACET_CLIENT_ID": "permit_service",
        "PLACET_CLIENT_SECRET_FILE": _secret(folder / "client", idp.secret("permit_service")),
        "PLACET_KEYS_DIR": str(folder / "keys"),
        "PLACET_TRANSPORT": "http",
        "PLACET_AUDIT_INTAKE_URL": "http://127.0.0.1:9/v1/intake",
        "PLACET_SESSION_KEY_FILE": _secret(folder / "session", secrets.token_urlsafe(48)),
        "PLACET_SIGN_IN_ISSUER": idp.issuer,
        "PLACET_SIGN_IN_CLIENT_ID": "permit_service-pages",
        "PLACET_SIGN_IN_CLIENT_SECRET_FILE": _secret(
            folder / "pages", idp.secret("permit_service-pages")
        ),
        "PLACET_AUTHORITY_URL": "https://authority.zz.example",
        "PLACET_DATASET_URL_BASE": "https://data.zz.example/datasets/",
        "PLACET_VISA_RECIPIENTS": "clearinghouse",
        "PLACET_CONSENT_REGISTRY_URL": consent_url,
    }


def _secret(path: Path, content: str) -> str:
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
    return str(path)


def _bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def pointers(answer: requests.Response) -> Sequence[str]:
    """Give the pointers of a problem's faults."""
    return [one["pointer"] for one in answer.json().get("errors", [])]
