# SPDX-License-Identifier: Apache-2.0
"""One writer thread, many request threads, one fsync for all that wait.

`append` returns when the entry is on disk and fsynced, or raises. A write or fsync that fails is
undone before the chain goes on: the file is cut back to its durable end and the numbers are given
again, to entries that nobody saw. After a failed fsync the kernel may have dropped the pages, so
the segment is closed and the next group begins a new one.
"""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from shared.canonical import MalformedEntry
from shared.clock import Clock
from shared.errors import AuditUnavailable
from shared.events import ChainPosition, Fact, seal
from shared.heartbeat import ChainHead
from shared.ids import IdSource
from shared.spool.folder import DurableMark, SpoolFolder
from shared.spool.frames import encode
from shared.spool.recovery import Recovered
from shared.spool.shelf import Shelf

FactAfter: TypeAlias = Callable[[ChainHead], Fact]
"""Makes a fact that must know what it follows in the chain, such as a signed heartbeat."""

MAX_GROUP: Final = 128
"""So many of the largest entries still fit into one frame."""
MAX_WAITING: Final = 10_000
PATIENCE_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 1.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolLimits:
    """How large a spool may become: beyond `total_bytes` nothing more is recorded."""

    total_bytes: int = 1024 * 1024 * 1024
    segment_bytes: int = 16 * 1024 * 1024


class _Waiting:
    """One request thread waiting for its entry."""

    __slots__ = ("done", "error", "make")

    def __init__(self, make: FactAfter) -> None:
        self.make: Final = make
        self.done: Final = threading.Event()
        self.error: AuditUnavailable | None = None

    def settle(self, error: AuditUnavailable | None = None) -> None:
        self.error = error
        self.done.set()


