# SPDX-License-Identifier: Apache-2.0
"""Real processes that end when they should: on a signal, and with their parent."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[3]


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


IN_THE_LOCK = """
import os, signal
from shared.processes import until_stopped
stop = until_stopped()
with stop._cond:  # where a loop is for a moment, each time it begins to wait
    os.kill(os.getpid(), signal.SIGTERM)
    print("in the lock", flush=True)
print("stopped" if stop.wait(60) else "deaf", flush=True)
"""


def test_a_signal_that_comes_at_the_worst_moment_is_heard() -> None:
    with started(IN_THE_LOCK) as worker:
        said, _ = worker.communicate(timeout=120)
    assert (said, worker.returncode) == ("in the lock\nstopped\n", 0)


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
