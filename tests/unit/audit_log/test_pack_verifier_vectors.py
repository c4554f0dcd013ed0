# SPDX-License-Identifier: Apache-2.0
"""The stand-alone verifier against the repository's vectors: trees, notes, proofs, entries."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from audit_log.adapters.pack import verify
from shared.sealing import open_sealed

VECTORS = Path(__file__).parents[2] / "vectors"
TREES: dict[str, Any] = json.loads((VECTORS / "tlog" / "trees.json").read_text(encoding="utf-8"))
NOTES: dict[str, str] = json.loads((VECTORS / "tlog" / "notes.json").read_text(encoding="utf-8"))
ENTRIES: list[dict[str, Any]] = json.loads(
    (VECTORS / "entry" / "good.json").read_text(encoding="utf-8")
)
ROOTS = {int(size): b64decode(root) for size, root in TREES["roots"].items()}


def decoded(proof: list[str]) -> list[bytes]:
    return [b64decode(one) for one in proof]


def tree(size: int, root: bytes) -> verify.Tree:
    return verify.Tree("log.example", size, root)


@pytest.mark.parametrize("case", TREES["inclusion"], ids=lambda c: f"{c['index']}-{c['size']}")
def test_inclusion_proofs_lead_to_the_roots(case: dict[str, Any]) -> None:
    index, size, path = case["index"], case["size"], decoded(case["proof"])
    leaf = verify.leaf_hash(f"leaf {index}".encode())
    assert verify.root_from_inclusion(index, size, leaf, path) == ROOTS[size]
    with pytest.raises(verify.Refused):
        verify.root_from_inclusion(size, size, leaf, path)
    with pytest.raises(verify.Refused):
        verify.root_from_inclusion(index, size, leaf, [*path, leaf])
    if path:
        with pytest.raises(verify.Refused):
            verify.root_from_inclusion(index, size, leaf, path[:-1])


@pytest.mark.parametrize("case", TREES["consistency"], ids=lambda c: f"{c['old']}-{c['new']}")
def test_consistency_proofs_join_the_roots(case: dict[str, Any]) -> None:
    old, new = (tree(size, ROOTS[size]) for size in (case["old"], case["new"]))
    path = decoded(case["proof"])
    verify.check_consistency(old, new, path)
    other = tree(new.size, b"\x01" * 32)
    wrongs = [(old, other, path), (old, new, [*path, b"\x02" * 32])]
    if old.size < new.size:
        wrongs += [(new, old, path), (old, new, path[:-1])]
    for wrong in wrongs:
        with pytest.raises(verify.Refused):
            verify.check_consistency(*wrong)


def test_the_signed_checkpoint_is_read_and_believed() -> None:
    key = verify.parse_vkey(NOTES["vkey"])
    note = verify.parse_note(NOTES["checkpoint"].encode(), "the vector")
    assert verify.signed_by(key, note, "the vector")
    assert verify.parse_tree(note.text, key.name, "the vector") == verify.Tree(
        key.name, 20, ROOTS[20]
    )
    with pytest.raises(verify.Refused):
        verify.parse_note(NOTES["checkpoint"].encode()[:-1], "the vector")


def test_the_proof_is_read() -> None:
    head, _, checkpoint = NOTES["proof"].partition("\n\n")
    assert checkpoint == NOTES["checkpoint"]
    path = decoded(head.split("\n")[2:])
    leaf = verify.leaf_hash(b"leaf 7")
    assert verify.root_from_inclusion(7, 20, leaf, path) == ROOTS[20]


@pytest.mark.parametrize("case", ENTRIES, ids=lambda case: case["name"])
def test_leaves_and_commitments_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    entry = json.loads(case["entry"])
    assert verify.leaf_hash(case["entry"].encode()).hex() == case["leaf_hash"]
    commitments = verify.commitments_of(entry)
    parts = open_sealed(bytes.fromhex(case["sealed"]))
    for part in parts:
        made = verify.commitment(part.group, entry["id"], part.salt, part.value)
        assert commitments[part.group] == verify.to_base64(made)
    assert len(parts) == len(commitments)
