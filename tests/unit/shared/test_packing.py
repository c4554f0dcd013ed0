# SPDX-License-Identifier: Apache-2.0
"""Entries that share a record come apart as they were put in, and nothing else passes for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import MalformedEntry
from shared.kafka_io.packing import packed, unpacked
from shared.kafka_io.producer import ROUND_BYTES, rounds
from shared.transport import OutboxRow, RowKind

_PARTS = st.tuples(st.binary(max_size=200), st.binary(max_size=200))


def row(entry: bytes, sealed: bytes) -> OutboxRow:
    return OutboxRow(
        id=1, kind=RowKind.ENTRY, topic="t", key="k", headers={}, value=entry, sealed=sealed
    )


@given(st.lists(_PARTS, min_size=1, max_size=8))
def test_what_was_packed_comes_apart_again(entries: list[tuple[bytes, bytes]]) -> None:
    assert unpacked(packed(row(*one) for one in entries)) == entries


@given(st.lists(_PARTS, min_size=1, max_size=4), st.data())
def test_a_record_cut_anywhere_but_between_entries_is_refused(
    entries: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    whole = packed(row(*one) for one in entries)
    ends = {len(packed(row(*one) for one in entries[:count])) for count in range(1, len(entries))}
    cut = data.draw(st.integers(0, len(whole) - 1).filter(lambda at: at not in ends))
    with pytest.raises(MalformedEntry):
        unpacked(whole[:cut])


@pytest.mark.parametrize(
    "value",
    [b"", b"\x00", b"\x00\x00\x00\x01", b"\x00\x00\x00\x01a", b"\xff\xff\xff\xffab", bytes(12)],
)
def test_bytes_that_are_no_entries_with_parts_are_refused(value: bytes) -> None:
    with pytest.raises(MalformedEntry):
        unpacked(value)


@pytest.mark.parametrize("size", [8 * 1_025, 16 * 1_024 * 1_024])
def test_a_few_bytes_do_not_come_apart_into_very_many_entries(size: int) -> None:
    """Zeros compress to nothing, and every eight of them would be an entry to quarantine."""
    with pytest.raises(MalformedEntry):
        unpacked(bytes(size))


def test_the_largest_records_that_are_sent_come_apart() -> None:
    """Rows as small as rows can be, and two as large as share a round."""
    for value, count in ((b"", 5_000), (bytes(ROUND_BYTES // 2 - 500), 2)):
        for rows in rounds([row(value, b"")] * count):
            assert len(unpacked(packed(rows))) == len(rows)
