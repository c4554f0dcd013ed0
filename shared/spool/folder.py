# SPDX-License-Identifier: Apache-2.0
"""The files of a spool: its lock, its identity, its segments and two small marks.

`spool.json`  which producer and epoch this chain belongs to; written once
`lock`        held exclusively by the one process that may write
`<seq>.seg`   frames, named after the first sequence number inside
`durable`     how far the newest segment was fsynced and answered for: what lies before this mark
              was acknowledged and may never be cut off
`sent`        the last sequence number that the log has accepted

The marks are written without fsync. They survive the death of the process, which is when they
decide; after a power cut they may be old, and an old mark only makes the start more careful or
sends an entry twice, which the log drops.
"""

import contextlib
import fcntl
import json
import os
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

from shared.durable import write_durably
from shared.entry_forms import is_source

FORMAT: Final = "placet/spool/v1"
_SUFFIX: Final = ".seg"
_SEQ_DIGITS: Final = 20
_RETRY_SECONDS: Final = 0.05
_DURABLE: Final = struct.Struct(">QQI")
_SENT: Final = struct.Struct(">QI")


class SpoolBusy(Exception):
    """Another process holds this spool."""


class SpoolCorrupt(Exception):
    """The spool cannot be continued; the message names the file and the fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose chain this is."""

    src: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DurableMark:
    """Up to which byte of which segment entries were answered for."""

    segment: int
    offset: int


class SpoolFolder:
    """One spool's folder. The marks may be written by one thread each."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self._lock_fd: int | None = None
        self._durable_fd: int | None = None
        self._sent_fd: int | None = None

    def acquire(self, *, patience_seconds: float = 0.0) -> None:
        """Take the spool for this process until it ends; raise SpoolBusy when another has it.

        A predecessor that is just dying is waited for, `patience_seconds` at most.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience_seconds
        while not _try_lock(descriptor):
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise SpoolBusy("another process writes this spool")
            time.sleep(_RETRY_SECONDS)
        self._lock_fd = descriptor

    def release(self) -> None:
        """Let go of the lock and the marks."""
        for descriptor in (self._durable_fd, self._sent_fd, self._lock_fd):
            if descriptor is not None:
                os.close(descriptor)
        self._durable_fd = self._sent_fd = self._lock_fd = None

    def identity(self) -> Identity | None:
        """Read whose chain this is, None for a new spool; raise SpoolCorrupt when unreadable."""
        try:
            found = json.loads((self.path / "spool.json").read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            raise SpoolCorrupt("spool.json: not JSON") from None
        src, epoch = found.get("src"), found.get("epoch")
        if found.get("format") != FORMAT or not isinstance(src, str) or not isinstance(epoch, int):
            raise SpoolCorrupt("spool.json: not the identity of a spool")
        return Identity(src=src, epoch=epoch)

    def found(self, identity: Identity) -> None:
        """Begin a new spool: write its identity durably, once."""
        if not is_source(identity.src):
            raise ValueError("not a producer's name")
        text = json.dumps(
            {"format": FORMAT, "src": identity.src, "epoch": identity.epoch}, sort_keys=True
        )
        write_durably(self.path / "spool.json", f"{text}\n".encode())

    def segments(self) -> list[int]:
        """Give the first sequence numbers of the segments, in order."""
        return sorted(
            int(path.stem)
            for path in self.path.glob(f"*{_SUFFIX}")
            if path.stem.isdigit() and len(path.stem) == _SEQ_DIGITS
        )

    def segment(self, first_seq: int) -> Path:
        """Name the segment that begins with this sequence number."""
        return self.path / f"{first_seq:0{_SEQ_DIGITS}d}{_SUFFIX}"

    def remove_segment(self, first_seq: int) -> None:
        """Delete a segment whose every entry the log has accepted."""
        with contextlib.suppress(FileNotFoundError):
            self.segment(first_seq).unlink()

    def sync(self) -> None:
        """Make names of created and removed files durable."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def mark_durable(self, mark: DurableMark) -> None:
        """Note how far entries are answered for; called after fsync and before the answers."""
        if self._durable_fd is None:
            self._durable_fd = self._open_mark("durable")
        os.pwrite(self._durable_fd, _sealed(_DURABLE, mark.segment, mark.offset), 0)

    def durable(self) -> DurableMark | None:
        """Read the mark of `mark_durable`, None when there is none or it is torn."""
        values = self._read_mark("durable", _DURABLE)
        return None if values is None else DurableMark(segment=values[0], offset=values[1])

    def mark_sent(self, seq: int) -> None:
        """Note up to which entry the log has accepted; called before a segment is removed."""
        if self._sent_fd is None:
            self._sent_fd = self._open_mark("sent")
        os.pwrite(self._sent_fd, _sealed(_SENT, seq), 0)

    def sent(self) -> int:
        """Read the mark of `mark_sent`; 0 when there is none or it is torn."""
        values = self._read_mark("sent", _SENT)
        return 0 if values is None else values[0]

    def _open_mark(self, name: str) -> int:
        return os.open(self.path / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _read_mark(self, name: str, layout: struct.Struct) -> tuple[int, ...] | None:
        try:
            raw = (self.path / name).read_bytes()
        except FileNotFoundError:
            return None
        if len(raw) != layout.size:
            return None
        *values, checksum = layout.unpack(raw)
        return tuple(values) if checksum == crc32(raw[:-4]) else None


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sealed(layout: struct.Struct, *values: int) -> bytes:
    """Pack values with the checksum of their own bytes as the last field."""
    body = layout.pack(*values, 0)[:-4]
    return body + struct.pack(">I", crc32(body))
