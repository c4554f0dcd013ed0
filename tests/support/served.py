# SPDX-License-Identifier: Apache-2.0
"""A small application really served (`tests.support.pid_app`), on TCP or on a unix socket."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
THREADS = 2
START = (
    "import sys; from shared.logging import configure; "
    "from shared.serving import BodyLimits, serve; "
    "configure('test', 'info'); serve('tests.support.pid_app:app', sys.argv[1], threads=2, "
    "limits=BodyLimits(grace_seconds=float(sys.argv[2]), most_bytes=100_000, memory_bytes=10_000))"
)
ENDLESS, AT_ONCE = 3600.0, 0.2


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(self._path)


def connection(bind: str) -> http.client.HTTPConnection:
    if bind.startswith("unix:"):
        return UnixConnection(bind.removeprefix("unix:"))
    host, _, port = bind.rpartition(":")
    return http.client.HTTPConnection(host, int(port), timeout=30)


@dataclass(frozen=True)
class Pids:
    worker: int
    master: int


def ask(bind: str, path: str = "/") -> Pids | None:
    with closing(connection(bind)) as line:
        try:
            line.request("GET", path)
            worker, master = line.getresponse().read().split()
        except (OSError, ValueError, http.client.HTTPException):
            return None
        return Pids(int(worker), int(master))


@contextmanager
def started(
    bind: str, gate: Path | None = None, *, grace: float = ENDLESS
) -> Iterator[subprocess.Popen[bytes]]:
    environ = {**os.environ, "PLACET_TEST_GATE": str(gate or "")}
    process = subprocess.Popen(
        [sys.executable, "-c", START, bind, str(grace)],
        cwd=ROOT,
        env=environ,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def answering(bind: str) -> Pids:
    found = wait_until(lambda: ask(bind), f"an answer at {bind}")
    assert found is not None
    return found


def fresh_bind(kind: str, folder: Path) -> str:
    """An address of this kind, `tcp` or `unix`, where nobody listens."""
    if kind == "unix":
        return f"unix:{folder}/s.sock"
    return f"127.0.0.1:{free_port()}"
