# SPDX-License-Identifier: Apache-2.0
"""A legal hold and an erasure of the same person at the same moment: one of the two comes first."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from audit_log.adapters.keeping_desk import keeping_transactions
from audit_log.domain.holds import Hold, HoldKind
from audit_log.domain.search import Filter
from audit_log.usecases.erase import Erased
from shared.entries import parse_entry
from shared.events import Subject
from shared.ids import Uuid7Source
from tests.fakes.log_factories import DATASET, Speaker
from tests.integration.audit_log.test_verify import NoHead
from tests.support.keeping_node import KeepingNode, about
from tests.support.log_world import PostgresWorld, entries_of
from tests.support.waiting import wait_until

ROUNDS = 12


@pytest.fixture
def node() -> Iterator[KeepingNode]:
    world = PostgresWorld()
    yield KeepingNode(
        world=world,
        keeping=keeping_transactions(world.engine, world.own, world.clock),
        speaker=Speaker(),
        head=NoHead(),
    )
    world.close()


def person(number: int) -> Subject:
    return Subject(dataset=DATASET, ordinal=number)


def hold(node: KeepingNode, kind: HoldKind, who: Subject) -> Hold:
    if kind is HoldKind.PERSON:
        return node.hold(kind, dataset=who.dataset, ordinal=who.ordinal)
    return node.hold(kind, dataset=who.dataset)


WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'hold'::regclass"


def blocked(node: KeepingNode) -> bool:
    """Tell whether somebody waits for the table of holds."""
    return node.rows(WAITING) != [(0,)]


def own_reasons(node: KeepingNode) -> list[tuple[str, str | None]]:
    """Give type and reason of what the log said about holds and erasures, in its order."""
    said = [parse_entry(raw) for raw in entries_of(node.world)]
    wanted = ("placet.audit.hold.v1", "placet.audit.erase.v1")
    return [(one.type, one.reason) for one in said if one.type in wanted]


def test_an_erasure_that_meets_an_unfinished_hold_waits_for_it_and_is_held(
    node: KeepingNode,
) -> None:
    who = person(7)
    node.say(about(who))
    pending: Future[Erased]
    with ThreadPoolExecutor(1) as pool:
        with node.keeping() as desk:
            desk.add_hold(
                Hold(
                    id=Uuid7Source().new(),
                    kind=HoldKind.PERSON,
                    authority="court_order_1",
                    placed_by="otto",
                    placed_at=node.world.clock.now(),
                    dataset=who.dataset,
                    ordinal=who.ordinal,
                )
            )
            pending = pool.submit(node.erase, who)
            wait_until(lambda: blocked(node), "the erasure waits for the hold")
        assert pending.result(timeout=60).complete is None
    assert node.found(who) == [0]


def test_a_hold_that_meets_an_unfinished_erasure_waits_for_it(node: KeepingNode) -> None:
    who = person(7)
    node.say(about(who))
    with ThreadPoolExecutor(1) as pool:
        with unfinished_erasure(node, who):
            pending = pool.submit(hold, node, HoldKind.PERSON, who)
            wait_until(lambda: blocked(node), "the hold waits for the erasure")
        pending.result(timeout=60)
    node.settle()
    assert node.found(who) == []
    assert [reason for _, reason in own_reasons(node)] == ["gdpr_17", "hold_placed"]


@contextmanager
def unfinished_erasure(node: KeepingNode, who: Subject) -> Iterator[None]:
    """Keep an erasure's transaction open, after everything is done in it, until the block ends."""
    reached, go_on = threading.Event(), threading.Event()
    inner = node.world.transaction

    @contextmanager
    def slow() -> Iterator[object]:
        with inner() as log:
            yield log
            reached.set()
            assert go_on.wait(60)

    node.world.transaction = slow  # type: ignore[assignment] # a transaction that takes its time
    with ThreadPoolExecutor(1) as pool:
        erasing = pool.submit(node.erase, who)
        assert reached.wait(60)
        node.world.transaction = inner
        try:
            yield
        finally:
            go_on.set()
        assert erasing.result(timeout=60).parts == 1


@pytest.mark.parametrize("kind", [HoldKind.PERSON, HoldKind.DATASET])
def test_whichever_comes_first_nothing_held_is_gone_and_nothing_half_erased(
    node: KeepingNode, kind: HoldKind
) -> None:
    """Both at once, many times: the log's own order says which of the two came first."""
    people = [person(number) for number in range(ROUNDS)]
    node.say(*(about(who) for who in people))
    outcomes = []
    for who in people:
        erased, held = at_once(node, kind, who)
        outcomes.append((who, erased.complete is None))
        node.lift(held)
    node.settle()
    for who, waited in outcomes:
        assert node.found(who) == ([who.ordinal] if waited else []), "held: whole; erased: gone"
    reasons = [reason for _, reason in own_reasons(node)]
    assert reasons.count("erasure_held") == sum(waited for _, waited in outcomes)
    assert reasons.count("gdpr_17") == ROUNDS - reasons.count("erasure_held")
    node.retain()
    node.settle()
    assert all(node.found(who) == [] for who in people), "what waited is done once nothing holds"
    assert node.search(Filter(dataset=DATASET)).entries != ()
    assert node.flaws() == []


def at_once(node: KeepingNode, kind: HoldKind, who: Subject) -> tuple[Erased, Hold]:
    """Erase and hold somebody in two transactions that begin together."""
    start = threading.Barrier(2)

    def erasing() -> Erased:
        start.wait()
        return node.erase(who)

    def holding() -> Hold:
        start.wait()
        return hold(node, kind, who)

    with ThreadPoolExecutor(2) as pool:
        erased, held = pool.submit(erasing), pool.submit(holding)
        return erased.result(timeout=60), held.result(timeout=60)
