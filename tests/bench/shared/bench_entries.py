# SPDX-License-Identifier: Apache-2.0
"""How fast a producer seals entries, against the bare hashing of as many bytes."""

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime

from shared.events import Actor, ChainPosition, Fact, SealedEntry, Subject, seal
from tests.bench.figure import Figure, rate

_ROUND = 200


def figures() -> Iterator[Figure]:
    """Seal one kind of entry over and over."""
    fact = Fact(
        type="placet.access.decision.v1",
        occurred_at=datetime(2026, 11, 23, tzinfo=UTC),
        trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        dataset="GDI-ZZ-DATASET-1",
        decision="permit",
        reason="permit_valid",
        actor=Actor(issuer="https://login.example", subject="person-rita", client_id="desk"),
        subjects=(Subject(dataset="GDI-ZZ-DATASET-1", ordinal=17),),
        net={"ip": "127.0.0.1"},
    )

    def sealed() -> SealedEntry:
        position = ChainPosition(src="zz/clearinghouse/1", epoch=1, seq=1, previous="")
        entry_id = "01939a5c-0000-7000-8000-000000000000"
        return seal(fact, position, entry_id=entry_id, salts=os.urandom)

    def seal_some() -> int:
        for _ in range(_ROUND):
            sealed()
        return _ROUND

    example = sealed()
    message = example.entry + example.sealed

    def hash_some() -> int:
        for _ in range(_ROUND):
            hashlib.sha256(message).digest()
        return _ROUND

    yield Figure(
        name="entries sealed",
        per_second=rate(seal_some),
        limit="SHA-256 over the same bytes",
        limit_per_second=rate(hash_some),
    )
