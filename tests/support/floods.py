# SPDX-License-Identifier: Apache-2.0
"""Clients that mean no good: they hold connections and never finish what they began."""

import contextlib
import socket
from collections.abc import Iterator

IDLE_POST = (
    b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\ncsrf_token="
)


@contextlib.contextmanager
def idle_posts(bind: str, path: str, number: int) -> Iterator[None]:
    """Keep so many requests open at `address:port` or `unix:/path` whose bodies never come."""
    with contextlib.ExitStack() as stack:
        for _ in range(number):
            line = stack.enter_context(_connected(bind))
            line.sendall(IDLE_POST % path.encode())
        yield


def _connected(bind: str) -> socket.socket:
    if not bind.startswith("unix:"):
        host, _, port = bind.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=30)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.connect(bind.removeprefix("unix:"))
    return line
