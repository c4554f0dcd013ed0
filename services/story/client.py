# SPDX-License-Identifier: Apache-2.0
"""Requests to the suite, each noted in the ledger; patient with a suite that is being restarted.

A request that got no answer, or an answer that says "not now", is sent again under a new trace
id: nobody knows whether the first one did something, and the ledger says so.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import requests

from services.story.ledger import REASON_HEADER, Ledger, traceparent

_SECONDS: Final = 60.0
_PATIENCE: Final = 240.0
_PAUSE: Final = 0.2
_CONFLICT: Final = 409
_NOT_NOW: Final = frozenset({500, 502, 503, 504})


class GaveUp(RuntimeError):
    """The suite did not answer for four minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; `body` is {} when it is not a JSON object.

    `tries` counts the requests it took; after more than one nobody knows what the others did.
    """

    status: int
    reason: str
    tries: int
    body: Mapping[str, Any]
    text: str = field(repr=False)

    def done(self, status: int) -> int:
        """Give the status, or `status` where a conflict says that an earlier try did it."""
        return status if self.status == _CONFLICT and self.tries > 1 else self.status


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    method: str
    url: str
    kind: str
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    data: bytes | None = None


class Client:
    """One caller of the suite."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._session = requests.Session()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def get(self, url: str, *, token: str = "", kind: str = "read") -> Answer:
        """Ask for something."""
        return self._send(_Call(method="GET", url=url, kind=kind), token)

    def post(
        self, url: str, body: Mapping[str, Any], *, token: str, kind: str, key: str = ""
    ) -> Answer:
        """Send JSON; `key` is an Idempotency-Key, the same for every repetition."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._send(
            _Call(method="POST", url=url, kind=kind, headers=headers, json=body), token
        )

    def put(self, url: str, body: Mapping[str, Any], *, token: str, kind: str) -> Answer:
        """Replace something."""
        return self._send(_Call(method="PUT", url=url, kind=kind, json=body), token)

    def post_text(self, url: str, text: str, *, media: str, token: str, kind: str) -> Answer:
        """Send a file as the body."""
        headers = {"Content-Type": media}
        return self._send(
            _Call(method="POST", url=url, kind=kind, headers=headers, data=text.encode()), token
        )

    def _send(self, call: _Call, token: str) -> Answer:
        deadline, tries = time.monotonic() + _PATIENCE, 0
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        wish = secrets.token_hex(8)
        while time.monotonic() < deadline:
            trace_id = self._ledger.open(call.kind, wish=wish)
            headers = {**call.headers, **bearer, "traceparent": traceparent(trace_id)}
            answer, tries = self._once(call, headers), tries + 1
            if answer is not None and answer.status_code not in _NOT_NOW:
                reason = answer.headers.get(REASON_HEADER, "")
                self._ledger.close(trace_id, status=answer.status_code, reason=reason)
                return _read(answer, reason, tries)
            time.sleep(_PAUSE)
        raise GaveUp(f"no usable answer to {call.kind}")

    def _once(self, call: _Call, headers: Mapping[str, str]) -> requests.Response | None:
        try:
            return self._session.request(
                call.method,
                call.url,
                headers=dict(headers),
                json=call.json,
                data=call.data,
                timeout=_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException:
            return None


def _read(answer: requests.Response, reason: str, tries: int) -> Answer:
    try:
        body = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
    except ValueError:
        body = {}
    return Answer(
        status=answer.status_code,
        reason=reason,
        tries=tries,
        body=body if isinstance(body, dict) else {"items": body},
        text=answer.text,
    )
