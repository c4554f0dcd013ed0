# SPDX-License-Identifier: Apache-2.0
"""consent_registry learns of every early end, however long it was away, and nobody waits for it."""

import pytest

from permit_service.domain.permit import Permit, PermitState
from permit_service.usecases.revoke import Ending, revoke
from permit_service.workers.ends import EndWorker
from shared.ids import PermitId
from tests.fakes.permit_factories import a_granted_application, a_permit
from tests.fakes.permit_world import AUTHORITY, REASONS, World


@pytest.fixture
def world() -> World:
    return World()


def issued(world: World) -> Permit:
    application = world.decide(world.apply())
    with world.ports.units() as work:
        permit = work.permits.of_application(application.application_id)
    assert permit is not None
    return permit


def stop(world: World, permit: Permit) -> None:
    ending = Ending(permit_id=permit.permit_id, reasons=REASONS)
    revoke(ending, caller=AUTHORITY, ports=world.ports)


def waiting(world: World) -> list[str]:
    with world.ports.units() as work:
        return [one.permit_id for one in work.permits.ends_untold(9)]


def test_an_end_is_told_with_the_day_it_really_came(world: World) -> None:
    permit, other = issued(world), issued(world)
    world.clock.pass_by(seconds=3_600)
    ended = world.clock.now()
    world.cohorts.up = False
    stop(world, permit)  # a revocation is accepted whatever is down
    worker = EndWorker(world.ports)
    assert not worker.step()
    assert waiting(world) == [permit.permit_id]
    world.clock.pass_by(seconds=86_400)
    world.cohorts.up = True
    worker.step()
    assert world.cohorts.ended == {permit.cohort.cohort_id: ended}
    assert waiting(world) == []
    worker.step()
    assert other.cohort.cohort_id not in world.cohorts.ended


def test_a_permit_stopped_before_it_was_bound_is_told_as_soon_as_it_is(world: World) -> None:
    """The bind was on its way when the permit was stopped: its people would be told it runs."""
    permit = being_issued(world)
    stop(world, permit)
    worker = EndWorker(world.ports)
    worker.step()
    assert waiting(world) == [permit.permit_id]
    world.cohorts.bound[permit.cohort.cohort_id] = permit.permit_id
    worker.step()
    assert permit.cohort.cohort_id in world.cohorts.ended
    assert waiting(world) == []


def test_what_was_never_bound_is_given_up_once_it_never_can_be(world: World) -> None:
    permit = being_issued(world)
    stop(world, permit)
    worker = EndWorker(world.ports)
    world.clock.at = permit.cohort.void_at
    worker.step()
    assert waiting(world) == []
    assert world.cohorts.ended == {}


def test_ends_refused_for_good_let_newer_ones_have_their_turn(world: World) -> None:
    """As many as are told at a look, all older: each look used to stop at them."""
    for number in range(100):
        refused = being_issued(world, f"refused-{number}")
        stop(world, refused)
        world.cohorts.bound[refused.cohort.cohort_id] = PermitId("another")
    world.clock.pass_by(seconds=1)
    newer = issued(world)
    stop(world, newer)
    worker = EndWorker(world.ports)
    worker.step()
    assert not world.cohorts.ended
    world.clock.pass_by(seconds=1)
    worker.step()
    assert list(world.cohorts.ended) == [newer.cohort.cohort_id]


def being_issued(world: World, permit_id: str = "permit-1") -> Permit:
    permit = a_permit(permit_id, at=world.clock.now(), state=PermitState.ISSUING)
    with world.ports.units() as work:
        work.applications.add(a_granted_application(permit.application_id))
        work.permits.add(permit)
        work.commit()
    return permit
