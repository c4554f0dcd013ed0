# SPDX-License-Identifier: Apache-2.0
"""A withdrawal lands at each step of a freeze: she is never in a cohort that goes live.

Steps are the transactions that freezing and binding open. Between two of them a withdrawal goes
through at once; inside one that holds the dataset it waits, and takes her out right after.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

from consent_registry.domain.errors import FreezeOvertaken
from consent_registry.ports import UnitOfWork, Units
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import ApplicationId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people

_LEAVER = "P-000001"


class Steps:
    """Calls `act` when the n-th transaction is about to open, or right after it was opened."""

    def __init__(self, step: int, act: Callable[[], None], *, within: bool) -> None:
        self._left = step
        self._act = act
        self._within = within

    def watched(self, tools: Tools) -> Tools:
        """Give tools whose transactions are counted."""
        return replace(tools, units=self._wrapped(tools.units), reads=self._wrapped(tools.reads))

    def _wrapped(self, inner: Units) -> Units:
        @contextmanager
        def opened() -> Iterator[UnitOfWork]:
            self._left -= 1
            now = self._left == 0
            if now and not self._within:
                self._act()
            with inner() as uow:
                if now and self._within:
                    uow.datasets.hold([DS])
                    self._act()
                yield uow

        return opened


def leave(world: RegistryWorld) -> None:
    withdraw(_LEAVER, WithdrawConsent(), tools=world.tools, principal=DESK)


def freeze_and_bind(tools: Tools) -> str:
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A"), tools=tools, principal=DESK)
    try:
        bind_cohort(frozen.cohort_id, PermitId("PERMIT"), tools=tools, principal=DESK)
    except FreezeOvertaken:
        return "overtaken"
    return "bound"


def live(world: RegistryWorld) -> list[set[int]]:
    with world.tools.reads() as uow:
        return [set(one.members) for one in uow.cohorts.live(DS)]


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        (1, "bound"),  # before the index is read
        (2, "bound"),  # index read, dataset not held yet: the freeze decides without her
        (3, "overtaken"),  # frozen with her, not bound
    ],
)
def test_between_two_steps_it_goes_through_at_once(
    world: RegistryWorld, step: int, outcome: str
) -> None:
    world.load(*people(4))
    steps = Steps(step, lambda: leave(world), within=False)
    assert freeze_and_bind(steps.watched(world.tools)) == outcome
    assert live(world) == ([{0, 2, 3}] if outcome == "bound" else [])


@pytest.mark.parametrize(("step", "outcome"), [(2, "overtaken"), (3, "bound")])
def test_within_a_step_it_waits_and_takes_her_out_right_after(
    world: RegistryWorld, step: int, outcome: str
) -> None:
    world.load(*people(4))
    started = threading.Event()

    def leaving() -> None:
        started.set()
        leave(world)

    with ThreadPoolExecutor(1) as pool:
        waiting = []

        def begin() -> None:
            waiting.append(pool.submit(leaving))
            assert started.wait(timeout=60)

        tools = Steps(step, begin, within=True).watched(world.tools)
        frozen = freeze_cohort(DS, purpose(), ApplicationId("A"), tools=tools, principal=DESK)
        if step == 2:  # held while she asked: she comes before the binding
            waiting[0].result()
        came = "bound"
        try:
            bind_cohort(frozen.cohort_id, PermitId("PERMIT"), tools=tools, principal=DESK)
        except FreezeOvertaken:
            came = "overtaken"
        waiting[0].result()
    assert came == outcome
    assert live(world) == ([{0, 2, 3}] if outcome == "bound" else [])


def test_after_the_last_step_she_leaves_the_live_cohort(world: RegistryWorld) -> None:
    world.load(*people(4))
    assert freeze_and_bind(world.tools) == "bound"
    assert live(world) == [{0, 1, 2, 3}]
    leave(world)
    assert live(world) == [{0, 2, 3}]
