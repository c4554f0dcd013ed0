# SPDX-License-Identifier: Apache-2.0
"""The register's feed, and who may see which application and permit."""

import pytest

from permit_service.domain.errors import (
    ApplicationUnknown,
    CohortsUnavailable,
    PermitUnknown,
)
from permit_service.usecases import read
from permit_service.usecases.feed import beat, changes, peek, snapshot
from permit_service.usecases.revoke import Ending, revoke
from shared.errors import Forbidden
from shared.ids import ApplicationId, PermitId
from tests.fakes.permit_factories import PROFILE
from tests.fakes.permit_world import (
    AUTHORITY,
    OTHER,
    REASONS,
    RESEARCHER,
    World,
    a_caller,
    opened,
)


@pytest.fixture
def world() -> World:
    return World()


def kinds(world: World, after: int) -> list[str]:
    found = opened(changes(after, ports=world.ports).jws)["changes"]
    assert isinstance(found, list)
    return [one["kind"] for one in found]


def test_snapshot_and_changes_tell_the_same_story(world: World) -> None:
    first, second = world.grant(), world.grant()
    ending = Ending(permit_id=first.permit_id, reasons=REASONS)
    revoke(ending, caller=AUTHORITY, ports=world.ports)
    assert kinds(world, 0) == ["permit.issued", "permit.issued", "permit.revoked"]
    assert kinds(world, 2) == ["permit.revoked"]
    taken = snapshot(ports=world.ports)
    body = opened(taken.jws)
    assert taken.cursor == body["revision"] == 3
    permits = body["permits"]
    assert isinstance(permits, list)
    assert {one["permit_id"]: (one["status"], one["revision"]) for one in permits} == {
        first.permit_id: ("revoked", 3),
        second.permit_id: ("live", 2),
    }
    assert body["iss"] == PROFILE.issuer
    assert kinds(world, taken.cursor) == []
    assert changes(taken.cursor, ports=world.ports).cursor == 3


def test_the_jws_in_the_feed_is_the_permits(world: World) -> None:
    permit = world.grant()
    batch = opened(changes(0, ports=world.ports).jws)
    found = batch["changes"]
    assert isinstance(found, list)
    assert found[0]["jws"] == permit.jws
    assert opened(permit.jws)["permit_id"] == permit.permit_id


def test_a_permit_that_is_not_live_is_in_no_feed(world: World) -> None:
    world.cohorts.up = False
    world.decide(world.apply())
    assert kinds(world, 0) == []
    assert opened(snapshot(ports=world.ports).jws)["permits"] == []
    assert not peek(0, ports=world.ports).changed


def test_a_heartbeat_says_where_the_register_stands(world: World) -> None:
    assert changes(0, ports=world.ports).heartbeats == ()
    world.grant()
    beat(ports=world.ports)
    (heartbeat,) = changes(0, ports=world.ports).heartbeats
    assert opened(heartbeat) == {
        "iss": PROFILE.issuer,
        "register": "permits",
        "revision": 1,
        "time": "2026-11-22T06:25:00.123456Z",
    }
    before = peek(1, ports=world.ports)
    world.clock.pass_by(seconds=5)
    beat(ports=world.ports)
    assert peek(1, ports=world.ports) != before
    (newer,) = changes(0, ports=world.ports).heartbeats
    assert opened(newer)["time"] == "2026-11-22T06:25:05.123456Z"


def test_the_authority_sees_the_queue_and_an_applicant_her_own(world: World) -> None:
    first = world.apply()
    world.clock.pass_by(minutes=1)
    second = world.apply(by=OTHER)
    seen = read.applications(caller=AUTHORITY, ports=world.ports)
    assert [one.application_id for one in seen] == [first.application_id, second.application_id]
    own = read.applications(caller=OTHER, ports=world.ports)
    assert [one.application_id for one in own] == [second.application_id]
    with pytest.raises(Forbidden):
        read.applications(caller=a_caller("anna"), ports=world.ports)


def test_another_persons_application_is_unknown(world: World) -> None:
    application = world.apply()
    with pytest.raises(ApplicationUnknown):
        read.case(application.application_id, caller=OTHER, ports=world.ports)
    with pytest.raises(ApplicationUnknown):
        read.case(ApplicationId("none"), caller=AUTHORITY, ports=world.ports)
    seen = read.case(application.application_id, caller=RESEARCHER, ports=world.ports)
    assert seen.application == application
    assert seen.permit is None


def test_an_applicant_sees_her_permit_once_it_lives(world: World) -> None:
    permit = world.grant()
    seen = read.case(permit.application_id, caller=RESEARCHER, ports=world.ports)
    assert seen.permit is not None
    assert seen.permit.permit_id == permit.permit_id


def test_counts_are_for_the_authority_and_come_from_the_registry(world: World) -> None:
    application = world.apply()
    view = read.cohort(application.application_id, caller=AUTHORITY, ports=world.ports)
    assert view.counts.within == 610
    assert view.reasons == {"withdrawn": 380}
    with pytest.raises(Forbidden):
        read.cohort(application.application_id, caller=RESEARCHER, ports=world.ports)
    with pytest.raises(ApplicationUnknown):
        read.cohort(ApplicationId("none"), caller=AUTHORITY, ports=world.ports)
    world.cohorts.up = False
    with pytest.raises(CohortsUnavailable):
        read.cohort(application.application_id, caller=AUTHORITY, ports=world.ports)


def test_a_permit_is_shown_to_who_may_read_permits(world: World) -> None:
    permit = world.grant()
    assert read.permit(permit.permit_id, caller=AUTHORITY, ports=world.ports) == permit
    with pytest.raises(PermitUnknown):
        read.permit(PermitId("none"), caller=AUTHORITY, ports=world.ports)
    with pytest.raises(Forbidden):
        read.permit(permit.permit_id, caller=RESEARCHER, ports=world.ports)
