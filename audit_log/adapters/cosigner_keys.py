# SPDX-License-Identifier: Apache-2.0
"""Keys that cosign, in the log's key folder: the witness's own, and ML-DSA-44 beside Ed25519.

    <folder>/witness/              an Ed25519 key store, never the log's
    <folder>/witness-ml-dsa-44.key the seed of its ML-DSA-44 key, if it has one
    <folder>/log-ml-dsa-44.key     the seed of the log's second signature line, if it has one

A seed is 32 bytes in base64, of mode 0600 (FIPS 204 section 5.1). An ML-DSA key is there because an
operator made it: a note grows by 3.3 KB with each such line.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from audit_log.adapters.key_files import read_secret, write_secret
from audit_log.adapters.signatures import CosigningKey
from shared.keys import KeyStore, KeyStoreError

_LOG: Final = "log-ml-dsa-44.key"
_WITNESS: Final = "witness-ml-dsa-44.key"


def read_log_cosigners(folder: Path, origin: str) -> Sequence[CosigningKey]:
    """Read the log's further keys: its ML-DSA-44 one, or none."""
    return _ml_dsa(folder / _LOG, origin)


def read_witness_keys(folder: Path, name: str) -> Sequence[CosigningKey]:
    """Read the witness's keys; none when this node witnesses nobody."""
    if not (folder / "witness").exists():
        return ()
    private = KeyStore(folder / "witness").active().private
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyStoreError("witness: the witness signs with Ed25519")
    return (CosigningKey(name, private), *_ml_dsa(folder / _WITNESS, name))


def create_ml_dsa_keys(folder: Path) -> None:
    """Make the ML-DSA-44 keys of log and witness that are missing."""
    for name in (_LOG, _WITNESS):
        if not (folder / name).exists():
            write_secret(folder / name)


def _ml_dsa(path: Path, name: str) -> Sequence[CosigningKey]:
    if not path.exists():
        return ()
    return (CosigningKey(name, MLDSA44PrivateKey.from_seed_bytes(read_secret(path))),)
