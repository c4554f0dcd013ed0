# SPDX-License-Identifier: Apache-2.0
"""The law of the spool: whatever a crash leaves of the last write, nothing acknowledged is lost."""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from shared.events import ChainPosition, SealedEntry, previous_of, seal
from shared.ids import Uuid7Source
from shared.spool.folder import (
    DurableMark,
    Identity,
    SpoolCorrupt,
    SpoolFolder,
)
from shared.spool.frames import encode
from shared.spool.recovery import Recovered, recover
from tests.support.spool import SRC, a_fact, records_of

LONGEST = 30


@cache
def chain() -> Sequence[SealedEntry]:
    """Seal one long chain, from which spools are built."""
    ids, made, previous = Uuid7Source(), list[SealedEntry](), ""
    for seq in range(1, LONGEST + 1):
        position = ChainPosition(src=SRC, epoch=1, seq=seq, previous=previous)
        made.append(seal(a_fact(seq), position, entry_id=ids.new(), salts=os.urandom))
        previous = previous_of(made[-1])
    return made


def frames(groups: Sequence[int]) -> list[bytes]:
    """Write the beginning of the chain in groups of these sizes."""
    written, seq = list[bytes](), 1
    for size in groups:
        group = chain()[seq - 1 : seq - 1 + size]
        written.append(encode(seq, [(one.entry, one.sealed) for one in group]))
        seq += size
    return written


def crashed(path: Path, segment: bytes, durable: int | None) -> Recovered:
    """Lay out what a crash left, and start on it."""
    folder = SpoolFolder(path)
    folder.acquire()
    try:
        folder.found(Identity(src=SRC, epoch=1))
        folder.segment(1).write_bytes(segment)
        if durable is not None:
            folder.mark_durable(DurableMark(segment=1, offset=durable))
        return recover(folder, src=SRC, new_epoch=2)
    finally:
        folder.release()


GROUPS = st.lists(st.integers(1, 5), min_size=1, max_size=6)


@given(GROUPS, st.data())
def test_a_write_cut_anywhere_loses_nothing_that_was_acknowledged(
    groups: list[int], data: st.DataObject
) -> None:
    written = frames(groups)
    acknowledged = data.draw(st.integers(0, len(groups)))
    kept = b"".join(written[:acknowledged])
    torn = written[acknowledged] if acknowledged < len(written) else b""
    left = torn[: data.draw(st.integers(0, len(torn)))]
    mark = data.draw(st.sampled_from([len(kept), None]))
    with TemporaryDirectory() as name:
        found = crashed(Path(name), kept + left, mark)
        whole = left == torn
        entries = sum(groups[: acknowledged + (whole and bool(torn))])
        assert found.head.seq == entries == len(records_of(Path(name)))
        assert found.cut_bytes == (0 if whole else len(left))


@given(GROUPS, st.data())
def test_losing_acknowledged_bytes_is_never_repaired(
    groups: list[int], data: st.DataObject
) -> None:
    whole = b"".join(frames(groups))
    left = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with TemporaryDirectory() as name:
        try:
            crashed(Path(name), left, len(whole))
        except SpoolCorrupt:
            assert SpoolFolder(Path(name)).segment(1).read_bytes() == left
        else:
            raise AssertionError("an acknowledged entry is gone and nobody noticed")


@given(GROUPS, st.data())
def test_a_flipped_bit_in_acknowledged_bytes_is_never_repaired(
    groups: list[int], data: st.DataObject
) -> None:
    altered = bytearray(b"".join(frames(groups)))
    bit = data.draw(st.integers(0, len(altered) * 8 - 1))
    altered[bit // 8] ^= 1 << bit % 8
    with TemporaryDirectory() as name:
        try:
            crashed(Path(name), bytes(altered), len(altered))
        except SpoolCorrupt:
            assert SpoolFolder(Path(name)).segment(1).read_bytes() == bytes(altered)
        else:
            raise AssertionError("an acknowledged entry was altered and nobody noticed")
