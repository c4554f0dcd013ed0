# SPDX-License-Identifier: Apache-2.0
"""One opened spool: locked, recovered, ready for its writer and its relay."""

from dataclasses import dataclass
from pathlib import Path

from shared.clock import Clock
from shared.ids import IdSource
from shared.spool.folder import SpoolFolder
from shared.spool.recovery import recover
from shared.spool.relay import Backlog, SpoolRelay
from shared.spool.shelf import Shelf
from shared.spool.writer import SpoolLimits, SpoolWriter
from shared.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A spool with its two threads' parts; a start cut off `cut_bytes` of a torn write."""

    folder: SpoolFolder
    shelf: Shelf
    writer: SpoolWriter
    relay: SpoolRelay
    cut_bytes: int

    def backlog(self) -> Backlog:
        """Say what waits for the log."""
        return self.relay.backlog(self.writer.head().seq)

    def close(self) -> None:
        """Write what waits, then let go of the spool."""
        self.writer.close()
        self.folder.release()


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Who writes here, and where its entries go."""

    src: str
    topic: str


def open_store(
    path: Path,
    naming: Naming,
    *,
    transport: Transport,
    limits: SpoolLimits,
    ids: IdSource,
    clock: Clock,
    patience_seconds: float = 0.0,
) -> Store:
    """Take the spool at `path`.

    A new spool begins the epoch of the second it is born in, which none that was lost can have
    used. Raises SpoolBusy when another process keeps it, SpoolCorrupt when its chain cannot be
    continued.
    """
    folder = SpoolFolder(path)
    folder.acquire(patience_seconds=patience_seconds)
    try:
        recovered = recover(folder, src=naming.src, new_epoch=int(clock.now().timestamp()))
        shelf = Shelf(recovered.segments)
        writer = SpoolWriter(folder, recovered, shelf, ids=ids, clock=clock, limits=limits)
    except BaseException:
        folder.release()
        raise
    return Store(
        folder=folder,
        shelf=shelf,
        writer=writer,
        relay=SpoolRelay(folder, shelf, transport, topic=naming.topic, sent=recovered.sent),
        cut_bytes=recovered.cut_bytes,
    )
