# SPDX-License-Identifier: Apache-2.0
"""A person who must appear nowhere: her words, everything said to the suite, everything it said.

`Watch` sends requests that carry her name and keeps what came back wrong: a header, a problem or a
failure that repeats a word, or a credential that any of the texts read later holds.
"""

import contextlib
import http.client
import json
import re
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

NAME: Final = "Ottilie Quagga"
LOGIN: Final = "ottilie.quagga"
SUBJECT: Final = "person-ottilie-quagga"
PSEUDONYM: Final = "P-QUAGGA-0001"
LOCAL_ID: Final = "S-QUAGGA-0001"
MAIL: Final = "ottilie@quagga.example"
SENTENCE: Final = "Ottilie Quagga asked for this."
NOT_NOW: Final = 503
WORDS: Final = re.compile("quagga|ottilie", re.IGNORECASE)

HEADERS: Final[Mapping[str, str]] = {
    "User-Agent": NAME,
    "Referer": f"https://quagga.example/{quote(NAME)}",
    "Accept-Language": "quagga",
    "X-Correlation-ID": "quagga-0123456789abcdef",
    "X-Request-ID": "quagga",
    "traceparent": f"00-{'quagga00' * 4}-{'quagga00' * 2}-01",
    "tracestate": "quagga=1",
    "baggage": "person=Ottilie",
    "Idempotency-Key": "quagga-1",
    "If-None-Match": '"quagga"',
    "Cookie": "placet_permit_service=quagga; quagga=Ottilie",
    "X-Forwarded-For": "quagga",
    "X-Forwarded-User": NAME,
    "X-Original-Path": f"/data/{PSEUDONYM}/{LOCAL_ID}",
    "X-Original-Method": "GET",
    "X-Original-Remote": "quagga",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, whole."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: str = field(repr=False)

    def header(self, name: str) -> str:
        """Give a header, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class Watch:
    """Everything that was asked, and every place where a word or a credential came out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.asked = 0
        self.statuses: dict[int, int] = {}
        self._credentials: set[str] = set()

    def keep_secret(self, credential: str) -> None:
        """Look for this credential as well; of a JWS the signature is enough to know it by."""
        self._credentials.add(credential.rpartition(".")[2] or credential)

    def ask(
        self,
        base: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Send one request, to a URL or a unix socket, and look at the answer."""
        reply = _send(base, method, path, headers or {}, body)
        self.look(f"{method} {urlsplit(base).port or 'socket'} {path[:60]}", reply)
        return reply

    def look(self, what: str, reply: Reply) -> None:
        """Judge an answer: its headers, its problem document, and that it is no failure."""
        self.asked += 1
        self.statuses[reply.status] = self.statuses.get(reply.status, 0) + 1
        for name, value in reply.headers:
            # A stranger comes back after sign-in to the address that she herself asked for.
            returning = name.lower() == "location" and "/sign-in?next=" in value
            if WORDS.search(value) and not returning:
                self.found.append(f"{what}: the header {name}: {value[:100]}")
        if "problem+json" in reply.header("content-type") and WORDS.search(_said(reply.body)):
            self.found.append(f"{what}: the problem {json.loads(reply.body)['code']}")
        if reply.status >= http.client.INTERNAL_SERVER_ERROR and reply.status != NOT_NOW:
            self.found.append(f"{what}: failed with {reply.status}")

    def read(self, what: str, text: str) -> None:
        """Look through a text that must hold neither a word nor a credential."""
        for number, line in enumerate(text.splitlines(), start=1):
            if WORDS.search(line):
                self.found.append(f"{what}:{number}: {line[:400]}")
            if any(credential in line for credential in self._credentials):
                self.found.append(f"{what}:{number}: a credential: {line[:200]}")


def _said(problem: str) -> str:
    """Give a problem without the one thing it repeats: where an undeclared member stood.

    Its name is a place in the caller's own input, told to nobody else and written nowhere.
    """
    document = json.loads(problem)
    for fault in document.get("errors", ()):
        if fault["code"] == "unknown_field":
            del fault["pointer"]
    return json.dumps(document, ensure_ascii=False)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


def _send(
    base: str, method: str, path: str, headers: Mapping[str, str], body: bytes | None
) -> Reply:
    parts = urlsplit(base)
    connection = (
        _UnixConnection(parts.path)
        if parts.scheme == "unix"
        else http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    )
    with contextlib.closing(connection):
        connection.request(method, path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        return Reply(status=answer.status, headers=answer.getheaders(), body=text)


def bearer(token: str) -> dict[str, str]:
    """Give the header of a bearer token, or none."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def as_json(document: object) -> bytes:
    """Write a JSON body."""
    return json.dumps(document).encode()


def lines(texts: Iterable[str]) -> bytes:
    """Write a text body of lines."""
    return "\n".join(texts).encode() + b"\n"
