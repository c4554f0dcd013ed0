# SPDX-License-Identifier: Apache-2.0
"""Kills every process of a suite once with -9, masters and workers apart, while it works.

The next victim falls only when the one before is back and answers: the suite must stand any single
death at any time, and this says which one it did not stand.
"""

import os
import signal
import threading
from dataclasses import dataclass

from tests.support.process_table import children, is_alive
from tests.support.suite import RunningSuite
from tests.support.waiting import wait_until

_SECONDS_TO_RETURN = 300.0


@dataclass(frozen=True, slots=True)
class Victim:
    """A process by its supervised name, and whether its worker or its leader falls."""

    name: str
    worker: bool


# What a reader of files meets falls while files are read; the rest while consents arrive.
_ON_THE_WAY_TO_A_FILE = (
    "clearinghouse",
    "gateway",
    "devidp",
    "visa_source",
    "permit_service.serve",
)


class Havoc:
    """One round of killing, in a thread of its own; `files_are_read` begins its second half."""

    def __init__(self, suite: RunningSuite) -> None:
        self._suite = suite
        self._thread = threading.Thread(target=self._run, name="havoc", daemon=True)
        self._fault: BaseException | None = None
        self.files_are_read = threading.Event()
        self.killed: list[Victim] = []

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def finish(self) -> None:
        """Wait until every process has been killed once and is back; raise what went wrong."""
        self.files_are_read.set()
        self._thread.join()
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        try:
            names = [*self._suite.processes()]
            # The workers first: the story begins with an import, which is theirs to finish.
            first = [name for name in names if name not in _ON_THE_WAY_TO_A_FILE]
            for name in (*sorted(first, key=_serves), *_ON_THE_WAY_TO_A_FILE):
                if name in _ON_THE_WAY_TO_A_FILE:
                    self.files_are_read.wait()
                for worker in (True, False):
                    self._kill(Victim(name, worker))
        except BaseException as fault:  # noqa: BLE001  carried to the test's own thread
            self._fault = fault

    def _kill(self, victim: Victim) -> None:
        leader = self._pid(victim.name)
        workers = children(leader)
        if victim.worker and not workers:
            return
        fallen = workers[0] if victim.worker else leader
        os.kill(fallen, signal.SIGKILL)
        self.killed.append(victim)
        wait_until(lambda: not is_alive(fallen), f"the death of {victim}")
        wait_until(
            lambda: self._is_back(victim, leader), f"{victim} to be back", _SECONDS_TO_RETURN
        )
        wait_until(self._suite.answers, f"all to answer after {victim}", _SECONDS_TO_RETURN)

    def _is_back(self, victim: Victim, leader: int) -> bool:
        now = self._pid(victim.name)
        if not victim.worker:
            return now not in {0, leader}
        return bool(now and children(now))

    def _pid(self, name: str) -> int:
        return int(self._suite.processes()[name]["pid"] or 0)


def _serves(name: str) -> bool:
    return name.endswith("serve")
