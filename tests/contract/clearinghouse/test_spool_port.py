# SPDX-License-Identifier: Apache-2.0
"""One conformance suite for the spool: files, and memory."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from permit_service.clearinghouse.ports import Spool
from shared.entries import leaf_hash, parse_entry
from shared.errors import AuditUnavailable
from shared.events import Fact
from shared.spool.writer import SpoolLimits
from tests.fakes.clearinghouse_ports import MemorySpool
from tests.fakes.kernel import START
from tests.support.spool import a_fact, no_file_larger_than, number_of, opened, records_of


@dataclass(frozen=True)
class Kind:
    """A spool, how to read what it keeps, and how to take its room away."""

    spool: Spool
    entries: Callable[[], list[bytes]]
    starve: Callable[[ExitStack], None]


@pytest.fixture(params=["files", "memory"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kind]:
    if request.param == "memory":
        spool = MemorySpool()

        def empty(_: ExitStack) -> None:
            spool.room = 0

        yield Kind(spool, lambda: [one.entry for one in spool.entries], empty)
        return
    with opened(tmp_path, limits=SpoolLimits(segment_bytes=2048)) as store:

        def full(stack: ExitStack) -> None:
            stack.enter_context(no_file_larger_than(0))
            with pytest.raises(AuditUnavailable):
                store.writer.append(a_fact(99))

        yield Kind(store.writer, lambda: [record.entry for record in records_of(tmp_path)], full)


def test_what_was_appended_is_there_in_order(kind: Kind) -> None:
    for number in range(20):
        kind.spool.append(a_fact(number))
        assert number_of(kind.entries()[-1]) == number
    assert [number_of(entry) for entry in kind.entries()] == list(range(20))


def test_entries_are_one_chain_from_one(kind: Kind) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: kind.spool.append(a_fact(number)), range(50)))
    before: bytes | None = None
    entries = list(kind.entries())
    assert len(entries) == 50
    for seq, raw in enumerate(entries, start=1):
        entry = parse_entry(raw)
        assert (entry.seq, entry.previous) == (seq, before)
        before = leaf_hash(raw)


def test_without_room_nothing_is_taken_and_nothing_kept(kind: Kind) -> None:
    kind.spool.append(a_fact(0))
    assert kind.spool.writable()
    with ExitStack() as stack:
        kind.starve(stack)
        assert not kind.spool.writable()
        with pytest.raises(AuditUnavailable):
            kind.spool.append(a_fact(1))
    assert [number_of(entry) for entry in kind.entries()] == [0]


def test_a_fact_that_cannot_be_an_entry_is_refused(kind: Kind) -> None:
    with pytest.raises(AuditUnavailable):
        kind.spool.append(Fact(type="placet.nothing.v1", occurred_at=START, trace_id="0" * 32))
    kind.spool.append(a_fact(0))
    assert len(kind.entries()) == 1
