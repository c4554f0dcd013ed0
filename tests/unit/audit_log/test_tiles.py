# SPDX-License-Identifier: Apache-2.0
"""Tile names, widths, bundles, and growing at the right edge (C2SP tlog-tiles)."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from audit_log.domain.edge import Edge, grow
from audit_log.domain.merkle import leaf_hash, root_of
from audit_log.domain.tiles import (
    HEIGHT,
    TILE_BYTES,
    WIDTH,
    TileName,
    bundles_of,
    decode_bundle,
    encode_bundle,
    hashes_from,
    parse_tile_path,
    split_hashes,
    tile_root,
    tiles_of,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "tlog"
TILES: dict[str, Any] = json.loads((VECTORS / "tiles.json").read_text())


@pytest.mark.parametrize(("index", "path"), TILES["paths"].items())
def test_an_index_is_written_in_groups_of_three_digits(index: str, path: str) -> None:
    name = TileName(level=0, index=int(index))
    assert str(name) == f"tile/0/{path}"
    assert parse_tile_path(f"0/{path}") == name
    partial = TileName(level=None, index=int(index), width=7)
    assert str(partial) == f"tile/entries/{path}.p/7"
    assert parse_tile_path(f"entries/{path}.p/7") == partial


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "0/",
        "0/7",
        "0/0007",
        "0/x000/007",
        "0/x001/x234",
        "0/001/234",
        "64/000",
        "00/000",
        "-1/000",
        "data/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "0/000.p/1/2",
        "0/000/../000",
        "0/\uff10\uff10\uff11",
        "0/000\n",
        f"0/{'x001/' * 8}001",
    ],
)
def test_a_tile_path_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="not a tile path"):
        parse_tile_path(text)


def test_growing_gives_the_tiles_of_the_vectors() -> None:
    leaves = [leaf_hash(f"leaf {index}".encode()) for index in range(TILES["size"])]
    growth = grow(Edge(), leaves)
    tiles = {str(TileName(level=t.level, index=t.index)): t.data for t in growth.full}
    for level, data in enumerate(growth.edge.levels):
        if data:
            index = TILES["size"] >> (HEIGHT * (level + 1))
            name = TileName(level=level, index=index, width=len(data) // 32)
            tiles[str(name)] = data
    assert {str(name) for name in tiles_of(TILES["size"])} == set(tiles)
    assert len(tiles) == TILES["count"]
    for name, digest in TILES["tiles"]:
        assert sha256(tiles[name]).hexdigest() == digest
    assert growth.edge.root() == root_of(leaves)


def test_size_256_is_a_full_tile_and_one_hash_above_it() -> None:
    growth = grow(Edge(), [leaf_hash(b"%d" % n) for n in range(WIDTH)])
    assert [(tile.level, tile.index) for tile in growth.full] == [(0, 0)]
    assert growth.edge.levels == (b"", tile_root(growth.full[0].data))
    assert [str(name) for name in tiles_of(WIDTH)] == ["tile/0/000", "tile/1/000.p/1"]


def test_the_empty_tree_has_no_tiles() -> None:
    assert list(tiles_of(0)) == []
    assert list(bundles_of(0)) == []
    assert grow(Edge(), []).full == ()


def test_a_width_names_the_tree_sizes_that_have_it() -> None:
    name = TileName(level=1, index=2, width=3)
    assert name.smallest_size() == (2 * 256 + 3) * 256
    assert name.largest_size() == name.smallest_size() + 255
    bundle = TileName(level=None, index=2, width=3)
    assert bundle.smallest_size() == bundle.largest_size() == 515


def test_bundles_are_named_like_level_zero() -> None:
    assert [str(name) for name in bundles_of(257)] == ["tile/entries/000", "tile/entries/001.p/1"]


def test_a_bundle_is_its_entries_behind_their_lengths() -> None:
    entries = (b"", b"a", b"b" * 65_535)
    assert encode_bundle(entries)[:5] == b"\x00\x00\x00\x01a"
    assert decode_bundle(encode_bundle(entries)) == entries


def test_what_does_not_fit_into_a_bundle_is_refused() -> None:
    for entries in ([b"x" * 65_536], [b""] * 257):
        with pytest.raises(ValueError, match="do not fit"):
            encode_bundle(entries)
    for data in (b"\x00", b"\x00\x02a"):
        with pytest.raises(ValueError, match="cut short"):
            decode_bundle(data)
    with pytest.raises(ValueError, match="more than 256"):
        decode_bundle(b"\x00\x00" * 257)


def test_a_tile_is_a_whole_number_of_hashes() -> None:
    with pytest.raises(ValueError, match="whole number"):
        split_hashes(b"x" * 33)
    with pytest.raises(ValueError, match="not full"):
        tile_root(b"x" * (TILE_BYTES - 32))


def test_a_hash_beyond_the_edge_is_not_invented() -> None:
    hashes = hashes_from(lambda _level, _index: b"x" * 64)
    assert len(hashes(1, 0)) == 32
    with pytest.raises(LookupError):
        hashes(0, 2)
    with pytest.raises(LookupError):
        hashes(2, 0)
