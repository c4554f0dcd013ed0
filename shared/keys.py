# SPDX-License-Identifier: Apache-2.0
"""Signing keys in a folder, and the JWS made and checked with them.

A store holds two keys of one algorithm from its first day: the active one signs, the next one is
only published, so that every consumer has cached it long before it signs. Private keys leave this
module only through `SigningKey.private`, and the folder only as files of mode 0600.
"""

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, OKPKey, RSAKey

from shared.jose import (
    BadSignature,
    MalformedJws,
    b64url,
    parse_jws,
    verify_parsed,
)

__all__ = [
    "Algorithm",
    "BadSignature",
    "KeyStore",
    "KeyStoreError",
    "MalformedJws",
    "SigningKey",
    "sign_jws",
    "verify_jws",
]

Algorithm = Literal["RS256", "ES256", "Ed25519"]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_META: Final = "keys.json"
_RSA_BITS: Final = 3_072
_RSA_EXPONENT: Final = 65_537
_ES256_HALF: Final = 32
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class KeyStoreError(Exception):
    """A folder that is not a safe, complete key store; the message names the file and the fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key with its name; `kid` is its RFC 7638 thumbprint."""

    kid: str
    algorithm: Algorithm
    private: PrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Sign bytes; an ES256 signature is r and s, 32 bytes each (RFC 7518 section 3.4)."""
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(message, PKCS1v15(), SHA256())
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256())))
            return r.to_bytes(_ES256_HALF, "big") + s.to_bytes(_ES256_HALF, "big")
        return self.private.sign(message)

    def public_jwk(self) -> dict[str, Any]:
        """Give the public half as a JWK with `alg`, `use` and `kid`."""
        jwk = _jwk_of(self.private)
        return {**jwk, "alg": self.algorithm, "use": "sig", "kid": self.kid}


class KeyStore:
    """A folder of signing keys; reading it checks modes, names and algorithms."""

    def __init__(self, folder: Path) -> None:
        """Read the store; raise KeyStoreError when a file is missing, foreign or too open."""
        meta = _read_meta(folder)
        self._algorithm = meta.algorithm
        self._keys = tuple(_read_key(folder, kid, meta.algorithm) for kid in meta.kids)

    @classmethod
    def create(cls, folder: Path, algorithm: Algorithm) -> "KeyStore":
        """Make a store with two fresh keys; raise KeyStoreError when there is one already."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / _META).exists():
            raise KeyStoreError(f"{folder.name}: holds a key store already")
        kids = []
        for _ in range(2):
            private = _generate(algorithm)
            kid = _thumbprint(private)
            _write(folder / f"{kid}.pem", _to_pem(private))
            kids.append(kid)
        # The list is written last: a store cut short by a crash is no store, not a broken one.
        _write(folder / _META, orjson.dumps({"algorithm": algorithm, "keys": kids}))
        return cls(folder)

    @property
    def algorithm(self) -> Algorithm:
        """The one algorithm of every key in this store."""
        return self._algorithm

    def active(self) -> SigningKey:
        """Give the key that signs."""
        return self._keys[0]

    def public_jwks(self) -> dict[str, Any]:
        """Give the key set to publish: the active key first, then the next one."""
        return {"keys": [key.public_jwk() for key in self._keys]}


def sign_jws(
    payload: bytes, key: SigningKey, *, typ: str, header: Mapping[str, str] | None = None
) -> str:
    """Sign bytes as a compact JWS with `alg`, `kid` and `typ` in its protected header.

    `header` adds members such as `jku`; it cannot replace those three.
    """
    members = {**(header or {}), "alg": key.algorithm, "kid": key.kid, "typ": typ}
    protected = orjson.dumps(members, option=orjson.OPT_SORT_KEYS)
    signing_input = f"{b64url(protected)}.{b64url(payload)}"
    return f"{signing_input}.{b64url(key.sign(signing_input.encode('ascii')))}"


def verify_jws(
    token: str, jwks: Mapping[str, Any], *, typ: str, algorithms: Sequence[str]
) -> bytes:
    """Give the payload of a JWS of this type that a key of `jwks` signed.

    Raises BadSignature (a ValueError) for everything else: another type, an algorithm that is not
    the key's or not among `algorithms`, an unknown key, one flipped bit.
    """
    jws = parse_jws(token)
    if jws.typ != typ.lower().removeprefix("application/"):
        raise BadSignature("a token of another type")
    return verify_parsed(jws, jwks, algorithms=algorithms)


@dataclass(frozen=True, slots=True)
class _Meta:
    algorithm: Algorithm
    kids: tuple[str, ...]


def _read_meta(folder: Path) -> _Meta:
    try:
        meta = orjson.loads(_read_private(folder / _META))
        algorithm, kids = meta["algorithm"], meta["keys"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise KeyStoreError(f"{_META}: is not a list of keys") from None
    if algorithm not in {"RS256", "ES256", "Ed25519"} or not isinstance(kids, list) or not kids:
        raise KeyStoreError(f"{_META}: is not a list of keys")
    return _Meta(algorithm, tuple(str(kid) for kid in kids))


def _read_key(folder: Path, kid: str, algorithm: Algorithm) -> SigningKey:
    name = f"{kid}.pem"
    try:
        private = serialization.load_pem_private_key(_read_private(folder / name), password=None)
    except (ValueError, TypeError):
        raise KeyStoreError(f"{name}: is not a private key in PEM") from None
    if not isinstance(private, _private_type(algorithm)) or _thumbprint(private) != kid:
        raise KeyStoreError(f"{name}: is not the {algorithm} key of that name")
    return SigningKey(kid=kid, algorithm=algorithm, private=private)


def _private_type(algorithm: Algorithm) -> type[PrivateKey]:
    if algorithm == "RS256":
        return rsa.RSAPrivateKey
    return ec.EllipticCurvePrivateKey if algorithm == "ES256" else ed25519.Ed25519PrivateKey


def _generate(algorithm: Algorithm) -> PrivateKey:
    if algorithm == "RS256":
        return rsa.generate_private_key(public_exponent=_RSA_EXPONENT, key_size=_RSA_BITS)
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate()


def _to_pem(private: PrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _jwk_of(private: PrivateKey) -> dict[str, Any]:
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    if isinstance(private, rsa.RSAPrivateKey):
        return dict(RSAKey.import_key(pem).as_dict(private=False))
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return dict(ECKey.import_key(pem).as_dict(private=False))
    return dict(OKPKey.import_key(pem).as_dict(private=False))


def _thumbprint(private: PrivateKey) -> str:
    jwk = _jwk_of(private)
    required = {name: jwk[name] for name in ("crv", "e", "kty", "n", "x", "y") if name in jwk}
    digest = sha256(orjson.dumps(required, option=orjson.OPT_SORT_KEYS)).digest()
    return b64url(digest)


def _read_private(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise KeyStoreError(
                    f"{path.name}: others than its owner may use it; want mode 0600"
                )
            return file.read()
    except OSError:
        raise KeyStoreError(f"{path.name}: cannot be read") from None


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
