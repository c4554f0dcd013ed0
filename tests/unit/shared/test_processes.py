# SPDX-License-Identifier: Apache-2.0
"""Loops that go on, and processes that end when they should."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.logging import JsonFormatter
from shared.processes import run_loop
from shared.tracing import current_trace_id
from tests.fakes.kernel import SteppingClock
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[3]
MARKER = "Anna Andersson"


class Pauses(threading.Event):
    """A stop signal that never really waits and remembers how long it was asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.append(timeout or 0.0)
        return self.is_set()


def run(script: list[Callable[[], bool]]) -> Pauses:
    stop = Pauses()

    def step() -> bool:
        todo = script.pop(0)
        if not script:
            stop.set()
        return todo()

    run_loop(step, clock=SteppingClock(), stop=stop, idle_seconds=0.25, name="test")
    return stop


def busy() -> bool:
    return True


def idle() -> bool:
    return False


def broken() -> bool:
    raise RuntimeError(MARKER)


def test_a_loop_rests_only_when_there_is_nothing_to_do() -> None:
    assert run([busy, busy, idle, busy, idle, busy]).asked == [0.25, 0.25]


def test_a_failing_step_is_tried_again_more_and_more_slowly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pauses = run([broken] * 9 + [busy, broken, busy]).asked
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 0.5]
    lines = [JsonFormatter("s").format(record) for record in caplog.records]
    assert sum("step failed" in line for line in lines) == 10
    assert not any(MARKER in line for line in lines)


def test_each_step_has_a_trace_of_its_own() -> None:
    traces: list[str] = []

    def step() -> bool:
        traces.append(current_trace_id())
        return True

    run([step, step, step])
    assert len(set(traces)) == 3


def test_a_loop_that_is_stopped_already_does_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stop = threading.Event()
    stop.set()
    run_loop(broken, clock=SteppingClock(), stop=stop, idle_seconds=1, name="test")
    assert [record.message for record in caplog.records] == ["loop started", "loop stopped"]


def started(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


WORKER = """
import time
from shared.clock import SystemClock
from shared.processes import run_loop, until_stopped
stop = until_stopped()
print("ready", flush=True)
def step():
    {inside}
    return False
run_loop(step, clock=SystemClock(), stop=stop, idle_seconds=60, name="t")
print("ended well", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_resting_loop_well(number: signal.Signals) -> None:
    with started(WORKER.format(inside="pass")) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        worker.send_signal(number)
        assert worker.stdout.read() == "ended well\n"
    assert worker.returncode == 0


def test_a_second_signal_ends_a_loop_that_hangs() -> None:
    with started(WORKER.format(inside='print("in", flush=True); time.sleep(600)')) as worker:
        assert worker.stdout is not None
        assert [worker.stdout.readline(), worker.stdout.readline()] == ["ready\n", "in\n"]

        def ended() -> bool:
            worker.send_signal(signal.SIGTERM)
            return worker.poll() is not None

        wait_until(ended, "the hanging worker to end")
    assert worker.returncode == 128 + signal.SIGTERM


CHILD = """
import os, sys, time
from shared.processes import die_with_parent
die_with_parent(int(sys.argv[1]))
print(os.getpid(), flush=True)
time.sleep(600)
"""
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid())], stdout=sys.stdout)
time.sleep(600)
"""


def ended(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def test_a_child_dies_with_its_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(json.loads(parent.stdout.readline()))
        assert not ended(child)
        parent.kill()
        wait_until(lambda: ended(child), "the child to die with its parent")


def test_a_child_whose_parent_was_gone_already_ends_itself() -> None:
    nobody = os.getpid() + 1_000_000
    orphan = subprocess.run(
        [sys.executable, "-c", CHILD, str(nobody)], cwd=ROOT, capture_output=True, check=False
    )
    assert orphan.returncode == -signal.SIGKILL
    assert orphan.stdout == b""
