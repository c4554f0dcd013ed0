# SPDX-License-Identifier: Apache-2.0
"""Kills processes again and again, at random moments while they are at work.

A turn waits until its victim is at work, lets a moment pass and kills it with -9. The seed says the
moments and whose turn it is when; turns of different victims overlap.
"""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Protocol

from tests.support.waiting import wait_until

_LONGEST_MOMENT = 0.4  # seconds
_SECONDS_TO_WORK = 300.0

Start = Callable[[], subprocess.Popen[bytes]]
Measure = Callable[[], int]


class Victim(Protocol):
    """Whoever is killed, and comes back."""

    @property
    def name(self) -> str:
        """What it is called in the count."""

    def measured(self) -> int:
        """Give a number that grows while it works."""

    def kill(self) -> bool:
        """Kill what lives of it and see to its return; False when there was nothing to kill."""


@dataclass
class Mortal:
    """A process of our own: how it is started, and a number that grows while it works."""

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

    def kill(self) -> bool:
        """Kill it, and start the next."""
        self.end()
        self.begin()
        return True

    def end(self) -> None:
        """Kill it for good."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=60)


@dataclass(frozen=True)
class Children:
    """Children that their parents start again: `living` gives those of now."""

    name: str
    living: Callable[[], Sequence[int]]
    done: Measure

    def measured(self) -> int:
        """Give the number that they let grow."""
        return self.done()

    def kill(self) -> bool:
        """Kill them; a parent may be killed in this very moment, and they with it."""
        return sum(map(killed, self.living())) > 0


def killed(pid: int) -> bool:
    """Kill a process with -9; False when it is gone."""
    assert pid > 1, "a process, and not a group or all of them"
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


@dataclass
class RandomHavoc:
    """Kills every victim `times` times, `at_once` of them at the same time at most."""

    victims: Sequence[Victim]
    seed: int
    times: int
    at_once: int
    killed: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        """Deal the turns, and wait until everybody is at work again; raise what went wrong."""
        busy = {one.name: threading.Lock() for one in self.victims}
        chance = random.Random(self.seed)  # noqa: S311  a seed that can be repeated
        with ThreadPoolExecutor(self.at_once) as pool:
            turns = [
                pool.submit(self._turn, one, busy[one.name], chance.uniform(0, _LONGEST_MOMENT))
                for _ in range(self.times)
                for one in chance.sample(self.victims, len(self.victims))
            ]
            done, _ = wait(turns, return_when=FIRST_EXCEPTION)
            pool.shutdown(wait=True, cancel_futures=True)
            for one in done:
                one.result()
        for victim in self.victims:
            _at_work(victim)

    def _turn(self, victim: Victim, busy: threading.Lock, moment: float) -> None:
        def fell() -> bool:
            _at_work(victim)
            time.sleep(moment)
            return victim.kill()

        with busy:
            wait_until(fell, f"a chance to kill {victim.name}", _SECONDS_TO_WORK)
            self.killed[victim.name] += 1


def _at_work(victim: Victim) -> None:
    before = victim.measured()
    wait_until(lambda: victim.measured() > before, f"{victim.name} to be at work", _SECONDS_TO_WORK)


@contextlib.contextmanager
def living(mortals: Sequence[Mortal]) -> Iterator[None]:
    """Have processes of our own run while the block runs."""
    try:
        for one in mortals:
            one.begin()
        yield
    finally:
        for one in mortals:
            one.end()


def seed_of_run() -> int:
    """Give the seed that PLACET_TEST_SEED says, or a fresh one, for the test to print."""
    said = int(os.environ.get("PLACET_TEST_SEED", "0"))
    return said or random.SystemRandom().randrange(1, 10**9)
