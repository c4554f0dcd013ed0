# SPDX-License-Identifier: Apache-2.0
"""One HTTP exchange: bounded in time and size, without redirects, with typed failures.

Never follows a redirect, reads a proxy or credential from the environment, believes a body of
unbounded length, or puts a URL's query, a token or a body into an error.
"""

import threading
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

import requests
from requests.auth import AuthBase
from requests.models import PreparedRequest

from shared import strict_json
from shared.canonical import JSON
from shared.clock import Clock, SystemClock
from shared.errors import AppError
from shared.settings import Secret
from shared.tracing import current_correlation_id, current_traceparent

CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 10.0
MAX_BYTES: Final = 8 * 1024 * 1024
_CHUNK: Final = 65_536


class Unavailable(AppError):
    """Another service did not answer, answered 5xx, or answered something unreadable."""

    code = "upstream_unavailable"


class UpstreamRefused(AppError):
    """Another service answered 3xx or 4xx; `upstream_code` is its problem code, if it gave one."""

    code = "upstream_refused"

    def __init__(self, status: int, upstream_code: str) -> None:
        super().__init__(context={"status": status, "upstream_code": upstream_code})
        self.status: Final = status
        self.upstream_code: Final = upstream_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a call may take (to connect, between bytes, in all) and how much it may bring."""

    connect_seconds: float = CONNECT_SECONDS
    read_seconds: float = READ_SECONDS
    total_seconds: float = 60.0
    max_bytes: int = MAX_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that arrived whole: its status, its media type and its bytes."""

    status: int
    media_type: str
    body: bytes

    def json(self) -> Mapping[str, JSON]:
        """Read the body as a JSON object; raise Unavailable when it is none."""
        if not self.body:
            return {}
        try:
            value = strict_json.loads(self.body)
        except ValueError:
            raise Unavailable("the answer is not JSON") from None
        if not isinstance(value, dict):
            raise Unavailable("the answer is not a JSON object")
        return value


class Http:
    """One bounded HTTP exchange at a time; keeps one connection pool per thread."""

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        clock: Clock | None = None,
        ca_file: Path | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._clock: Clock = clock or SystemClock()
        self._verify: str | bool = str(ca_file) if ca_file else True
        self._local = threading.local()

    def send(
        self,
        method: str,
        url: str,
        *,
        auth: AuthBase | None = None,
        params: Mapping[str, str] | None = None,
        data: bytes | IO[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        read_seconds: float | None = None,
    ) -> Reply:
        """Send one request and read its whole answer; raise Unavailable when that fails.

        A file given as `data` is sent block by block, each within `connect_seconds`.
        """
        limits = self._limits
        deadline = self._clock.monotonic() + limits.total_seconds
        try:
            with self._session().request(
                method,
                url,
                auth=auth or _Anonymous(),
                params=dict(params or {}),
                data=data,
                headers={
                    "traceparent": current_traceparent(),
                    "X-Correlation-ID": current_correlation_id(),
                    **(headers or {}),
                },
                timeout=(limits.connect_seconds, read_seconds or limits.read_seconds),
                allow_redirects=False,
                stream=True,
                verify=self._verify,
            ) as response:
                return Reply(
                    status=response.status_code,
                    media_type=response.headers.get("Content-Type", "").partition(";")[0].strip(),
                    body=self._read(response, deadline),
                )
        except (requests.RequestException, OSError) as fault:
            raise Unavailable(context={"cause": type(fault).__name__}) from None

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_content(_CHUNK):
            size += len(part)
            if size > self._limits.max_bytes:
                raise Unavailable("the answer is too long")
            if self._clock.monotonic() > deadline:
                raise Unavailable("the answer takes too long")
            parts.append(part)
        return b"".join(parts)

    def _session(self) -> requests.Session:
        session = getattr(self._local, "session", None)
        if not isinstance(session, requests.Session):
            session = requests.Session()
            session.trust_env = False
            session.headers["User-Agent"] = "placet"
            self._local.session = session
        return session


class Bearer(AuthBase):
    """Adds `Authorization: Bearer` (RFC 6750)."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Add the header."""
        r.headers["Authorization"] = f"Bearer {self._token}"
        return r


class ClientSecret(AuthBase):
    """Adds client_secret_basic, form-encoded as RFC 6749 section 2.3.1 says."""

    def __init__(self, client_id: str, secret: Secret) -> None:
        self._client_id = client_id
        self._secret = secret

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Add the header."""
        pair = f"{quote(self._client_id, safe='')}:{quote(self._secret.reveal(), safe='')}"
        r.headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode('ascii')}"
        return r


class _Anonymous(AuthBase):
    """Says that a call carries no credential, so that none is looked up for it."""

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        return r


def accept(reply: Reply) -> Reply:
    """Give a 2xx reply; raise UpstreamRefused for 3xx and 4xx, Unavailable for everything else."""
    if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return reply
    if HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise UpstreamRefused(reply.status, _code_of(reply))
    raise Unavailable(context={"status": reply.status})


def _code_of(reply: Reply) -> str:
    """Read `code` of a problem or `error` of an OAuth answer, when it looks like one."""
    try:
        body = reply.json()
    except Unavailable:
        return ""
    code = body.get("code", body.get("error"))
    known = isinstance(code, str) and code.isascii() and code.isidentifier()
    return str(code)[:64] if known else ""
