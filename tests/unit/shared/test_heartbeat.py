# SPDX-License-Identifier: Apache-2.0
"""The heartbeat's signed bytes, and that nothing in it can be changed."""

import os
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.events import ChainPosition, Entry, Fact, MalformedEntry, parse_entry, seal
from shared.heartbeat import (
    ChainHead,
    Waiting,
    heartbeat_bytes,
    heartbeat_fact,
    read_heartbeat,
    waiting,
)
from shared.ids import Uuid7Source

NOW = datetime(2026, 11, 22, 6, 25, 0, 123456, tzinfo=UTC)
HEAD = ChainHead(src="zz/sample/1", epoch=2, seq=41, leaf_hash=bytes(range(32)))
KEY = Ed25519PrivateKey.generate()


def entry_of(fact: Fact, head: ChainHead = HEAD) -> Entry:
    position = ChainPosition(
        src=head.src, epoch=head.epoch, seq=head.seq + 1, previous=head.previous
    )
    return parse_entry(seal(fact, position, entry_id=Uuid7Source().new(), salts=os.urandom).entry)


def beat() -> Fact:
    return heartbeat_fact(HEAD, occurred_at=NOW, trace_id="4b" * 16, sign=KEY.sign)


def test_the_signed_bytes_are_fixed() -> None:
    head = b64encode(bytes(range(32)))
    assert heartbeat_bytes(HEAD, NOW) == (
        b'placet/heartbeat/v1\n{"ep":2,"head":"' + head + b'","seq":41,'
        b'"src":"zz/sample/1","ts":"2026-11-22T06:25:00.123456Z"}'
    )


def test_what_was_signed_is_read_back() -> None:
    found = read_heartbeat(entry_of(beat()))
    assert found.head == HEAD
    assert found.occurred_at == NOW
    KEY.public_key().verify(found.signature, found.signed)


def test_what_waits_is_said_and_is_no_part_of_the_claim() -> None:
    """A log of the release before verifies it as ever; the next heartbeat signs it by the chain."""
    later = NOW + timedelta(seconds=90, milliseconds=900)
    said = heartbeat_fact(
        HEAD, occurred_at=NOW, trace_id="4b" * 16, sign=KEY.sign, waits=waiting(7, NOW, later)
    )
    found = read_heartbeat(entry_of(said))
    assert found.waiting == Waiting(entries=7, seconds=90)
    assert found.signed == heartbeat_bytes(HEAD, NOW)
    assert read_heartbeat(entry_of(beat())).waiting is None
    assert waiting(0, None, NOW) == Waiting(entries=0, seconds=0)
    assert waiting(1, later, NOW) == Waiting(entries=1, seconds=0), "a clock that was put back"


@pytest.mark.parametrize("changed", [{"seq": 40}, {"head": b64encode(bytes(32)).decode()}])
def test_a_changed_claim_no_longer_verifies(changed: dict[str, int | str]) -> None:
    fact = beat()
    found = read_heartbeat(entry_of(replace(fact, extra={**fact.extra, **changed})))
    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(found.signature, found.signed)


def test_a_heartbeat_of_another_chain_no_longer_verifies() -> None:
    found = read_heartbeat(entry_of(beat(), replace(HEAD, src="zz/other/1")))
    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(found.signature, found.signed)


@pytest.mark.parametrize(
    "changed",
    [
        *({"seq": -1}, {"seq": "41"}, {"seq": True}, {"sig": "?"}, {"head": 7}),
        *({"queued": 1}, {"queued": -1, "waited": 0}, {"queued": 1, "waited": "0"}),
    ],
)
def test_what_is_no_heartbeat_is_refused(changed: dict[str, int | str | bool]) -> None:
    fact = beat()
    entry = entry_of(replace(fact, extra={**fact.extra, **changed}))
    with pytest.raises(MalformedEntry):
        read_heartbeat(entry)
