# SPDX-License-Identifier: Apache-2.0
"""How a process of the suite lives and ends: with its parent, on a signal, around a loop.

Holds no work of its own.
"""

import ctypes
import gc
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final

from shared.clock import Clock
from shared.tracing import work_context

_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_LONGEST_PAUSE_SECONDS: Final = 30.0
_FIRST_PAUSE_SECONDS: Final = 0.5
_YOUNG_OBJECTS: Final = 50_000
BATCH_OBJECTS: Final = 1_000_000  # more than a batch of the log has
_YOUNG_PER_MIDDLE: Final = 20
_MIDDLE_PER_OLD: Final = 50
_TURN_SECONDS: Final = 0.001
_log = logging.getLogger("placet.process")


def die_with_parent(expected_parent: int | None = None) -> None:
    """Have the kernel kill this process as soon as the parent that started it is gone.

    `expected_parent` is the parent's pid as the parent itself knows it. When the parent died before
    this call, the kernel will send nothing any more: the process has another parent by then, and
    ends itself at once. Uses prctl(2) PR_SET_PDEATHSIG with SIGKILL; does nothing where the system
    is not Linux. The signal follows the thread that forked, so parents fork from their main thread.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if expected_parent is not None and os.getppid() != expected_parent:
        os.kill(os.getpid(), signal.SIGKILL)


def collect_seldom(objects: int = _YOUNG_OBJECTS) -> None:
    """Have the garbage collector leave alone what lives as long as the process.

    What is there now is never looked at again, and what is made only when there are that many more
    `objects` than before: a worker that makes millions of small records spends a fifth of its time
    there otherwise. One that frees a whole batch of them by their counts names more than a batch.
    """
    gc.freeze()
    gc.set_threshold(objects, _YOUNG_PER_MIDDLE, _MIDDLE_PER_OLD)


def hand_over_soon() -> None:
    """Have a thread that computes give way after 1 ms where others wait; Python's own is 5 ms.

    For a process that computes while another thread hands rows to the database: at each word of the
    database's that thread waits so long for its turn, and the database for it.
    """
    sys.setswitchinterval(_TURN_SECONDS)


def until_stopped() -> threading.Event:
    """Give an event that SIGTERM and SIGINT set; call it from the main thread.

    A second signal ends the process at once: whoever sends it has waited long enough. The event is
    set by a thread of its own: a signal may come while the main thread holds the event's lock, and
    setting it there would wait for that very lock for ever.
    """
    stopped = threading.Event()
    asked: queue.SimpleQueue[int] = queue.SimpleQueue()  # may be put into from a signal handler
    told = False

    def stop(number: int, _: FrameType | None) -> None:
        nonlocal told
        if told or stopped.is_set():
            os._exit(128 + number)
        told = True
        asked.put(number)

    def pass_on() -> None:
        asked.get()
        stopped.set()

    threading.Thread(target=pass_on, daemon=True, name="signals").start()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopped


def run_loop(
    step: Callable[[], bool],
    *,
    clock: Clock,
    stop: threading.Event,
    idle_seconds: float,
    name: str,
) -> None:
    """Call `step` until `stop` is set: at once again while it has work, else after a pause.

    A step that fails is logged by type and place and tried again after 0.5 s, doubling to 30 s: a
    worker outlives its database and its broker. Each step has ids of its own.
    """
    pause = _FIRST_PAUSE_SECONDS
    _log.info("loop started", extra={"loop": name})
    while not stop.is_set():
        began = clock.monotonic()
        with work_context():
            try:
                busy = step()
            except Exception as error:  # noqa: BLE001 - the worker's outermost loop must go on
                took = round((clock.monotonic() - began) * 1000, 1)
                _log.error("step failed", extra={"loop": name, "ms": took}, exc_info=error)
                stop.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
                continue
        pause = _FIRST_PAUSE_SECONDS
        if not busy:
            stop.wait(idle_seconds)
    _log.info("loop stopped", extra={"loop": name})
