# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-cosignature v1.1.0: what a cosigner signs about a checkpoint, and when.

A cosignature stands in a note's signature line as a 64-bit time and a signature. Which bytes were
signed follows from the key's type; the signature primitive is handed in.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from audit_log.domain.checkpoint import parse_checkpoint
from audit_log.domain.note import Algorithm, Signature, VerifierKey, ed25519_key

ED25519_KEY_BYTES: Final = 32
ED25519_SIGNATURE_BYTES: Final = 64
ML_DSA_44_KEY_BYTES: Final = 1_312
ML_DSA_44_SIGNATURE_BYTES: Final = 2_420
_MAX_TIMESTAMP: Final = (1 << 63) - 1
_TIME: Final = struct.Struct(">Q")
_TREE: Final = struct.Struct(">QQ")
_SUBTREE_LABEL: Final = b"subtree/v1\n\0"
_MAX_NAME_BYTES: Final = 255
_SIGNATURE_BYTES: Final[Mapping[int, int]] = {
    Algorithm.COSIGNATURE_ED25519: ED25519_SIGNATURE_BYTES,
    Algorithm.COSIGNATURE_ML_DSA_44: ML_DSA_44_SIGNATURE_BYTES,
}


class CosignatureInvalid(ValueError):
    """Bytes are not a cosignature of this key's type, or nothing it could have signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A signature and the time it names, in seconds of POSIX time."""

    timestamp: int
    signature: bytes

    def __bytes__(self) -> bytes:
        """Write the `timestamped_signature` structure."""
        return _TIME.pack(self.timestamp) + self.signature


def cosigner_key(name: str, public_key: bytes) -> VerifierKey:
    """Make a cosigner's key of an Ed25519 (32 bytes) or ML-DSA-44 (1,312 bytes) public key.

    Raises ValueError for any other length, or a name that is no key name.
    """
    if len(public_key) == ML_DSA_44_KEY_BYTES:
        ed25519_key(name, bytes(ED25519_KEY_BYTES))  # for the name
        algorithm = Algorithm.COSIGNATURE_ML_DSA_44
    else:
        ed25519_key(name, public_key)
        algorithm = Algorithm.COSIGNATURE_ED25519
    return VerifierKey(name=name, algorithm=algorithm, key=public_key)


def parse_cosignature(key: VerifierKey, blob: bytes) -> Cosignature:
    """Read a signature line's bytes; raise CosignatureInvalid when their length or time is wrong.

    A time of 0 says nothing about the newest tree, so it is no cosignature of a checkpoint here.
    """
    wanted = _SIGNATURE_BYTES.get(key.algorithm)
    if wanted is None or len(blob) != _TIME.size + wanted:
        raise CosignatureInvalid("not a cosignature of this key's type")
    (timestamp,) = _TIME.unpack_from(blob)
    if not 0 < timestamp <= _MAX_TIMESTAMP:
        raise CosignatureInvalid("the cosignature's time is out of range")
    return Cosignature(timestamp=timestamp, signature=blob[_TIME.size :])


def cosigned_message(key: VerifierKey, text: str, timestamp: int) -> bytes:
    """Give the bytes that this cosigner signs about a checkpoint's text at this time.

    Ed25519 signs the whole text behind two lines and does not name the cosigner. ML-DSA-44 signs a
    structure that names the cosigner and leaves extension lines out. Raises CosignatureInvalid for
    a key that is no cosigner's, CheckpointInvalid for a text that is no checkpoint.
    """
    if key.algorithm == Algorithm.COSIGNATURE_ED25519:
        return f"cosignature/v1\ntime {timestamp}\n{text}".encode()
    if key.algorithm != Algorithm.COSIGNATURE_ML_DSA_44:
        raise CosignatureInvalid("the key is not a cosigner's")
    checkpoint = parse_checkpoint(text, origin=text.partition("\n")[0])
    return b"".join(
        (
            *(_SUBTREE_LABEL, _short(key.name), _TIME.pack(timestamp), _short(checkpoint.origin)),
            *(_TREE.pack(0, checkpoint.size), checkpoint.root),
        )
    )


def cosign(
    key: VerifierKey, sign: Callable[[bytes], bytes], text: str, timestamp: int
) -> Signature:
    """Make the signature line with which a cosigner vouches for a checkpoint's text."""
    signature = sign(cosigned_message(key, text, timestamp))
    made = Cosignature(timestamp=timestamp, signature=signature)
    return Signature(name=key.name, key_id=key.id, blob=bytes(made))


def _short(text: str) -> bytes:
    """Write `opaque<1..2^8-1>` of RFC 8446 section 3.4."""
    raw = text.encode()
    if not 0 < len(raw) <= _MAX_NAME_BYTES:
        raise CosignatureInvalid("a name is empty or longer than 255 bytes")
    return bytes((len(raw),)) + raw
