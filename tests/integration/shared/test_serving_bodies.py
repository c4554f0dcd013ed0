# SPDX-License-Identifier: Apache-2.0
"""Clients that send slowly, too much or nothing, and clients that do not read their answers."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.served import AT_ONCE, THREADS, answering, ask, connection, fresh_bind, started

STRANGERS = 20  # so many that the earlier requests have certainly arrived


@pytest.fixture(params=["tcp", "unix"])
def bind(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return fresh_bind(request.param, tmp_path)


def idle_post(bind: str, length: int = 1000, path: str = "/environ") -> http.client.HTTPConnection:
    """A request whose head arrived and whose body never does."""
    line = connection(bind)
    line.putrequest("POST", path)
    line.putheader("Content-Type", "application/x-www-form-urlencoded")
    line.putheader("Content-Length", str(length))
    line.endheaders(b"a=")
    return line


def test_bodies_that_never_come_keep_nobody_out(bind: str) -> None:
    with started(bind):
        answering(bind)
        idle = [idle_post(bind) for _ in range(3 * THREADS)]
        for _ in range(STRANGERS):
            assert ask(bind) is not None
        for line in idle:
            line.close()


def test_a_body_that_is_late_is_refused_and_its_connection_ended(bind: str) -> None:
    with started(bind, grace=AT_ONCE):
        answering(bind)
        with closing(idle_post(bind)) as line:
            answer = line.getresponse()
            assert answer.status == 408
            assert json.loads(answer.read())["code"] == "request_timeout"
            assert line.sock is None  # the server said that it closes


def test_answers_that_nobody_reads_keep_nobody_out(bind: str) -> None:
    with started(bind):
        answering(bind)
        deaf = [connection(bind) for _ in range(3 * THREADS)]
        for line in deaf:
            line.request("GET", "/large")
        for _ in range(STRANGERS):
            assert ask(bind) is not None
        for line in deaf:
            line.close()


def test_a_body_too_large_is_refused_before_it_comes(bind: str) -> None:
    with started(bind):
        answering(bind)
        with closing(idle_post(bind, length=100_001)) as line:
            answer = line.getresponse()
            assert answer.status == 413
            assert json.loads(answer.read())["code"] == "payload_too_large"


def chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 1000):
        yield b"x" * 1000


def test_an_unannounced_body_is_counted_as_it_comes(bind: str) -> None:
    with started(bind):
        answering(bind)
        with closing(connection(bind)) as line:
            line.request("POST", "/environ", body=chunks(50_000), encode_chunked=True)
            told = json.loads(line.getresponse().read())
            assert told["CONTENT_LENGTH"] == "50000"
            assert told["body"] == "x" * 50_000
        with closing(connection(bind)) as line:
            line.putrequest("POST", "/environ")
            line.putheader("Transfer-Encoding", "chunked")
            line.endheaders()
            line.send(b"186a1\r\n" + b"x" * 100_001)
            assert line.getresponse().status == 413


def test_long_bodies_on_their_way_are_few_and_give_their_places_back(bind: str) -> None:
    with started(bind):
        answering(bind)
        long = [idle_post(bind, length=60_000) for _ in range(5)]
        for line in long[:4]:
            line.send(b"x" * 20_000)
            assert ask(bind) is not None
        long[4].send(b"x" * 20_000)
        crowded = long[4].getresponse()
        assert crowded.status == 503
        assert crowded.headers["Retry-After"] == "5"
        for line in long[:4]:
            line.send(b"x" * 39_998)
            assert line.getresponse().status == 200
        with closing(connection(bind)) as line:
            line.request("POST", "/environ", body=b"x" * 60_000)
            assert line.getresponse().status == 200
        for line in long:
            line.close()


def test_what_an_application_is_told(bind: str) -> None:
    with started(bind), closing(connection(bind)) as line:
        answering(bind)
        line.putrequest("PUT", "/environ/%C3%A9%FF%2F..?a=%20b")
        for name, value in (
            ("X-Twice", "1"),
            ("X-Twice", "2"),
            ("X_Original_Uri", "/forged"),
            ("Cookie", "a=1"),
            ("Cookie", "b=2"),
            ("Content-Type", "text/csv"),
            ("Content-Length", "3"),
        ):
            line.putheader(name, value)
        line.endheaders(b"a,b")
        told = json.loads(line.getresponse().read())
    assert told["REQUEST_METHOD"] == "PUT"
    assert told["PATH_INFO"].encode("latin-1") == "/environ/é".encode() + b"\xff/.."
    assert told["QUERY_STRING"] == "a=%20b"
    assert told["HTTP_X_TWICE"] == "1,2"
    assert told["HTTP_COOKIE"] == "a=1; b=2"
    assert told["CONTENT_TYPE"] == "text/csv"
    assert (told["CONTENT_LENGTH"], told["body"]) == ("3", "a,b")
    assert told["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert "HTTP_X_ORIGINAL_URI" not in told
    assert "PATH" not in told  # nothing of the process's own environment
