# SPDX-License-Identifier: Apache-2.0
"""The personal parts of an entry: their commitments and how they travel beside it.

An entry holds only salted commitments; the values travel in a binary header and are stored
encrypted. An opening is bound to its event and its group, so it can be moved to neither another
event nor another group. Nothing here encrypts, stores or logs a value.
"""

import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Final
from uuid import UUID

from shared.canonical import JSON, MalformedEntry, parse_canonical

SALT_BYTES: Final = 32
COMMITMENT_BYTES: Final = 32
MAX_SUBJECTS: Final = 64
MAX_VALUE_BYTES: Final = 8_192
MAX_SEALED_BYTES: Final = 60_000

_DOMAIN: Final = b"placet/commit/v1\n"
_GROUP: Final = re.compile(r"actor|obo|permit|net|subj/(0|[1-9][0-9]?)", re.ASCII)
_U32: Final = struct.Struct(">I")


class CommitmentMismatch(ValueError):
    """A sealed part is not what its entry commits to; the message names the group only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPart:
    """One personal part: `value` is canonical JSON, and neither it nor the salt is ever shown."""

    group: str
    salt: bytes = field(repr=False)
    value: bytes = field(repr=False)

    def opened(self) -> Mapping[str, JSON]:
        """Read the value; raise MalformedEntry unless it is a canonical JSON object."""
        value = parse_canonical(self.value)
        if not isinstance(value, Mapping):
            raise MalformedEntry("a sealed value is not an object")
        return value


def commitment(part: SealedPart, entry_id: str) -> bytes:
    r"""Commit to a part of one event: 32 bytes that reveal nothing without the salt.

    `SHA-256("placet/commit/v1\n" || u8 len(g) || g || id16 || salt32 || value)`, where id16 is
    the event's UUID. Raises MalformedEntry when the group or salt has the wrong form.
    """
    group = _require_form(part)
    return sha256(b"".join((_DOMAIN, group, _id16(entry_id), part.salt, part.value))).digest()


@lru_cache(maxsize=16)
def _id16(entry_id: str) -> bytes:
    """Give the bytes of an event's UUID: the same for each of up to 64 people."""
    return UUID(entry_id).bytes


def pack_sealed(parts: Iterable[SealedPart]) -> bytes:
    """Write parts as the binary header `u8 len(g) || g || salt32 || u32 len || value`, repeated."""
    packed = b"".join(
        piece
        for part in parts
        for piece in (_require_form(part), part.salt, _U32.pack(len(part.value)), part.value)
    )
    if len(packed) > MAX_SEALED_BYTES:
        raise MalformedEntry(f"the sealed parts are longer than {MAX_SEALED_BYTES} bytes")
    return packed


def open_sealed(raw: bytes) -> tuple[SealedPart, ...]:
    """Read the binary header; no bytes give no parts.

    Raises MalformedEntry for a truncated, oversized or repeated part or an unknown group. The
    values are checked against the entry by `check_commitments`, not here.
    """
    if len(raw) > MAX_SEALED_BYTES:
        raise MalformedEntry(f"the sealed parts are longer than {MAX_SEALED_BYTES} bytes")
    parts: list[SealedPart] = []
    at = 0
    while at < len(raw):
        group_end = at + 1 + raw[at]
        value_start = group_end + SALT_BYTES + _U32.size
        if value_start > len(raw):
            raise MalformedEntry("a sealed part is cut short")
        (length,) = _U32.unpack_from(raw, group_end + SALT_BYTES)
        at_next = value_start + length
        if at_next > len(raw):
            raise MalformedEntry("a sealed part is cut short")
        part = SealedPart(
            group=raw[at + 1 : group_end].decode("ascii", "replace"),
            salt=raw[group_end : group_end + SALT_BYTES],
            value=raw[value_start:at_next],
        )
        _require_form(part)
        parts.append(part)
        at = at_next
    if len({part.group for part in parts}) != len(parts):
        raise MalformedEntry("a group is sealed twice")
    return tuple(parts)


def require_commitments(
    entry_id: str,
    commitments: Mapping[str, bytes],
    parts: Iterable[SealedPart],
    *,
    complete: bool,
) -> None:
    """Raise CommitmentMismatch unless each part opens its group's commitment of this event.

    `commitments` maps group names (`subj/<i>` for people) to 32 bytes. With `complete`, every
    commitment must be opened; without it some may stay shut, as after an erasure.
    """
    opened: set[str] = set()
    for part in parts:
        if part.group in opened:
            raise CommitmentMismatch(f"{part.group} is opened twice")
        if commitments.get(part.group) != commitment(part, entry_id):
            raise CommitmentMismatch(f"{part.group} does not open its commitment")
        opened.add(part.group)
    missing = sorted(set(commitments) - opened)
    if complete and missing:
        raise CommitmentMismatch(f"no opening for {', '.join(missing)}")


def _require_form(part: SealedPart) -> bytes:
    """Check group, salt and size; give the group as `u8 len || name`."""
    if not _GROUP.fullmatch(part.group):
        raise MalformedEntry("a sealed part has an unknown group")
    if len(part.salt) != SALT_BYTES:
        raise MalformedEntry(f"a salt is not {SALT_BYTES} bytes")
    if not 0 < len(part.value) <= MAX_VALUE_BYTES:
        raise MalformedEntry(f"a sealed value is empty or longer than {MAX_VALUE_BYTES} bytes")
    name = part.group.encode("ascii")
    return bytes((len(name),)) + name
