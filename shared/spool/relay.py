# SPDX-License-Identifier: Apache-2.0
"""From the spool to the log: at least once, in order, and nothing is deleted before it is accepted.

Reads only what the shelf says is durable. What was accepted is noted before a segment goes; the
newest segment always stays, because it holds the head of the chain.
"""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from shared.entries import parse_entry
from shared.spool.folder import SpoolFolder
from shared.spool.frames import (
    HEADER_BYTES,
    Frame,
    Record,
    body_length,
    decode,
)
from shared.spool.recovery import Segment
from shared.spool.shelf import Shelf
from shared.transport import OutboxRow, RowKind, Transport, TransportRefused, TransportUnavailable

BATCH_ROWS: Final = 500

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits for the log: how many entries, and since when the oldest of them."""

    entries: int
    oldest: datetime | None


class SpoolRelay:
    """Empties the spool; one thread calls `step` again and again."""

    def __init__(
        self, folder: SpoolFolder, shelf: Shelf, transport: Transport, *, topic: str, sent: int
    ) -> None:
        self._folder = folder
        self._shelf = shelf
        self._transport = transport
        self._topic = topic
        self._sent = sent
        self._at = Segment(first_seq=0, size=0)
        self._waiting: list[Record] = []
        self._oldest: datetime | None = None

    @property
    def sent(self) -> int:
        """The last sequence number that the log has accepted."""
        return self._sent

    def backlog(self, head_seq: int) -> Backlog:
        """Say what waits, given the newest sequence number of the chain."""
        entries = max(head_seq - self._sent, 0)
        return Backlog(entries=entries, oldest=self._oldest if entries else None)

    def idle(self) -> bool:
        """Say whether everything read so far has been accepted."""
        return not self._waiting

    def wait(self, seconds: float) -> None:
        """Return when there may be something to send, and after `seconds` at the latest."""
        self._shelf.wait_beyond(self._at, seconds)

    def step(self) -> bool:
        """Send one batch; say whether the log accepted any of it.

        False when nothing waits, and when the log cannot or will not take it: the entries stay.
        """
        self._fill()
        if not self._waiting:
            self._oldest = None
            return False
        batch = [self._row(record) for record in self._waiting[:BATCH_ROWS]]
        self._oldest = parse_entry(batch[0].value).occurred_at
        try:
            accepted = self._transport.send(batch)
        except TransportUnavailable:
            return False
        except TransportRefused:
            _log.error("spool_entries_refused", extra={"seq": self._waiting[0].seq})
            return False
        if accepted:
            self._accept(self._waiting[accepted - 1].seq)
            self._waiting = self._waiting[accepted:]
        return accepted > 0

    def _accept(self, seq: int) -> None:
        self._sent = seq
        self._folder.mark_sent(seq)
        segments = self._shelf.segments()
        for older, newer in pairwise(segments):
            if newer.first_seq <= seq + 1:
                self._folder.remove_segment(older.first_seq)
                self._shelf.dropped(older.first_seq)

    def _row(self, record: Record) -> OutboxRow:
        entry = parse_entry(record.entry)
        return OutboxRow(
            id=record.seq,
            kind=RowKind.ENTRY,
            topic=self._topic,
            key=entry.src,
            headers={},
            value=record.entry,
            sealed=record.sealed,
        )

    def _fill(self) -> None:
        """Read on until a batch is at hand or everything durable has been read."""
        for segment in self._shelf.segments():
            if segment.first_seq < self._at.first_seq:
                continue
            if segment.first_seq > self._at.first_seq:
                self._at = replace(segment, size=0)
            for frame in self._frames(segment.size):
                self._waiting += [one for one in frame.records if one.seq > self._sent]
                self._at = replace(self._at, size=self._at.size + frame.size)
                if len(self._waiting) >= BATCH_ROWS:
                    return

    def _frames(self, until: int) -> Iterator[Frame]:
        """Read the frames of the present segment that lie before `until`."""
        if self._at.size >= until:
            return
        at = self._at.size
        descriptor = os.open(self._folder.segment(self._at.first_seq), os.O_RDONLY | os.O_CLOEXEC)
        try:
            while at < until:
                length = HEADER_BYTES + body_length(os.pread(descriptor, HEADER_BYTES, at))
                frame = decode(os.pread(descriptor, length, at))
                at += frame.size
                yield frame
        finally:
            os.close(descriptor)
