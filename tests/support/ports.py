# SPDX-License-Identifier: Apache-2.0
"""Ports for servers that tests start, from a range that nothing else on the machine hands out.

A port that the kernel picks for a probe may be picked again, for a connection or by a test that
runs beside this one, before the server that it is meant for listens. So each process of a test run
counts through a range of its own, below the kernel's (32768 and up on Linux) and below the one in
which `services.demo.ports` looks.
"""

import os
import random
import socket
from collections.abc import Iterator
from functools import cache
from typing import Final

_LOWEST: Final = 10_000
_WIDTH: Final = 1_000  # per process of a run
_PROCESSES: Final = 10
_REFUSED: Final = 10_080  # no browser opens it: https://fetch.spec.whatwg.org/#port-blocking


def free_port() -> int:
    """Give a port on 127.0.0.1 where nobody listens and that no other test of this run is given."""
    for port in _candidates():
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("no port is free for a test's server")


@cache
def _candidates() -> Iterator[int]:
    """Count through this process's range, from anywhere: another checkout may be testing too."""
    lowest = _LOWEST + _WIDTH * (worker_number() % _PROCESSES)
    start = random.SystemRandom().randrange(_WIDTH)
    places = (place % _WIDTH for place in range(start, start + 100 * _WIDTH))
    return (lowest + place for place in places if lowest + place != _REFUSED)


def worker_number() -> int:
    """Give which process of the run this is, as pytest-xdist counts them; 0 when it runs alone."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
