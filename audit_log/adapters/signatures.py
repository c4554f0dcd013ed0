# SPDX-License-Identifier: Apache-2.0
"""The signature types of notes that the log reads and makes: Ed25519, cosignatures, ML-DSA-44.

What exactly is signed is `audit_log.domain.cosignature`'s to say; here are the primitives.
"""

from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from audit_log.domain.cosignature import cosigned_message, cosigner_key, parse_cosignature
from audit_log.domain.note import Algorithm, VerifierKey


class _Verifies(Protocol):
    def verify(self, signature: bytes, data: bytes) -> None: ...


class CosigningKey:
    """A `Signer` that cosigns: the private half of a cosigner's key, under a name."""

    def __init__(self, name: str, private: Ed25519PrivateKey | MLDSA44PrivateKey) -> None:
        self._private = private
        self._key = cosigner_key(name, private.public_key().public_bytes_raw())

    @property
    def key(self) -> VerifierKey:
        """The public half, under the cosigner's name."""
        return self._key

    def sign(self, message: bytes) -> bytes:
        """Sign the bytes that the key's type prescribes."""
        return self._private.sign(message)


def check_signature(key: VerifierKey, text: bytes, blob: bytes) -> bool:
    """Tell whether this key vouches for a note's text: a `SignatureCheck` for all three types."""
    try:
        if key.algorithm == Algorithm.ED25519:
            Ed25519PublicKey.from_public_bytes(key.key).verify(blob, text)
            return True
        cosignature = parse_cosignature(key, blob)
        message = cosigned_message(key, text.decode(), cosignature.timestamp)
        _public(key).verify(cosignature.signature, message)
    except (InvalidSignature, ValueError):  # also CosignatureInvalid and CheckpointInvalid
        return False
    return True


def _public(key: VerifierKey) -> _Verifies:
    if key.algorithm == Algorithm.COSIGNATURE_ML_DSA_44:
        return MLDSA44PublicKey.from_public_bytes(key.key)
    return Ed25519PublicKey.from_public_bytes(key.key)
