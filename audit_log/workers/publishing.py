# SPDX-License-Identifier: Apache-2.0
"""Two loops in one process: one signs a checkpoint a second, one takes it to the witnesses.

Neither waits for the other; when the first one must not go on, both end.
"""

import threading
from collections.abc import Callable
from typing import Final

from audit_log.workers import loops
from shared.clock import Clock

WITNESS_IDLE_SECONDS: Final = 1.0


def run(
    publish: Callable[[], bool],
    witness: Callable[[], bool],
    *,
    clock: Clock,
    stop: threading.Event,
) -> int:
    """Run both until `stop`; give the exit code: 1 when nothing may be signed any more."""
    rounds = loops.Loop("witnesses", witness, WITNESS_IDLE_SECONDS)
    with loops.beside(rounds, clock=clock, stop=stop):
        return loops.run(
            publish, clock=clock, stop=stop, idle=loops.PUBLISH_SECONDS, name="checkpointer"
        )
