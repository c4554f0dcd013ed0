# SPDX-License-Identifier: Apache-2.0
"""Run a WSGI application (PEP 3333) behind granian's ASGI side, on a bounded number of threads.

granian's own WSGI side lets an application read the socket while it holds a thread, without a
deadline, and write to it the same way: a few clients that send or read nothing stop the service.
Here the event loop gathers the body (`shared.request_bodies`) and delivers the answer; a thread is
taken only for the work between. Answers are held whole: no view of the suite streams.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

import orjson

from shared.errors import AppError
from shared.problems import CONTENT_TYPE, PROBLEMS, problem_of
from shared.request_bodies import Bodies, Body, BodyLimits, ClientGone, Receive

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Scope = Mapping[str, Any]
Headers = Sequence[tuple[str, str]]

_RETRY_AFTER_SECONDS: Final = "5"
_UNPREFIXED: Final = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})


class Bridge:
    """An ASGI application that gathers bodies and asks `application` on one of `threads`."""

    def __init__(self, application: WSGIApplication, *, threads: int, limits: BodyLimits) -> None:
        self._application = application
        self._bodies = Bodies(limits)
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            body = await self._bodies.gather(announced_length(scope), receive)
        except ClientGone:
            return
        except AppError as fault:
            await refuse(fault.code, send)
            return
        try:
            environ = environ_of(scope, body)
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self._pool, ask, self._application, environ)
        finally:
            body.close()
        await deliver(answer, send)


class Answer:
    """What the application said: its `start_response` and everything it wrote."""

    def __init__(self) -> None:
        self.status = HTTPStatus.INTERNAL_SERVER_ERROR.value
        self.headers: Headers = ()
        self.chunks: list[bytes] = []

    def start(
        self,
        status: str,
        headers: list[tuple[str, str]],
        _: tuple[type[BaseException], BaseException, TracebackType]
        | tuple[None, None, None]
        | None = None,
    ) -> Callable[[bytes], object]:
        """Take status and headers; a later call replaces them, since nothing has been sent."""
        self.status = int(status.split(" ", 1)[0])
        self.headers = tuple(headers)
        return self.chunks.append


def ask(application: WSGIApplication, environ: dict[str, Any]) -> Answer:
    """Let the application answer, whole."""
    answer = Answer()
    parts: Iterable[bytes] = application(environ, answer.start)
    try:
        answer.chunks.extend(parts)
    finally:
        if (close := getattr(parts, "close", None)) is not None:
            close()
    return answer


async def deliver(answer: Answer, send: Send) -> None:
    """Send an answer."""
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"".join(answer.chunks)})


async def refuse(code: str, send: Send) -> None:
    """Send a problem and end the connection: what is left of the body is never read."""
    answer = Answer()
    headers = [
        ("Content-Type", CONTENT_TYPE),
        ("Cache-Control", "no-store"),
        ("Connection", "close"),
    ]
    status = PROBLEMS[code].status
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", _RETRY_AFTER_SECONDS))
    write = answer.start(str(status), headers)
    write(orjson.dumps(problem_of(code).document()))
    await deliver(answer, send)


def announced_length(scope: Scope) -> int | None:
    """Give the length of the body as announced, None when only its end will tell.

    Without Content-Length and Transfer-Encoding there is no body (RFC 9112 section 6.3); the
    server has refused a length that is no number.
    """
    length: int | None = 0
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length":
            length = int(value) if value.isdigit() else None
    return length


def environ_of(scope: Scope, body: Body) -> dict[str, Any]:
    """Write the WSGI environment of a request whose body is whole.

    A header whose name has an underscore is left out: it would read like one with a dash, which
    a proxy in front may have set or removed. A header given twice is joined (RFC 9110 section 5.3).
    """
    server, client = scope.get("server") or ("", None), scope.get("client") or ("", None)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0] or "localhost",
        "SERVER_PORT": str(server[1] or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0] or "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body.file,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:
            continue
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        key = name if name in _UNPREFIXED else f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        glue = "; " if name == "COOKIE" else ","
        environ[key] = f"{environ[key]}{glue}{value}" if key in environ else value
    if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None or "CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = str(body.length)
    return environ
