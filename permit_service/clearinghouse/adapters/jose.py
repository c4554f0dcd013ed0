# SPDX-License-Identifier: Apache-2.0
"""Signatures of visas and permits, checked with keys from configured URLs only.

A visa's `jku` decides nothing here: the caller has compared it with the trust list, and the keys
come from the list's own text. The algorithm is the key's, never the header's.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from permit_service.clearinghouse.domain.errors import (
    PermitInvalid,
    SourceUnreachable,
    VisaInvalid,
)
from permit_service.clearinghouse.domain.permit import (
    MAX_PERMIT_BYTES,
    PERMIT_TYPE,
    PermitDocument,
    read_permit,
)
from permit_service.clearinghouse.domain.trust import TrustedSource
from permit_service.clearinghouse.domain.visa import ALGORITHMS, MAX_VISA_BYTES
from permit_service.clearinghouse.ports import OpenedVisa
from shared.clock import Clock
from shared.http_client import Unavailable, UpstreamRefused
from shared.jose import BadSignature, UnverifiedJws, parse_jws, read_object, verify_parsed

MAX_KEPT: Final = 10_000
MAX_KEPT_SECONDS: Final = 300.0


class KeySet(Protocol):
    """Somebody's public keys (`shared.http_client.RemoteKeySet`)."""

    def jwks_with(self, kid: str) -> Mapping[str, Any]:
        """Give the key set, looked up anew if it lacks `kid`; may raise Unavailable."""
        ...


class VisaJose:
    """The port `VisaSignatures`; `key_set` gives the keys published at a configured URL."""

    def __init__(self, key_set: Callable[[str], KeySet]) -> None:
        self._key_set = key_set

    def open(self, raw: str) -> OpenedVisa:
        """Take a visa apart; see `ports.VisaSignatures`."""
        if len(raw) > MAX_VISA_BYTES:
            raise VisaInvalid("the visa is too large")
        try:
            jws = parse_jws(raw)
            claims = read_object(jws.payload)
        except BadSignature:
            raise VisaInvalid("not a compact JWS") from None
        return OpenedVisa(raw=raw, header=jws.header, claims=claims)

    def require_signed(self, visa: OpenedVisa, source: TrustedSource) -> None:
        """Check the signature; see `ports.VisaSignatures`."""
        jws = parse_jws(visa.raw)
        try:
            verify_with(self._key_set(source.key_url), jws, frozenset(ALGORITHMS))
        except BadSignature:
            raise VisaInvalid("no trusted key made this signature") from None


class _Kept(NamedTuple):
    document: PermitDocument
    check_again_at: float


class PermitJose:
    """The port `PermitSignatures`, remembering what it verified for a while."""

    def __init__(self, keys: KeySet, *, issuer: str, clock: Clock) -> None:
        self._keys = keys
        self._issuer = issuer
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def document(self, jws: str) -> PermitDocument:
        """Verify and read a permit; see `ports.PermitSignatures`."""
        now = self._clock.monotonic()
        with self._lock:
            kept = self._kept.get(jws)
        if kept is not None and now < kept.check_again_at:
            return kept.document
        document = read_permit(self._body(jws), issuer=self._issuer)
        with self._lock:
            self._kept[jws] = _Kept(document, now + MAX_KEPT_SECONDS)
            self._kept.move_to_end(jws)
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return document

    def _body(self, token: str) -> Mapping[str, object]:
        if len(token) > MAX_PERMIT_BYTES:
            raise PermitInvalid("the permit is too large")
        try:
            jws = parse_jws(token)
            if jws.typ != PERMIT_TYPE:
                raise PermitInvalid("not typed as a permit")
            return read_object(verify_with(self._keys, jws, frozenset({"ES256"})))
        except BadSignature:
            raise PermitInvalid("the permit's issuer did not sign this") from None


def verify_with(keys: KeySet, jws: UnverifiedJws, algorithms: frozenset[str]) -> bytes:
    """Give the payload signed by one of these keys; raise BadSignature or SourceUnreachable.

    A token that names no key is refused: with several keys published it would be ambiguous.
    """
    if not jws.kid:
        raise BadSignature("the token names no key")
    try:
        found = keys.jwks_with(jws.kid)
    except (Unavailable, UpstreamRefused):
        raise SourceUnreachable("a key set cannot be had") from None
    return verify_parsed(jws, found, algorithms=sorted(algorithms))
