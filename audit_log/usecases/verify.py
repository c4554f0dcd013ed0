# SPDX-License-Identifier: Apache-2.0
"""Full re-verification: everything stored, held against everything else, down to the row.

The tree is rebuilt from the bundles; tiles, checkpoints and state must be those of that tree. Where
a bundle and its tile disagree, the level above says which of them was altered. The search rows,
sealed parts and chains are held against the entries in `verify_rows`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from audit_log.domain.checkpoint import CheckpointInvalid
from audit_log.domain.edge import Edge, grow
from audit_log.domain.merkle import HASH_BYTES, leaf_hash, root_of
from audit_log.domain.note import NoteInvalid
from audit_log.domain.tiles import HEIGHT, WIDTH, split_hashes
from audit_log.ports import Inspector, Published, Trust
from audit_log.usecases.flaws import Flaw, Flaws
from audit_log.usecases.verify_rows import RowVerifier

__all__ = ["Flaw", "Verification", "verify"]

EDGE: Final = "edge_entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was verified: the tree rebuilt, and every row that does not belong to it."""

    size: int
    root: bytes
    checkpoints: int
    flaws: tuple[Flaw, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was wrong."""
        return not self.flaws


def verify(inspector: Inspector, *, trust: Trust, rows: RowVerifier | None) -> Verification:
    """Verify everything stored; with `rows`, also what the log's secrets are needed for."""
    flaws = Flaws()
    tree = _Tree(inspector=inspector, trust=trust, flaws=flaws)
    for table, number, entries in _with_missing(inspector, tree):
        first = tree.edge.size
        trusted = tree.take(table, number, entries)
        if trusted is None:
            break
        if rows is not None and trusted:
            rows.take(first, trusted, inspector, flaws)
        elif rows is not None:
            rows.skip()
    tree.finish()
    if rows is not None:
        rows.finish(tree.edge.size, inspector, flaws)
    return Verification(
        size=tree.edge.size,
        root=tree.edge.root(),
        checkpoints=tree.checkpoints,
        flaws=tuple(flaws.found),
    )


def _with_missing(
    inspector: Inspector, tree: "_Tree"
) -> Iterator[tuple[str, int, Sequence[bytes] | None]]:
    """Give every bundle, and in its place each that is missing, as one that cannot be read."""
    for table, number, entries in inspector.bundles():
        for missing in range(tree.edge.size // WIDTH, number):
            if tree.edge.size == missing * WIDTH:
                yield "bundle", missing, None
        yield table, number, entries


@dataclass(slots=True, kw_only=True)
class _Tree:
    """The tree as rebuilt so far."""

    inspector: Inspector
    trust: Trust
    flaws: Flaws
    edge: Edge = field(default_factory=Edge)
    checkpoints: int = 0
    _waiting: Iterator[Published] | None = None
    _next: Published | None = None

    def take(
        self, table: str, number: int, entries: Sequence[bytes] | None
    ) -> Sequence[bytes] | None:
        """Add a bundle; give its entries as far as they are to be trusted, None to give up."""
        if number != self.edge.size // WIDTH or self.edge.size % WIDTH:
            self.flaws.add(table, f"n={number}", "does not follow the bundle before it")
            return None
        leaves = None if entries is None else [leaf_hash(entry) for entry in entries]
        if entries is None:
            self.flaws.add(table, f"n={number}", "is missing or cannot be read")
        truth = self._truth(table, number, leaves)
        if truth is None:
            return None
        self._check_checkpoints(truth)
        growth = grow(self.edge, truth)
        self.edge = growth.edge
        for tile in growth.full:
            if tile.level and self._tile(tile.level, tile.index) != tile.data:
                self.flaws.add(
                    "tile", f"level={tile.level} n={tile.index}", "is not that of the tree"
                )
        return entries if entries is not None and truth == leaves else ()

    def finish(self) -> None:
        """Check the edge, the remaining checkpoints and the state."""
        self._check_checkpoints(())
        if self._next is not None:
            row = f"size={self._next.size}"
            self.flaws.add("checkpoint", row, "names more entries than there are")
        for level, data in enumerate(self.edge.levels):
            index = self.edge.size >> (HEIGHT * (level + 1))
            if data and self._tile(level, index) != data:
                self.flaws.add("tile_edge", f"level={level}", "is not that of the tree")
        origin, size, root = self.inspector.head()
        if (origin, size, root) != (self.trust.origin, self.edge.size, self.edge.root()):
            self.flaws.add("log_state", "log_id=1", "is not that of the tree")

    def _truth(self, table: str, number: int, leaves: list[bytes] | None) -> Sequence[bytes] | None:
        """Give the leaf hashes of this bundle, from whichever side the level above confirms."""
        stored = self._tile(0, number)
        tiled = None if stored is None or len(stored) % HASH_BYTES else split_hashes(stored)
        if leaves is not None and leaves == tiled:
            return leaves
        tile_row = f"level=0 n={number}"
        tile_table = "tile" if table == "bundle" else "tile_edge"
        if leaves is None or tiled is None:
            if tiled is None:
                self.flaws.add(tile_table, tile_row, "is missing or cannot be read")
            return leaves if leaves is not None else tiled
        confirmed = self._confirmed_root(table, number, tiled, leaves)
        if confirmed != root_of(leaves) or len(leaves) != len(tiled):
            where = next(
                (n for n, (a, b) in enumerate(zip(leaves, tiled, strict=False)) if a != b),
                min(len(leaves), len(tiled)),
            )
            index = number * WIDTH + where
            row = f"idx={index}" if table == EDGE else f"n={number}"
            self.flaws.add(table, row, f"entry {index} does not hash to its leaf")
        if confirmed != root_of(tiled):
            self.flaws.add(tile_table, tile_row, "is not that of the tree")
        return tiled if confirmed == root_of(tiled) else leaves

    def _confirmed_root(
        self, table: str, number: int, tiled: Sequence[bytes], leaves: Sequence[bytes]
    ) -> bytes | None:
        """Give the root that the level above holds for this bundle; at the edge, the state's."""
        if table == EDGE:
            _, _, root = self.inspector.head()
            for one in (tiled, leaves):
                if grow(self.edge, one).edge.root() == root:
                    return root_of(one)
            return None
        above = self._tile(1, number // WIDTH) or b""
        at = number % WIDTH * HASH_BYTES
        return above[at : at + HASH_BYTES] or None

    def _check_checkpoints(self, coming: Sequence[bytes]) -> None:
        """Check those checkpoints whose size lies within the leaves that come next."""
        if self._waiting is None:
            self._waiting = self.inspector.checkpoints()
            self._next = next(self._waiting, None)
        while self._next is not None and self._next.size <= self.edge.size + len(coming):
            self._check(self._next, coming[: self._next.size - self.edge.size])
            self.checkpoints += 1
            self._next = next(self._waiting, None)

    def _check(self, kept: Published, leaves: Sequence[bytes]) -> None:
        root = grow(self.edge, leaves).edge.root()
        row = f"size={kept.size}"
        try:
            signed = self.trust.open(kept.note)
        except (NoteInvalid, CheckpointInvalid):
            self.flaws.add("checkpoint", row, "is not signed by the log's key")
            return
        if (signed.size, signed.root) != (kept.size, kept.root) or kept.root != root:
            self.flaws.add("checkpoint", row, "is not that of the tree")

    def _tile(self, level: int, index: int) -> bytes | None:
        try:
            return self.inspector.tile(level, index)
        except LookupError:
            return None
