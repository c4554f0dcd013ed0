# SPDX-License-Identifier: Apache-2.0
"""The loops around sequencing and publishing: when to go on, when to wait, when to give up.

They decide nothing about entries or checkpoints.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from audit_log.domain.errors import (
    Fenced,
    HeadMismatch,
    LogMismatch,
    OffsetMissing,
    OlderThanErased,
)
from shared.clock import Clock
from shared.processes import run_loop

SEQUENCE_IDLE_SECONDS: Final = 0.05
PUBLISH_SECONDS: Final = 1.0
CHECK_SECONDS: Final = 1.0
SELF_CHECK_SECONDS: Final = 60.0
RETENTION_SECONDS: Final = 30.0
_log = logging.getLogger(__name__)


class Halt:
    """A step that ends its process for the errors that no retry mends."""

    def __init__(self, step: Callable[[], bool], stop: threading.Event) -> None:
        self._step = step
        self._stop = stop
        self.failed = False

    def __call__(self) -> bool:
        """Step; on an error that needs a person, log its code and stop the loop."""
        try:
            return self._step()
        except Fenced:
            return False  # another leads: stand by
        except (LogMismatch, OffsetMissing, OlderThanErased, HeadMismatch) as error:
            _log.critical(
                "stopped: somebody must look",
                extra={"code": error.code, "detail": error.detail, **error.context},
            )
            self.failed = True
            self._stop.set()
            return False


def after(first: Callable[[], None], step: Callable[[], bool]) -> Callable[[], bool]:
    """Give a step that does something else before it, and itself only when that has not failed."""

    def both() -> bool:
        first()
        return step()

    return both


class Loop(NamedTuple):
    """A step to be done again and again, resting `idle` seconds when it has no work."""

    name: str
    step: Callable[[], bool]
    idle: float


@contextmanager
def beside(loop: Loop, *, clock: Clock, stop: threading.Event) -> Iterator[None]:
    """Run another loop in a thread of its own while the block runs; `stop` ends both.

    What it does waits for nobody: an error is logged and the step tried again.
    """
    thread = threading.Thread(
        target=run_loop,
        args=(loop.step,),
        kwargs={"clock": clock, "stop": stop, "idle_seconds": loop.idle, "name": loop.name},
        name=loop.name,
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def run(
    step: Callable[[], bool],
    *,
    at_end: Callable[[], None] = lambda: None,
    clock: Clock,
    stop: threading.Event,
    idle: float,
    name: str,
) -> int:
    """Run a loop until `stop`, then `at_end`; give the exit code: 1 after such an error."""
    halting = Halt(step, stop)
    run_loop(halting, clock=clock, stop=stop, idle_seconds=idle, name=name)
    try:
        at_end()
    except Exception as error:  # noqa: BLE001 - the process ends in any case, with its own status
        _log.warning("the end was not clean", exc_info=error)
    return 1 if halting.failed else 0
