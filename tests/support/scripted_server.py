# SPDX-License-Identifier: Apache-2.0
"""A real HTTP server on a free port: it answers what a test tells it to and remembers the calls."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Call:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Scripted:
    """What the next answers are: a status, headers and a body, or a body written piece by piece."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    body: bytes = b"{}"
    pieces: Callable[[], Iterator[bytes]] | None = None


@contextmanager
def scripted_server() -> Iterator[Scripted]:
    """Serve until the block ends."""
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            script.calls.append(
                Call(
                    self.command,
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(length),
                )
            )
            self.send_response(script.status)
            for name, value in script.headers.items():
                self.send_header(name, value)
            if script.pieces is None:
                self.send_header("Content-Length", str(len(script.body)))
            self.end_headers()
            try:
                for piece in script.pieces() if script.pieces else [script.body]:
                    self.wfile.write(piece)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client had read enough

        do_GET = do_POST = do_PUT = answer  # noqa: N815 - the standard library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - likewise
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
