# SPDX-License-Identifier: Apache-2.0
"""Everything stored, for whoever re-verifies it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from audit_log.domain.chain import Chain, ChainKey
from audit_log.ports.keys import StoredKey
from audit_log.ports.publishing import Published, TreeReader


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSearch:
    """A search row as stored, its terms as text."""

    month: int
    retention: int
    etime: datetime
    type: str
    src: str
    decision: int | None
    reason: str | None
    dataset: str | None
    purposes: str | None
    actor: int | None
    permit: int | None
    visa: int | None


class Inspector(TreeReader, Protocol):
    """Everything stored, for whoever re-verifies it; one moment, read in order.

    One may begin at a later entry than the first; then bundles, people and runs do, too.
    """

    def head(self) -> tuple[str, int, bytes]:
        """Give origin, size and root as the state row has them."""
        ...

    def bundles(self) -> Iterator[tuple[str, int, Sequence[bytes] | None]]:
        """Give (table, number, entries) of every bundle, the edge last; None when unreadable."""
        ...

    def checkpoints(self) -> Iterator[Published]:
        """Give every checkpoint kept, by size."""
        ...

    def search_rows(self, first: int, end: int) -> Mapping[int, StoredSearch]:
        """Give the search rows of these indexes, with their terms as text."""
        ...

    def people(self, first: int, end: int) -> Mapping[int, frozenset[tuple[str, int]]]:
        """Give the people of these indexes; asked for in rising order."""
        ...

    def parts(self, first: int, end: int) -> Mapping[int, Mapping[int, tuple[StoredKey, bytes]]]:
        """Give the sealed parts of these indexes by group number, with their wrapped keys."""
        ...

    def erased(self, first: int, end: int) -> Mapping[int, frozenset[int]]:
        """Give the group numbers of these indexes that an erasure destroyed."""
        ...

    def blocks(self, first: int, end: int) -> Sequence[int]:
        """Give the blocks of these indexes that leave out what their search rows say."""
        ...

    def runs(self) -> Iterator[tuple[ChainKey, int, int, int]]:
        """Give (chain, first seq, n, first index) of every run, by index."""
        ...

    def chains(self) -> Mapping[ChainKey, Chain]:
        """Give every chain as stored."""
        ...

    def held_places(self) -> Iterator[tuple[ChainKey, int]]:
        """Give the places of chains that quarantined input holds."""
        ...
