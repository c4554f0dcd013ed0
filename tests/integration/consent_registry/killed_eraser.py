# SPDX-License-Identifier: Apache-2.0
"""A process that erases and is killed, as by `kill -9`, at its first commit: before it or after.

`killed_eraser.py DATABASE_URL CLOCK_SECONDS` forks one child after the other over one database:
killed before the commit, killed after it, before the next, and so on until nothing is left to do.
It prints a line for each: the signal that ended the child, or 0 when it had nothing to commit.
"""

import os
import signal
import sys
from dataclasses import replace

from consent_registry.usecases.erasing_parts import erase_next
from tests.fakes.audit_erasure import ForgettingLog
from tests.support.dying_units import DyingUnits
from tests.support.registry_world import registry_world

_CHILDREN = 40


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _erase_once(url: str, seconds: float, *, committed: bool) -> None:
    with registry_world(url=url) as world:
        world.clock.pass_time(seconds)
        dying = DyingUnits(world.tools.units, 1, committed=committed, die=_killed)
        erase_next(tools=replace(world.tools, units=dying, audit=ForgettingLog()))


def main(url: str, seconds: float) -> None:
    """Fork and wait, one at a time."""
    for number in range(_CHILDREN):
        child = os.fork()
        if child == 0:
            _erase_once(url, seconds, committed=bool(number % 2))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        sys.stdout.write(f"{ended}\n")
        sys.stdout.flush()
        if not status:
            return


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
