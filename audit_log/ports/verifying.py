# SPDX-License-Identifier: Apache-2.0
"""Everything stored, for whoever re-verifies it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from audit_log.domain.chain import Chain, ChainKey
from audit_log.ports.keys import StoredKey
from audit_log.ports.publishing import Published, TreeReader
from audit_log.ports.reading import DroppedRange
from audit_log.ports.row_hashes import ErasedPlaces, HashedRow, InspectedHold, InspectedKey


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
    project: int | None = None


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

    def cohorts(self, first: int, end: int) -> Mapping[int, frozenset[tuple[str, str, int | None]]]:
        """Give the cohorts of these indexes: their dataset, their name and a revision."""
        ...

    def parts(self, first: int, end: int) -> Mapping[int, Mapping[int, tuple[StoredKey, bytes]]]:
        """Give the sealed parts of these indexes by group number, with their wrapped keys."""
        ...

    def filed(self, first: int, end: int) -> Mapping[int, set[tuple[int, int]]]:
        """Give under which class and month the sealed parts of these indexes lie."""
        ...

    def erased(self, first: int, end: int) -> Mapping[int, frozenset[int]]:
        """Give the group numbers of these indexes that an erasure destroyed."""
        ...

    def dropped(self) -> Sequence[DroppedRange]:
        """Give every range whose rows were dropped, the newest first."""
        ...

    def held_counts(self) -> Mapping[tuple[int, int], int]:
        """Give how many search rows are held, by the class of their type and their month."""
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

    def own_sources(self) -> frozenset[str]:
        """Give the sources under which the log speaks about itself."""
        ...

    def waiting(self) -> Sequence[bytes]:
        """Give what the log has said and not sequenced yet, in its order."""
        ...

    def altered_intake(self) -> Sequence[int]:
        """Give the rows of the intake that are not what was handed in."""
        ...

    def hashed_rows(self) -> Iterator[HashedRow]:
        """Give every row of every table whose rows have hashes, and every hash without a row."""
        ...

    def row_sums(self) -> Sequence[tuple[str, int, bytes]]:
        """Give the sum over each table's hashes as stored: table, number of rows, state."""
        ...

    def strange_hashes(self) -> Sequence[str]:
        """Give the names under which hashes are kept that are no table's."""
        ...

    def data_keys(self) -> Iterator[InspectedKey]:
        """Give every data key."""
        ...

    def holds(self) -> Sequence[InspectedHold]:
        """Give every hold."""
        ...

    def terms(self) -> Sequence[tuple[int, int, str]]:
        """Give number, kind and text of every term."""
        ...

    def erased_places(self) -> Sequence[ErasedPlaces]:
        """Give every erasure with the places kept of it, and places that no erasure owns."""
        ...
