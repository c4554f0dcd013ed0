# SPDX-License-Identifier: Apache-2.0
"""A permit feed that lies: the real one's permits, each with one claim changed, signed anew.

The feed's own signatures are good (the test's key); the permits inside it bear the signature of
what permit_service wrote, which no longer fits. Whoever believes a feed without verifying the
permits lets people in.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from services.story.permit_chapters import alter
from shared.keys import KeyStore, sign_jws


class AlteredPermits:
    """The answers of the lying feed; `token` gives one that the real feed accepts."""

    def __init__(self, feed: str, token: Callable[[], str], keys: KeyStore) -> None:
        self._feed = feed
        self._token = token
        self._keys = keys

    def answer(self, path: str) -> Mapping[str, Any]:
        """Give what the real feed says, altered."""
        if path == "/jwk":
            return self._keys.public_jwks()
        headers = {"Authorization": f"Bearer {self._token()}"}
        real = requests.get(
            f"{self._feed}{path.removeprefix('/feed')}", headers=headers, timeout=60
        )
        real.raise_for_status()
        body: dict[str, Any] = real.json()
        for name in ("snapshots", "heartbeats"):
            if name in body:
                body[name] = [self._again(token) for token in body[name]]
        if "batch" in body:
            body["batch"] = self._again(body["batch"])
        return body

    def _again(self, token: str) -> str:
        header, payload = (_decode(part) for part in token.split(".")[:2])
        for found in [*payload.get("permits", ()), *payload.get("changes", ())]:
            if found.get("jws"):
                found["jws"] = alter(found["jws"])
        return sign_jws(json.dumps(payload).encode(), self._keys.active(), typ=header["typ"])


def _decode(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


@contextmanager
def altered_permits(feed: str, token: Callable[[], str], folder: Path) -> Iterator[str]:
    """Serve the lying feed; give its URL, below which are `/feed` and `/jwk`."""
    source = AlteredPermits(feed, token, KeyStore.create(folder, "ES256"))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            content = json.dumps(source.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  inherited name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
