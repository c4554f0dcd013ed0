# SPDX-License-Identifier: Apache-2.0
"""JSON Web Signatures in compact form (RFC 7515), read strictly.

The algorithm comes from the key, never from the token; a token's header may neither bring its own
key nor ask for an extension. Verification raises, it never answers False. Keys are fetched
elsewhere: a URL in a header is never followed here.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from shared import strict_json

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

MAX_JWS_CHARS: Final = 64 * 1024 * 1024  # a register's snapshot is one JWS
_MAX_HEADER_CHARS: Final = 4_096
_MIN_RSA_BITS: Final = 2_048
_ES256_HALF: Final = 32
_FORBIDDEN_HEADERS: Final = frozenset({"b64", "crit", "jwk", "x5c", "x5u"})
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


class BadSignature(ValueError):
    """A token that these keys did not sign; the message never repeats any of it."""


class MalformedJws(BadSignature):
    """A token that is not a JWS this program reads, whoever signed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedJws:
    """A parsed token. Nothing in it may be believed before `verify_parsed` returned."""

    header: Mapping[str, Any]
    payload: bytes = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def kid(self) -> str:
        """The key the token claims to be signed with, `""` when it names none."""
        kid = self.header.get("kid", "")
        return kid if isinstance(kid, str) else ""

    @property
    def typ(self) -> str:
        """The media type it claims, lower-case and without `application/` (RFC 7515 §4.1.9)."""
        typ = self.header.get("typ", "")
        return typ.lower().removeprefix("application/") if isinstance(typ, str) else ""


def b64url(data: bytes) -> str:
    """Write base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64url(text: str) -> bytes:
    """Read base64url without padding; MalformedJws for any other spelling of the same bytes."""
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise MalformedJws("not base64url")
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64url(data) != text:
        raise MalformedJws("not canonical base64url")
    return data


def parse_jws(token: str) -> UnverifiedJws:
    """Take a compact JWS apart without believing it; raise MalformedJws when it is none.

    Headers that bring a key, a certificate or an extension are refused (RFC 8725 sections 3.1 to
    3.10), and so are repeated members, which readers understand differently.
    """
    segments = token.split(".") if len(token) <= MAX_JWS_CHARS else []
    if len(segments) != 3 or len(segments[0]) > _MAX_HEADER_CHARS:  # noqa: PLR2004 - RFC 7515 §7.1
        raise MalformedJws("not a compact JWS")
    raw_header, payload, signature = (unb64url(segment) for segment in segments)
    header = read_object(raw_header)
    if not _FORBIDDEN_HEADERS.isdisjoint(header):
        raise MalformedJws("a header that is not allowed")
    if not isinstance(header.get("alg"), str):
        raise MalformedJws("no algorithm")
    signing_input = f"{segments[0]}.{segments[1]}".encode("ascii")
    return UnverifiedJws(
        header=header, payload=payload, signing_input=signing_input, signature=signature
    )


def read_object(raw: bytes) -> dict[str, Any]:
    """Read a JSON object whose members are all named once; raise MalformedJws otherwise."""
    try:
        value = strict_json.loads(raw)
    except ValueError:
        raise MalformedJws("not JSON") from None
    if not isinstance(value, dict):
        raise MalformedJws("not a JSON object")
    return value


def verify_parsed(
    jws: UnverifiedJws, jwks: Mapping[str, Any], *, algorithms: Sequence[str]
) -> bytes:
    """Give the payload if a key of `jwks` that the token names signed it, else BadSignature.

    Without a `kid` in the header every key of the set is tried. A key serves one algorithm: its
    own `alg`, or the only one of RS256, ES256 and Ed25519 that fits its type.
    """
    for key, algorithm in _candidates(jws.kid, jwks):
        if algorithm in algorithms and jws.header["alg"] in _names_of(algorithm):
            try:
                _verify(key, jws.signing_input, jws.signature)
            except (InvalidSignature, ValueError):
                continue
            return jws.payload
    raise BadSignature("no trusted key made this signature")


def has_key(jwks: Mapping[str, Any], kid: str) -> bool:
    """Tell whether the set holds a key of this name."""
    return any(isinstance(jwk, Mapping) and jwk.get("kid") == kid for jwk in _keys(jwks))


def _candidates(kid: str, jwks: Mapping[str, Any]) -> Iterable[tuple[PublicKey, str]]:
    for jwk in _keys(jwks):
        if not isinstance(jwk, Mapping) or (kid and jwk.get("kid") != kid):
            continue
        if jwk.get("use", "sig") != "sig":
            continue
        try:
            yield public_key(orjson.dumps(dict(jwk), option=orjson.OPT_SORT_KEYS))
        except (MalformedJws, orjson.JSONEncodeError):
            continue  # a key of a kind we do not use must not disable the others


def _keys(jwks: Mapping[str, Any]) -> Sequence[Any]:
    keys = jwks.get("keys")
    return keys if isinstance(keys, list | tuple) else ()


@lru_cache(maxsize=256)
def public_key(jwk: bytes) -> tuple[PublicKey, str]:
    """Read one public JWK from its JSON bytes; give it with the one algorithm it serves.

    Raises MalformedJws for a key of another kind, a short RSA key, or an `alg` that does not fit.
    """
    value = orjson.loads(jwk)
    try:
        imported = JWKRegistry.import_key(value)
    except (JoseError, ValueError, TypeError, KeyError):
        raise MalformedJws("not a usable key") from None
    if not isinstance(imported, RSAKey | ECKey | OKPKey):
        raise MalformedJws("not a public key")
    key = imported.public_key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _MIN_RSA_BITS:
        algorithm = "RS256"
    elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        algorithm = "ES256"
    elif isinstance(key, ed25519.Ed25519PublicKey):
        algorithm = "Ed25519"
    else:
        raise MalformedJws("a key of a kind that is not used here")
    if value.get("alg", algorithm) not in _names_of(algorithm):
        raise MalformedJws("a key for another algorithm")
    return key, algorithm


def _names_of(algorithm: str) -> frozenset[str]:
    """Give the JOSE names of an algorithm: RFC 9864 renamed the Ed25519 use of EdDSA."""
    return frozenset({"Ed25519", "EdDSA"}) if algorithm == "Ed25519" else frozenset({algorithm})


def _verify(key: PublicKey, message: bytes, signature: bytes) -> None:
    """Raise InvalidSignature or ValueError unless `signature` is the key's over `message`."""
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, PKCS1v15(), SHA256())
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if len(signature) != 2 * _ES256_HALF:
            raise InvalidSignature
        r = int.from_bytes(signature[:_ES256_HALF], "big")
        s = int.from_bytes(signature[_ES256_HALF:], "big")
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    else:
        key.verify(signature, message)
