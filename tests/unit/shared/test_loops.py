# SPDX-License-Identifier: Apache-2.0
"""Loops that go on whatever fails, and rest when there is nothing to do."""

import logging
import sys
import threading
from collections.abc import Callable

import pytest

from shared.logging import JsonFormatter
from shared.processes import hand_over_soon, run_loop
from shared.tracing import current_trace_id
from tests.fakes.kernel import SteppingClock

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


def test_a_thread_that_computes_gives_way_sooner_than_it_would() -> None:
    before = sys.getswitchinterval()
    try:
        hand_over_soon()
        assert sys.getswitchinterval() < before
    finally:
        sys.setswitchinterval(before)
