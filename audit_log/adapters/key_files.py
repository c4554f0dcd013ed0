# SPDX-License-Identifier: Apache-2.0
"""The log's key folder: signing key, wrapping keys, and the secret of the pseudonyms.

    <folder>/log/            an Ed25519 key store: signs checkpoints
    <folder>/kek/<name>.key  wrapping keys, 32 bytes in base64; the last name wraps new keys
    <folder>/search.key      the secret of the pseudonyms, 32 bytes in base64
    <folder>/witness/        an Ed25519 key store: cosigns other logs; without it, none is witnessed

All of mode 0600. Losing `kek` is losing every sealed part; losing `log` is losing the log's name.
"""

import fcntl
import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit_log.adapters.erasures_file import ErasuresFile
from audit_log.adapters.pseudonyms import HmacPseudonyms
from audit_log.adapters.vault import KEY_BYTES, FileVault, ShutVault
from audit_log.domain.note import Algorithm, VerifierKey, ed25519_key
from audit_log.ports import Vault
from shared.keys import KeyStore, KeyStoreError, SigningKey

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_FIRST_KEK: Final = "kek-0001"


class LogSigner:
    """A `Signer` over an Ed25519 key, under the log's origin as its name."""

    def __init__(self, origin: str, key: SigningKey) -> None:
        private = key.private
        if not isinstance(private, Ed25519PrivateKey):
            raise KeyStoreError("log: the log signs with Ed25519")
        self._private = private
        self._key = ed25519_key(origin, private.public_key().public_bytes_raw())

    @property
    def key(self) -> VerifierKey:
        """The public half, under the log's name."""
        return self._key

    def sign(self, message: bytes) -> bytes:
        """Sign the bytes of a note's text."""
        return self._private.sign(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeys:
    """Everything secret that the log holds in files."""

    signing: SigningKey = field(repr=False)
    vault: Vault = field(repr=False)
    pseudonyms: HmacPseudonyms = field(repr=False)


def check_ed25519(key: VerifierKey, message: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 key signed the message: a `SignatureCheck`."""
    if key.algorithm != Algorithm.ED25519:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def create_missing_keys(folder: Path) -> None:
    """Make whatever key is not there yet; several processes may do so at once."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        for name in ("log", "witness"):
            if not (folder / name / "keys.json").exists():
                KeyStore.create(folder / name, "Ed25519")
        (folder / "kek").mkdir(mode=0o700, exist_ok=True)
        if not list((folder / "kek").glob("*.key")):
            write_secret(folder / "kek" / f"{_FIRST_KEK}.key")
        if not (folder / "search.key").exists():
            write_secret(folder / "search.key")


def read_keys(folder: Path) -> LogKeys:
    """Read the folder; raise KeyStoreError that names the file that is missing or unsafe."""
    keks = {path.stem: read_secret(path) for path in sorted((folder / "kek").glob("*.key"))}
    if not keks:
        raise KeyStoreError("kek: holds no wrapping key; `placet log keys` makes one")
    return LogKeys(
        signing=KeyStore(folder / "log").active(),
        vault=FileVault(keks),
        pseudonyms=HmacPseudonyms(read_secret(folder / "search.key")),
    )


def shut_keys(folder: Path, erasures: ErasuresFile) -> LogKeys:
    """Read the folder; its vault gives back no key that an erasure destroyed."""
    keys = read_keys(folder)
    return replace(keys, vault=ShutVault(keys.vault, erasures.is_destroyed))


def read_signer(folder: Path, origin: str) -> LogSigner:
    """Read the signing key alone."""
    return LogSigner(origin, KeyStore(folder / "log").active())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_secret(path: Path) -> None:
    """Write a fresh secret under another name first, so that no half file is ever read."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(b64encode(os.urandom(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


def read_secret(path: Path) -> bytes:
    """Read a secret of 32 bytes; raise KeyStoreError when it is missing, unsafe or none."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise KeyStoreError(f"{path.name}: others than its owner may use it; want 0600")
            secret = b64decode(file.read().strip(), validate=True)
    except (OSError, ValueError):
        raise KeyStoreError(f"{path.name}: cannot be read") from None
    if len(secret) != KEY_BYTES:
        raise KeyStoreError(f"{path.name}: is not {KEY_BYTES} bytes")
    return secret
