# SPDX-License-Identifier: Apache-2.0
"""The right edge of the tree: all that is needed to append to it.

At most 255 hashes a level. Appending gives a new edge and the tiles it filled; nothing is changed
in place, so a batch that fails is forgotten by dropping what was returned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from audit_log.domain.merkle import EMPTY_ROOT, root_of
from audit_log.domain.tiles import HEIGHT, TILE_BYTES, Tile, split_hashes, tile_root


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A tree of `size` leaves, seen from the right.

    `levels[l]` are the bytes of the partial tile of level l, empty where the width is 0; the list
    ends with the highest level that has ever had a hash.
    """

    size: int = 0
    levels: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """Give the root of the whole tree."""
        smaller: list[bytes] = []
        for data in self.levels:
            row = split_hashes(data) + smaller
            smaller = [root_of(row)] if row else []
        return smaller[0] if smaller else EMPTY_ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What appending gave: the new edge, and the tiles that became full, lowest level first."""

    edge: Edge
    full: tuple[Tile, ...]


def grow(edge: Edge, leaf_hashes: Sequence[bytes]) -> Growth:
    """Append leaf hashes to the tree."""
    levels = list(edge.levels)
    full: list[Tile] = []
    fresh = b"".join(leaf_hashes)
    level = 0
    while fresh:
        if level == len(levels):
            levels.append(b"")
        data = levels[level] + fresh
        whole = len(data) - len(data) % TILE_BYTES
        first = edge.size >> (HEIGHT * (level + 1))
        filled = [
            Tile(level=level, index=first + at // TILE_BYTES, data=data[at : at + TILE_BYTES])
            for at in range(0, whole, TILE_BYTES)
        ]
        full += filled
        levels[level] = data[whole:]
        fresh = b"".join(tile_root(tile.data) for tile in filled)
        level += 1
    grown = Edge(size=edge.size + len(leaf_hashes), levels=tuple(levels))
    return Growth(edge=grown, full=tuple(full))
