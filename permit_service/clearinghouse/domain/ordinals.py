# SPDX-License-Identifier: Apache-2.0
"""A set of members by ordinal, as a Roaring bitmap that never changes once made.

The one module here that knows the bitmap library.
"""

from base64 import b64decode
from collections.abc import Iterable
from typing import Final

from pyroaring import FrozenBitMap

from permit_service.clearinghouse.domain.errors import FeedFault
from shared.ids import Ordinal


class Ordinals:
    """An immutable set of ordinals; a million members take about 130 kB."""

    __slots__ = ("bits",)

    def __init__(self, members: Iterable[int] = ()) -> None:
        self.bits: Final = FrozenBitMap(members)

    @classmethod
    def from_base64(cls, text: str) -> "Ordinals":
        """Read the portable Roaring format in standard base64; raise FeedFault otherwise."""
        try:
            bits = FrozenBitMap.deserialize(b64decode(text, validate=True))
        except (ValueError, IndexError):
            raise FeedFault("not a Roaring bitmap") from None
        return cls(bits)

    def without(self, gone: Iterable[int]) -> "Ordinals":
        """Give the set less these ordinals; there is no way to add one to a cohort."""
        return Ordinals(self.bits - FrozenBitMap(gone))

    def only(self, others: "Ordinals") -> "Ordinals":
        """Give the ordinals that are in both sets."""
        return Ordinals(self.bits & others.bits)

    def __contains__(self, ordinal: Ordinal) -> bool:
        return ordinal in self.bits

    def __len__(self) -> int:
        return len(self.bits)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ordinals) and bool(self.bits == other.bits)

    def __hash__(self) -> int:
        return hash(self.bits)

    def __repr__(self) -> str:
        return f"Ordinals({len(self.bits)} members)"
