# SPDX-License-Identifier: Apache-2.0
"""The supervisor's control socket: one JSON request and one JSON answer per connection.

`{"do": "status"}`, `{"do": "stop"|"start"|"restart", "name": "..."}`. The socket lies in a folder
that only its owner may enter; nothing else protects it. Never used in production.
"""

import contextlib
import json
import socket
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from services.demo.supervisor import Supervisor

_LONGEST_REQUEST: Final = 4096
_SECONDS_TO_SPEAK: Final = 10.0
_SECONDS_TO_ANSWER: Final = 60.0


class ControlRefused(RuntimeError):
    """The runner did not do what was asked; the message says why."""


class ControlServer:
    """Answers on a unix socket; `serve` is called from the supervisor's own loop."""

    def __init__(self, path: Path, supervisor: Supervisor) -> None:
        self._path = path
        self._supervisor = supervisor
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(16)

    def serve(self, seconds: float) -> None:
        """Wait at most that long for a request, and answer it."""
        self._listener.settimeout(seconds)
        try:
            connection, _ = self._listener.accept()
        except TimeoutError:
            return
        with connection, contextlib.suppress(OSError):
            connection.settimeout(_SECONDS_TO_SPEAK)
            answer = self._answer(connection.recv(_LONGEST_REQUEST))
            connection.sendall(json.dumps(answer).encode())

    def _answer(self, request: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(request)
            return self._act(str(asked["do"]), str(asked.get("name", "")))
        except (ValueError, KeyError, TypeError, AttributeError):
            return {"error": "no such request, or no process of that name"}

    def _act(self, verb: str, name: str) -> dict[str, Any]:
        if verb in {"stop", "restart"}:
            self._supervisor.stop(name)
        if verb in {"start", "restart"}:
            self._supervisor.start(name)
        elif verb not in {"stop", "status"}:
            raise ValueError(verb)
        return {"processes": [asdict(state) for state in self._supervisor.states()]}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()
        self._path.unlink(missing_ok=True)


def ask(path: Path, request: Mapping[str, str]) -> list[dict[str, Any]]:
    """Send a request to the runner behind a socket; give the state of its processes.

    Raises ControlRefused when it refuses, OSError when nobody answers.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_SECONDS_TO_ANSWER)
        connection.connect(str(path))
        connection.sendall(json.dumps(dict(request)).encode())
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    answer = json.loads(received or b'{"error": "the runner said nothing"}')
    if "error" in answer:
        raise ControlRefused(answer["error"])
    processes: list[dict[str, Any]] = answer["processes"]
    return processes
