# SPDX-License-Identifier: Apache-2.0
"""The fault table of a start: what may be cut off, and everything that stops it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.entries import parse_entry
from shared.spool.folder import (
    DurableMark,
    Identity,
    SpoolBusy,
    SpoolCorrupt,
    SpoolFolder,
)
from shared.spool.frames import decode, encode
from shared.spool.recovery import Recovered, recover
from tests.support.spool import SRC, a_fact, assert_one_chain, number_of, opened, records_of

ENTRIES = 45


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a spool of several segments, none of it sent."""
    path = tmp_path_factory.mktemp("spool") / "spool"
    with opened(path) as store:
        for number in range(ENTRIES):
            store.writer.append(a_fact(number))
    assert len(SpoolFolder(path).segments()) > 3
    return path


@pytest.fixture
def spool(filled: Path, tmp_path: Path) -> Path:
    """Give a copy to spoil."""
    return Path(shutil.copytree(filled, tmp_path / "spool"))


def start(path: Path, *, src: str = SRC) -> Recovered:
    folder = SpoolFolder(path)
    folder.acquire()
    try:
        return recover(folder, src=src, new_epoch=1)
    finally:
        folder.release()


def last_segment(path: Path) -> Path:
    folder = SpoolFolder(path)
    return folder.segment(folder.segments()[-1])


def append(path: Path, raw: bytes) -> None:
    with path.open("ab") as file:
        file.write(raw)


def test_a_start_finds_everything_that_was_acknowledged(spool: Path) -> None:
    found = start(spool)
    records = records_of(spool)
    assert [number_of(record.entry) for record in records] == list(range(ENTRIES))
    assert_one_chain(records)
    assert (found.head.seq, found.sent, found.cut_bytes) == (ENTRIES, 0, 0)
    assert found.head.epoch == parse_entry(records[0].entry).epoch


def test_the_chain_goes_on_where_it_ended(spool: Path) -> None:
    with opened(spool) as store:
        store.writer.append(a_fact(ENTRIES))
    records = records_of(spool)
    assert len(records) == ENTRIES + 1
    assert_one_chain(records)


def test_a_new_spool_begins_an_epoch_at_number_one(tmp_path: Path) -> None:
    found = start(tmp_path / "new")
    assert (found.head.seq, found.head.epoch, found.head.previous) == (0, 1, "")
    assert SpoolFolder(tmp_path / "new").identity() == Identity(src=SRC, epoch=1)


@pytest.mark.parametrize("tail", [b"P", b"PlS1\x00\x00\x00\x10", b"\x00" * 4096, b"\xff" * 100])
def test_a_torn_end_behind_the_durable_mark_is_cut_off(spool: Path, tail: bytes) -> None:
    before = records_of(spool)
    append(last_segment(spool), tail)
    assert start(spool).cut_bytes == len(tail)
    assert records_of(spool) == before


def test_a_torn_frame_of_real_entries_is_cut_off(spool: Path) -> None:
    before = records_of(spool)
    torn = encode(ENTRIES + 1, [(before[-1].entry, before[-1].sealed)])[:-1]
    append(last_segment(spool), torn)
    assert start(spool).cut_bytes == len(torn)
    assert records_of(spool) == before


def test_a_whole_frame_that_was_never_answered_for_is_kept(spool: Path) -> None:
    folder = SpoolFolder(spool)
    mark = folder.durable()
    assert mark is not None
    first = folder.segments()[-1]
    folder.mark_durable(DurableMark(segment=first, offset=0))
    folder.release()
    assert start(spool).head.seq == ENTRIES


def cut_acknowledged(path: Path) -> None:
    with last_segment(path).open("r+b") as file:
        file.truncate(last_segment(path).stat().st_size - 1)


def flip_last_byte(path: Path) -> None:
    raw = bytearray(last_segment(path).read_bytes())
    raw[-1] ^= 1
    last_segment(path).write_bytes(raw)


def cut_last_frame(path: Path) -> None:
    raw, at, last = last_segment(path).read_bytes(), 0, 0
    while at < len(raw):
        last, at = at, at + decode(raw, at).size
    with last_segment(path).open("r+b") as file:
        file.truncate(last)


def damage_before_sound_frames(path: Path) -> None:
    (path / "durable").unlink()
    raw = bytearray(last_segment(path).read_bytes())
    assert decode(bytes(raw)).size < len(raw), "one frame alone could be a torn one"
    raw[30] ^= 1
    last_segment(path).write_bytes(raw)


