# SPDX-License-Identifier: Apache-2.0
"""What tests that run beside each other share: ports that never meet, and one end of everything."""

import contextlib
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.ports import free_port

ROOT = Path(__file__).parents[3]


def test_no_port_is_given_twice_and_none_that_the_kernel_or_the_runner_would_pick() -> None:
    given = [free_port() for _ in range(300)]
    assert len(set(given)) == len(given)
    assert all(10_000 <= port < 20_000 for port in given)


def test_a_port_where_somebody_listens_is_passed_over() -> None:
    with socket.socket() as busy:
        port = free_port()
        following = 10_000 + (port // 1_000 - 10) * 1_000 + (port + 1) % 1_000
        with contextlib.suppress(OSError):  # somebody else listens there: as good
            busy.bind(("127.0.0.1", following))
        assert free_port() != following


@pytest.mark.parametrize("ended_by_the_run", [True, False])
def test_what_was_registered_is_ended_once_newest_first(*, ended_by_the_run: bool) -> None:
    program = (
        "from tests.support.endings import at_end_of_run, end_run\n"
        "at_end_of_run(lambda: print('first'))\n"
        "at_end_of_run(lambda: print('second'))\n"
    ) + ("end_run()\n" if ended_by_the_run else "")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["second", "first"]
