# SPDX-License-Identifier: Apache-2.0
"""Every step of a grant, killed before and after it took effect: it ends with one permit.

The steps are those a grant takes by itself; the table grows with them and is never written down.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from permit_service.domain.application import ApplicationState
from permit_service.domain.cohort import CohortView, FrozenCohort, Project
from permit_service.domain.permit import PermitState
from permit_service.domain.purpose import Purpose
from permit_service.ports import CohortSource, UnitOfWork, UnitsOfWork
from permit_service.usecases.issue import issue
from permit_service.usecases.read import due_grants
from shared.events import Fact
from shared.ids import ApplicationId, CohortId, DatasetId, PermitId
from tests.fakes.permit_world import TRACE, World


class Killed(BaseException):
    """The process ended here; no handler of ours may see it."""


@dataclass
class Fate:
    """Kills at the n-th step, before or after it took effect; n of 0 never does."""

    at: int = 0
    after: bool = False
    steps: int = 0

    def run(self, step: Callable[[], object]) -> object:
        self.steps += 1
        if self.steps == self.at and not self.after:
            raise Killed
        done = step()
        if self.steps == self.at:
            raise Killed
        return done


class MortalUnit:
    """A unit of work whose commit may be the last thing that happens."""

    def __init__(self, unit: UnitOfWork, fate: Fate) -> None:
        self._unit = unit
        self._fate = fate
        self.applications = unit.applications
        self.grants = unit.grants
        self.permits = unit.permits
        self.rulings = unit.rulings
        self.accounts = unit.accounts
        self.register = unit.register

    def record(self, fact: Fact) -> None:
        self._unit.record(fact)

    def commit(self) -> None:
        self._fate.run(self._unit.commit)


class MortalCohorts:
    """A registry each of whose answers may be the last thing that happens."""

    def __init__(self, cohorts: CohortSource, fate: Fate) -> None:
        self._cohorts = cohorts
        self._fate = fate

    def evaluate(
        self, dataset: DatasetId, purpose: Purpose, application_id: ApplicationId
    ) -> CohortView:
        return self._cohorts.evaluate(dataset, purpose, application_id)

    def rule(self, statement: str) -> None:
        self._fate.run(lambda: self._cohorts.rule(statement))

    def freeze(
        self, dataset: DatasetId, purpose: Purpose, application_id: ApplicationId
    ) -> FrozenCohort:
        frozen = self._fate.run(lambda: self._cohorts.freeze(dataset, purpose, application_id))
        assert isinstance(frozen, FrozenCohort)
        return frozen

    def bind(self, cohort_id: CohortId, permit_id: PermitId, project: Project) -> None:
        self._fate.run(lambda: self._cohorts.bind(cohort_id, permit_id, project))

    def end(self, cohort_id: CohortId, permit_id: PermitId, ended_at: datetime) -> None:
        self._fate.run(lambda: self._cohorts.end(cohort_id, permit_id, ended_at))


def mortal(units: UnitsOfWork, fate: Fate) -> UnitsOfWork:
    @contextmanager
    def opened() -> Iterator[UnitOfWork]:
        with units() as unit:
            yield MortalUnit(unit, fate)

    return opened


def killed(world: World, fate: Fate, act: Callable[[World], object]) -> bool:
    """Act in a process with this fate; True when it was killed."""
    lasting = world.ports
    world.ports = replace(
        lasting, units=mortal(lasting.units, fate), cohorts=MortalCohorts(lasting.cohorts, fate)
    )
    try:
        act(world)
    except Killed:
        return True
    finally:
        world.ports = lasting
    return False


def work(world: World, seconds: float) -> None:
    world.clock.pass_by(seconds=seconds)
    for application_id in due_grants(ports=world.ports):
        issue(application_id, trace_id=TRACE, ports=world.ports)


def steps_of_a_grant() -> int:
    world, fate = World(), Fate()
    application = world.apply()
    assert not killed(world, fate, lambda mine: mine.decide(application))
    return fate.steps


STEPS = steps_of_a_grant()


def require_one_permit(world: World, application_id: ApplicationId) -> None:
    application = world.units.committed.applications[application_id]
    assert application.state is ApplicationState.GRANTED
    (permit,) = world.units.committed.permits.values()
    assert permit.state is PermitState.LIVE
    assert world.cohorts.bound[permit.cohort.cohort_id] == permit.permit_id
    types = [fact.type for fact in world.units.facts]
    assert types.count("placet.application.decided.v1") == 1
    assert types.count("placet.permit.issued.v1") == 1
    assert [one.permit_id for one in world.units.committed.changes] == [permit.permit_id]
    assert not world.units.committed.grants


def test_the_table_has_the_steps_a_grant_takes() -> None:
    # sign, claim, freeze, intent, bind, live
    assert STEPS == 6


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, STEPS + 1))
@pytest.mark.parametrize("pause", [11, 61], ids=["freeze_holds", "freeze_void"])
def test_a_grant_killed_anywhere_ends_with_one_permit(at: int, after: bool, pause: int) -> None:
    world = World()
    application = world.apply()
    assert killed(world, Fate(at=at, after=after), lambda mine: mine.decide(application))
    signed = world.units.committed.applications[application.application_id]
    if signed.state is ApplicationState.SUBMITTED:
        assert (at, after) == (1, False)
        assert not world.units.committed.permits
        world.decide(application)
    work(world, pause)
    require_one_permit(world, application.application_id)


@pytest.mark.parametrize("second", range(1, STEPS))
@pytest.mark.parametrize("first", range(2, STEPS + 1))
def test_work_itself_may_be_killed_again(first: int, second: int) -> None:
    world = World()
    application = world.apply()
    assert killed(world, Fate(at=first), lambda mine: mine.decide(application))
    killed(world, Fate(at=second, after=True), lambda mine: work(mine, 11))
    work(world, 11)
    work(world, 61)
    require_one_permit(world, application.application_id)
