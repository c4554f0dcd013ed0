# SPDX-License-Identifier: Apache-2.0
"""C2SP signed-note v1.0.0: text with signature lines, and the keys that verify them.

Parsing is strict; trust comes only from `open_note` with keys the caller configured. Signing and
the signature primitive itself are handed in: this module holds no secret.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final, TypeAlias

MAX_NOTE_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
KEY_ID_BYTES: Final = 4
_DASH: Final = "\u2014 "
_MIN_SIGNATURE_BYTES: Final = KEY_ID_BYTES + 1


class NoteInvalid(ValueError):
    """A note is malformed, or no configured key vouches for it."""


class Algorithm(IntEnum):
    """Signature types of signed-note; the log signs with ED25519."""

    ED25519 = 0x01
    COSIGNATURE_ED25519 = 0x04
    COSIGNATURE_ML_DSA_44 = 0x06


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key under a name. Its id tells keys apart and is no security check."""

    name: str
    algorithm: int
    key: bytes

    @property
    def id(self) -> bytes:
        r"""The key ID: `SHA-256(name || "\n" || type || key)[:4]`."""
        return sha256(self.name.encode() + b"\n" + bytes((self.algorithm,)) + self.key).digest()[
            :KEY_ID_BYTES
        ]

    def __str__(self) -> str:
        """Write the vkey: `<name>+<hex key id>+<base64 of type and key>`."""
        return f"{self.name}+{self.id.hex()}+{_b64(bytes((self.algorithm,)) + self.key)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line: who says to have signed, with which key, and the signature's bytes."""

    name: str
    key_id: bytes
    blob: bytes

    def __str__(self) -> str:
        """Write the line, without its newline."""
        return f"{_DASH}{self.name} {_b64(self.key_id + self.blob)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A note as parsed. Nothing in it is trusted before `open_note`."""

    text: str
    signatures: tuple[Signature, ...]

    def __bytes__(self) -> bytes:
        """Write the note as it travels."""
        lines = "".join(f"{signature}\n" for signature in self.signatures)
        return f"{self.text}\n{lines}".encode()


SignatureCheck: TypeAlias = Callable[[VerifierKey, bytes, bytes], bool]
"""`(key, note text, signature)` to whether the key signed that text."""


def ed25519_key(name: str, public_key: bytes) -> VerifierKey:
    """Make the verifier key of an Ed25519 log key; raise ValueError unless it has 32 bytes."""
    if len(public_key) != 32 or not _is_key_name(name):  # noqa: PLR2004  RFC 8032's key length
        raise ValueError("not an Ed25519 key under a key name")
    return VerifierKey(name=name, algorithm=Algorithm.ED25519, key=public_key)


def parse_vkey(text: str) -> VerifierKey:
    """Read a vkey; raise ValueError when it is malformed or its id is not its own.

    Only the first two `+` separate: base64 may hold more of them.
    """
    name, *rest = text.split("+", 2)
    if len(rest) != 2 or not _is_key_name(name):  # noqa: PLR2004  three fields
        raise ValueError("not a vkey")
    blob = _unb64(rest[1])
    if blob is None or len(blob) < 2:  # noqa: PLR2004  a type and at least one byte
        raise ValueError("not a vkey")
    key = VerifierKey(name=name, algorithm=blob[0], key=blob[1:])
    if key.id.hex() != rest[0]:
        raise ValueError("the vkey's id is not that of its key")
    return key


def parse_note(raw: bytes) -> SignedNote:
    """Read a signed note; raise NoteInvalid for anything but the one right spelling."""
    if len(raw) > MAX_NOTE_BYTES:
        raise NoteInvalid("the note is too long")
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteInvalid("the note is not UTF-8") from None
    if any(char < " " and char != "\n" for char in whole):
        raise NoteInvalid("the note holds a control character")
    head, gap, tail = whole.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise NoteInvalid("the note has no signatures")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteInvalid("the note has too many signatures")
    return SignedNote(text=head + "\n", signatures=tuple(map(_signature, lines)))


def open_note(raw: bytes, keys: Sequence[VerifierKey], check: SignatureCheck) -> SignedNote:
    """Read a note and return it with the signatures of known keys only.

    Raises NoteInvalid when a known key's signature is bad, or when no known key has signed.
    Signatures of unknown keys are dropped, also those that share a name or an id with a known one.
    """
    note = parse_note(raw)
    known = {(key.name, key.id): key for key in keys}
    good: list[Signature] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not check(key, note.text.encode(), signature.blob):
            raise NoteInvalid("a known key's signature is bad")
        good.append(signature)
    if not good:
        raise NoteInvalid("no known key has signed the note")
    return SignedNote(text=note.text, signatures=tuple(good))


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    blob = _unb64(encoded)
    if not line.startswith(_DASH) or not space or not _is_key_name(name) or blob is None:
        raise NoteInvalid("a signature line is malformed")
    if len(blob) < _MIN_SIGNATURE_BYTES:
        raise NoteInvalid("a signature is too short")
    return Signature(name=name, key_id=blob[:KEY_ID_BYTES], blob=blob[KEY_ID_BYTES:])


def _is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def _b64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _unb64(text: str) -> bytes | None:
    """Decode base64 in its one right spelling, None for anything else."""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if _b64(data) == text else None
