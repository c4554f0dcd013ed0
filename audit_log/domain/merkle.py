# SPDX-License-Identifier: Apache-2.0
"""The Merkle tree of RFC 6962 section 2.1 and RFC 9162 section 2.1, over SHA-256.

Hashes, roots, proofs and their verification; pure functions over 32-byte hashes. Knows nothing of
tiles, entries or storage: where a proof needs an inner hash, the caller hands in a HashSource.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final, TypeAlias

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"

HashSource: TypeAlias = Callable[[int, int], bytes]
"""`(height, index)` to the hash of the perfect subtree `D[index << height : (index+1) << height]`.

Raises LookupError for a subtree that is not there.
"""


class ProofInvalid(ValueError):
    """A proof does not show what it claims; the message says which check failed."""


class Side(StrEnum):
    """On which side of the running hash a proof's hash stands."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step up an inclusion proof: `result` is the hash of `sibling` and the hash before."""

    side: Side
    sibling: bytes
    result: bytes


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry as a leaf: `SHA-256(0x00 || entry)`."""
    return sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees as one: `SHA-256(0x01 || left || right)`."""
    return sha256(_NODE + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Give the root over subtree hashes that all have one size, except a smaller last one.

    For leaf hashes this is MTH of RFC 6962 section 2.1; no hashes give the empty root. Joining
    neighbours and carrying an odd last one up builds the same tree as the split at the largest
    power of two, without recursion.
    """
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        odd = [row.pop()] if len(row) % 2 else []
        row = [
            sha256(_NODE + left + right).digest()
            for left, right in zip(row[::2], row[1::2], strict=True)
        ] + odd
    return row[0]


def range_hash(start: int, end: int, source: HashSource) -> bytes:
    """Give MTH(D[start:end]) of a range that one step of a proof can name.

    Such a range starts at a multiple of the largest power of two that is not larger than it.
    """
    pieces: list[bytes] = []
    while start < end:
        height = (end - start).bit_length() - 1
        pieces.append(source(height, start >> height))
        start += 1 << height
    found = pieces.pop()
    while pieces:
        found = node_hash(pieces.pop(), found)
    return found


def root_at(size: int, source: HashSource) -> bytes:
    """Give the root of the first `size` leaves."""
    return range_hash(0, size, source) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, source: HashSource) -> tuple[bytes, ...]:
    """Give PATH(index, D[0:size]) of RFC 6962 section 2.1.1, the leaf's sibling first.

    Raises ValueError when the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("the tree has no such leaf")
    start, end = 0, size
    ranges: list[tuple[int, int]] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return tuple(range_hash(a, b, source) for a, b in reversed(ranges))


def consistency_proof(old: int, new: int, source: HashSource) -> tuple[bytes, ...]:
    """Give PROOF(old, D[0:new]) of RFC 6962 section 2.1.2; empty when the sizes are equal.

    Raises ValueError unless 0 < old <= new: nothing can be proved about the empty tree.
    """
    if not 0 < old <= new:
        raise ValueError("a consistency proof needs 0 < old size <= new size")
    start, end, complete = 0, new, True
    ranges: list[tuple[int, int]] = []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, complete = middle, False
    if not complete:
        ranges.append((start, end))
    return tuple(range_hash(a, b, source) for a, b in reversed(ranges))


def inclusion_steps(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> Iterator[Step]:
    """Walk an inclusion proof upwards (RFC 9162 section 2.1.3.2); the last result is the root.

    Raises ProofInvalid when the proof has not exactly the length that this place in the tree needs.
    """
    _require_hashes((leaf, *proof))
    if not 0 <= index < size:
        raise ProofInvalid("the index is not below the tree size")
    place, last = index, size - 1
    running = leaf
    for sibling in proof:
        if last == 0:
            raise ProofInvalid("the proof is too long")
        if place % 2 or place == last:
            running = node_hash(sibling, running)
            yield Step(side=Side.LEFT, sibling=sibling, result=running)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            running = node_hash(running, sibling)
            yield Step(side=Side.RIGHT, sibling=sibling, result=running)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofInvalid("the proof is too short")


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise ProofInvalid unless the proof shows this leaf hash at `index` under `root`."""
    _require_hashes((root,))
    running = leaf
    for step in inclusion_steps(leaf, index, size, proof):
        running = step.result
    if running != root:
        raise ProofInvalid("the proof leads to another root")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise ProofInvalid unless the tree of size `old` is a prefix of that of size `new`.

    RFC 9162 section 2.1.4.2. The empty tree is refused: a proof from it shows nothing (see
    `verify_growth` for a witness's rule).
    """
    _require_hashes((old_root, new_root, *proof))
    if not 0 < old <= new:
        raise ProofInvalid("a consistency proof needs 0 < old size <= new size")
    if old == new:
        if proof or old_root != new_root:
            raise ProofInvalid("equal sizes need equal roots and no proof")
        return
    if not proof:
        raise ProofInvalid("the proof is empty")
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    from_old, from_new = _fold_consistency(old - 1, new - 1, path)
    if from_old != old_root:
        raise ProofInvalid("the proof leads to another old root")
    if from_new != new_root:
        raise ProofInvalid("the proof leads to another new root")


def verify_growth(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise ProofInvalid unless a witness that holds `old` may accept `new` (C2SP tlog-witness).

    As `verify_consistency`, and from the empty tree everything grows, with an empty proof.
    """
    if old == 0:
        _require_hashes((old_root, new_root))
        if proof or old_root != EMPTY_ROOT or (new == 0 and new_root != EMPTY_ROOT):
            raise ProofInvalid("from the empty tree only an empty proof is valid")
        return
    verify_consistency(old, new, old_root, new_root, proof)


def _fold_consistency(place: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    while place % 2:
        place, last = place >> 1, last >> 1
    from_old = from_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofInvalid("the proof is too long")
        if place % 2 or place == last:
            from_old = node_hash(sibling, from_old)
            from_new = node_hash(sibling, from_new)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            from_new = node_hash(from_new, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofInvalid("the proof is too short")
    return from_old, from_new


def _split(size: int) -> int:
    """Give the largest power of two strictly below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _require_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofInvalid(f"a hash is not {HASH_BYTES} bytes")
