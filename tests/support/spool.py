# SPDX-License-Identifier: Apache-2.0
"""Real spools for tests: opened, filled, read back, starved of disk."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from shared.clock import SystemClock
from shared.entries import leaf_hash, parse_entry
from shared.events import Fact
from shared.ids import Uuid7Source
from shared.spool.folder import SpoolFolder
from shared.spool.frames import Record, decode
from shared.spool.store import Naming, Store, open_store
from shared.spool.writer import SpoolLimits
from shared.transport import Transport
from tests.fakes.kernel import START
from tests.fakes.transport import InMemoryTransport

SRC: Final = "zz/clearinghouse/1"
TOPIC: Final = "audit.zz.v1"
SMALL: Final = SpoolLimits(total_bytes=1024 * 1024, segment_bytes=4096)


def a_fact(number: int = 0) -> Fact:
    """Make a fact that can be told from others by its trace id."""
    return Fact(
        type="placet.access.decision.v1",
        occurred_at=START,
        trace_id=f"{number + 1:032x}",
        decision="deny",
        reason="visa_none",
    )


def number_of(entry: bytes) -> int:
    """Give the number that `a_fact` was made with."""
    return int(parse_entry(entry).trace_id, 16) - 1


@contextmanager
def opened(
    path: Path, *, transport: Transport | None = None, limits: SpoolLimits = SMALL
) -> Iterator[Store]:
    """Open a spool and let its writer write; close it orderly."""
    store = open_store(
        path,
        Naming(src=SRC, topic=TOPIC),
        transport=transport or InMemoryTransport(),
        limits=limits,
        ids=Uuid7Source(),
        clock=SystemClock(),
    )
    store.writer.start()
    try:
        yield store
    finally:
        store.close()


def records_of(path: Path) -> list[Record]:
    """Read every record of a spool's segments, raising BadFrame for any damage."""
    folder = SpoolFolder(path)
    records: list[Record] = []
    for first_seq in folder.segments():
        raw, at = folder.segment(first_seq).read_bytes(), 0
        while at < len(raw):
            frame = decode(raw, at)
            records += frame.records
            at += frame.size
    return records


def assert_one_chain(records: list[Record]) -> None:
    """Check that the records are one chain without a gap, from wherever they begin."""
    before: Record | None = None
    for record in records:
        entry = parse_entry(record.entry)
        assert entry.seq == record.seq
        if before is not None:
            assert record.seq == before.seq + 1
            assert entry.previous == leaf_hash(before.entry)
        before = record


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Let this process write no file beyond `size` bytes (EFBIG), like a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