def damage_a_middle_segment(path: Path) -> None:
    middle = SpoolFolder(path).segment(SpoolFolder(path).segments()[1])
    raw = bytearray(middle.read_bytes())
    raw[30] ^= 1
    middle.write_bytes(raw)


def cut_a_middle_segment(path: Path) -> None:
    folder = SpoolFolder(path)
    with folder.segment(folder.segments()[1]).open("r+b") as file:
        file.truncate(0)


def lose_a_middle_segment(path: Path) -> None:
    folder = SpoolFolder(path)
    folder.segment(folder.segments()[1]).unlink()


def lose_the_last_segment(path: Path) -> None:
    last_segment(path).unlink()


def lose_all_segments_after_sending(path: Path) -> None:
    folder = SpoolFolder(path)
    folder.mark_sent(3)
    folder.release()
    for first in folder.segments():
        folder.segment(first).unlink()


def claim_more_was_sent(path: Path) -> None:
    folder = SpoolFolder(path)
    folder.mark_sent(ENTRIES + 1)
    folder.release()


def lose_the_identity(path: Path) -> None:
    (path / "spool.json").unlink()


def spoil_the_identity(path: Path) -> None:
    (path / "spool.json").write_text("{")


def change_the_epoch(path: Path) -> None:
    identity = json.loads((path / "spool.json").read_text())
    (path / "spool.json").write_text(json.dumps({**identity, "epoch": identity["epoch"] + 1}))


def forget_the_format(path: Path) -> None:
    (path / "spool.json").write_text('{"src": "zz/clearinghouse/1", "epoch": 1}')


def repeat_an_entry(path: Path) -> None:
    record = records_of(path)[-1]
    append(last_segment(path), encode(ENTRIES + 1, [(record.entry, record.sealed)]))


def append_rubbish_as_entry(path: Path) -> None:
    append(last_segment(path), encode(ENTRIES + 1, [(b"{}", b"")]))


def break_the_chain(path: Path) -> None:
    records = records_of(path)
    with opened(path.with_name("other")) as store:
        for number in range(ENTRIES + 1):
            store.writer.append(a_fact(number + 100))
    other = records_of(path.with_name("other"))[-1]
    epoch = parse_entry(records[0].entry).epoch
    entry = other.entry.replace(
        f'"ep":{parse_entry(other.entry).epoch}'.encode(), f'"ep":{epoch}'.encode()
    )
    append(last_segment(path), encode(ENTRIES + 1, [(entry, other.sealed)]))


@pytest.mark.parametrize(
    "spoil",
    [
        cut_acknowledged,
        flip_last_byte,
        cut_last_frame,
        damage_before_sound_frames,
        damage_a_middle_segment,
        cut_a_middle_segment,
        lose_a_middle_segment,
        lose_the_last_segment,
        lose_all_segments_after_sending,
        claim_more_was_sent,
        lose_the_identity,
        spoil_the_identity,
        change_the_epoch,
        forget_the_format,
        repeat_an_entry,
        append_rubbish_as_entry,
        break_the_chain,
    ],
)
def test_everything_else_stops_the_start_and_changes_nothing(
    spool: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(spool)
    before = {path.name: path.read_bytes() for path in spool.iterdir()}
    with pytest.raises(SpoolCorrupt) as fault:
        start(spool)
    assert {path.name: path.read_bytes() for path in spool.iterdir()} == before
    assert "spool" in str(fault.value) or ".seg" in str(fault.value) or "sent" in str(fault.value)


def test_another_producers_spool_is_refused(spool: Path) -> None:
    with pytest.raises(SpoolCorrupt):
        start(spool, src="zz/clearinghouse/2")
    with pytest.raises(ValueError, match="producer"):
        start(spool.with_name("new"), src="Not A Name")


@pytest.mark.parametrize("torn", [b"", b"x", b"x" * 12, b"x" * 20])
def test_a_torn_mark_is_no_mark(spool: Path, torn: bytes) -> None:
    for name in ("durable", "sent"):
        (spool / name).write_bytes(torn)
    assert start(spool).head.seq == ENTRIES


def test_one_process_at_a_time(spool: Path) -> None:
    with opened(spool), pytest.raises(SpoolBusy):
        start(spool)
    start(spool)
