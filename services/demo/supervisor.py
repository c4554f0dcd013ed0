# SPDX-License-Identifier: Apache-2.0
"""Keeps a set of processes running: starts them, restarts the dead, stops them all.

Each process leads a process group of its own, so that Ctrl-C in a terminal reaches only the
supervisor and a group can be ended whole; each dies with the supervisor (PR_SET_PDEATHSIG). Call
everything here from one thread that lives as long as the supervisor: the kernel ties a child to
the thread that forked it. Decides nothing about what the processes are.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.demo.postgres_host import tie_to_parent
from shared.clock import Clock

_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 10.0
_STEADY_SECONDS: Final = 20.0  # a process that lived this long has earned a fresh back-off
_GRACE_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """One process: `farewell` is the signal the kernel sends it when the supervisor is killed."""

    name: str
    argv: tuple[str, ...]
    environ: Mapping[str, str]
    log: Path
    farewell: signal.Signals = signal.SIGKILL


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessState:
    """What an observer may know about a process.

    `pid` is its group's leader, None when down; `last_status` is how its previous life ended
    (negative: by that signal), None before the first end.
    """

    name: str
    pid: int | None
    wanted: bool
    restarts: int
    last_status: int | None


class _Child:
    """One supervised process through its lives."""

    def __init__(self, spec: ProcessSpec, clock: Clock) -> None:
        self.spec = spec
        self.wanted = True
        self.restarts = 0
        self.last_status: int | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.due = 0.0
        self._clock = clock
        self._pause = _FIRST_PAUSE_SECONDS
        self._born = 0.0

    def launch(self) -> None:
        self.spec.log.parent.mkdir(parents=True, exist_ok=True)
        with self.spec.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.spec.argv,
                env=dict(self.spec.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=tie_to_parent(self.spec.farewell),  # noqa: PLW1509  one prctl call
            )
        self._born = self._clock.monotonic()

    def bury(self) -> float:
        """Forget a process that ended, with all its group; give the pause before the next life."""
        if self.process is not None:
            _signal_group(self.process, signal.SIGKILL)
            self.process = None
        if self._clock.monotonic() - self._born > _STEADY_SECONDS:
            self._pause = _FIRST_PAUSE_SECONDS
        pause, self._pause = self._pause, min(self._pause * 2, _LONGEST_PAUSE_SECONDS)
        self.due = self._clock.monotonic() + pause
        return pause

    def forgive(self) -> None:
        self._pause = _FIRST_PAUSE_SECONDS


class Supervisor:
    """Processes by name. `say` is told in one line what ends and what is started again."""

    def __init__(self, *, clock: Clock, say: Callable[[str], None]) -> None:
        self._clock = clock
        self._say = say
        self._children: dict[str, _Child] = {}

    def add(self, spec: ProcessSpec) -> None:
        """Start a process and keep it running from now on."""
        if spec.name in self._children:
            raise ValueError(f"{spec.name} is supervised already")
        child = self._children[spec.name] = _Child(spec, self._clock)
        child.launch()

    def step(self) -> None:
        """Notice what died and start again what is due; call this often."""
        for child in self._children.values():
            if child.process is not None:
                status = child.process.poll()
                if status is not None:
                    self._mourn(child, status)
            elif child.wanted and self._clock.monotonic() >= child.due:
                child.restarts += 1
                child.launch()

    def start(self, name: str) -> None:
        """Start a stopped process; does nothing for one that runs. Raises KeyError."""
        child = self._children[name]
        child.wanted = True
        child.forgive()
        if child.process is None:
            child.launch()

    def stop(self, name: str) -> None:
        """Stop a process until it is started again. Raises KeyError."""
        self._end([self._children[name]])

    def stop_all(self) -> None:
        """Stop everything, the latest started first; no process of any group remains."""
        self._end(list(reversed(self._children.values())))

    def states(self) -> tuple[ProcessState, ...]:
        """Tell what runs, in the order of the first start."""
        return tuple(
            ProcessState(
                name=name,
                pid=None if child.process is None else child.process.pid,
                wanted=child.wanted,
                restarts=child.restarts,
                last_status=child.last_status,
            )
            for name, child in self._children.items()
        )

    def _mourn(self, child: _Child, status: int) -> None:
        how = f"signal {-status}" if status < 0 else f"status {status}"
        pause = child.bury()
        child.last_status = status
        if child.wanted:
            self._say(f"{child.spec.name} ended ({how}); starting it again in {pause:g} s")

    def _end(self, children: Iterable[_Child]) -> None:
        """Ask all of them first, then wait: together they take as long as the slowest."""
        running = []
        for child in children:
            child.wanted = False
            if child.process is not None:
                running.append(child)
                with contextlib.suppress(ProcessLookupError):
                    child.process.send_signal(signal.SIGTERM)
        deadline = self._clock.monotonic() + _GRACE_SECONDS
        for child in running:
            if child.process is None:
                continue
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - self._clock.monotonic()))
            _signal_group(child.process, signal.SIGKILL)
            child.process.wait()
            child.process = None


def _signal_group(leader: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal every process of the group, also when its leader is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, number)
