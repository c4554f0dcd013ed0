# SPDX-License-Identifier: Apache-2.0
"""What a start finds in a spool, and the only repair there is.

Every frame is read and the hash chain recomputed. The one thing ever cut off is a torn end of the
newest segment that lies behind the durable mark and holds no sound frame after the tear: bytes of a
write whose fsync never returned, so nobody was answered on them. Everything else that does not
fit (a gap, another producer's entry, a flipped bit, a segment gone) stops the start.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.canonical import MalformedEntry
from shared.entries import leaf_hash, parse_entry
from shared.heartbeat import ChainHead
from shared.spool.folder import (
    DurableMark,
    Identity,
    SpoolCorrupt,
    SpoolFolder,
)
from shared.spool.frames import (
    BadFrame,
    Frame,
    Record,
    decode,
    holds_sound_frame,
)

FIRST_SEQ: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One file of frames: its first sequence number and how many of its bytes are sound."""

    first_seq: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """A spool as a start found it. `cut_bytes` were never acknowledged and are gone."""

    head: ChainHead
    segments: tuple[Segment, ...]
    sent: int
    cut_bytes: int


def recover(folder: SpoolFolder, *, src: str, new_epoch: int) -> Recovered:
    """Read a locked spool to its end and make it ready to continue.

    A new spool starts the chain `new_epoch`. Raises SpoolCorrupt, having changed nothing.
    """
    recovered = _recover(folder, src=src, new_epoch=new_epoch)
    # Both marks get their place on disk now: a full disk must not keep entries from leaving.
    newest = recovered.segments[-1] if recovered.segments else Segment(first_seq=0, size=0)
    folder.mark_durable(DurableMark(segment=newest.first_seq, offset=newest.size))
    folder.mark_sent(recovered.sent)
    return recovered


def _recover(folder: SpoolFolder, *, src: str, new_epoch: int) -> Recovered:
    identity = folder.identity()
    firsts = folder.segments()
    sent = folder.sent()
    if identity is None:
        if firsts or sent:
            raise SpoolCorrupt("spool.json: is missing beside segments or marks")
        identity = Identity(src=src, epoch=new_epoch)
        folder.found(identity)
    if identity.src != src:
        raise SpoolCorrupt("spool.json: is the spool of another producer")
    if not firsts:
        if sent:
            raise SpoolCorrupt("the segments are gone, and entries were sent from them")
        head = ChainHead(src=src, epoch=identity.epoch, seq=0, leaf_hash=b"")
        return Recovered(head=head, segments=(), sent=0, cut_bytes=0)
    return _walk(folder, identity, firsts, sent)


def _walk(folder: SpoolFolder, identity: Identity, firsts: list[int], sent: int) -> Recovered:
    head = ChainHead(src=identity.src, epoch=identity.epoch, seq=firsts[0] - 1, leaf_hash=b"")
    segments: list[Segment] = []
    torn = 0
    for first_seq in firsts:
        name = folder.segment(first_seq).name
        if first_seq != head.seq + 1:
            raise SpoolCorrupt(f"{name}: entries before it are missing")
        head, size, total = _read_segment(folder.segment(first_seq), head)
        if size < total and first_seq != firsts[-1]:
            raise SpoolCorrupt(f"{name}: damaged at byte {size}")
        segments.append(Segment(first_seq=first_seq, size=size))
        torn = total - size
    _require_acknowledged(folder, segments[-1], head, sent)
    if torn:
        _cut_tear(folder.segment(firsts[-1]), segments[-1].size)
    return Recovered(head=head, segments=tuple(segments), sent=sent, cut_bytes=torn)


def _read_segment(path: Path, head: ChainHead) -> tuple[ChainHead, int, int]:
    """Follow the chain through one file; give its new head, its sound bytes and all its bytes."""
    raw = path.read_bytes()
    at = 0
    while at < len(raw):
        try:
            frame = decode(raw, at)
        except BadFrame:
            break
        head = _follow(path, at, frame, head)
        at += frame.size
    return head, at, len(raw)


def _follow(path: Path, at: int, frame: Frame, head: ChainHead) -> ChainHead:
    for record in frame.records:
        fault = _chain_fault(record, head)
        if fault:
            raise SpoolCorrupt(f"{path.name}: {fault} in the frame at byte {at}")
        head = ChainHead(
            src=head.src, epoch=head.epoch, seq=record.seq, leaf_hash=leaf_hash(record.entry)
        )
    return head


def _chain_fault(record: Record, head: ChainHead) -> str:
    try:
        entry = parse_entry(record.entry)
    except MalformedEntry:
        return "a malformed entry"
    if (entry.src, entry.epoch) != (head.src, head.epoch):
        return "an entry of another chain"
    if record.seq != head.seq + 1 or entry.seq != record.seq:
        return "a gap"
    # The first entry kept names one that was accepted and removed: nothing is left to compare.
    known = bool(head.leaf_hash) or head.seq < FIRST_SEQ
    if known and (entry.previous or b"") != head.leaf_hash:
        return "a broken chain"
    return ""


def _require_acknowledged(folder: SpoolFolder, newest: Segment, head: ChainHead, sent: int) -> None:
    """Refuse a spool that ends before what was answered for or accepted by the log."""
    mark = folder.durable()
    behind = mark is not None and (mark.segment, mark.offset) > (newest.first_seq, newest.size)
    if behind or head.seq < sent:
        name = folder.segment(newest.first_seq).name
        raise SpoolCorrupt(f"{name}: acknowledged entries are missing after byte {newest.size}")


def _cut_tear(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.seek(size)
        if holds_sound_frame(file.read()):
            raise SpoolCorrupt(f"{path.name}: damaged at byte {size}, with entries after it")
        file.truncate(size)
        os.fsync(file.fileno())
