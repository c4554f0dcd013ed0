# SPDX-License-Identifier: Apache-2.0
"""A sum over the hashes of a table's rows, to which rows are added and from which they are taken.

LtHash (Bellare and Micciancio 1997; Lewi et al., "Securing Update Propagation with Homomorphic
Hashing", IACR 2019/227): each row gives 1,024 numbers of 16 bits, added one by one modulo 2^16.
Two sets of rows with one sum are as hard to find as a short vector in a lattice. Here a row's first
numbers are its hash and that of its key in the clear, so that the difference of two sums tells
which one row was altered, added or taken away.
"""

from collections.abc import Iterable
from hashlib import sha256, shake_128
from typing import Final, NamedTuple

SUM_BYTES: Final = 2_048
_HASH_BYTES: Final = 32
_LANES: Final = SUM_BYTES // 2
_EVEN: Final = int.from_bytes(b"\x00\x00\xff\xff" * (_LANES // 2), "big")
_ODD: Final = _EVEN << 16
_ALL: Final = _EVEN | _ODD
_ONES: Final = int.from_bytes(b"\x00\x01" * _LANES, "big")
_DOMAIN: Final = b"placet/sum/v1\n"


class SummedRow(NamedTuple):
    """A row in a sum: the hash of its key, and its own."""

    key: bytes
    digest: bytes


class Sum(NamedTuple):
    """A sum, and over how many rows it is; the empty one to begin with."""

    rows: int = 0
    lanes: int = 0

    def with_row(self, row: SummedRow) -> "Sum":
        """Add a row."""
        return Sum(self.rows + 1, _added(self.lanes, _element(row)))

    def without_row(self, row: SummedRow) -> "Sum":
        """Take a row away; nothing tells whether it was in it."""
        return Sum(self.rows - 1, _added(self.lanes, _negated(_element(row))))

    @property
    def state(self) -> bytes:
        """The 2,048 bytes to go on from."""
        return self.lanes.to_bytes(SUM_BYTES, "big")

    @property
    def digest(self) -> bytes:
        """SHA-256 over count and state: what an entry says."""
        return sha256(_DOMAIN + self.rows.to_bytes(8, "big", signed=True) + self.state).digest()


def sum_of(rows: int, state: bytes) -> Sum:
    """Give a stored sum; raise ValueError unless the state has its size."""
    if len(state) != SUM_BYTES:
        raise ValueError("not a sum")
    return Sum(rows, int.from_bytes(state, "big"))


class Difference(NamedTuple):
    """What one row explains two sums: as it was, and as it is; None where it was not, or is not."""

    was: SummedRow | None
    now: SummedRow | None


def explained(was: Sum, now: Sum, rows: Iterable[SummedRow]) -> Difference | None:
    """Find the one row that makes the difference between two sums; None when it takes more.

    `rows` are those of `now`.
    """
    gap = _added(was.lanes, _negated(now.lanes))
    gone = _row_of(gap)
    if gone is not None:
        return Difference(was=gone, now=None)
    for row in rows:
        before = _added(gap, _element(row))
        if not before:
            return Difference(was=None, now=row)
        found = _row_of(before)
        if found is not None:
            return Difference(was=found, now=row)
    return None


def _element(row: SummedRow) -> int:
    clear = row.key + row.digest
    return int.from_bytes(
        clear + shake_128(_DOMAIN + clear).digest(SUM_BYTES - 2 * _HASH_BYTES), "big"
    )


def _row_of(lanes: int) -> SummedRow | None:
    """Read the row whose numbers these are; None when they are no row's."""
    clear = lanes.to_bytes(SUM_BYTES, "big")[: 2 * _HASH_BYTES]
    row = SummedRow(key=clear[:_HASH_BYTES], digest=clear[_HASH_BYTES:])
    return row if _element(row) == lanes else None


def _added(one: int, other: int) -> int:
    """Add lane by lane: even and odd ones apart, so that no carry reaches a neighbour."""
    even = (one & _EVEN) + (other & _EVEN) & _EVEN
    odd = (one & _ODD) + (other & _ODD) & _ODD
    return even | odd


def _negated(lanes: int) -> int:
    return _added(lanes ^ _ALL, _ONES)
