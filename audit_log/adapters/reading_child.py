# SPDX-License-Identifier: Apache-2.0
"""The reading process itself: `python -m audit_log.adapters.reading_child`, for its parent alone.

See `reading_process` for what it is there for. It ends when the line to its parent is cut, and
leaves signals to its parent.
"""

import pickle
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from audit_log.adapters.kafka_entries import KafkaEntries
from audit_log.adapters.read_inputs import columns_of
from audit_log.adapters.reading_line import Line
from audit_log.adapters.reading_process import AHEAD, TAKEN, Broken, Follow, Missing, ReadBatch
from audit_log.domain.errors import OffsetMissing
from audit_log.domain.received import Reader
from audit_log.ports import SourceBroken
from shared.clock import SystemClock
from shared.logging import configure
from shared.processes import BATCH_OBJECTS, collect_seldom, die_with_parent

_WAIT_MS: Final = 200
_PROTOCOL: Final = 5


class Child:
    """Reads where it is told and says what it read, until the line is cut."""

    def __init__(self, line: Line, source: KafkaEntries, batch: int) -> None:
        self._line = line
        self._source = source
        self._batch = batch
        self._outgoing: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._untaken = 0
        self._course: Follow | None = None

    def run(self) -> None:
        """Work until EOFError or OSError: the parent is gone, or wants no more."""
        threading.Thread(target=self._send, daemon=True, name="send").start()
        while True:
            while self._line.waits(None if (course := self._due()) is None else 0):
                self._obey(self._line.receive())
            if course is not None:
                self._read(course)

    def _due(self) -> Follow | None:
        """Give the course to read on, None while there is none or enough is read ahead."""
        return self._course if self._untaken < AHEAD else None

    def _obey(self, said: memoryview) -> None:
        if bytes(said) == TAKEN:
            self._untaken -= 1
            return
        self._course = pickle.loads(said)  # noqa: S301 - our own parent wrote it
        if self._course is not None:
            self._source.follow(self._course.offsets, self._course.sources)

    def _read(self, course: Follow) -> None:
        began = time.monotonic()
        try:
            came = self._source.poll(self._batch, _WAIT_MS)
        except SourceBroken as broken:
            self._course = None
            self._say(Broken(course.course, broken.code, dict(broken.numbers)))
        except OffsetMissing as missing:
            self._course = None
            self._say(Missing(course.course, dict(missing.context)))
        else:
            if came:
                reader = Reader()
                read = [reader.read(one) for one in came]
                self._untaken += 1
                self._say(ReadBatch(course.course, columns_of(read)))
            else:  # while the broker is away, a source answers at once
                self._line.waits(max(0.0, began + _WAIT_MS / 1000 - time.monotonic()))

    def _say(self, what: ReadBatch | Broken | Missing) -> None:
        self._outgoing.put(pickle.dumps(what, _PROTOCOL))

    def _send(self) -> None:
        """Write on a thread of its own, so that the next batch is read meanwhile."""
        with suppress(OSError):  # the parent is gone: `run` ends too
            while True:
                self._line.send(self._outgoing.get())


def main(arguments: Sequence[str]) -> None:
    """Read for the process that holds the other end of the line (`ReadingProcess`)."""
    number, parent, batch, log_level = arguments
    die_with_parent(int(parent))
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.SIG_IGN)
    configure("audit_log", log_level)
    collect_seldom(BATCH_OBJECTS)
    line = Line(socket.socket(fileno=int(number)))
    with suppress(EOFError, OSError):
        brokers = pickle.loads(line.receive())  # noqa: S301 - our own parent wrote it
        source = KafkaEntries(brokers, clock=SystemClock())
        Child(line, source, int(batch)).run()


if __name__ == "__main__":
    main(sys.argv[1:])
