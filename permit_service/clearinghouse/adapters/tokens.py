# SPDX-License-Identifier: Apache-2.0
"""Access tokens, verified once each.

A verified token is remembered by its SHA-256 until it expires, so that a client reading a thousand
files costs one signature check. Refusals are never remembered, and no token is ever stored.
"""

import threading
from base64 import urlsafe_b64decode
from collections import OrderedDict
from hashlib import sha256
from typing import Final, NamedTuple

from permit_service.clearinghouse.domain.errors import SourceUnreachable
from shared import strict_json
from shared.auth import MAX_TOKEN_CHARS, TokenMalformed, TokenMissing, TokenVerifier
from shared.clock import Clock
from shared.http_client import Unavailable, UpstreamRefused
from shared.principal import Principal

MAX_KEPT: Final = 10_000
MAX_KEPT_SECONDS: Final = 300.0
"""A token's key may be withdrawn: so long after a check at most is it checked again."""


class _Kept(NamedTuple):
    principal: Principal
    expires_at: float
    check_again_at: float


class CachedTokens:
    """The port `AccessTokens` on the suite's token verifier."""

    def __init__(self, verifier: TokenVerifier, clock: Clock) -> None:
        self._verifier = verifier
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()

    def verify(self, authorization: str) -> Principal:
        """Give the caller; see `ports.AccessTokens`."""
        token = _bearer(authorization)
        name = sha256(token.encode("utf-8", "surrogatepass")).digest()
        wall, monotonic = self._clock.now().timestamp(), self._clock.monotonic()
        with self._lock:
            kept = self._kept.get(name)
            if kept is not None and wall < kept.expires_at and monotonic < kept.check_again_at:
                return kept.principal
        try:
            principal = self._verifier.verify(token)
        except (Unavailable, UpstreamRefused):
            raise SourceUnreachable(context={"source": "token_keys"}) from None
        self._keep(name, _Kept(principal, _expiry(token), monotonic + MAX_KEPT_SECONDS))
        return principal

    def _keep(self, name: bytes, kept: _Kept) -> None:
        with self._lock:
            self._kept[name] = kept
            self._kept.move_to_end(name)
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise TokenMissing
    token = token.strip()
    if not token or len(token) > MAX_TOKEN_CHARS:
        raise TokenMalformed
    return token


def _expiry(verified: str) -> float:
    """Read `exp` of a token whose signature, shape and times have just been verified."""
    payload = verified.split(".")[1]
    claims = strict_json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return float(claims["exp"])
