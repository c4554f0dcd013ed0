# SPDX-License-Identifier: Apache-2.0
"""The rest of a node over real HTTP, with real keys, for a clearinghouse under test.

Plays the identity provider, both feeds, the permissions API and the audit log's intake. What it
says is set by the test; what it signs verifies.
"""

import contextlib
import json
import sys
import threading
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.clearinghouse import (
    AUTHORITY,
    COHORT,
    DATASET,
    DIGEST,
    HOLDER,
    PERMIT,
    PREFIX,
)
from tests.fakes.clearinghouse_feeds import cohort_body
from tests.fakes.clearinghouse_publishers import FeedState, keys, signed

AUDIENCE: Final = "urn:placet:zz:clearinghouse"
SERVICE_TOKEN: Final = "token-of-the-clearinghouse"


class Node:
    """Everything around the clearinghouse; `down` names parts that answer 503."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.idp = f"{url}/idp"
        self.permit_issuer = f"{url}/permits"
        self.consent = FeedState("consent", f"{url}/consent")
        self.permits = FeedState("permit-feed", self.permit_issuer)
        self.visas: dict[str, list[str]] = {}
        self.asked: list[tuple[str, str]] = []
        self.intake: list[tuple[bytes, bytes]] = []
        self.down: set[str] = set()

    def token(
        self,
        subject: str = "rita",
        *,
        aud: str = AUDIENCE,
        typ: str = "at+jwt",
        key: str = "idp",
        seconds: int = 600,
        **claims: object,
    ) -> str:
        """Make an access token as the identity provider would."""
        now = int(time.time())
        body = {
            "iss": self.idp,
            "sub": subject,
            "aud": [aud],
            "client_id": "desk",
            "iat": now - 700,
            "exp": now + seconds,
            "jti": f"{subject}-{now}",
            **claims,
        }
        return signed(body, key, typ)

    def visa(
        self,
        *,
        key: str = "visa",
        jku: str = "",
        seconds: int = 900,
        permit: str = PERMIT,
        body: Mapping[str, object] | None = None,
        **claims: object,
    ) -> str:
        """Mint a visa as the permit service would."""
        now = int(time.time())
        grant = {
            "type": "ControlledAccessGrants",
            "asserted": now - 1000,
            "value": f"{PREFIX}{DATASET}",
            "source": AUTHORITY,
            "by": "dac",
        }
        return signed(
            {
                "iss": self.permit_issuer,
                "sub": HOLDER,
                "iat": now - 1000,
                "exp": now + seconds,
                "jti": f"jti-{now}",
                "ga4gh_visa_v1": {**grant, **(body or {})},
                "urn:placet:permit": permit,
                **claims,
            },
            key,
            "vnd.ga4gh.visa+jwt",
            jku=jku or f"{self.permit_issuer}/api/jwk",
        )

    def permit_jws(self, permit_id: str = PERMIT, *, key: str = "permit", **changes: object) -> str:
        """Sign a permit as the permit service would."""
        body = {
            "iss": self.permit_issuer,
            "permit_id": permit_id,
            "regime": "consent_gdpr",
            "holder": {"sub": HOLDER},
            "dataset": DATASET,
            "dataset_url": f"{PREFIX}{DATASET}",
            "purpose": {"category": "HMB"},
            "not_before": "2026-01-01T00:00:00Z",
            "expires_at": "2036-01-01T00:00:00Z",
            "cohort": {"cohort_id": COHORT, "revision": 10, "digest": DIGEST},
            **changes,
        }
        return signed(body, key, "placet-permit+jws")

    def cohort(self, members: range, *, permit_id: str = PERMIT) -> dict[str, Any]:
        """Write a bound cohort with its signed manifest."""
        return cohort_body(
            members,
            permit_id=permit_id,
            issuer=self.consent.issuer,
            sign=lambda body: signed(body, "consent", "placet-manifest+jwt"),
        )

    def trusted(self) -> list[dict[str, object]]:
        """Write the trust list: this permit service, and no other."""
        return [
            {
                "name": "own",
                "issuer": self.permit_issuer,
                "jku": f"{self.permit_issuer}/api/jwk",
                "permissions_url": f"{self.permit_issuer}/api/permissions/{{user}}",
                "audience": "urn:placet:zz:permit_service",
                "subject_issuer": self.idp,
                "binding": "broker-bound",
                "reason": "same node",
                "dataset_prefix": PREFIX,
                "sources": [AUTHORITY],
            }
        ]


@contextlib.contextmanager
def node() -> Iterator[Node]:
    """Serve a node with no registers on a free port of this host."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    made = Node(f"http://127.0.0.1:{server.server_address[1]}")
    handler = type("Handler", (_Handler,), {"node": made})
    server.RequestHandlerClass = handler
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of callers that were killed in the middle of a call."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # typeshed wants its own socket union


class _Handler(BaseHTTPRequestHandler):
    node: Node
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        part = url.path.split("/")[1]
        if part in self.node.down:
            self._answer(503, {"code": "service_unavailable"})
            return
        open_paths = {
            "/idp/jwks": "idp",
            "/consent/api/jwk": "consent",
            "/permits/api/jwk": "visa",
            "/permits/api/permit-jwk": "permit",
            "/permits/api/feed-jwk": "permit-feed",
        }
        if url.path in open_paths:
            self._answer(200, keys(open_paths[url.path]).public_jwks())
        elif self.headers["Authorization"] != f"Bearer {SERVICE_TOKEN}":
            self._answer(401, {"code": "token_missing"})
        else:
            self._guarded(url.path, query)

    def _guarded(self, path: str, query: Mapping[str, str]) -> None:
        feeds = {"/consent/v1/feed": self.node.consent, "/permits/v1/feed": self.node.permits}
        if path in feeds:
            after, wait = int(query["after"]), float(query["wait"])
            self._answer(200, feeds[path].since(after, wait))
        elif path.removesuffix("/snapshot") in feeds:
            self._answer(200, feeds[path.removesuffix("/snapshot")].snapshot())
        elif path.startswith("/permits/api/permissions/"):
            self._permissions(unquote(path.rpartition("/")[2]), query.get("iss", ""))
        else:
            self._answer(404, {"code": "not_found"})

    def _permissions(self, subject: str, issuer: str) -> None:
        self.node.asked.append((issuer, subject))
        if subject not in self.node.visas:
            self._answer(404, {"code": "not_found"})
        else:
            self._answer(200, {"ga4gh_passport_v1": self.node.visas[subject]})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.split("/")[1] in self.node.down:
            self._answer(503, {"code": "service_unavailable"})
        elif self.path == "/idp/token":
            self._answer(200, {"access_token": SERVICE_TOKEN, "expires_in": 600})
        elif self.path == "/audit/v1/intake":
            entries = json.loads(raw)["entries"]
            self.node.intake += [
                (b64decode(one["entry"]), b64decode(one["sealed"])) for one in entries
            ]
            self._answer(202, {"accepted": len(entries)})
        else:
            self._answer(404, {"code": "not_found"})

    def _answer(self, status: int, body: Mapping[str, object]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(raw)
