# SPDX-License-Identifier: Apache-2.0
"""The supervisor against real processes: restarts, groups, stopping, its own death."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.demo.control import ControlRefused, ControlServer, ask
from services.demo.supervisor import ProcessSpec, Supervisor
from shared.clock import SystemClock
from tests.support.process_table import children, is_alive
from tests.support.waiting import wait_until

SLEEPER = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
PARENT = (
    "import subprocess, sys, time;"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "time.sleep(600)"
)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    held = Supervisor(clock=SystemClock(), say=said.append)
    yield held
    held.stop_all()


@pytest.fixture
def spec(tmp_path: Path) -> Callable[[str, str], ProcessSpec]:
    def build(name: str, program: str) -> ProcessSpec:
        return ProcessSpec(
            name=name,
            argv=(sys.executable, "-c", program),
            environ=dict(os.environ),
            log=tmp_path / f"{name}.log",
        )

    return build


def pid_of(supervisor: Supervisor, name: str) -> int:
    return next(state.pid for state in supervisor.states() if state.name == name) or 0


def step_until(supervisor: Supervisor, done: Callable[[], bool], what: str) -> None:
    def look() -> bool:
        supervisor.step()
        return done()

    wait_until(look, what)


Spec = Callable[[str, str], ProcessSpec]


def test_a_killed_process_comes_back_and_its_orphans_do_not_stay(
    supervisor: Supervisor, spec: Spec, said: list[str]
) -> None:
    supervisor.add(spec("family", PARENT))
    first = pid_of(supervisor, "family")
    orphan = wait_until(lambda: children(first), "the child of the supervised process")[0]
    os.kill(first, signal.SIGKILL)
    step_until(supervisor, lambda: pid_of(supervisor, "family") not in {0, first}, "a second life")
    wait_until(lambda: not is_alive(orphan), "the orphan's end")
    assert said == ["family ended (signal 9); starting it again in 0.2 s"]


def test_a_process_that_keeps_dying_is_started_ever_later(
    supervisor: Supervisor, spec: Spec, said: list[str]
) -> None:
    supervisor.add(spec("brittle", "raise SystemExit(3)"))
    step_until(supervisor, lambda: len(said) >= 3, "three deaths")
    assert said == [
        f"brittle ended (status 3); starting it again in {pause} s"
        for pause in ("0.2", "0.4", "0.8")
    ]


def test_stopping_ends_the_deaf_too_and_nothing_starts_again(
    supervisor: Supervisor, spec: Spec, said: list[str]
) -> None:
    supervisor.add(spec("quiet", SLEEPER))
    supervisor.add(spec("family", PARENT))
    pids = [pid_of(supervisor, "quiet"), pid_of(supervisor, "family")]
    pids += wait_until(lambda: children(pids[1]), "the grandchild")
    supervisor.stop_all()
    supervisor.step()
    wait_until(lambda: not any(is_alive(pid) for pid in pids), "the end of all of them")
    assert [state.pid for state in supervisor.states()] == [None, None]
    assert said == []


def test_the_supervisors_own_death_takes_everything_with_it(tmp_path: Path) -> None:
    program = textwrap.dedent(
        f"""
        import sys, time
        from pathlib import Path
        from services.demo.supervisor import ProcessSpec, Supervisor
        from shared.clock import SystemClock
        supervisor = Supervisor(clock=SystemClock(), say=print)
        supervisor.add(ProcessSpec(name="deaf", argv=(sys.executable, "-c", {STUBBORN!r}),
                                   environ={{}}, log=Path({str(tmp_path / "log")!r})))
        print(supervisor.states()[0].pid, flush=True)
        time.sleep(600)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as runner:
        assert runner.stdout is not None
        deaf = int(runner.stdout.readline())
        runner.kill()
    wait_until(lambda: not is_alive(deaf), "the child's end")


def test_processes_are_stopped_and_started_through_the_socket(
    supervisor: Supervisor, spec: Spec, tmp_path: Path
) -> None:
    path = tmp_path / "control.sock"
    supervisor.add(spec("one", SLEEPER))
    supervisor.add(spec("two", SLEEPER))
    answers: list[object] = []

    def operator() -> None:
        answers.append([entry["pid"] for entry in ask(path, {"do": "stop", "name": "one"})])
        answers.append([entry["wanted"] for entry in ask(path, {"do": "start", "name": "one"})])
        try:
            ask(path, {"do": "stop", "name": "three"})
        except ControlRefused as refusal:
            answers.append(str(refusal))

    with ControlServer(path, supervisor) as server:
        thread = threading.Thread(target=operator)
        thread.start()
        while thread.is_alive():
            server.serve(0.05)
        thread.join()
    assert answers == [
        [None, pid_of(supervisor, "two")],
        [True, True],
        "no such request, or no process of that name",
    ]
    assert pid_of(supervisor, "one")
