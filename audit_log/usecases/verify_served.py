# SPDX-License-Identifier: Apache-2.0
"""Verifying a log from what it serves: checkpoint, bundles and tiles, with a key held beforehand.

Trusts nothing but that key. It says that the log served is whole and signed; whether others are
served the same one only witnesses know.
"""

from collections.abc import Callable
from typing import TypeAlias

from audit_log.domain.checkpoint import Checkpoint
from audit_log.domain.edge import Edge, grow
from audit_log.domain.merkle import leaf_hash
from audit_log.domain.tiles import (
    HEIGHT,
    WIDTH,
    Tile,
    TileName,
    bundles_of,
    decode_bundle,
)
from audit_log.ports import Trust
from audit_log.usecases.flaws import Flaw, Flaws

Fetch: TypeAlias = Callable[[str], bytes]
"""Gives what the log serves below its prefix; raises LookupError when it serves nothing there."""


def verify_served(fetch: Fetch, trust: Trust) -> tuple[Checkpoint, tuple[Flaw, ...]]:
    """Rebuild the whole tree from what is served; give its checkpoint and what does not fit.

    Raises NoteInvalid or CheckpointInvalid when the checkpoint itself is not to be trusted, and
    LookupError when a bundle is not served.
    """
    checkpoint = trust.open(fetch("checkpoint"))
    flaws, edge = Flaws(), Edge()
    for name in bundles_of(checkpoint.size):
        leaves = _leaves(name, fetch, flaws)
        growth = grow(edge, leaves)
        edge = growth.edge
        for tile in growth.full:
            _compare(tile, WIDTH, fetch, flaws)
    for level, data in enumerate(edge.levels):
        if data:
            index = edge.size >> (HEIGHT * (level + 1))
            tile = Tile(level=level, index=index, data=data)
            _compare(tile, len(data) // 32, fetch, flaws)
    if (edge.size, edge.root()) != (checkpoint.size, checkpoint.root):
        flaws.add("checkpoint", f"size={checkpoint.size}", "is not that of the entries served")
    return checkpoint, tuple(flaws.found)


def _leaves(name: TileName, fetch: Fetch, flaws: Flaws) -> list[bytes]:
    try:
        entries = decode_bundle(fetch(str(name)))
    except ValueError:
        entries = ()
    if len(entries) != name.width:
        flaws.add("bundle", str(name), "does not hold the entries it must")
    return [leaf_hash(entry) for entry in entries[: name.width]]


def _compare(tile: Tile, width: int, fetch: Fetch, flaws: Flaws) -> None:
    name = str(TileName(level=tile.level, index=tile.index, width=width))
    try:
        served = fetch(name)
    except LookupError:
        flaws.add("tile", name, "is not served")
        return
    if served != tile.data:
        flaws.add("tile", name, "is not that of the entries served")
