# SPDX-License-Identifier: Apache-2.0
"""A process that tells people and is killed, as by `kill -9`, around one of its first commits.

`killed_teller.py DATABASE_URL CONTACT_URL FOLDER` forks one child after the other: killed before
its first commit, after it, before its second, and so on up to the third; each so much later that an
attempt cut off is tried again, until one finds nothing to do. Prints how each ended.
In FOLDER are the keys of the registry, the key of the contact points, and the messages.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from consent_registry.adapters.signers import read_keys
from consent_registry.usecases.notifying import notify_next
from consent_registry.usecases.telling import tell_next
from tests.support.dying_units import DyingUnits
from tests.support.reached import reaching
from tests.support.registry_world import registry_world

_CHILDREN = 120
_MINUTES_BETWEEN = 11


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _tell_once(url: str, contact_url: str, folder: Path, number: int) -> None:
    key = (folder / "contact.key").read_bytes()
    with (
        registry_world(url=url, keys=read_keys(folder / "keys")) as world,
        reaching(world, contact_url, key, folder / "messages") as reach,
    ):
        world.clock.pass_time(60 + 60 * _MINUTES_BETWEEN * number)
        dying = DyingUnits(
            world.tools.units, 1 + number // 2 % 3, committed=bool(number % 2), die=_killed
        )
        tools = replace(reach.tools, units=dying)
        while tell_next(tools=tools, limit=1) or notify_next(tools=tools):
            pass


def main(url: str, contact_url: str, folder: str) -> None:
    """Fork and wait, one at a time."""
    for number in range(_CHILDREN):
        child = os.fork()
        if child == 0:
            _tell_once(url, contact_url, Path(folder), number)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        sys.stdout.write(f"{ended}\n")
        sys.stdout.flush()
        if ended != signal.SIGKILL:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
