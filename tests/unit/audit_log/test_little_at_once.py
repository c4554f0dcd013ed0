# SPDX-License-Identifier: Apache-2.0
"""However far apart entries lie, reading them holds little, and each place is looked at once."""

import tracemalloc
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import zstandard

from audit_log.adapters.store.load import entries_at as stored_at
from audit_log.domain.errors import ExportTooLarge
from audit_log.domain.pack import MAX_PACK_BYTES
from audit_log.domain.tiles import WIDTH, encode_bundle
from audit_log.usecases.look import entries_at
from audit_log.usecases.pack import bounded
from tests.fakes.log_factories import Speaker

RAW = Speaker().say().entry
BUNDLES = 100


class FarApart:
    """A log whose every bundle is a hundred copies of one entry, each of its own bytes."""

    def bundle(self, index: int) -> Sequence[bytes]:
        return [bytes(bytearray(RAW)) for _ in range(WIDTH)]


def test_entries_of_as_many_bundles_hold_no_more_than_one() -> None:
    wanted = range(0, BUNDLES * WIDTH, WIDTH)
    tracemalloc.start()
    try:
        found = entries_at(wanted, FarApart())  # type: ignore[arg-type]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == BUNDLES
    assert peak < 10 * WIDTH * len(RAW)


def test_entries_of_more_bytes_than_a_pack_may_hold_are_not_gathered() -> None:
    """A pack is made in memory, by the process that signs the checkpoints."""
    enough = MAX_PACK_BYTES // len(RAW) + 1
    with pytest.raises(ExportTooLarge):
        bounded(range(enough), FarApart())  # type: ignore[arg-type]
    assert len(bounded(range(300), FarApart())) == 300  # type: ignore[arg-type]


class Cursor:
    """Bundles of one entry's copies, and nothing at the edge."""

    def __init__(self) -> None:
        self._data = zstandard.ZstdCompressor().compress(encode_bundle([RAW] * WIDTH))
        self.most = 0
        self._rows: list[tuple[int, bytes]] = []

    def execute(self, query: str, given: tuple[list[int]]) -> "Cursor":
        numbers = given[0] if "bundle" in query else []
        self._rows = [(number, self._data) for number in numbers]
        self.most = max(self.most, len(self._rows))
        return self

    def fetchall(self) -> list[tuple[int, bytes]]:
        return self._rows


class Counted(list[int]):
    """Indexes that count how often they are gone through."""

    times = 0

    def __iter__(self) -> Iterator[int]:
        self.times += 1
        return super().__iter__()


def test_places_of_a_replay_are_gone_through_a_few_times_not_once_for_each_bundle() -> None:
    """Else the entries of one producer, sent again from all over its chain, outlast the lease."""
    indexes, cursor = Counted(range(0, BUNDLES * WIDTH, WIDTH)), Cursor()
    read: Any = stored_at
    assert read(cursor, indexes) == dict.fromkeys(indexes, RAW)
    assert indexes.times < 10
    assert cursor.most < BUNDLES
