# SPDX-License-Identifier: Apache-2.0
"""Calling the suite's other services: JSON APIs, this service's own tokens, others' key sets.

Built on `shared.http_exchange`, whose bounds and failures hold here too.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from shared.canonical import JSON
from shared.clock import Clock
from shared.http_exchange import (
    Bearer,
    ClientSecret,
    Http,
    Limits,
    Reply,
    Unavailable,
    UpstreamRefused,
    accept,
)
from shared.jose import has_key
from shared.settings import Secret

__all__ = [
    "Bearer",
    "ClientSecret",
    "Http",
    "JsonClient",
    "Limits",
    "RemoteKeySet",
    "Reply",
    "ServiceTokens",
    "Unavailable",
    "UpstreamRefused",
    "accept",
]

_RENEW_BEFORE_SECONDS: Final = 30.0
_KEYS_LIFE_SECONDS: Final = 300.0
_KEYS_RETRY_SECONDS: Final = 10.0
_MAX_KEYS_BYTES: Final = 262_144


class JsonClient:
    """A JSON API at one base URL.

    `bearer` gives the access token for each call (usually one of ServiceTokens);
    without it, calls carry no credential. Every method raises Unavailable when there is no usable
    answer and UpstreamRefused when the answer is 3xx or 4xx.
    """

    def __init__(
        self,
        base_url: str,
        *,
        bearer: Callable[[], str] | None = None,
        http: Http | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._bearer = bearer
        self._http = http or Http()

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        read_seconds: float | None = None,
    ) -> Mapping[str, JSON]:
        """GET a JSON object; `read_seconds` lengthens the wait for a long poll."""
        return self._call("GET", path, params=params, read_seconds=read_seconds).json()

    def post(
        self, path: str, body: JSON, *, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, JSON]:
        """POST a JSON value; an empty answer reads as `{}`."""
        return self._call("POST", path, body=body, headers=headers).json()

    def put(self, path: str, body: JSON) -> Mapping[str, JSON]:
        """PUT a JSON value; an empty answer reads as `{}`."""
        return self._call("PUT", path, body=body).json()

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: JSON = None,
        headers: Mapping[str, str] | None = None,
        read_seconds: float | None = None,
    ) -> Reply:
        sent = {"Accept": "application/json", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        reply = self._http.send(
            method,
            self._base_url + path,
            auth=Bearer(self._bearer()) if self._bearer else None,
            params=params,
            data=None if body is None else orjson.dumps(body),
            headers=sent,
            read_seconds=read_seconds,
        )
        return accept(reply)


class ServiceTokens:
    """This service's own access tokens by client credentials (RFC 6749 section 4.4, RFC 8707)."""

    def __init__(
        self,
        endpoint: str,
        client_id: str,
        secret: Secret,
        clock: Clock,
        http: Http | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._auth = ClientSecret(client_id, secret)
        self._clock = clock
        self._http = http or Http()
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], tuple[str, float]] = {}

    def token(self, audience: str, scopes: Sequence[str]) -> str:
        """Give a token for one audience; the same one until 30 s before it expires.

        Raises Unavailable or UpstreamRefused when the issuer gives none.
        """
        wanted = (audience, " ".join(sorted(scopes)))
        with self._lock:
            kept = self._kept.get(wanted)
            if kept is not None and self._clock.monotonic() < kept[1]:
                return kept[0]
            self._kept[wanted] = self._fetch(*wanted)
            return self._kept[wanted][0]

    def _fetch(self, audience: str, scope: str) -> tuple[str, float]:
        asked_at = self._clock.monotonic()
        form = {"grant_type": "client_credentials", "resource": audience, "scope": scope}
        reply = self._http.send(
            "POST",
            self._endpoint,
            auth=self._auth,
            data=urlencode({name: text for name, text in form.items() if text}).encode(),
            headers={
                "Accept": "application/json",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        answer = accept(reply).json()
        token, life = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or isinstance(life, bool) or not isinstance(life, int):
            raise Unavailable("the issuer's answer has no token")
        return token, asked_at + life - _RENEW_BEFORE_SECONDS


class RemoteKeySet:
    """Another party's public key set, fetched when needed and kept for 300 s."""

    def __init__(self, url: str, clock: Clock, session: Http | None = None) -> None:
        self._url = url
        self._clock = clock
        self._http = session or Http(limits=Limits(max_bytes=_MAX_KEYS_BYTES))
        self._lock = threading.Lock()
        self._keys: Mapping[str, Any] | None = None
        self._fetched_at = 0.0
        self._tried_at: float | None = None

    def jwks(self) -> Mapping[str, Any]:
        """Give the key set, at most 300 s old; raise Unavailable when there is none.

        A kept set outlives a failed renewal only until its 300 s are over: a key withdrawn by its
        owner must not live on here because its owner cannot be reached.
        """
        with self._lock:
            now = self._clock.monotonic()
            if self._keys is None or now - self._fetched_at >= _KEYS_LIFE_SECONDS:
                self._fetch(now)
            return self._keys or {}

    def jwks_with(self, kid: str) -> Mapping[str, Any]:
        """Give the key set, fetched anew (at most every 10 s) when it lacks the key `kid`.

        Never fails where `jwks` would not: while the owner is silent the kept set is given.
        """
        keys = self.jwks()
        if has_key(keys, kid):
            return keys
        with self._lock:
            now = self._clock.monotonic()
            if self._tried_at is None or now - self._tried_at >= _KEYS_RETRY_SECONDS:
                try:
                    self._fetch(now)
                except (Unavailable, UpstreamRefused):
                    return keys
            return self._keys or {}

    def _fetch(self, now: float) -> None:
        self._tried_at = now
        headers = {"Accept": "application/json"}
        self._keys = accept(self._http.send("GET", self._url, headers=headers)).json()
        self._fetched_at = now
