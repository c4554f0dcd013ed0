# SPDX-License-Identifier: Apache-2.0
"""From decision to live permit: every step can be lost, overtaken or repeated."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from permit_service.domain.application import ApplicationState
from permit_service.domain.cohort import Project
from permit_service.domain.errors import ApplicationUnknown, CohortsUnavailable
from permit_service.domain.permit import PermitState
from permit_service.usecases.issue import issue
from permit_service.usecases.read import case, due_grants
from permit_service.usecases.revoke import Ending, revoke
from shared.ids import ApplicationId, CohortId, DatasetId, PermitId
from tests.fakes.cohort_source import MemoryCohorts
from tests.fakes.permit_factories import DATASET, T0
from tests.fakes.permit_world import AUTHORITY, REASONS, TRACE, HandClock, World


@pytest.fixture
def world() -> World:
    return World()


class Crashed(RuntimeError):
    """What stands for a killed process: nothing after it runs."""


class Watched(MemoryCohorts):
    """The registry, with something that happens around a bind."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__(clock, DATASET)
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    def bind(self, cohort_id: CohortId, permit_id: PermitId, project: Project) -> None:
        self.before()
        super().bind(cohort_id, permit_id, project)
        self.after()


@pytest.fixture
def watched(world: World) -> Watched:
    cohorts = Watched(world.clock)
    world.cohorts = cohorts
    world.ports = replace(world.ports, cohorts=cohorts)
    return cohorts


def work(world: World) -> None:
    """What the process `work` does: try every grant that is due."""
    for application_id in due_grants(ports=world.ports):
        issue(application_id, trace_id=TRACE, ports=world.ports)


def raising(error: type[Exception]) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_without_the_registry_a_grant_waits_in_sight_and_issues_nothing(world: World) -> None:
    world.cohorts.up = False
    application = world.decide(world.apply())
    assert application.state is ApplicationState.GRANTING
    seen = case(application.application_id, caller=AUTHORITY, ports=world.ports)
    assert seen.permit is None
    assert seen.grant is not None
    assert seen.grant.fault == "cohorts_unavailable"
    assert [fact.type for fact in world.units.facts][-1] == "placet.application.decided.v1"
    work(world)
    assert seen.grant.tries == 1
    world.cohorts.up = True
    world.clock.pass_by(seconds=1)
    work(world)
    permit = world.permit_of(application)
    assert permit is not None
    assert permit.state is PermitState.LIVE


def test_an_unknown_dataset_is_shown_as_refused_and_issues_nothing(world: World) -> None:
    application = world.decide(world.apply(dataset=DatasetId("GDI-ZZ-DATASET-99")))
    assert application.state is ApplicationState.GRANTING
    assert world.units.committed.grants[application.application_id].fault == "cohort_refused"
    assert world.permit_of(application) is None


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_crash_around_the_bind_is_completed_with_the_same_permit(
    world: World, watched: Watched, lost: str
) -> None:
    setattr(watched, lost, raising(Crashed))
    application = world.apply()
    with pytest.raises(Crashed):
        world.decide(application)
    intent = world.permit_of(application)
    assert intent is not None
    assert intent.state is PermitState.ISSUING
    setattr(watched, lost, lambda: None)
    world.clock.pass_by(seconds=10)
    work(world)
    live = world.permit_of(application)
    assert live is not None
    assert (live.permit_id, live.jws) == (intent.permit_id, intent.jws)
    assert live.state is PermitState.LIVE
    assert watched.freezes == 1
    assert list(watched.bound.values()) == [live.permit_id]


def test_an_answer_that_never_came_leaves_nothing_half_issued(
    world: World, watched: Watched
) -> None:
    watched.after = raising(CohortsUnavailable)
    application = world.decide(world.apply())
    assert application.state is ApplicationState.GRANTING
    assert not any(one.revision for one in world.units.committed.permits.values())
    watched.after = lambda: None
    world.clock.pass_by(seconds=1)
    work(world)
    assert world.units.committed.applications[application.application_id].state is (
        ApplicationState.GRANTED
    )


def test_an_overtaken_freeze_is_taken_again_under_the_same_permit_id(
    world: World, watched: Watched
) -> None:
    changes = iter([True, True, False])

    def change_twice() -> None:
        if next(changes):
            watched.change(DATASET)

    watched.before = change_twice
    application = world.decide(world.apply())
    permit = world.permit_of(application)
    assert permit is not None
    assert permit.state is PermitState.LIVE
    assert permit.attempt == 3
    assert permit.cohort.revision == 3
    assert watched.freezes == 3
    assert watched.bound == {permit.cohort.cohort_id: permit.permit_id}


