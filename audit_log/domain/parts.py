# SPDX-License-Identifier: Apache-2.0
"""How a sealed part is laid out at rest, and under whose key it lies.

The padded plaintext is `salt32 || u32 len || value || zeroes`, a multiple of 64 bytes, so that the
size tells little. Encrypted it is bound to its event and group. Nothing here encrypts.
"""

import struct
from typing import Final, TypeAlias

from shared.entries import SINGLE_GROUPS
from shared.events import Actor
from shared.sealing import SALT_BYTES, SealedPart

BUCKET: Final = 64
_SUBJECTS_FROM: Final = 16
_U32: Final = struct.Struct(">I")
_LENGTH: Final = _U32.pack
_HEAD: Final = SALT_BYTES + _U32.size
_PADDING: Final = tuple(bytes(-over % BUCKET) for over in range(BUCKET))
_CODES: Final = {group: code for code, group in enumerate(SINGLE_GROUPS, start=1)}
_GROUPS: Final = {code: group for group, code in _CODES.items()}

# Whose key a part lies under, as kind and name: an actor, a person of a dataset, or a producer. A
# plain tuple, because one goes with every part from the reading process to the sequencer.
Holder: TypeAlias = tuple[str, tuple[str, ...]]


def actor_holder(actor: Actor) -> Holder:
    """Name the key of an account; all it did lies under it."""
    return "actor", (actor.issuer, actor.subject)


def person_holder(dataset: str, ordinal: int) -> Holder:
    """Name the key of a member of a dataset."""
    return "person", (dataset, str(ordinal))


def source_holder(src: str) -> Holder:
    """Name a producer's key: for parts of entries without an actor, and for quarantined input."""
    return "source", (src,)


def group_code(group: str) -> int:
    """Give the number under which a group is stored: 1 to 4, people from 16."""
    if group in _CODES:
        return _CODES[group]
    return _SUBJECTS_FROM + int(group.removeprefix("subj/"))


def group_name(code: int) -> str:
    """Give the group of a stored number."""
    return _GROUPS.get(code) or f"subj/{code - _SUBJECTS_FROM}"


def id16(entry_id: str) -> bytes:
    """Give the 16 bytes of an entry's id."""
    return bytes.fromhex(entry_id.replace("-", ""))


def binding(entry_id: str, group: str) -> bytes:
    """Give the associated data of a part: `id16 || group`."""
    return id16(entry_id) + group.encode("ascii")


def framed(part: SealedPart) -> bytes:
    """Write a part as it also travels: `salt32 || u32 len || value`."""
    return part.salt + _LENGTH(len(part.value)) + part.value


def filled_up(text: bytes) -> bytes:
    """Lay out a part written so for encryption: fill it up with zeroes."""
    return text + _PADDING[len(text) % BUCKET]


def unpadded(group: str, plain: bytes) -> SealedPart:
    """Read a decrypted part; raise ValueError when it is not laid out as `filled_up` does."""
    if len(plain) < _HEAD or len(plain) % BUCKET:
        raise ValueError("not a padded part")
    (length,) = _U32.unpack_from(plain, SALT_BYTES)
    if _HEAD + length > len(plain) or any(plain[_HEAD + length :]):
        raise ValueError("not a padded part")
    return SealedPart(group=group, salt=plain[:SALT_BYTES], value=plain[_HEAD : _HEAD + length])
