# SPDX-License-Identifier: Apache-2.0
"""A real process of the log that meets its fate at one named point, the first time it gets there.

`python -m tests.support.doomed_log FATE POINT COMMAND`, where COMMAND is one of the log's own and
FATE is `die` (kill -9), `stop` (SIGSTOP, once), `full` (no space left, while the file named by
`PLACET_TEST_DISK_FULL` exists) or `live` (nothing happens).
The product knows nothing of this: the names it calls are wrapped here, before its own entry point
runs. `PLACET_TEST_LEASE` shortens the sequencer's lease.
"""

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from audit_log.adapters.key_files import LogSigner
from audit_log.adapters.own_producer import OwnProducer
from audit_log.adapters.publishing import PostgresPublisherStore
from audit_log.adapters.reading_process import ReadingProcess
from audit_log.adapters.store import PostgresSequencerStore, write
from audit_log.bootstrap import working
from audit_log.usecases.sequence import Pace
from services.audit_log.__main__ import main as real_main

REFUSED: Final = "commit refused: "
_HEAD: Final = "head.note.new"


def _always(*_: Any) -> bool:
    return True


def _from_kafka(_: Any, batch: Any, *__: Any) -> bool:
    """Only a batch with records of the topic: not the announcement of the lead alone."""
    return bool(batch.offsets)


def _rows_of(table: str) -> Callable[..., bool]:
    def met(_: Any, target: str, found: Any, *__: Any) -> bool:
        return target.partition(" ")[0] == table and bool(found)

    return met


def _is_head(file: int) -> bool:
    return Path(f"/proc/self/fd/{file}").readlink().name == _HEAD


@dataclass(frozen=True)
class Point:
    """Before or after a call of `owner.name`, if `when` holds of its arguments.

    Afterwards `given` must hold of what it gave as well.
    """

    owner: Any
    name: str
    after: bool = True
    when: Callable[..., bool] = _always
    given: Callable[[Any], bool] = _always


_STORE = PostgresSequencerStore
_something: Callable[[Any], bool] = bool


def _copied(table: str) -> Point:
    name = "_copy" if table in write._COPIES else "_pour"
    return Point(write, name, when=_rows_of(table))


SEQUENCING: Final[Mapping[str, Point]] = {
    "before the lease is taken": Point(_STORE, "lead", after=False),
    "lease taken": Point(_STORE, "lead", given=_something),
    "state loaded": Point(_STORE, "load"),
    "intake read": Point(_STORE, "pending", given=_something),
    "topic read": Point(ReadingProcess, "poll", given=_something),
    "numbers of keys drawn": Point(_STORE, "key_numbers"),
    "before the transaction": Point(_STORE, "commit", after=False, when=_from_kafka),
    "within a COPY": Point(write, "_half_poured", when=_rows_of("ev")),
    **{
        f"COPY of {table} done": _copied(table)
        for table in ("bundle", "tile", "ev", "ev_person", "dek", "sealed", "producer_run")
    },
    "edge moved": Point(write, "_move_edge", when=_from_kafka),
    "chains written": Point(write, "_write_chains", when=_from_kafka),
    "quarantine written": Point(write, "_write_quarantine", when=lambda _, b: bool(b.quarantined)),
    "offsets moved": Point(write, "_move", when=_from_kafka),
    "fence passed": Point(write, "_fence", when=_from_kafka),
    "before COMMIT": Point(OwnProducer, "say", when=lambda *given: len(given[2]) > 1),
    "COMMIT done": Point(_STORE, "commit", when=_from_kafka),
}
PUBLISHING: Final[Mapping[str, Point]] = {
    "checkpoint signed": Point(LogSigner, "sign"),
    "checkpoint kept": Point(PostgresPublisherStore, "keep"),
    "head file begun": Point(os, "fsync", after=False, when=_is_head),
    "head file written beside": Point(Path, "replace", False, lambda path, _: path.name == _HEAD),
    "head file renamed": Point(Path, "replace", True, lambda path, _: path.name == _HEAD),
    "checkpoint published": Point(PostgresPublisherStore, "publish"),
}
POINTS: Final = {**SEQUENCING, **PUBLISHING}


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _full() -> None:
    if Path(os.environ["PLACET_TEST_DISK_FULL"]).exists():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _live() -> None:
    """Nothing happens."""


class _StopOnce:
    def __init__(self) -> None:
        self._done = False

    def __call__(self) -> None:
        if not self._done:
            self._done = True
            # To this very thread: sent to the process, another may be picked, and this one runs on.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


def _meet(point: Point, fate: Callable[[], None]) -> None:
    """Wrap what the point names."""
    inner = getattr(point.owner, point.name)

    def wrapped(*given: Any) -> Any:
        if point.name == "_copy":  # its rows come once
            given = (*given[:2], list(given[2]))
        met = point.when(*given)
        if met and not point.after:
            fate()
        result = inner(*given)
        if met and point.after and point.given(result):
            fate()
        return result

    setattr(point.owner, point.name, wrapped)


def _pour_in_halves(cursor: Any, target: str, found: Any, rows: Callable[[Any], bytes]) -> None:
    """Do as the product's own does, in two messages; the fate comes between them."""
    if not found:
        return
    with cursor.copy(f"COPY {target} FROM STDIN (FORMAT BINARY)") as copy:
        data = rows(found)
        copy.write(data[: len(data) // 2])
        write._half_poured(cursor, target, found)  # type: ignore[attr-defined]
        copy.write(data[len(data) // 2 :])


def _say_refusals() -> None:
    commit = PostgresSequencerStore.commit

    def said(store: PostgresSequencerStore, batch: Any, seconds: float) -> None:
        try:
            commit(store, batch, seconds)
        except Exception as error:
            sys.stderr.write(f"{REFUSED}{type(error).__name__}\n")
            sys.stderr.flush()
            raise

    _replace(PostgresSequencerStore, "commit", said)


def _replace(owner: Any, name: str, value: object) -> None:
    setattr(owner, name, value)


def main() -> int:
    """Prepare the fate, then run the log's own entry point."""
    fate, point, command = sys.argv[1:]
    if point == "within a COPY":
        _replace(write, "_half_poured", lambda *_: None)
        _replace(write, "_pour", _pour_in_halves)
    fates: dict[str, Callable[[], None]] = {
        "die": _die,
        "stop": _StopOnce(),
        "full": _full,
        "live": _live,
    }
    _meet(POINTS[point], fates[fate])
    _say_refusals()
    if lease := os.environ.pop("PLACET_TEST_LEASE", ""):
        _replace(working, "Pace", partial(Pace, lease_seconds=float(lease)))
    sys.argv = ["services.audit_log", command]
    return real_main()


if __name__ == "__main__":
    sys.exit(main())
