# SPDX-License-Identifier: Apache-2.0
"""The personal parts of an entry: their commitments and how they travel beside it.

An entry holds only salted commitments; the values travel in a binary header and are stored
encrypted. An opening is bound to its event and its group, so it can be moved to neither another
event nor another group. Nothing here encrypts, stores or logs a value.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from shared.canonical import JSON, MalformedEntry, parse_canonical

SALT_BYTES: Final = 32
COMMITMENT_BYTES: Final = 32
MAX_SUBJECTS: Final = 64
MAX_VALUE_BYTES: Final = 8_192
MAX_SEALED_BYTES: Final = 60_000

_DOMAIN: Final = b"placet/commit/v1\n"
_GROUPS: Final = ("actor", "obo", "permit", "net", *(f"subj/{i}" for i in range(100)))
_SPELLED: Final = {group: bytes((len(group),)) + group.encode("ascii") for group in _GROUPS}
_HEADS: Final = {group: _DOMAIN + spelled for group, spelled in _SPELLED.items()}
_NAMES: Final = {spelled: group for group, spelled in _SPELLED.items()}
_NAMES_AND_HEADS: Final = {_SPELLED[group]: (group, _HEADS[group]) for group in _GROUPS}
_U32: Final = struct.Struct(">I")
_LENGTH_AT: Final = _U32.unpack_from
_FIXED: Final = SALT_BYTES + _U32.size


class CommitmentMismatch(ValueError):
    """A sealed part is not what its entry commits to; the message names the group only."""


class SealedPart(NamedTuple):
    """One personal part: `value` is canonical JSON, and neither it nor the salt is ever shown."""

    group: str
    salt: bytes
    value: bytes

    def __repr__(self) -> str:
        """Name the group; what it holds is left out."""
        return f"SealedPart(group={self.group!r})"

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
    return _commitment(part, UUID(entry_id).bytes)


def commitments(parts: Iterable[SealedPart], entry_id: str) -> Sequence[tuple[str, bytes]]:
    """Commit to every part of one event; gives each group with its `commitment`."""
    id16 = UUID(entry_id).bytes
    return [(part.group, _commitment(part, id16)) for part in parts]


def pack_sealed(parts: Iterable[SealedPart]) -> bytes:
    """Write parts as the binary header `u8 len(g) || g || salt32 || u32 len || value`, repeated."""
    pieces: list[bytes] = []
    for part in parts:
        group, salt, value = part
        head = _SPELLED.get(group)
        if head is None or len(salt) != SALT_BYTES or not 0 < len(value) <= MAX_VALUE_BYTES:
            head = _require_form(part)  # raises
        pieces += (head, salt, _U32.pack(len(value)), value)
    packed = b"".join(pieces)
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
    parts: dict[str, SealedPart] = {}
    at, end, count = 0, len(raw), 0
    while at < end:
        salt_start = at + 1 + raw[at]
        value_start = salt_start + _FIXED
        if value_start > end:
            raise MalformedEntry("a sealed part is cut short")
        (length,) = _LENGTH_AT(raw, salt_start + SALT_BYTES)
        group = _NAMES.get(raw[at:salt_start])
        at, count = value_start + length, count + 1
        if at > end:
            raise MalformedEntry("a sealed part is cut short")
        if group is None:
            raise MalformedEntry("a sealed part has an unknown group")
        if not 0 < length <= MAX_VALUE_BYTES:
            _require_size(length)
        salt = raw[salt_start : salt_start + SALT_BYTES]
        parts[group] = SealedPart(group, salt, raw[value_start:at])
    if len(parts) != count:
        raise MalformedEntry("a group is sealed twice")
    return tuple(parts.values())


def open_committed(
    raw: bytes, id16: bytes, commitments: Mapping[str, bytes]
) -> dict[str, tuple[bytes, bytes]] | None:
    """Read the parts of an event that open its commitments, all of them.

    Gives `salt32 || u32 len || value` and the value of each group, in their order. None unless the
    header is sound and its parts are those: `open_sealed` and `require_commitments`, which this
    does in one go because it is done for every entry of a log, say what is wrong.
    """
    found: dict[str, tuple[bytes, bytes]] = {}
    at, end, count = 0, len(raw), 0
    if end > MAX_SEALED_BYTES:
        return None
    while at < end:
        salt_start = at + 1 + raw[at]
        value_start = salt_start + _FIXED
        known = _NAMES_AND_HEADS.get(raw[at:salt_start])
        if known is None or value_start > end:
            return None
        (length,) = _LENGTH_AT(raw, salt_start + SALT_BYTES)
        at, count = value_start + length, count + 1
        if at > end or not 0 < length <= MAX_VALUE_BYTES:
            return None
        group, head = known
        value = raw[value_start:at]
        salt = raw[salt_start : salt_start + SALT_BYTES]
        if commitments.get(group) != sha256(head + id16 + salt + value).digest():
            return None
        found[group] = raw[salt_start:at], value
    return found if count == len(found) == len(commitments) else None


def require_commitments(
    entry_id: str,
    commitments: Mapping[str, bytes],
    parts: Iterable[SealedPart],
    *,
    complete: bool,
) -> None:
    """Raise CommitmentMismatch unless each part opens its group's commitment of this event.

    `commitments` maps group names (`subj/<i>` for people) to 32 bytes. With `complete`, every
    commitment must be opened; without it some may stay shut, as after an erasure. `entry_id` is
    that of an entry that was read: nobody checks its form here again.
    """
    opened: set[str] = set()
    id16 = bytes.fromhex(entry_id.replace("-", ""))
    for part in parts:
        group = part.group
        if group in opened:
            raise CommitmentMismatch(f"{group} is opened twice")
        if commitments.get(group) != _commitment(part, id16):
            raise CommitmentMismatch(f"{group} does not open its commitment")
        opened.add(group)
    if complete and len(opened) != len(commitments):
        missing = sorted(commitments.keys() - opened)
        raise CommitmentMismatch(f"no opening for {', '.join(missing)}")


def _commitment(part: SealedPart, id16: bytes) -> bytes:
    group, salt, value = part
    head = _HEADS.get(group)
    if head is None or len(salt) != SALT_BYTES or not 0 < len(value) <= MAX_VALUE_BYTES:
        head = _DOMAIN + _require_form(part)  # raises
    return sha256(b"".join((head, id16, salt, value))).digest()


def _require_form(part: SealedPart) -> bytes:
    """Check group, salt and size; give the group as `u8 len || name`."""
    group = _SPELLED.get(part.group)
    if group is None:
        raise MalformedEntry("a sealed part has an unknown group")
    if len(part.salt) != SALT_BYTES:
        raise MalformedEntry(f"a salt is not {SALT_BYTES} bytes")
    _require_size(len(part.value))
    return group


def _require_size(length: int) -> None:
    if not 0 < length <= MAX_VALUE_BYTES:
        raise MalformedEntry(f"a sealed value is empty or longer than {MAX_VALUE_BYTES} bytes")
