# SPDX-License-Identifier: Apache-2.0
"""What holds for every tree, index and cut: proofs verify, lies do not, growth has no seams."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_log.domain.edge import Edge, Growth, grow
from audit_log.domain.merkle import (
    ProofInvalid,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from audit_log.domain.tiles import (
    HEIGHT,
    TileName,
    decode_bundle,
    encode_bundle,
    hashes_from,
    parse_tile_path,
)

MOST = 300
LEAVES = [leaf_hash(b"%d" % index) for index in range(70_000)]
ROOTS = [root_of(LEAVES[:size]) for size in range(MOST + 1)]
HASHES: dict[tuple[int, int], bytes] = {}


def perfect(height: int, index: int) -> bytes:
    if (height, index) not in HASHES:
        HASHES[height, index] = root_of(LEAVES[index << height : (index + 1) << height])
    return HASHES[height, index]


def test_every_leaf_of_every_tree_has_a_proof_that_fits_nothing_else() -> None:
    for size in range(1, MOST + 1):
        for index in range(size):
            proof = inclusion_proof(index, size, perfect)
            verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
            assert len(proof) <= (size - 1).bit_length()
            with pytest.raises(ProofInvalid):
                verify_inclusion(LEAVES[index], (index + 1) % (size + 1), size, proof, ROOTS[size])


def test_every_tree_is_a_provable_prefix_of_every_larger_one_and_of_no_other() -> None:
    for new in range(1, MOST + 1, 3):
        for old in range(1, new + 1):
            proof = consistency_proof(old, new, perfect)
            verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)
            with pytest.raises(ProofInvalid):
                verify_consistency(old, new, ROOTS[old - 1], ROOTS[new], proof)


@given(st.integers(1, MOST), st.data())
def test_a_proof_holds_at_one_place_only(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index or size == 1))
    proof = inclusion_proof(index, size, perfect)
    if other != index:
        with pytest.raises(ProofInvalid):
            verify_inclusion(LEAVES[index], other, size, proof, ROOTS[size])
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        flipped = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        with pytest.raises(ProofInvalid):
            verify_inclusion(
                LEAVES[index], index, size, (*proof[:at], flipped, *proof[at + 1 :]), ROOTS[size]
            )


def grown(cuts: Sequence[int]) -> tuple[Growth, dict[tuple[int, int], bytes]]:
    tiles: dict[tuple[int, int], bytes] = {}
    growth = Growth(edge=Edge(), full=())
    for start, end in zip((0, *cuts), cuts, strict=False):
        growth = grow(growth.edge, LEAVES[start:end])
        for tile in growth.full:
            assert (tile.level, tile.index) not in tiles
            tiles[tile.level, tile.index] = tile.data
    for level, data in enumerate(growth.edge.levels):
        tiles[level, growth.edge.size >> (HEIGHT * (level + 1))] = data
    return growth, tiles


@given(st.lists(st.integers(0, 2_000), min_size=1, max_size=8).map(sorted))
def test_growing_in_any_steps_gives_the_same_tree(cuts: list[int]) -> None:
    growth, tiles = grown(cuts)
    size = cuts[-1]
    assert growth.edge.size == size
    assert growth.edge.root() == root_of(LEAVES[:size])
    source = hashes_from(lambda level, index: tiles[level, index])
    assert root_at(size, source) == growth.edge.root()


@given(st.integers(1, 70_000), st.data())
def test_proofs_from_tiles_equal_proofs_from_leaves(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    growth, tiles = grown([size])
    source = hashes_from(lambda level, at: tiles[level, at])
    proof = inclusion_proof(index, size, source)
    verify_inclusion(LEAVES[index], index, size, proof, growth.edge.root())
    shown = consistency_proof(old, size, source)
    verify_consistency(old, size, root_at(old, source), growth.edge.root(), shown)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_reads_back(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries)) == tuple(entries)


@given(st.one_of(st.none(), st.integers(0, 63)), st.integers(0, 10**12), st.integers(1, 256))
def test_a_tile_name_reads_back(level: int | None, index: int, width: int) -> None:
    name = TileName(level=level, index=index, width=width)
    assert parse_tile_path(str(name).removeprefix("tile/")) == name
