# SPDX-License-Identifier: Apache-2.0
"""The transport over HTTP, both halves: the sender, and reading what a receiver was sent.

Entries go to the log's intake, domain messages to each subscriber; a batch counts as accepted with
the 202 that follows the receiver's commit. The receiving functions know no web framework: a route
hands them the parsed body and answers. Nothing here signs: the bearer token says who speaks.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple, Protocol

from shared.canonical import JSON, MalformedEntry, canonical, parse_canonical
from shared.entries import MAX_ENTRY_BYTES
from shared.errors import FieldFault, ValidationFailed
from shared.http_client import Http, JsonClient, Unavailable, UpstreamRefused
from shared.messages import MalformedMessage, ReceivedMessage, read_message
from shared.sealing import MAX_SEALED_BYTES
from shared.transport import (
    OutboxRow,
    RowKind,
    TransportError,
    TransportRefused,
    TransportUnavailable,
)

MAX_BATCH: Final = 500
_REQUEST_BYTES: Final = 1_000_000  # of values, before base64
_MAX_FAULTS: Final = 20
_ATTRIBUTES: Final = ("id", "source", "type", "time", "traceparent")


class TokenSource(Protocol):
    """Where bearer tokens come from (`shared.http_client.ServiceTokens`)."""

    def token(self, audience: str, scopes: Sequence[str]) -> str:
        """Give a token for one audience with these scopes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One receiver: its endpoint's full URL, and the audience and scopes that open it."""

    url: str
    audience: str
    scopes: tuple[str, ...]


class IncomingEntry(NamedTuple):
    """An entry as it came over HTTP: the bytes of its leaf and its sealed parts, unread."""

    entry: bytes
    sealed: bytes


class HttpTransport:
    """The transport over HTTP.

    `subscribers` maps every topic of messages that this service publishes to those who want it; a
    topic nobody wants has an empty list. A message is accepted when all of them have it.
    """

    def __init__(
        self,
        *,
        intake: Peer,
        subscribers: Mapping[str, Sequence[Peer]],
        tokens: TokenSource,
        http: Http | None = None,
    ) -> None:
        shared = http or Http()
        self._intake = _client(intake, tokens, shared)
        self._subscribers = {
            topic: [_client(peer, tokens, shared) for peer in peers]
            for topic, peers in subscribers.items()
        }

    def send(self, batch: Sequence[OutboxRow]) -> int:
        """Send in runs of one destination; see `shared.transport.Transport.send`."""
        accepted = 0
        try:
            for rows in _runs(batch):
                count = self._send_run(rows)
                accepted += count
                if count < len(rows):
                    break
        except TransportError:
            if accepted == 0:
                raise
        return accepted

    def close(self) -> None:
        """Do nothing: connections end with their threads."""

    def _send_run(self, rows: Sequence[OutboxRow]) -> int:
        if rows[0].kind is RowKind.ENTRY:
            return _post(self._intake, {"entries": [_entry_item(row) for row in rows]}, len(rows))
        subscribers = self._subscribers.get(rows[0].topic)
        if subscribers is None:
            raise TransportRefused("unknown_topic")
        body: JSON = {"messages": [_message_item(row) for row in rows]}
        return min((_post(one, body, len(rows)) for one in subscribers), default=len(rows))


def parse_entry_batch(body: object) -> list[IncomingEntry]:
    """Read the parsed JSON body of `POST /v1/intake`.

    Raises ValidationFailed with a pointer to each fault; then nothing of the batch may be kept.
    What the bytes mean is not looked at: that is the sequencer's work.
    """
    faults: list[FieldFault] = []
    entries: list[IncomingEntry] = []
    for number, item in _items(body, "entries", {"entry", "sealed"}, faults):
        at = f"/entries/{number}"
        entry = _decoded(item, "entry", MAX_ENTRY_BYTES, at, faults)
        sealed = _decoded(item, "sealed", MAX_SEALED_BYTES, at, faults)
        entries.append(IncomingEntry(entry, sealed))
    _refuse(faults)
    return entries


