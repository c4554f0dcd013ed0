# SPDX-License-Identifier: Apache-2.0
"""Kills each process on the way of an entry, again and again, at random moments under load.

Each kind of process has a thread that waits until the living one is at work, lets a moment pass
that the seed chose, kills it with -9 and starts the next.
"""

import contextlib
import os
import random
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.support.waiting import wait_until

_LONGEST_MOMENT = 0.4  # seconds
_SECONDS_TO_WORK = 300.0

Start = Callable[[], subprocess.Popen[bytes]]
Measure = Callable[[], int]


@dataclass
class Mortal:
    """One kind of process: how it is started, and a number that grows while it works."""

    name: str
    start: Start
    done: Measure
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that lives now."""
        return 0 if self.process is None else self.process.pid

    def begin(self) -> None:
        """Start one."""
        self.process = self.start()

    def measured(self) -> int:
        """Give the number; the process must live."""
        assert self.process is not None
        assert self.process.poll() is None, f"{self.name} ended by itself"
        return self.done()

    def kill(self) -> None:
        """Kill it, and start the next."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=60)
        self.begin()


@dataclass
class AuditHavoc:
    """Kills everything `times` times; `readers` gives the reading children that live now."""

    mortals: list[Mortal]
    readers: Callable[[], list[int]]
    read: Measure
    seed: int
    times: int
    killed: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        """Kill all of them, each kind in a thread of its own; raise what went wrong."""
        with ThreadPoolExecutor(len(self.mortals) + 1) as pool:
            rounds = [pool.submit(self._kill_again, one) for one in self.mortals]
            rounds.append(pool.submit(self._kill_readers))
            for one in rounds:
                one.result()

    def _kill_again(self, one: Mortal) -> None:
        moments = self._moments(one.name)
        for _ in range(self.times):
            _at_work(one.measured, one.name)
            _let_pass(moments)
            one.kill()
            self.killed[one.name] += 1

    def _kill_readers(self) -> None:
        moments = self._moments("reading child")
        while self.killed["reading child"] < self.times:
            _at_work(self.read, "reading child")
            _let_pass(moments)
            for child in self.readers():
                # Its parent may have been killed in this very moment, and it with it.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
                    self.killed["reading child"] += 1

    def _moments(self, name: str) -> random.Random:
        return random.Random(f"{self.seed} {name}")  # noqa: S311  a seed that can be repeated

    @contextlib.contextmanager
    def living(self) -> Iterator[None]:
        """Have all processes run while the block runs."""
        try:
            for one in self.mortals:
                one.begin()
            yield
        finally:
            for one in self.mortals:
                if one.process is not None:
                    one.process.kill()
                    one.process.wait(timeout=60)


def _at_work(done: Measure, name: str) -> None:
    before = done()
    wait_until(lambda: done() > before, f"{name} to be at work", _SECONDS_TO_WORK)


def _let_pass(moments: random.Random) -> None:
    threading.Event().wait(moments.uniform(0, _LONGEST_MOMENT))
