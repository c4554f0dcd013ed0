# SPDX-License-Identifier: Apache-2.0
"""Three roads under one harness: in memory, a real broker, a real HTTP server.

Each has a transport and a far end where one can read what has arrived, and can be interrupted.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, make_server

from shared.clock import SystemClock
from shared.errors import ValidationFailed
from shared.http_client import Http, Limits
from shared.http_io import (
    HttpTransport,
    IncomingEntry,
    Peer,
    parse_entry_batch,
    parse_message_batch,
)
from shared.kafka_io import (
    EntryConsumer,
    KafkaTransport,
    MessageConsumer,
    Place,
    partition_starts,
    topic_identities,
)
from shared.messages import ReceivedMessage, read_message
from shared.transport import RowKind, Transport
from tests.fakes.transport import InMemoryTransport
from tests.support.kafka import KafkaBroker, forget_failed_connections, session_broker
from tests.support.ports import free_port
from tests.support.waiting import wait_until

_T = TypeVar("_T")


class Road(Protocol):
    """What the conformance suite needs of a transport and its far end."""

    transport: Transport
    entry_topic: str
    message_topic: str

    def entries(self, at_least: int) -> list[IncomingEntry]:
        """Read every entry that has arrived, in order; wait until there are so many."""
        ...

    def messages(self, at_least: int) -> list[ReceivedMessage]:
        """Read every message that has arrived, in order; wait until there are so many."""
        ...

    def interrupt(self) -> None:
        """Take the far end away."""
        ...

    def restore(self) -> None:
        """Bring the far end back, with what it had accepted."""
        ...


class MemoryRoad:
    entry_topic, message_topic = "audit.zz.v1", "consent.changes.v1"

    def __init__(self) -> None:
        self._memory = InMemoryTransport({self.entry_topic, self.message_topic})
        self.transport: Transport = self._memory

    def entries(self, at_least: int) -> list[IncomingEntry]:
        rows = [row for row in self._memory.received if row.kind is RowKind.ENTRY]
        assert len(rows) >= at_least
        return [IncomingEntry(row.value, row.sealed) for row in rows]

    def messages(self, at_least: int) -> list[ReceivedMessage]:
        rows = [row for row in self._memory.received if row.kind is RowKind.MESSAGE]
        assert len(rows) >= at_least
        return [read_message(row.headers, row.value, topic=row.topic, key=row.key) for row in rows]

    def interrupt(self) -> None:
        self._memory.room = 0

    def restore(self) -> None:
        self._memory.room = None


class KafkaRoad:
    def __init__(self, broker: KafkaBroker) -> None:
        self._broker = broker
        self.entry_topic = broker.new_topic("audit", partitions=3)
        self.message_topic = broker.new_topic("changes", partitions=3)
        self.transport: Transport = KafkaTransport(broker.brokers, patience_ms=3_000)

    def entries(self, at_least: int) -> list[IncomingEntry]:
        brokers, topic = self._broker.brokers, self.entry_topic
        starts = partition_starts(brokers, topic)
        consumer = EntryConsumer(
            brokers,
            positions={Place(topic, number): offset for number, offset in starts.items()},
            identities=topic_identities(brokers, [topic]),
            clock=SystemClock(),
        )
        try:
            found = _collect(consumer.poll, at_least)
        finally:
            consumer.close()
        return [IncomingEntry(one.value, one.sealed) for one in found]

    def messages(self, at_least: int) -> list[ReceivedMessage]:
        consumer = MessageConsumer(
            self._broker.brokers, [self.message_topic], stored=[], clock=SystemClock()
        )
        try:
            found = _collect(consumer.poll, at_least)
        finally:
            consumer.close()
        return [one.message for one in found if one.message is not None]

    def interrupt(self) -> None:
        self._broker.kill()

    def restore(self) -> None:
        self._broker.start()


def _collect(poll: Callable[[], Sequence[_T]], at_least: int) -> list[_T]:
    found: list[_T] = []

    def enough() -> bool:
        found.extend(poll())
        return len(found) >= at_least

    wait_until(enough, f"{at_least} records to arrive")
    found.extend(poll())
    return found


class _Tokens:
    """A token source that always has one."""

    def token(self, audience: str, scopes: Sequence[str]) -> str:
        return f"{audience} {' '.join(scopes)}"


class HttpRoad:
    entry_topic, message_topic = "audit.zz.v1", "consent.changes.v1"

    def __init__(self) -> None:
        self._entries: list[IncomingEntry] = []
        self._messages: list[ReceivedMessage] = []
        self._port = free_port()
        self._server: BaseWSGIServer | None = None
        self.restore()
        base = f"http://127.0.0.1:{self._port}"
        receiver = Peer(url=f"{base}/v1/messages", audience="permits", scopes=("messages.write",))
        self.transport: Transport = HttpTransport(
            intake=Peer(url=f"{base}/v1/intake", audience="log", scopes=("entries.write",)),
            subscribers={self.message_topic: [receiver], "nobody.v1": []},
            tokens=_Tokens(),
            http=Http(limits=Limits(connect_seconds=2)),
        )

    def entries(self, at_least: int) -> list[IncomingEntry]:
        assert len(self._entries) >= at_least
        return list(self._entries)

    def messages(self, at_least: int) -> list[ReceivedMessage]:
        assert len(self._messages) >= at_least
        return list(self._messages)

    def interrupt(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            self._thread.join(30)
            server.server_close()

    def restore(self) -> None:
        if self._server is None:
            server = make_server("127.0.0.1", self._port, self._app(), threaded=True)
            self._thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            self._thread.start()
            self._server = server

    def _app(self) -> Flask:
        app = Flask("receiver")

        def intake() -> tuple[dict[str, object], int]:
            assert request.headers["Authorization"] == "Bearer log entries.write"
            batch = parse_entry_batch(request.get_json())
            self._entries += batch
            return {"accepted": len(batch)}, 202

        def messages() -> tuple[dict[str, object], int]:
            assert request.headers["Authorization"] == "Bearer permits messages.write"
            batch = parse_message_batch(request.get_json())
            self._messages += batch
            return {"accepted": len(batch)}, 202

        def refused(error: ValidationFailed) -> tuple[Response, int]:
            return Response(error.code), 422

        app.add_url_rule("/v1/intake", view_func=intake, methods=["POST"])
        app.add_url_rule("/v1/messages", view_func=messages, methods=["POST"])
        app.register_error_handler(ValidationFailed, refused)
        return app


@contextmanager
def open_road(name: str) -> Iterator[Road]:
    road: MemoryRoad | KafkaRoad | HttpRoad
    if name == "memory":
        road = MemoryRoad()
    elif name == "kafka":
        road = KafkaRoad(session_broker())
    else:
        road = HttpRoad()
    try:
        yield road
    finally:
        road.transport.close()
        if isinstance(road, HttpRoad):
            road.interrupt()
        elif isinstance(road, KafkaRoad):
            road.restore()
            forget_failed_connections()