class SpoolWriter:
    """The spool as the use cases see it; one per process, on a locked folder."""

    def __init__(
        self,
        folder: SpoolFolder,
        recovered: Recovered,
        shelf: Shelf,
        *,
        ids: IdSource,
        clock: Clock,
        limits: SpoolLimits,
        salts: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._folder = folder
        self._head = recovered.head
        self._shelf = shelf
        self._ids = ids
        self._clock = clock
        self._limits = limits
        self._salts = salts
        self._file = _SegmentFile(folder, recovered)
        self._queue: list[_Waiting] = []
        self._news = threading.Condition()
        self._closing = False
        self._refused_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="spool-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """Write what waits and stop, also before it began; later appends are refused."""
        with self._news:
            self._closing = True
            self._news.notify_all()
        if self._thread.ident is not None:
            self._thread.join()
        self._file.close()

    def head(self) -> ChainHead:
        """Give the newest durable place of the chain."""
        return self._head

    def writable(self) -> bool:
        """Say whether an entry would probably be taken now; costs no disk access.

        After a failure the answer is no for a second, then one more attempt is let through.
        """
        refused = self._refused_at
        if refused is not None and self._clock.monotonic() - refused < RETRY_SECONDS:
            return False
        return not self._closing and self._shelf.total_bytes() < self._limits.total_bytes

    def append(self, fact: Fact) -> None:
        """Record a fact; when this returns, its entry is fsynced in the chain.

        Raises AuditUnavailable when it could not be recorded, and then also when it is not known
        whether it was.
        """
        self.append_after(lambda _: fact)

    def append_after(self, make: FactAfter) -> None:
        """Record a fact made knowing the newest place before it; like `append`."""
        waiting = _Waiting(make)
        with self._news:
            if self._closing or len(self._queue) >= MAX_WAITING:
                raise AuditUnavailable("the spool takes no more")
            self._queue.append(waiting)
            self._news.notify()
        if not waiting.done.wait(PATIENCE_SECONDS):
            raise AuditUnavailable("the spool did not answer in time")
        if waiting.error is not None:
            raise waiting.error

    def _run(self) -> None:
        group: Sequence[_Waiting] = ()
        try:
            while group := self._next_group():
                self._commit(group)
        finally:
            # Whatever ended this thread: nobody may go on waiting for it.
            with self._news:
                self._closing = True
                left, self._queue = [*group, *self._queue], []
            self._refuse([one for one in left if not one.done.is_set()], "the spool is closed")

    def _next_group(self) -> Sequence[_Waiting]:
        with self._news:
            self._news.wait_for(lambda: self._queue or self._closing)
            group, self._queue = self._queue[:MAX_GROUP], self._queue[MAX_GROUP:]
            return group

    def _commit(self, group: Sequence[_Waiting]) -> None:
        if self._shelf.total_bytes() >= self._limits.total_bytes:
            self._refuse(group, "the spool is full")
            return
        head, entries, taken = self._seal(group)
        if not taken:
            return
        try:
            if self._file.size >= self._limits.segment_bytes:
                self._file.begin(self._head.seq + 1)
            self._file.append(encode(self._head.seq + 1, entries), self._head.seq + 1)
        except OSError as fault:
            _log.error("spool_write_failed", extra={"errno": fault.errno or 0})
            self._refuse(taken, "the spool cannot be written")
            return
        self._head = head
        self._refused_at = None
        self._shelf.grown(self._file.first_seq, self._file.size)
        for waiting in taken:
            waiting.settle()

    def _seal(
        self, group: Sequence[_Waiting]
    ) -> tuple[ChainHead, list[tuple[bytes, bytes]], list[_Waiting]]:
        head = self._head
        entries: list[tuple[bytes, bytes]] = []
        taken: list[_Waiting] = []
        for waiting in group:
            position = ChainPosition(
                src=head.src, epoch=head.epoch, seq=head.seq + 1, previous=head.previous
            )
            try:
                fact = waiting.make(head)
                sealed = seal(fact, position, entry_id=self._ids.new(), salts=self._salts)
            except MalformedEntry as fault:
                _log.error("spool_fact_refused", extra={"fault": str(fault)})
                waiting.settle(AuditUnavailable("the fact cannot be an entry"))
                continue
            head = ChainHead(
                src=head.src, epoch=head.epoch, seq=position.seq, leaf_hash=sealed.leaf_hash
            )
            entries.append((sealed.entry, sealed.sealed))
            taken.append(waiting)
        return head, entries, taken

    def _refuse(self, group: Sequence[_Waiting], why: str) -> None:
        self._refused_at = self._clock.monotonic()
        for waiting in group:
            waiting.settle(AuditUnavailable(why))


class _SegmentFile:
    """The newest segment, open for appending; `size` is its durable end."""

    def __init__(self, folder: SpoolFolder, recovered: Recovered) -> None:
        self._folder = folder
        self._descriptor: int | None = None
        self.first_seq = recovered.segments[-1].first_seq if recovered.segments else 0
        self.size = recovered.segments[-1].size if recovered.segments else 0
        self._clean = True
        if recovered.segments:
            self._descriptor = os.open(folder.segment(self.first_seq), os.O_WRONLY | os.O_CLOEXEC)
            # Frames found whole after a crash were perhaps never fsynced: from here on they count.
            os.fsync(self._descriptor)

    def append(self, frame: bytes, seq: int) -> None:
        """Write a frame durably; raise OSError, with the file as it was, when that fails."""
        if self._descriptor is None:
            self.begin(seq)
        if not self._clean:
            self._restore(seq)
        descriptor = self._open()
        self._clean = False
        written = 0
        while written < len(frame):
            written += os.pwrite(descriptor, frame[written:], self.size + written)
        os.fdatasync(descriptor)
        end = self.size + len(frame)
        self._folder.mark_durable(DurableMark(segment=self.first_seq, offset=end))
        self.size, self._clean = end, True

    def begin(self, first_seq: int) -> None:
        """Close the segment and begin the next one."""
        self.close()
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        self._descriptor = os.open(self._folder.segment(first_seq), flags, 0o600)
        self.first_seq, self.size, self._clean = first_seq, 0, False
        self._folder.sync()
        self._clean = True

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _restore(self, seq: int) -> None:
        """Cut off what a failed write left, then go on in a new segment.

        A segment without any durable frame is begun again under the same name.
        """
        descriptor = self._open()
        os.ftruncate(descriptor, self.size)
        os.fsync(descriptor)
        self.begin(seq)

    def _open(self) -> int:
        if self._descriptor is None:
            raise OSError("no segment is open")
        return self._descriptor
