# SPDX-License-Identifier: Apache-2.0
"""The tree against the vectors, and the cases where implementations differ (audit.md 1.2)."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from audit_log.domain.merkle import (
    EMPTY_ROOT,
    ProofInvalid,
    consistency_proof,
    inclusion_proof,
    inclusion_steps,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_growth,
    verify_inclusion,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "tlog"
TREES: dict[str, Any] = json.loads((VECTORS / "trees.json").read_text())
LEAVES = [leaf_hash(f"leaf {index}".encode()) for index in range(70_000)]
ROOTS = {int(size): b64decode(root) for size, root in TREES["roots"].items()}


def decoded(proof: list[str]) -> tuple[bytes, ...]:
    return tuple(map(b64decode, proof))


def perfect(height: int, index: int) -> bytes:
    return root_of(LEAVES[index << height : (index + 1) << height])


@pytest.mark.parametrize("size", ROOTS)
def test_a_root_is_that_of_the_recursive_definition(size: int) -> None:
    assert root_of(LEAVES[:size]) == ROOTS[size]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of([]).hex() == EMPTY_ROOT.hex() == expected


def test_leaves_and_nodes_are_told_apart() -> None:
    left, right = LEAVES[0], LEAVES[1]
    assert leaf_hash(left + right) != node_hash(left, right)


@pytest.mark.parametrize("case", TREES["inclusion"], ids=lambda c: f"{c['index']}-{c['size']}")
def test_inclusion_proofs_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    index, size, proof = case["index"], case["size"], decoded(case["proof"])
    assert inclusion_proof(index, size, perfect) == proof
    verify_inclusion(LEAVES[index], index, size, proof, root_of(LEAVES[:size]))


@pytest.mark.parametrize("case", TREES["consistency"], ids=lambda c: f"{c['old']}-{c['new']}")
def test_consistency_proofs_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    old, new, proof = case["old"], case["new"], decoded(case["proof"])
    assert consistency_proof(old, new, perfect) == proof
    verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)


def test_a_tree_of_one_leaf_needs_no_path() -> None:
    verify_inclusion(LEAVES[0], 0, 1, (), LEAVES[0])


def test_the_steps_of_a_proof_end_at_the_root() -> None:
    steps = list(inclusion_steps(LEAVES[6], 6, 7, inclusion_proof(6, 7, perfect)))
    assert [step.side for step in steps] == ["left", "left"]
    assert steps[-1].result == ROOTS[7]


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_proof(index, size, perfect)
    with pytest.raises(ProofInvalid, match="below the tree size"):
        verify_inclusion(LEAVES[0], index, size, (), EMPTY_ROOT)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (0, 0), (4, 3), (-1, 3)])
def test_no_proof_from_the_empty_tree_or_backwards(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="needs 0 < old"):
        consistency_proof(old, new, perfect)
    with pytest.raises(ProofInvalid, match="needs 0 < old"):
        verify_consistency(old, new, EMPTY_ROOT, ROOTS[3], ())


def test_equal_sizes_need_equal_roots_and_no_proof() -> None:
    verify_consistency(7, 7, ROOTS[7], ROOTS[7], ())
    for other, proof in ((ROOTS[6], ()), (ROOTS[7], (LEAVES[0],))):
        with pytest.raises(ProofInvalid, match="equal"):
            verify_consistency(7, 7, ROOTS[7], other, proof)


def test_an_empty_proof_shows_no_growth() -> None:
    with pytest.raises(ProofInvalid, match="empty"):
        verify_consistency(3, 7, ROOTS[3], ROOTS[7], ())


def test_a_hash_has_32_bytes() -> None:
    proof = inclusion_proof(3, 7, perfect)
    for leaf, root, path in (
        (b"short", ROOTS[7], proof),
        (LEAVES[3], ROOTS[7][:31], proof),
        (LEAVES[3], ROOTS[7], (*proof[:-1], b"")),
    ):
        with pytest.raises(ProofInvalid, match="32 bytes"):
            verify_inclusion(leaf, 3, 7, path, root)
    with pytest.raises(ProofInvalid, match="32 bytes"):
        verify_consistency(3, 7, b"", ROOTS[7], ())


def test_a_proof_has_exactly_the_length_its_place_needs() -> None:
    inclusion = inclusion_proof(3, 7, perfect)
    consistency = consistency_proof(3, 7, perfect)
    for path in (inclusion[:-1], (*inclusion, LEAVES[0])):
        with pytest.raises(ProofInvalid, match=r"too (long|short)"):
            verify_inclusion(LEAVES[3], 3, 7, path, ROOTS[7])
    for path in (consistency[:-1], (*consistency, LEAVES[0])):
        with pytest.raises(ProofInvalid):
            verify_consistency(3, 7, ROOTS[3], ROOTS[7], path)


def test_each_altered_hash_is_noticed() -> None:
    inclusion = list(inclusion_proof(3, 20, perfect))
    consistency = list(consistency_proof(6, 20, perfect))
    for at in range(len(inclusion)):
        bad = [*inclusion[:at], LEAVES[99], *inclusion[at + 1 :]]
        with pytest.raises(ProofInvalid, match="another root"):
            verify_inclusion(LEAVES[3], 3, 20, bad, ROOTS[20])
    for at in range(len(consistency)):
        bad = [*consistency[:at], LEAVES[99], *consistency[at + 1 :]]
        with pytest.raises(ProofInvalid, match=r"another (old|new) root"):
            verify_consistency(6, 20, ROOTS[6], ROOTS[20], bad)


def test_a_witness_accepts_anything_after_the_empty_tree_but_only_without_a_proof() -> None:
    verify_growth(0, 0, EMPTY_ROOT, EMPTY_ROOT, ())
    verify_growth(0, 7, EMPTY_ROOT, ROOTS[7], ())
    verify_growth(3, 7, ROOTS[3], ROOTS[7], consistency_proof(3, 7, perfect))
    for old_root, new, new_root, proof in (
        (ROOTS[1], 7, ROOTS[7], ()),
        (EMPTY_ROOT, 7, ROOTS[7], (LEAVES[0],)),
        (EMPTY_ROOT, 0, ROOTS[7], ()),
    ):
        with pytest.raises(ProofInvalid, match="empty tree"):
            verify_growth(0, new, old_root, new_root, proof)
