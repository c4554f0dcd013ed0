# SPDX-License-Identifier: Apache-2.0
"""Data keys and what wraps them: AES-256-GCM with a fresh nonce for every part.

The wrapping keys (KEK) are files outside the database; the newest wraps new data keys, the older
ones stay to unwrap. A data key never leaves memory unwrapped.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit_log.domain.errors import Unopenable
from audit_log.ports import DataKey, Vault

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_WRAP_BINDING: Final = b"placet/dek/v1\n"


class AesDataKey:
    """A `DataKey`: what it gives is `nonce12 || ciphertext || tag16`."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, binding: bytes, nonce: bytes | None = None) -> bytes:
        """Encrypt under a fresh nonce."""
        if nonce is None:
            nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, binding)

    def open(self, sealed: bytes, binding: bytes) -> bytes:
        """Decrypt; raise Unopenable when these bytes were not sealed so with this key."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], binding)
        except (InvalidTag, ValueError):
            raise Unopenable("a sealed part does not open") from None


class FileVault:
    """A `Vault` over wrapping keys by name; the last name in order is the newest."""

    def __init__(self, keks: Mapping[str, bytes]) -> None:
        self._keks = {name: AESGCM(key) for name, key in keks.items()}
        self._newest = max(keks)

    @property
    def kek(self) -> str:
        """The name of the wrapping key for new data keys."""
        return self._newest

    def fresh(self, kid: int) -> tuple[DataKey, bytes]:
        """Give a new random key and its wrapped form."""
        key, nonce = os.urandom(KEY_BYTES), os.urandom(_NONCE_BYTES)
        wrapped = nonce + self._keks[self._newest].encrypt(nonce, key, _bound(kid))
        return AesDataKey(key), wrapped

    def unwrap(self, kid: int, kek: str, wrapped: bytes) -> DataKey:
        """Give back a key; raise Unopenable when it was not wrapped under this number and kek."""
        cipher = self._keks.get(kek)
        if cipher is None:
            raise Unopenable("a key's wrapping key is not here")
        try:
            key = cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _bound(kid))
        except (InvalidTag, ValueError):
            raise Unopenable("a key does not unwrap") from None
        return AesDataKey(key)

    def nonces(self, count: int) -> Sequence[bytes]:
        """Give so many fresh nonces: asking the system for each costs more than the encryption."""
        drawn = os.urandom(_NONCE_BYTES * count)
        return [drawn[at : at + _NONCE_BYTES] for at in range(0, len(drawn), _NONCE_BYTES)]


class ShutVault:
    """A `Vault` that never gives back a key that was destroyed, whatever brought it back."""

    def __init__(self, inner: Vault, is_destroyed: Callable[[bytes], bool]) -> None:
        self._inner = inner
        self._is_destroyed = is_destroyed

    @property
    def kek(self) -> str:
        """The name of the wrapping key for new data keys."""
        return self._inner.kek

    def fresh(self, kid: int) -> tuple[DataKey, bytes]:
        """Give a new random key and its wrapped form."""
        return self._inner.fresh(kid)

    def unwrap(self, kid: int, kek: str, wrapped: bytes) -> DataKey:
        """Give back a key; raise Unopenable when it was destroyed, or as `inner` does."""
        if self._is_destroyed(wrapped):
            raise Unopenable("a key was destroyed, and has come back with a backup")
        return self._inner.unwrap(kid, kek, wrapped)

    def nonces(self, count: int) -> Sequence[bytes]:
        """Give so many fresh nonces."""
        return self._inner.nonces(count)


def _bound(kid: int) -> bytes:
    return _WRAP_BINDING + kid.to_bytes(8, "big")
