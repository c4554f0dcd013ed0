# SPDX-License-Identifier: Apache-2.0
"""A chain with many gaps costs a batch no more than what the batch moves, on both logs."""

from collections.abc import Sequence

from audit_log.domain.batch import Batch
from shared.events import SealedEntry
from tests.fakes.log_factories import Speaker
from tests.support.log_world import (
    SRC,
    BeforeCommit,
    Producing,
    World,
    drain,
    sequencer,
)

MANY = 300


class Kept(BeforeCommit):
    """A store that keeps what it was given to commit."""

    def __init__(self, world: World) -> None:
        super().__init__(world.store(), lambda: None)
        self.batches: list[Batch] = []

    def commit(self, batch: Batch, seconds: float) -> None:
        super().commit(batch, seconds)
        self.batches.append(batch)


def moved(store: Kept) -> tuple[int, int]:
    """Tell how many gaps were taken away and put in with the last batches, and forget those."""
    moves = [move for batch in store.batches for move in batch.gaps.values()]
    store.batches.clear()
    return sum(len(move.gone) for move in moves), sum(len(move.new) for move in moves)


def gaps(world: World) -> Sequence[tuple[int, int]]:
    with world.transaction() as log:
        ((chain, _),) = log.reader.chains(SRC)
    return chain.gaps


def test_what_did_not_move_is_not_written_again(world: World) -> None:
    store, said = Kept(world), Speaker().say_many(2 * MANY + 2)
    one = sequencer(world, store=store)

    def send(*entries: SealedEntry) -> None:
        Producing(world).send(*entries)
        drain(one)

    send(*said[: 2 * MANY : 2])
    assert moved(store) == (0, MANY - 1)
    assert gaps(world) == tuple((seq, seq) for seq in range(2, 2 * MANY - 1, 2))
    send(said[2 * MANY - 1])  # in order: nothing moves
    assert moved(store) == (0, 0)
    send(said[3])
    assert moved(store) == (1, 0)
    send(*said)
    assert moved(store) == (MANY - 2, 0)
    assert gaps(world) == ()
    assert {closed for _, closed in world.findings()} == {True}


def test_a_gap_that_opens_and_fills_within_a_batch_leaves_a_closed_finding(world: World) -> None:
    store, said = Kept(world), Speaker().say_many(8)
    one = sequencer(world, store=store)
    Producing(world).send(said[0], said[7], said[3], said[2])
    drain(one)
    assert moved(store) == (0, 2)
    assert gaps(world) == ((2, 2), (5, 7))
    assert world.findings() == [("gap", False)]
    Producing(world).send(said[1], said[5], said[4], said[6])
    drain(one)
    assert moved(store) == (2, 0)
    assert gaps(world) == ()
    assert world.findings() == [("gap", True)]