def test_a_cohort_that_changes_every_time_waits_for_a_quieter_moment(
    world: World, watched: Watched
) -> None:
    watched.before = lambda: watched.change(DATASET)
    application = world.decide(world.apply())
    assert application.state is ApplicationState.GRANTING
    assert world.units.committed.grants[application.application_id].fault == "freeze_overtaken"
    watched.before = lambda: None
    world.clock.pass_by(seconds=1)
    work(world)
    permit = world.permit_of(application)
    assert permit is not None
    assert permit.state is PermitState.LIVE


def test_a_freeze_left_for_a_minute_is_void_and_taken_again(world: World, watched: Watched) -> None:
    watched.before = raising(Crashed)
    application = world.apply()
    with pytest.raises(Crashed):
        world.decide(application)
    watched.before = lambda: None
    world.clock.pass_by(seconds=61)
    work(world)
    permit = world.permit_of(application)
    assert permit is not None
    assert permit.state is PermitState.LIVE
    assert permit.attempt == 2
    assert watched.freezes == 2


def test_two_tries_at_once_end_in_one_permit(world: World, watched: Watched) -> None:
    application = world.apply()
    nested = iter([True])

    def another_comes() -> None:
        if next(nested, False):
            world.clock.pass_by(seconds=11)
            issue(application.application_id, trace_id=TRACE, ports=world.ports)

    watched.before = another_comes
    world.decide(application)
    permits = list(world.units.committed.permits.values())
    assert [one.state for one in permits] == [PermitState.LIVE]
    issued = [one for one in world.units.facts if one.type == "placet.permit.issued.v1"]
    assert len(issued) == 1


def test_while_one_tries_nobody_else_does(world: World, watched: Watched) -> None:
    application = world.apply()
    seen: list[int] = []

    def another_comes() -> None:
        issue(application.application_id, trace_id=TRACE, ports=world.ports)
        seen.append(watched.freezes)

    watched.before = another_comes
    world.decide(application)
    assert seen == [1]
    assert due_grants(ports=world.ports) == []


def test_a_revocation_in_the_middle_of_issuing_wins(world: World, watched: Watched) -> None:
    application = world.apply()

    def stop() -> None:
        permit = world.permit_of(application)
        assert permit is not None
        ending = Ending(permit_id=permit.permit_id, reasons=REASONS)
        revoke(ending, caller=AUTHORITY, ports=world.ports)

    watched.before = stop
    world.decide(application)
    permit = world.permit_of(application)
    assert permit is not None
    assert permit.state is PermitState.REVOKED
    assert permit.revision is None
    assert world.units.committed.changes == []
    assert not world.units.committed.grants


def test_a_grant_whose_validity_passed_lapses_without_a_permit(world: World) -> None:
    world.cohorts.up = False
    until = T0.replace(minute=26)
    application = world.decide(world.apply(), valid_until=until)
    world.clock.at = until
    world.cohorts.up = True
    work(world)
    found = world.units.committed.applications[application.application_id]
    assert found.state is ApplicationState.LAPSED
    assert world.permit_of(application) is None
    assert not world.units.committed.grants


def test_an_intent_whose_validity_passed_is_set_aside(world: World, watched: Watched) -> None:
    watched.before = raising(Crashed)
    application = world.apply()
    with pytest.raises(Crashed):
        world.decide(application, valid_until=T0.replace(minute=26))
    watched.before = lambda: None
    world.clock.at = T0.replace(minute=27)
    work(world)
    permit = world.permit_of(application)
    assert permit is not None
    assert permit.state is PermitState.VOID
    assert watched.bound == {}


def test_waiting_grows_and_stays_bounded(world: World) -> None:
    world.cohorts.up = False
    application = world.decide(world.apply())
    waits = []
    for _ in range(8):
        grant = world.units.committed.grants[application.application_id]
        waits.append((grant.next_try_at - world.clock.now()).total_seconds())
        world.clock.at = grant.next_try_at
        issue(application.application_id, trace_id=TRACE, ports=world.ports)
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_settled_application_is_left_alone(world: World) -> None:
    application = world.decide(world.apply())
    again = issue(application.application_id, trace_id=TRACE, ports=world.ports)
    assert again.state is ApplicationState.GRANTED
    assert world.cohorts.freezes == 1
    with pytest.raises(ApplicationUnknown):
        issue(ApplicationId("none"), trace_id=TRACE, ports=world.ports)
