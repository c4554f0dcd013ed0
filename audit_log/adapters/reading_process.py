# SPDX-License-Identifier: Apache-2.0
"""Kafka read in a process of its own, ahead of the sequencer: decoding, parsing, opening, hashing.

Reading is half of what an entry costs, and Python does one thing at a time in a process. The child
holds no key, no database and no offset of its own: it reads from where it was told, at most
`AHEAD` batches further than was taken from it, and whoever stores nothing of what it read asks for
it again. It dies with its parent; when it dies alone, the next step starts another one.
"""

import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeAlias

from audit_log.adapters.read_inputs import Columns, inputs_of
from audit_log.adapters.reading_line import Line
from audit_log.domain.errors import OffsetMissing
from audit_log.domain.received import KafkaPlace, Poison, Sound
from audit_log.ports import SourceBroken, StoredOffset
from shared.brokers import Brokers

AHEAD: Final = 2  # batches
_END_SECONDS: Final = 5.0
_CHILD: Final = "audit_log.adapters.reading_child"

_place_of: Final = attrgetter("received.place")

Sources: TypeAlias = Mapping[str, frozenset[str]]
Read: TypeAlias = Sound | Poison


class ReadingEnded(Exception):
    """The reading process is gone; what it had read ahead is read again by the next one."""


class Follow(NamedTuple):
    """Read from these offsets; what is said of an earlier course is not wanted any more."""

    course: int
    offsets: Sequence[StoredOffset]
    sources: Sources


class ReadBatch(NamedTuple):
    """What was read next."""

    course: int
    inputs: Columns


class Broken(NamedTuple):
    """Kafka does not hold what the offsets name (`SourceBroken`)."""

    course: int
    code: str
    numbers: Mapping[str, int | str]


class Missing(NamedTuple):
    """A followed topic has no stored offset (`OffsetMissing`)."""

    course: int
    context: Mapping[str, Any]


TAKEN: Final = b"taken"


class ReadingProcess:
    """An `EntrySource` whose inputs come read; see the port for what each method guarantees."""

    def __init__(self, brokers: Brokers, *, batch: int, log_level: str) -> None:
        self._brokers = brokers
        self._arguments = (str(batch), log_level)
        self._course = 0
        self._next: dict[tuple[str, int], int] = {}
        self._wanted: Follow | None = None
        self._waiting: Sequence[Read] = ()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Line | None = None

    @property
    def pid(self) -> int | None:
        """The process that reads, None while there is none."""
        return None if self._process is None else self._process.pid

    def follow(self, offsets: Sequence[StoredOffset], sources: Sources) -> None:
        """Read from exactly these offsets next: on as before, if that is where it stands."""
        wanted = {(one.topic, one.partition): one.next for one in offsets if one.topic in sources}
        before = self._wanted
        if before is not None and wanted == self._next and sources == before.sources:
            return
        self._course += 1
        self._next = wanted
        self._waiting = ()
        self._wanted = Follow(self._course, list(offsets), dict(sources))
        if self._line is not None:
            self._tell(self._wanted)

    def poll(self, limit: int, wait_ms: int) -> Sequence[Read]:
        """Give the next inputs; raise ReadingEnded when the process died, and start another.

        They end with a whole record, because its inputs share the offset that is stored.
        """
        if self._wanted is None:
            return []
        if self._line is None:
            self._start()
        if not self._waiting:
            self._receive(wait_ms)
        waiting, end = self._waiting, limit
        while 0 < end < len(waiting) and _place_of(waiting[end - 1]) == _place_of(waiting[end]):
            end += 1
        found, self._waiting = waiting[:end], waiting[end:]
        for place, _ in groupby(map(_place_of, found)):
            if isinstance(place, KafkaPlace):
                self._next[place.topic, place.partition] = place.offset + 1
        return found

    def close(self) -> None:
        """End the process."""
        line, self._line = self._line, None
        process, self._process = self._process, None
        if line is not None:
            line.close()
        if process is not None:
            process.kill()  # it holds nothing
            process.wait(_END_SECONDS)
        self._wanted, self._next = None, {}
        self._waiting = ()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            known = (str(theirs.fileno()), str(os.getpid()))
            command = [sys.executable, "-m", _CHILD, *known, *self._arguments]
            self._process = subprocess.Popen(  # noqa: S603 - this suite's own module
                command, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),)
            )
        self._line = Line(ours)
        # Not among the arguments: those of a process can be read by others.
        self._line.send(pickle.dumps(self._brokers))
        if self._wanted is not None:
            self._tell(self._wanted)

    def _tell(self, what: Follow | bytes) -> None:
        line = self._line
        try:
            if line is not None:
                line.send(what if isinstance(what, bytes) else pickle.dumps(what))
        except OSError as error:
            self._lost(error)

    def _receive(self, wait_ms: int) -> None:
        """Take the next batch of the present course, if one comes in time."""
        line = self._line
        try:
            while line is not None and line.waits(wait_ms / 1000):
                said = pickle.loads(line.receive())  # noqa: S301 - our own child wrote it
                if isinstance(said, ReadBatch):
                    self._tell(TAKEN)
                if said.course == self._course:
                    self._heed(said)
                    return
        except (EOFError, OSError) as error:
            self._lost(error)

    def _heed(self, said: ReadBatch | Broken | Missing) -> None:
        if isinstance(said, ReadBatch):
            self._waiting = inputs_of(said.inputs)
        elif isinstance(said, Broken):
            raise SourceBroken(said.code, said.numbers)
        else:
            self._wanted = None  # asked again, it looks again
            raise OffsetMissing(
                "a topic has no stored offset: placet audit producer add",
                context=said.context,
            )

    def _lost(self, error: Exception) -> None:
        self.close()
        raise ReadingEnded("the reading process is gone") from error
