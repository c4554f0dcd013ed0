# SPDX-License-Identifier: Apache-2.0
"""As many of the longest entries as a client likes wait in the intake, and a batch holds a few."""

from collections.abc import Iterator

import pytest

from audit_log.adapters.store.load import MOST_PENDING_BYTES
from shared.entries import MAX_ENTRY_BYTES
from shared.sealing import MAX_SEALED_BYTES
from tests.support.log_world import PostgresWorld, Producing, drain, sequencer

LONG = (b"x" * MAX_ENTRY_BYTES, b"y" * MAX_SEALED_BYTES)
ENOUGH = MOST_PENDING_BYTES // sum(map(len, LONG)) + 20


@pytest.fixture
def world() -> Iterator[PostgresWorld]:
    made = PostgresWorld()
    yield made
    made.close()


def test_a_batch_of_the_intake_is_bounded_by_its_bytes(world: PostgresWorld) -> None:
    for start in range(0, ENOUGH, 20):
        Producing(world).send_raw(*[LONG] * min(20, ENOUGH - start))
    taken = world.store().pending(5_120)
    held = sum(len(one.raw) + len(one.sealed) for one in taken)
    assert MOST_PENDING_BYTES <= held < MOST_PENDING_BYTES + sum(map(len, LONG))
    drain(sequencer(world))
    assert world.store().pending(5_120) == []


def test_entries_of_the_usual_length_come_as_many_as_are_asked_for(world: PostgresWorld) -> None:
    Producing(world).send_raw(*[(b"{}", b"")] * 30)
    assert len(world.store().pending(20)) == 20
