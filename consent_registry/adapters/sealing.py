# SPDX-License-Identifier: Apache-2.0
"""Encryption of the personal part of consent events, under one key per person.

AES-256-GCM; person keys are wrapped by the key in a file of mode 0600. Destroying the row with a
person's wrapped key makes every part sealed under it unreadable, in backups of the events as well.
"""

import hmac
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.chance import Chance
from shared.keys import KeyStoreError

KEY_BYTES: Final = 32
SALT_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class PersonSealer:
    """Wraps person keys, and seals and opens parts with them."""

    def __init__(self, wrapping_key: bytes) -> None:
        self._wrapping = AESGCM(wrapping_key)
        self._blinding = hmac.digest(wrapping_key, b"placet/mandate-login/v1\n", "sha256")
        self._chance = Chance()

    def new_keys(self, pids: Sequence[str]) -> dict[str, tuple[bytes, bytes]]:
        """Make people's keys; gives each with its wrapped form, which only serves that person.

        The system is asked for chance once: that is most of what it takes.
        """
        keys = _cut(os.urandom(KEY_BYTES * len(pids)), KEY_BYTES)
        nonces = _cut(self._chance(_NONCE_BYTES * len(pids)), _NONCE_BYTES)
        made: dict[str, tuple[bytes, bytes]] = {}
        for pid, key, nonce in zip(pids, keys, nonces, strict=True):
            made[pid] = key, nonce + self._wrapping.encrypt(nonce, key, pid.encode())
        return made

    def unwrap(self, pid: str, wrapped: bytes) -> bytes | None:
        """Give a person's key; None when it is damaged, or was wrapped under another key."""
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        try:
            return self._wrapping.decrypt(nonce, sealed, pid.encode())
        except (InvalidTag, ValueError):
            return None

    def seal(self, key: bytes, event_id: str, salt: bytes, part: bytes) -> bytes:
        """Seal a salt and a personal part for one event."""
        nonce = self._chance(_NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, salt + part, event_id.encode())

    def blind(self, issuer: str, subject: str) -> bytes:
        """Hash a login under a key of this node's: equal for equal logins, and of no use without.

        HMAC-SHA256 under a key derived from the wrapping key by its own label.
        """
        return hmac.digest(self._blinding, f"{issuer}\n{subject}".encode(), "sha256")

    @staticmethod
    def open(key: bytes, event_id: str, sealed: bytes) -> tuple[bytes, bytes] | None:
        """Give salt and personal part; None when they were not sealed so."""
        try:
            plain = AESGCM(key).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], event_id.encode()
            )
        except (InvalidTag, ValueError):
            return None
        return plain[:SALT_BYTES], plain[SALT_BYTES:]


def _cut(chance: bytes, size: int) -> Iterator[bytes]:
    return (chance[at : at + size] for at in range(0, len(chance), size))


def create_wrapping_key(path: Path) -> None:
    """Make the wrapping key's file; FileExistsError when it is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


def read_wrapping_key(path: Path) -> bytes:
    """Read the wrapping key. Raises KeyStoreError when it is missing, too open or cut short."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise KeyStoreError(f"{path.name}: others than its owner may use it")
            key = file.read(KEY_BYTES + 1)
    except OSError:
        raise KeyStoreError(f"{path.name}: cannot be read") from None
    if len(key) != KEY_BYTES:
        raise KeyStoreError(f"{path.name}: is not a key of {KEY_BYTES} bytes")
    return key