def parse_message_batch(body: object) -> list[ReceivedMessage]:
    """Read the parsed JSON body of `POST /v1/messages`; raises as `parse_entry_batch` does."""
    faults: list[FieldFault] = []
    messages: list[ReceivedMessage] = []
    known = {*_ATTRIBUTES, "topic", "key", "data"}
    for number, item in _items(body, "messages", known, faults):
        try:
            messages.append(_message(item))
        except (MalformedMessage, MalformedEntry) as error:
            faults.append(FieldFault(f"/messages/{number}", str(error), "malformed_message"))
    _refuse(faults)
    return messages


def _client(peer: Peer, tokens: TokenSource, http: Http) -> JsonClient:
    return JsonClient(peer.url, bearer=lambda: tokens.token(peer.audience, peer.scopes), http=http)


def _post(client: JsonClient, body: JSON, sent: int) -> int:
    """Post one batch; give how many of it, from the first, the receiver has committed."""
    try:
        answer = client.post("", body)
    except Unavailable:
        raise TransportUnavailable("upstream_unavailable") from None
    except UpstreamRefused as refusal:
        raise TransportRefused(refusal.upstream_code or f"status_{refusal.status}") from None
    accepted = answer.get("accepted")
    if isinstance(accepted, bool) or not isinstance(accepted, int) or not 0 < accepted <= sent:
        raise TransportRefused("unreadable_answer")
    return accepted


def _runs(batch: Sequence[OutboxRow]) -> Iterator[Sequence[OutboxRow]]:
    """Cut a batch where the destination changes or a request would grow too large."""
    for _, group in groupby(batch, key=lambda row: (row.kind, row.topic)):
        rows: list[OutboxRow] = []
        size = 0
        for row in group:
            weight = len(row.value) + len(row.sealed)
            if rows and (len(rows) == MAX_BATCH or size + weight > _REQUEST_BYTES):
                yield rows
                rows, size = [], 0
            rows.append(row)
            size += weight
        yield rows


def _entry_item(row: OutboxRow) -> JSON:
    return {"entry": b64encode(row.value).decode(), "sealed": b64encode(row.sealed).decode()}


def _message_item(row: OutboxRow) -> JSON:
    """Write a message as a CloudEvents object in JSON, with its topic and key beside."""
    attributes = {name: row.headers.get(f"ce_{name}", "") for name in _ATTRIBUTES}
    said = {name: text for name, text in attributes.items() if text}
    return {**said, "topic": row.topic, "key": row.key, "data": parse_canonical(row.value)}


def _message(item: Mapping[str, object]) -> ReceivedMessage:
    texts = {name: item.get(name, "") for name in (*_ATTRIBUTES, "topic", "key")}
    headers = {"ce_specversion": "1.0"}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise MalformedMessage(f"{name} is not a text")
        headers[f"ce_{name}"] = text
    topic, key = headers.pop("ce_topic"), headers.pop("ce_key")
    if not topic:
        raise MalformedMessage("topic is missing")
    data = item.get("data")
    if not isinstance(data, Mapping):
        raise MalformedMessage("data is not an object")
    return read_message(headers, canonical(data), topic=topic, key=key)


def _items(
    body: object, name: str, known: set[str], faults: list[FieldFault]
) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield the numbered objects of the one list that a batch consists of; note what is none."""
    items = body.get(name) if isinstance(body, Mapping) and set(body) == {name} else None
    if not isinstance(items, list) or not 0 < len(items) <= MAX_BATCH:
        detail = f"an object with one list of 1 to {MAX_BATCH} objects"
        faults.append(FieldFault(f"/{name}", detail))
        return
    for number, item in enumerate(items):
        if isinstance(item, Mapping) and item.keys() <= known:
            yield number, item
        else:
            faults.append(FieldFault(f"/{name}/{number}", "not an object with the known members"))


def _decoded(
    item: Mapping[str, object], name: str, limit: int, at: str, faults: list[FieldFault]
) -> bytes:
    text = item.get(name)
    data = _unbase64(text) if isinstance(text, str) else None
    if data is None:
        faults.append(FieldFault(f"{at}/{name}", "not base64", "not_base64"))
        return b""
    if len(data) > limit:
        faults.append(FieldFault(f"{at}/{name}", f"more than {limit} bytes", "too_long"))
    return data


def _unbase64(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):  # the second for a text that is not ASCII
        return None


def _refuse(faults: Sequence[FieldFault]) -> None:
    if faults:
        raise ValidationFailed("the batch cannot be read", faults=faults[:_MAX_FAULTS])
