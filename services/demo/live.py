# SPDX-License-Identifier: Apache-2.0
"""A node while it lives: bringing it up, keeping it up, playing the story in it once."""

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from services.demo import environment
from services.demo.console import Progress
from services.demo.control import ControlServer
from services.demo.environment import Node
from services.demo.postgres_host import tie_to_parent
from services.demo.readiness import Probe, probes
from services.demo.supervisor import ProcessSpec, Supervisor
from services.story.suite import Suite
from shared.clock import Clock

_PATIENCE_SECONDS: Final = 240.0
_TICK_SECONDS: Final = 0.05
_LAST_WORDS: Final = 3000
_BAD_CONFIGURATION: Final = 2


class StartFailed(RuntimeError):
    """The node did not come up; the message says which process, and what it said last."""

    def __init__(self, message: str, *, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The supervised node. Every method is called from the one thread that started it.

    `revive` starts the database again when it has died, and says so.
    """

    node: Node
    supervisor: Supervisor
    control: ControlServer
    progress: Progress
    clock: Clock
    stop: threading.Event
    revive: Callable[[], bool]

    def start(self, processes: tuple[ProcessSpec, ...]) -> None:
        """Start everything and return when all of it answers. Raises StartFailed."""
        for spec in processes:
            self.supervisor.add(spec)
        self.progress.step(f"{len(processes)} processes are starting")
        waiting = list(probes(self.node.ports))
        deadline = self.clock.monotonic() + _PATIENCE_SECONDS
        while waiting and not self.stop.is_set():
            self._tick()
            self._refuse_bad_configuration()
            for probe in tuple(waiting):
                if probe.passes():
                    waiting.remove(probe)
                    self.progress.step(f"{probe.name} answers")
            if waiting and self.clock.monotonic() > deadline:
                raise StartFailed(self._silent(waiting))
        if not self.stop.is_set():
            suite(self.node).write(self.node.layout.suite_file)

    def play(self, people: int) -> bool:
        """Play the first story in a process of its own; say whether it came out as expected.

        It leaves something for people to try.
        """
        command = [sys.executable, "-m", "services.story", "--people", str(people)]
        command += ["--suite", str(self.node.layout.suite_file), "--leave-open"]
        with subprocess.Popen(
            command,
            env=environment.base(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=tie_to_parent(),  # noqa: PLW1509  one prctl call
        ) as story:
            while story.poll() is None and not self.stop.is_set():
                self._tick()
            if story.poll() is None:
                story.terminate()
        return story.returncode == 0

    def stay(self) -> None:
        """Keep everything running until asked to stop, then stop it."""
        while not self.stop.is_set():
            self._tick()
        self.progress.step("stopping")
        self.supervisor.stop_all()

    def _tick(self) -> None:
        if self.revive():
            self.progress.step("PostgreSQL ended: started again")
        self.supervisor.step()
        self.control.serve(_TICK_SECONDS)

    def _refuse_bad_configuration(self) -> None:
        for state in self.supervisor.states():
            if state.last_status == _BAD_CONFIGURATION:
                raise StartFailed(
                    f"{state.name} refuses its configuration:\n{self._last_words(state.name)}",
                    status=_BAD_CONFIGURATION,
                )

    def _silent(self, waiting: list[Probe]) -> str:
        named = ", ".join(probe.name for probe in waiting)
        dying = [state.name for state in self.supervisor.states() if state.restarts]
        words = "".join(f"\n{name}:\n{self._last_words(name)}" for name in dying)
        return f"no answer from {named} after {_PATIENCE_SECONDS:g} s{words}"

    def _last_words(self, name: str) -> str:
        return self.node.layout.log(name).read_text(errors="replace")[-_LAST_WORDS:]


def suite(node: Node) -> Suite:
    """Give what a story or a test may know of this node."""
    names = ("gateway", "consent_registry", "permit_service", "audit_log", "devidp", "visa_source")
    audiences = ("consent_registry", "permit_service", "audit_log", "clearinghouse")
    return Suite(
        node=environment.NODE,
        transport=node.transport,
        urls={name: node.ports.url(name) for name in names},
        audiences={name: node.audience(name) for name in audiences},
        dataset_url_base=environment.DATASET_URL_BASE,
        authority=environment.AUTHORITY,
        secret_file=str(node.layout.secrets / "story"),
        data=str(node.layout.data),
        story=str(node.layout.root / "story"),
        control=str(node.layout.control_socket),
    )
