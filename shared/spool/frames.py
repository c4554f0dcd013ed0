# SPDX-License-Identifier: Apache-2.0
"""How a group of entries lies on disk: one frame per fsync, so a torn write is one torn frame.

A frame is `magic4 || u32 body length || u32 CRC-32 of (first seq || body) || u64 first seq ||
body`; a body is records `u32 entry length || u32 sealed length || entry || sealed`. Integers are
big-endian. The checksum finds torn and rotten bytes; what protects the content is the hash chain
inside the entries.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

MAGIC: Final = b"PlS1"
MAX_BODY_BYTES: Final = 16 * 1024 * 1024

_HEADER: Final = struct.Struct(">4sIIQ")
_RECORD: Final = struct.Struct(">II")
_SEQ: Final = struct.Struct(">Q")

HEADER_BYTES: Final = _HEADER.size


class BadFrame(ValueError):
    """The bytes at this place are not a whole, sound frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry of a frame: its place in the chain, its exact bytes and its sealed header."""

    seq: int
    entry: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One group of entries; `size` is what it takes on disk."""

    size: int
    records: tuple[Record, ...]


def encode(first_seq: int, entries: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Write one frame from (entry, sealed) pairs."""
    body = b"".join(
        piece
        for entry, sealed in entries
        for piece in (_RECORD.pack(len(entry), len(sealed)), entry, sealed)
    )
    if len(body) > MAX_BODY_BYTES:
        raise BadFrame("the group is too large for one frame")
    return _HEADER.pack(MAGIC, len(body), _checksum(first_seq, body), first_seq) + body


def decode(raw: bytes, at: int = 0) -> Frame:
    """Read the frame that begins at `at`; raise BadFrame unless it is whole and sound."""
    if len(raw) - at < HEADER_BYTES:
        raise BadFrame("the header is cut short")
    magic, length, checksum, first_seq = _HEADER.unpack_from(raw, at)
    start = at + HEADER_BYTES
    if magic != MAGIC or length > MAX_BODY_BYTES:
        raise BadFrame("no frame begins here")
    body = raw[start : start + length]
    if len(body) != length or _checksum(first_seq, body) != checksum:
        raise BadFrame("the body is cut short or altered")
    return Frame(size=HEADER_BYTES + length, records=tuple(_records(first_seq, body)))


def body_length(header: bytes) -> int:
    """Give the length of the body that follows a header; raise BadFrame when it is none."""
    if len(header) < HEADER_BYTES:
        raise BadFrame("the header is cut short")
    magic, length, _, _ = _HEADER.unpack_from(header)
    if magic != MAGIC or length > MAX_BODY_BYTES:
        raise BadFrame("no frame begins here")
    return int(length)


def holds_sound_frame(raw: bytes) -> bool:
    """Say whether a sound frame begins anywhere in these bytes."""
    at = raw.find(MAGIC)
    while at >= 0:
        try:
            decode(raw, at)
        except BadFrame:
            at = raw.find(MAGIC, at + 1)
        else:
            return True
    return False


def _records(first_seq: int, body: bytes) -> list[Record]:
    records: list[Record] = []
    at = 0
    while at < len(body):
        if len(body) - at < _RECORD.size:
            raise BadFrame("a record is cut short")
        entry_bytes, sealed_bytes = _RECORD.unpack_from(body, at)
        entry_at = at + _RECORD.size
        sealed_at = entry_at + entry_bytes
        at = sealed_at + sealed_bytes
        if at > len(body):
            raise BadFrame("a record is cut short")
        records.append(
            Record(
                seq=first_seq + len(records),
                entry=body[entry_at:sealed_at],
                sealed=body[sealed_at:at],
            )
        )
    return records


def _checksum(first_seq: int, body: bytes) -> int:
    return crc32(body, crc32(_SEQ.pack(first_seq)))
