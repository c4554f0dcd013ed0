# SPDX-License-Identifier: Apache-2.0
"""The story's own source of visas: a permissions API with keys that no service holds.

The runner starts it beside the suite and lists it among the trusted sources, under exactly one
issuer and key URL, so that a story can hold a visa that has expired, a visa of somebody who is
not trusted, and a visa for another person's permit. It signs what the player writes down in
`visas.json`; it decides nothing. Development only.
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from shared.keys import KeyStore, sign_jws
from shared.processes import die_with_parent

VISA_TYPE: Final = "vnd.ga4gh.visa+jwt"
_API: Final = "/api/permissions/"
_BOOK: Final = "visas.json"


def write_book(folder: Path, book: Mapping[str, list[dict[str, Any]]]) -> None:
    """Say which visas the source gives, by subject; each is `{"claims": ..., "jku": ...}`."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{_BOOK}.partial"
    partial.write_text(json.dumps(dict(book)))
    partial.rename(folder / _BOOK)


def visa_claims(
    *, issuer: str, subject: str, value: str, authority: str, permit_id: str, ends_in: int
) -> dict[str, Any]:
    """Give the claims of a ControlledAccessGrants visa that ends so many seconds from now."""
    now = int(time.time())
    begun = now - 3600
    return {
        "iss": issuer,
        "sub": subject,
        "iat": begun,
        "exp": now + ends_in,
        "jti": f"story-{subject}-{now}",
        "ga4gh_visa_v1": {
            "type": "ControlledAccessGrants",
            "asserted": begun,
            "value": value,
            "source": authority,
            "by": "dac",
        },
        "urn:placet:permit": permit_id,
    }


class VisaSource:
    """What the source serves, read anew for each request."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url
        self._keys = KeyStore(folder / "keys")

    def answer(self, path: str) -> Mapping[str, Any] | None:
        """Give the body for a path, None for one that is not served."""
        if path == "/api/jwk":
            return self._keys.public_jwks()
        if path.startswith(_API):
            return {"ga4gh_passport_v1": self._visas(unquote(path.removeprefix(_API)))}
        return {"status": "ok"} if path == "/healthz" else None

    def _visas(self, subject: str) -> list[str]:
        try:
            book = json.loads((self._folder / _BOOK).read_text())
        except OSError:
            return []
        return [self._signed(entry) for entry in book.get(subject, [])]

    def _signed(self, entry: Mapping[str, Any]) -> str:
        header = {"jku": str(entry.get("jku") or f"{self._url}/api/jwk")}
        payload = json.dumps(entry["claims"]).encode()
        return sign_jws(payload, self._keys.active(), typ=VISA_TYPE, header=header)


def serve(environ: Mapping[str, str]) -> int:
    """Serve until killed."""
    host, _, port = environ["PLACET_BIND"].rpartition(":")
    source = VisaSource(Path(environ["PLACET_STORY_DIR"]), f"http://{host}:{port}")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = source.answer(urlsplit(self.path).path)
            content = json.dumps(body if body is not None else {"code": "not_found"}).encode()
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  inherited name
            """Write nothing: a path names a subject."""

    die_with_parent()
    ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
    return 0


if __name__ == "__main__":
    if os.environ.get("PLACET_ENV") != "development":
        sys.exit("the story's visa source runs in development only")
    sys.exit(serve(os.environ))
