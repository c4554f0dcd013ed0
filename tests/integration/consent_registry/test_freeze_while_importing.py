# SPDX-License-Identifier: Apache-2.0
"""A freeze lands at each step of an import, and an import at each step of a freeze.

People withdraw meanwhile. Whoever's withdrawal was recorded by the freeze's revision is in no
cohort, and a frozen cohort is what the events up to its revision give, whatever ran beside it.
Steps are the transactions that an import, or freezing and binding, open.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count

import pytest

from consent_registry.domain.errors import FreezeOvertaken
from consent_registry.domain.history import State, standing_at
from consent_registry.domain.register import FrozenCohort
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.import_applying import apply_next
from consent_registry.usecases.import_staging import stage_next
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.clock import SystemClock
from shared.ids import ApplicationId, Ordinal, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.freeze_steps import Steps
from tests.support.registry_world import DESK, DS, RegistryWorld, csv_of, people, registry_world

KNOWN = 8
_PERMITS = count()


@contextmanager
def filled() -> Iterator[RegistryWorld]:
    """Give a registry with people whose consents a file is to change, and a clock that goes."""
    with registry_world(SystemClock()) as world:
        world.dataset()
        world.load(*people(KNOWN))
        yield world


def leave(world: RegistryWorld, number: int) -> None:
    withdraw(f"P-{number:06}", WithdrawConsent(), tools=world.tools, principal=DESK)


def work(tools: Tools) -> None:
    """Do all of an import that waits."""
    while apply_next(tools=tools) or stage_next(tools=tools):
        pass


def freeze_and_bind(tools: Tools) -> FrozenCohort:
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A"), tools=tools, principal=DESK)
    permit = PermitId(f"PERMIT-{next(_PERMITS)}")
    with suppress(FreezeOvertaken):  # somebody of it left in between: nothing is live with her
        bind_cohort(frozen.cohort_id, permit, tools=tools, principal=DESK)
    return frozen


def withdrawn(world: RegistryWorld, upto: int | None = None) -> set[int]:
    ordinals, revisions = (
        world.column(f"SELECT {c} FROM consent_event WHERE kind = 'withdrawn' ORDER BY event_id")  # noqa: S608
        for c in ("ordinal", "revision")
    )
    return {o for o, r in zip(ordinals, revisions, strict=True) if upto is None or r <= upto}


def hold_true(world: RegistryWorld, cohorts: Iterable[FrozenCohort]) -> None:
    """Nobody is frozen after her withdrawal, nobody live who withdrew, and events give the rest."""
    members = [Ordinal(n) for n in range(world.count("dataset_member"))]
    with world.tools.reads() as uow:
        every = uow.events.of_members(DS, members)
        live = uow.cohorts.live(DS)
    for frozen in cohorts:
        assert not set(frozen.bitmap) & withdrawn(world, frozen.revision)
        known = {
            n: [e.event() for e in es if e.revision <= frozen.revision] for n, es in every.items()
        }
        given = {
            n for n, es in known.items() if standing_at(es, frozen.frozen_at).state is State.GIVEN
        }
        assert set(frozen.bitmap) == given
    for one in live:
        assert not set(one.members) & withdrawn(world)


@pytest.mark.parametrize("within", [False, True], ids=["before", "within"])
def test_a_freeze_at_each_step_of_an_import(*, within: bool) -> None:
    """Between two transactions it goes through; inside one that holds the dataset it waits."""
    with filled() as world, ThreadPoolExecutor(2) as pool:
        for step in count(1):
            # Half of them known, half new; whoever withdrew is imported again all the same.
            rows = people(KNOWN + 4 * step, permission="GRU", signed_on=f"2025-02-{step:02}")
            world.receive(csv_of(rows))
            waiting: list[Future[FrozenCohort]] = []
            steps = Steps(step, _beside(world, pool, step, waiting, within=within), within=within)
            work(steps.watched(world.tools))
            if not waiting:
                break
            hold_true(world, [waiting[0].result()])
        assert step > 6  # judging, its progress, recording, the end: each was come to
        assert len(withdrawn(world)) == min(step - 1, KNOWN)


def _beside(
    world: RegistryWorld,
    pool: ThreadPoolExecutor,
    step: int,
    waiting: list[Future[FrozenCohort]],
    *,
    within: bool,
) -> Callable[[], None]:
    """Withdraw one more person and freeze; where that must wait, go on once it has begun."""
    begun = threading.Event()

    def run() -> FrozenCohort:
        begun.set()
        if step <= KNOWN:
            leave(world, step - 1)
        return freeze_and_bind(world.tools)

    def act() -> None:
        waiting.append(pool.submit(run))
        assert begun.wait(timeout=60)
        if not within:
            waiting[0].result()

    return act


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_an_import_at_each_step_of_a_freeze(step: int) -> None:
    with filled() as world:
        world.receive(csv_of(people(KNOWN + 4, permission="GRU", signed_on="2025-02-01")))

        def act() -> None:
            leave(world, 0)
            work(world.tools)

        steps = Steps(step, act, within=False)
        frozen = freeze_and_bind(steps.watched(world.tools))
        if step == 4:  # after the last of them
            act()
        hold_true(world, [frozen])
        assert withdrawn(world) == {0}
        hold_true(world, [freeze_and_bind(world.tools)])


def test_people_withdraw_and_cohorts_are_frozen_while_a_large_file_is_recorded() -> None:
    """Three at once, in whatever order the machine has them; the file takes three transactions."""
    with filled() as world:
        world.load(*people(60))
        world.receive(csv_of(people(4_100, permission="GRU", signed_on="2025-02-01")))
        begin, cohorts = threading.Barrier(3), list[FrozenCohort]()

        def importing() -> None:
            begin.wait()
            work(world.tools)

        def leaving() -> None:
            begin.wait()
            for number in range(0, 60, 4):
                leave(world, number)

        def freezing() -> None:
            begin.wait()
            while len(cohorts) < 8:
                cohorts.append(freeze_and_bind(world.tools))

        with ThreadPoolExecutor(3) as pool:
            for job in [pool.submit(one) for one in (importing, leaving, freezing)]:
                job.result()
        cohorts.append(freeze_and_bind(world.tools))
        assert withdrawn(world) == set(range(0, 60, 4))
        assert set(cohorts[-1].bitmap) == set(range(4_100)) - withdrawn(world)
        hold_true(world, cohorts)
