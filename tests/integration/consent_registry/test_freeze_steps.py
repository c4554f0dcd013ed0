# SPDX-License-Identifier: Apache-2.0
"""A withdrawal or an opt-out lands at each step of a freeze: no cohort goes live with her.

Steps are the transactions that freezing and binding open. Between two of them a withdrawal goes
through at once; inside one that holds the dataset it waits, and takes her out right after.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from consent_registry.domain.errors import FreezeOvertaken, FreezeVoid
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.datasets import NewDataset, register_dataset
from consent_registry.usecases.opt_out import set_opt_out
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import ApplicationId, DatasetId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.freeze_steps import Steps
from tests.support.registry_world import DESK, DS, RegistryWorld, people

_LEAVER = "P-000001"
_BY_LAW = DatasetId("GDI-ZZ-DATASET-8")


def leave(world: RegistryWorld) -> None:
    withdraw(_LEAVER, WithdrawConsent(), tools=world.tools, principal=DESK)


def opt_out(world: RegistryWorld) -> None:
    set_opt_out(_LEAVER, About(), OptOutKind.REGISTERED, tools=world.tools, principal=DESK)


def freeze_and_bind(tools: Tools, dataset: DatasetId = DS) -> str:
    frozen = freeze_cohort(dataset, purpose(), ApplicationId("A"), tools=tools, principal=DESK)
    try:
        bind_cohort(frozen.cohort_id, PermitId("PERMIT"), tools=tools, principal=DESK)
    except FreezeOvertaken:
        return "overtaken"
    return "bound"


def live(world: RegistryWorld, dataset: DatasetId = DS) -> list[set[int]]:
    with world.tools.reads() as uow:
        return [set(one.members) for one in uow.cohorts.live(dataset)]


def by_law(world: RegistryWorld) -> None:
    """Register a dataset that is used by law, from which people opt out, with four people."""
    wanted = NewDataset(
        dataset=_BY_LAW,
        title="Registers",
        controller="A hospital",
        country="ZZ",
        legal_regime="ehds_ch4",
        consent_role="none",
    )
    register_dataset(wanted, tools=world.tools, principal=DESK)
    world.load(*({**row, "dataset": _BY_LAW} for row in people(4)))


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


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        (1, "bound"),  # before the index is read
        (2, "bound"),  # index read, dataset not held yet: the freeze decides without her
        (3, "overtaken"),  # frozen with her, not bound
    ],
)
def test_an_opt_out_between_two_steps_goes_through_at_once(
    world: RegistryWorld, step: int, outcome: str
) -> None:
    by_law(world)
    steps = Steps(step, lambda: opt_out(world), within=False)
    assert freeze_and_bind(steps.watched(world.tools), _BY_LAW) == outcome
    assert live(world, _BY_LAW) == ([{0, 2, 3}] if outcome == "bound" else [])


@pytest.mark.parametrize(("step", "outcome"), [(2, "overtaken"), (3, "bound")])
def test_an_opt_out_within_a_step_waits_for_it(
    world: RegistryWorld, step: int, outcome: str
) -> None:
    """While the freeze holds the dataset, it comes before the binding and overtakes it.

    While the binding does, the permit is issued first: it runs, and the opt-out is about new ones
    (EHDS 71(3)).
    """
    by_law(world)
    started = threading.Event()

    def leaving() -> None:
        started.set()
        opt_out(world)

    with ThreadPoolExecutor(1) as pool:
        waiting = []

        def begin() -> None:
            waiting.append(pool.submit(leaving))
            assert started.wait(timeout=60)

        tools = Steps(step, begin, within=True, dataset=_BY_LAW).watched(world.tools)
        frozen = freeze_cohort(_BY_LAW, purpose(), ApplicationId("A"), tools=tools, principal=DESK)
        if step == 2:
            waiting[0].result()
        came = "bound"
        try:
            bind_cohort(frozen.cohort_id, PermitId("PERMIT"), tools=tools, principal=DESK)
        except FreezeOvertaken:
            came = "overtaken"
        waiting[0].result()
    assert came == outcome
    assert live(world, _BY_LAW) == ([{0, 1, 2, 3}] if outcome == "bound" else [])


def test_who_was_not_in_it_overtakes_no_freeze_and_a_void_one_is_void_all_the_same(
    world: RegistryWorld,
) -> None:
    by_law(world)
    opt_out(world)
    frozen = freeze_cohort(
        _BY_LAW, purpose(), ApplicationId("A"), tools=world.tools, principal=DESK
    )
    set_opt_out(_LEAVER, About(), OptOutKind.REVERSED, tools=world.tools, principal=DESK)
    world.clock.pass_time(59)
    bind_cohort(frozen.cohort_id, PermitId("PERMIT"), tools=world.tools, principal=DESK)
    assert live(world, _BY_LAW) == [{0, 2, 3}]  # who came back after the freeze is not brought in
    late = freeze_cohort(_BY_LAW, purpose(), ApplicationId("B"), tools=world.tools, principal=DESK)
    opt_out(world)
    world.clock.pass_time(60)
    with pytest.raises(FreezeVoid):
        bind_cohort(late.cohort_id, PermitId("LATE"), tools=world.tools, principal=DESK)
