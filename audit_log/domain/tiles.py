# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-tiles v0.1.0: the names, widths and bytes of tiles and entry bundles.

A full tile is 256 hashes; level L+1 holds the roots of full level-L tiles. Every partial tile or
bundle is a prefix of the later full one, so a narrower one is cut from a wider one and never
stored. Nothing here reads or serves anything.
"""

import re
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from audit_log.domain.merkle import HASH_BYTES, HashSource, root_of

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
TILE_BYTES: Final = WIDTH * HASH_BYTES
MAX_LEVEL: Final = 63
MAX_BUNDLE_ENTRY: Final = 65_535  # a bundle's length prefix has 16 bits

_LENGTH: Final = struct.Struct(">H")
_LEVEL: Final = re.compile(r"entries|0|[1-9]|[1-5][0-9]|6[0-3]", re.ASCII)
_INDEX: Final = re.compile(r"(?!x000/)(x[0-9]{3}/)*[0-9]{3}", re.ASCII)
_PARTIAL: Final = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_MAX_PATH_CHARS: Final = 40

TileSource: TypeAlias = Callable[[int, int], bytes]
"""`(level, index)` to the bytes of that tile, as wide as it is now; LookupError when absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A full tile: 256 hashes in one string of 8,192 bytes."""

    level: int
    index: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TileName:
    """What a tile path names; `level` None means an entry bundle, `width` 256 a full one."""

    level: int | None
    index: int
    width: int = WIDTH

    def __str__(self) -> str:
        """Write the path below the log's prefix, as in `tile/0/x001/234.p/7`."""
        level = "entries" if self.level is None else str(self.level)
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"

    @property
    def tree_level(self) -> int:
        """The level whose widths apply: a bundle is as wide as its level-0 tile."""
        return self.level or 0

    def smallest_size(self) -> int:
        """Give the smallest tree that has this tile, at least this wide."""
        return (self.index * WIDTH + self.width) << (HEIGHT * self.tree_level)

    def largest_size(self) -> int:
        """Give the largest tree in which this partial tile is exactly this wide."""
        return self.smallest_size() + (1 << (HEIGHT * self.tree_level)) - 1


def parse_tile_path(text: str) -> TileName:
    """Read what follows `tile/`; raise ValueError for anything but the one right spelling."""
    if len(text) > _MAX_PATH_CHARS:
        raise ValueError("not a tile path")
    level, _, rest = text.partition("/")
    index, dot, width = rest.partition(".p/")
    if not _LEVEL.fullmatch(level) or not _INDEX.fullmatch(index):
        raise ValueError("not a tile path")
    if dot and (not _PARTIAL.fullmatch(width) or int(width) >= WIDTH):
        raise ValueError("not a tile path")
    return TileName(
        level=None if level == "entries" else int(level),
        index=int(re.sub(r"[x/]", "", index)),
        width=int(width) if dot else WIDTH,
    )


def tiles_of(size: int) -> Iterable[TileName]:
    """Name every tile of a tree, full and partial, lowest level first; no entry bundles."""
    for level in range(MAX_LEVEL + 1):
        hashes = size >> (HEIGHT * level)
        if not hashes:
            return
        for index in range(hashes // WIDTH):
            yield TileName(level=level, index=index)
        if hashes % WIDTH:
            yield TileName(level=level, index=hashes // WIDTH, width=hashes % WIDTH)


def bundles_of(size: int) -> Iterable[TileName]:
    """Name every entry bundle of a tree; the last one may be partial."""
    for index in range(size // WIDTH):
        yield TileName(level=None, index=index)
    if size % WIDTH:
        yield TileName(level=None, index=size // WIDTH, width=size % WIDTH)


def split_hashes(data: bytes) -> list[bytes]:
    """Cut a tile into its hashes; raise ValueError when it is no whole number of them."""
    if len(data) % HASH_BYTES:
        raise ValueError("a tile is not a whole number of hashes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def tile_root(data: bytes) -> bytes:
    """Give the hash that stands for a full tile in the level above."""
    if len(data) != TILE_BYTES:
        raise ValueError("a tile is not full")
    return root_of(split_hashes(data))


def hashes_from(tiles: TileSource) -> HashSource:
    """Make a HashSource that reads each tile at most once."""
    seen: dict[tuple[int, int], bytes] = {}

    def find(height: int, index: int) -> bytes:
        level, inside = divmod(height, HEIGHT)
        first = index << inside
        name = (level, first // WIDTH)
        if name not in seen:
            seen[name] = tiles(*name)
        at = first % WIDTH * HASH_BYTES
        piece = seen[name][at : at + (HASH_BYTES << inside)]
        if len(piece) != HASH_BYTES << inside:
            raise LookupError("the tile is narrower than that")
        return root_of(split_hashes(piece))

    return find


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Write entries as a bundle: a big-endian 16-bit length before each.

    Raises ValueError for more than 256 entries or one longer than 65,535 bytes.
    """
    if len(entries) > WIDTH or any(len(entry) > MAX_BUNDLE_ENTRY for entry in entries):
        raise ValueError("the entries do not fit into a bundle")
    return b"".join(piece for entry in entries for piece in (_LENGTH.pack(len(entry)), entry))


def decode_bundle(data: bytes) -> tuple[bytes, ...]:
    """Read a bundle; raise ValueError when it is cut short or holds more than 256 entries."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        if at + _LENGTH.size > len(data):
            raise ValueError("a bundle is cut short")
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size + length
        if at > len(data):
            raise ValueError("a bundle is cut short")
        entries.append(data[at - length : at])
    if len(entries) > WIDTH:
        raise ValueError("a bundle holds more than 256 entries")
    return tuple(entries)
