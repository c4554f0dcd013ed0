# SPDX-License-Identifier: Apache-2.0
"""A domain message there and back, and what is none."""

from datetime import UTC, datetime

import pytest

from shared.canonical import JSON
from shared.messages import (
    DomainMessage,
    MalformedMessage,
    message_headers,
    message_value,
    read_message,
)

SRC = "zz/consent_registry/1"


def said(payload: dict[str, JSON] | None = None, *, trace_id: str = "") -> DomainMessage:
    return DomainMessage(
        id="0190",
        type="placet.consent.narrowed.v1",
        key="GDI-ZZ-DATASET-1",
        topic="consent.changes.v1",
        occurred_at=datetime(2026, 11, 22, 6, 25, 0, 123456, tzinfo=UTC),
        payload=payload if payload is not None else {"revision": 7},
        trace_id=trace_id,
    )


@pytest.mark.parametrize("trace_id", ["", "4bf92f3577b34da6a3ce929d0e0e4736"])
def test_a_message_survives_the_road(trace_id: str) -> None:
    message = said(trace_id=trace_id)
    found = read_message(
        message_headers(message, SRC), message_value(message), topic=message.topic, key=message.key
    )
    assert (found.id, found.type, found.source) == (message.id, message.type, SRC)
    assert (found.topic, found.key) == (message.topic, message.key)
    assert (found.occurred_at, found.payload) == (message.occurred_at, {"revision": 7})
    assert found.trace_id == trace_id


def test_headers_are_cloudevents() -> None:
    assert message_headers(said(trace_id="4bf92f3577b34da6a3ce929d0e0e4736"), SRC) == {
        "ce_specversion": "1.0",
        "ce_id": "0190",
        "ce_source": SRC,
        "ce_type": "placet.consent.narrowed.v1",
        "ce_time": "2026-11-22T06:25:00.123456Z",
        "ce_traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-a3ce929d0e0e4736-01",
        "content-type": "application/json",
    }


def test_a_payload_never_shows_in_a_representation() -> None:
    found = read_message(message_headers(said(), SRC), b'{"name":"marker"}', topic="t", key="k")
    assert "marker" not in repr(found)


def test_a_payload_outside_the_profile_is_not_sent() -> None:
    with pytest.raises(MalformedMessage):
        message_value(said({"big": 2**60}))
    with pytest.raises(MalformedMessage, match="more than"):
        message_value(said({"long": "x" * 100_001}))


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("ce_specversion", "0.3"),
        ("ce_id", ""),
        ("ce_type", ""),
        ("ce_source", "x" * 201),
        ("ce_time", "2026-11-22 marker"),
    ],
)
def test_wrong_headers_are_no_message(header: str, text: str) -> None:
    headers = {**message_headers(said(), SRC), header: text}
    with pytest.raises(MalformedMessage) as refused:
        read_message(headers, b"{}", topic="t", key="k")
    assert "marker" not in str(refused.value)


@pytest.mark.parametrize("value", [b"", b"[]", b"7", b'{"a": 1}', b'{"a":1.5}', b"marker"])
def test_a_wrong_payload_is_no_message(value: bytes) -> None:
    with pytest.raises(MalformedMessage) as refused:
        read_message(message_headers(said(), SRC), value, topic="t", key="k")
    assert "marker" not in str(refused.value)
