# SPDX-License-Identifier: Apache-2.0
"""What the HTTP transport makes of each answer: what is counted, what is raised, what is said.

What it delivers when all is well is in tests/contract/test_transport.py.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from shared.http_io import HttpTransport, Peer
from shared.transport import OutboxRow, RowKind, TransportRefused, TransportUnavailable

PROBLEM = "application/problem+json"


class Tokens:
    def token(self, audience: str, scopes: Sequence[str]) -> str:
        return "token"


class Receiver:
    """Answers the next requests as it is told, then accepts whatever comes."""

    def __init__(self) -> None:
        self.answers: list[Response] = []
        self.bodies: list[dict[str, list[object]]] = []
        self.url = ""

    def receive(self) -> Response:
        self.bodies.append(request.get_json())
        if self.answers:
            return self.answers.pop(0)
        (items,) = self.bodies[-1].values()
        return Response(f'{{"accepted":{len(items)}}}', 202, mimetype="application/json")


@contextmanager
def served() -> Iterator[Receiver]:
    receiver, app = Receiver(), Flask("receiver")
    app.add_url_rule("/in", view_func=receiver.receive, methods=["POST"])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    receiver.url = f"http://127.0.0.1:{server.port}/in"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join(30)
        server.server_close()


@pytest.fixture
def log() -> Iterator[Receiver]:
    with served() as one:
        yield one


@pytest.fixture
def other() -> Iterator[Receiver]:
    with served() as one:
        yield one


def transport(log: Receiver, *subscribers: Receiver) -> HttpTransport:
    def peer(receiver: Receiver) -> Peer:
        return Peer(url=receiver.url, audience="a", scopes=("s",))

    return HttpTransport(
        intake=peer(log),
        subscribers={"m.v1": [peer(one) for one in subscribers]},
        tokens=Tokens(),
    )


def row(number: int, kind: RowKind = RowKind.ENTRY) -> OutboxRow:
    topic = "audit.zz.v1" if kind is RowKind.ENTRY else "m.v1"
    return OutboxRow(id=number, kind=kind, topic=topic, key="k", headers={}, value=b'{"a":1}')


ROWS = [row(number) for number in range(3)]


def problem(status: int, code: str) -> Response:
    return Response(f'{{"code":"{code}"}}', status, mimetype=PROBLEM)


def test_a_refusal_is_said_with_the_code_of_the_other_side(log: Receiver) -> None:
    log.answers = [problem(403, "src_not_yours")]
    with pytest.raises(TransportRefused, match="src_not_yours"):
        transport(log).send(ROWS)


def test_a_refusal_without_a_code_is_said_with_its_status(log: Receiver) -> None:
    log.answers = [Response("", 400)]
    with pytest.raises(TransportRefused, match="status_400"):
        transport(log).send(ROWS)


def test_a_failure_of_the_other_side_is_no_refusal(log: Receiver) -> None:
    log.answers = [problem(500, "internal_error"), problem(503, "service_unavailable")]
    for _ in range(2):
        with pytest.raises(TransportUnavailable):
            transport(log).send(ROWS)
    assert transport(log).send(ROWS) == 3


@pytest.mark.parametrize("said", ["{}", '{"accepted":0}', '{"accepted":4}', '{"accepted":true}'])
def test_an_answer_that_does_not_say_how_many_counts_for_nothing(log: Receiver, said: str) -> None:
    log.answers = [Response(said, 202, mimetype="application/json")]
    with pytest.raises(TransportRefused, match="unreadable_answer"):
        transport(log).send(ROWS)


def test_a_part_that_was_accepted_counts(log: Receiver) -> None:
    log.answers = [Response('{"accepted":2}', 202, mimetype="application/json")]
    assert transport(log).send(ROWS) == 2


def test_what_was_accepted_before_a_failure_counts(log: Receiver, other: Receiver) -> None:
    other.answers = [problem(503, "service_unavailable")]
    rows = [*ROWS, row(3, RowKind.MESSAGE), row(4)]
    assert transport(log, other).send(rows) == 3
    assert len(log.bodies) == 1, "nothing behind the failure is sent before it"


def test_a_message_counts_when_every_subscriber_has_it(log: Receiver, other: Receiver) -> None:
    with served() as third:
        third.answers = [problem(503, "service_unavailable")]
        two = transport(log, other, third)
        with pytest.raises(TransportUnavailable):
            two.send([row(1, RowKind.MESSAGE)])
        assert two.send([row(1, RowKind.MESSAGE)]) == 1
    assert len(other.bodies) == 2


def test_a_message_nobody_wants_is_done_with(log: Receiver) -> None:
    assert transport(log).send([row(1, RowKind.MESSAGE)]) == 1
    assert log.bodies == []
