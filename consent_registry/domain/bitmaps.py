# SPDX-License-Identifier: Apache-2.0
"""Sets of ordinals as Roaring bitmaps, and their one canonical byte form.

Two equal sets serialise differently when they were built differently. Only the optimised portable
form is ever hashed, signed, stored or sent. Nothing here knows whose ordinal is whose.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Final

from pyroaring import BitMap

DIGEST_NAME: Final = b"placet/cohort/v1\n"
SALT_BYTES: Final = 32
_FEW: Final = 8
_SMALL: Final = 8_192


class UnreadableBitmap(ValueError):
    """The bytes are no Roaring bitmap in the portable form."""


def canonical_bytes(ordinals: BitMap) -> bytes:
    """Give the portable Roaring bytes of a set: equal sets, equal bytes, however built."""
    copy = ordinals.copy()
    copy.run_optimize()
    copy.shrink_to_fit()
    return bytes(copy.serialize())


def from_bytes(raw: bytes) -> BitMap:
    """Read portable Roaring bytes. Raises UnreadableBitmap on anything else."""
    try:
        return BitMap.deserialize(raw)
    except (ValueError, IndexError) as broken:
        raise UnreadableBitmap("not a Roaring bitmap") from broken


def to_text(ordinals: BitMap) -> str:
    """Give the canonical bytes in base64."""
    return b64encode(canonical_bytes(ordinals)).decode("ascii")


def from_text(text: str) -> BitMap:
    """Read what `to_text` wrote. Raises UnreadableBitmap on anything else."""
    try:
        return from_bytes(b64decode(text, validate=True))
    except ValueError as broken:
        raise UnreadableBitmap("not a Roaring bitmap in base64") from broken


def salted_digest(ordinals: BitMap, salt: bytes) -> str:
    """Give SHA-256(name || salt || canonical bytes) in base64.

    Salted, because a bare hash over a set with few exclusions can be found by trying.
    """
    digest = hashlib.sha256(DIGEST_NAME + salt + canonical_bytes(ordinals)).digest()
    return b64encode(digest).decode("ascii")


def union(sets: Iterable[BitMap]) -> BitMap:
    """Give the union of any number of sets, none included; never one of them itself.

    A few small sets are added one after another: to join many at once, wide sets are made first.
    """
    every = list(sets)
    if len(every) > _FEW or sum(map(len, every)) > _SMALL:
        return BitMap.union(*every)
    joined = BitMap()
    for one in every:
        joined |= one
    return joined
