# SPDX-License-Identifier: Apache-2.0
"""Real masters and workers, really killed."""

import os
import signal
import socket
import stat
import threading
from pathlib import Path

import pytest

from tests.support.served import Pids, answering, ask, connection, fresh_bind, started
from tests.support.waiting import wait_until


def state_and_parent(pid: int) -> tuple[str, int]:
    """The process's state letter and its parent (proc(5)); `("X", 0)` when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return "X", 0
    return fields[0], int(fields[1])


def gone(pid: int) -> bool:
    """A process that nobody has collected yet is gone all the same."""
    return state_and_parent(pid)[0] in {"X", "Z"}


def children_of(master: int) -> list[int]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if state_and_parent(pid)[1] == master and not gone(pid)]


@pytest.fixture(params=["tcp", "unix"])
def bind(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return fresh_bind(request.param, tmp_path)


def test_killing_the_master_kills_its_worker_and_a_restart_serves(bind: str) -> None:
    with started(bind) as master:
        pids = answering(bind)
        assert pids.master == master.pid
        master.send_signal(signal.SIGKILL)
        wait_until(lambda: gone(pids.worker), "the worker to die with its master")
        with started(bind) as second:
            again = answering(bind)
            assert again.master == second.pid
            assert again.worker != pids.worker


def test_killing_the_worker_brings_a_new_one_under_the_same_master(bind: str) -> None:
    with started(bind) as master:
        first = answering(bind)
        os.kill(first.worker, signal.SIGKILL)
        second = wait_until(
            lambda: (found := ask(bind)) and found.worker != first.worker and found,
            "an answer from a new worker",
        )
        assert second
        assert second.master == master.pid


def test_a_worker_that_keeps_dying_ends_the_master_with_status_1(bind: str) -> None:
    with started(bind) as master:
        first = answering(bind)
        os.kill(first.worker, signal.SIGKILL)
        children = wait_until(
            lambda: [pid for pid in children_of(master.pid) if pid != first.worker],
            "a new worker",
        )
        os.kill(children[0], signal.SIGKILL)
        assert master.wait(timeout=30) == 1


def test_sigterm_ends_master_and_worker_with_status_0(bind: str) -> None:
    with started(bind) as master:
        pids = answering(bind)
        master.terminate()
        assert master.wait(timeout=30) == 0
        assert gone(pids.worker)


def test_a_second_master_does_not_serve_beside_the_first(bind: str) -> None:
    with started(bind) as first:
        pids = answering(bind)
        with started(bind) as second:
            assert second.wait(timeout=60) == 1
        assert first.poll() is None
        assert answering(bind) == pids


def test_an_address_of_another_host_is_refused_at_once() -> None:
    with started("203.0.113.5:18099") as master:
        assert master.wait(timeout=60) == 1


def test_a_stale_socket_is_replaced_with_the_asked_mode(tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    with started(f"unix:{path}"):
        answering(f"unix:{path}")
        assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_a_file_that_is_no_socket_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    path.write_text("precious")
    with started(f"unix:{path}") as master:
        assert master.wait(timeout=30) == 1
    assert path.read_text() == "precious"


def test_more_requests_than_threads_wait_and_are_answered(bind: str, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    answers: list[Pids | None] = []
    with started(bind, gate):
        answering(bind)
        callers = [
            threading.Thread(target=lambda: answers.append(ask(bind, "/slow"))) for _ in range(6)
        ]
        for caller in callers:
            caller.start()
        gate.touch()
        for caller in callers:
            caller.join(timeout=30)
    assert len(answers) == 6
    assert None not in answers


def test_idle_connections_do_not_keep_others_out(bind: str) -> None:
    with started(bind):
        answering(bind)
        idle = [connection(bind) for _ in range(20)]
        for line in idle:
            line.request("GET", "/")
            line.getresponse().read()
        assert ask(bind) is not None
        for line in idle:
            line.close()
