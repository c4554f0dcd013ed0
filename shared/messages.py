# SPDX-License-Identifier: Apache-2.0
"""What one service tells another: the domain message, as sent and as received.

Pure, so that use cases may make one. A message carries codes, counts and identifiers; never a
person's name, login or data. On the road it is a CloudEvents 1.0 event in binary mode: the
attributes are headers, the payload is canonical JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from shared.canonical import JSON, MalformedEntry, canonical, parse_canonical
from shared.clock import from_rfc3339, to_rfc3339

MAX_MESSAGE_BYTES: Final = 100_000
_MAX_NAME: Final = 200


class MalformedMessage(ValueError):
    """What was received is no message; the text names the broken rule, never the input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainMessage:
    """A fact for other services: `id` makes it idempotent, `key` keeps its order.

    Messages of one topic and key arrive in the order in which their transactions committed, and may
    arrive before entries said earlier. `type` is a name like `placet.consent.narrowed.v1`.
    `trace_id` is a W3C trace id (32 hex digits) or "".
    """

    id: str
    type: str
    key: str
    topic: str
    occurred_at: datetime
    payload: Mapping[str, JSON]
    trace_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMessage:
    """A domain message at its receiver; `source` is the `src` name of its producer."""

    id: str
    type: str
    source: str
    key: str
    topic: str
    occurred_at: datetime
    payload: Mapping[str, JSON] = field(repr=False)
    trace_id: str = ""


def message_headers(message: DomainMessage, source: str) -> dict[str, str]:
    """Give the CloudEvents headers of a message from `source` (Kafka binding, binary mode)."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": message.id,
        "ce_source": source,
        "ce_type": message.type,
        "ce_time": to_rfc3339(message.occurred_at),
        "content-type": "application/json",
    }
    if message.trace_id:
        headers["ce_traceparent"] = f"00-{message.trace_id}-{message.trace_id[16:]}-01"
    return headers


def message_value(message: DomainMessage) -> bytes:
    """Write the payload; raise MalformedMessage when it is outside the canonical profile."""
    try:
        value = canonical(message.payload)
    except MalformedEntry as error:
        raise MalformedMessage(str(error)) from None
    if len(value) > MAX_MESSAGE_BYTES:
        raise MalformedMessage(f"more than {MAX_MESSAGE_BYTES} bytes")
    return value


def read_message(
    headers: Mapping[str, str], value: bytes, *, topic: str, key: str
) -> ReceivedMessage:
    """Read a message from its headers and payload; raise MalformedMessage when it is none."""
    if headers.get("ce_specversion") != "1.0":
        raise MalformedMessage("not a CloudEvents 1.0 message")
    try:
        payload = parse_canonical(value)
        occurred_at = from_rfc3339(_name(headers, "ce_time"))
    except ValueError as error:
        raise MalformedMessage(str(error)) from None
    if not isinstance(payload, Mapping):
        raise MalformedMessage("the payload is not an object")
    return ReceivedMessage(
        id=_name(headers, "ce_id"),
        type=_name(headers, "ce_type"),
        source=_name(headers, "ce_source"),
        key=key,
        topic=topic,
        occurred_at=occurred_at,
        payload=payload,
        trace_id=_trace_id(headers.get("ce_traceparent", "")),
    )


def _name(headers: Mapping[str, str], name: str) -> str:
    text = headers.get(name, "")
    if not 0 < len(text) <= _MAX_NAME:
        raise MalformedMessage(f"{name} is missing or too long")
    return text


def _trace_id(traceparent: str) -> str:
    parts = traceparent.split("-")
    return parts[1] if len(parts) == len(("version", "trace", "parent", "flags")) else ""
