# SPDX-License-Identifier: Apache-2.0
"""Visas: only their own person's or a registered recipient's, never after a revocation."""

from datetime import timedelta

import pytest

from permit_service.domain.account import AccountKey
from permit_service.domain.caller import Caller
from permit_service.domain.errors import PermitNotLive, PermitUnknown, UserUnknown
from permit_service.domain.permit import Permit, PermitState
from permit_service.usecases.narrow import narrowed
from permit_service.usecases.revoke import Ending, revoke
from permit_service.usecases.visas import visas_of
from shared.canonical import JSON
from shared.errors import Forbidden, ValidationFailed
from shared.ids import PermitId
from tests.fakes.permit_factories import IDP, RITA
from tests.fakes.permit_world import (
    AUTHORITY,
    CLEARINGHOUSE,
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


def end(world: World, permit: Permit, *, by: Caller = AUTHORITY, reasons: str = REASONS) -> int:
    ending = Ending(permit_id=permit.permit_id, reasons=reasons)
    return revoke(ending, caller=by, ports=world.ports).revision


def test_a_person_and_a_registered_recipient_get_the_persons_visas(world: World) -> None:
    permit = world.grant()
    for caller in (RESEARCHER, CLEARINGHOUSE):
        (visa,) = visas_of(RITA, caller=caller, ports=world.ports)
        claims = opened(visa)
        assert claims["urn:placet:permit"] == permit.permit_id
        assert claims["sub"] == permit.holder_subject
    with world.ports.units() as work:
        account = work.accounts.find(RITA)
    assert account is not None
    assert account.own_subject == permit.holder_subject


def test_nobody_gets_another_persons_visas(world: World) -> None:
    world.grant()
    same_name_elsewhere = a_caller("rita", "visas.read", issuer="https://other.example")
    for caller in (OTHER, same_name_elsewhere):
        with pytest.raises(Forbidden):
            visas_of(RITA, caller=caller, ports=world.ports)
    with pytest.raises(Forbidden):
        visas_of(AccountKey(IDP, "nobody"), caller=OTHER, ports=world.ports)


def test_an_unregistered_service_gets_nothing_and_learns_nothing(world: World) -> None:
    world.grant()
    service = a_caller("curious", "visas.read", service=True)
    for key in (RITA, AccountKey(IDP, "nobody")):
        assert visas_of(key, caller=service, ports=world.ports) == ()
    assert not any(fact.type == "placet.visa.issued.v1" for fact in world.units.facts)


def test_without_the_scope_there_are_no_visas(world: World) -> None:
    world.grant()
    with pytest.raises(Forbidden):
        visas_of(RITA, caller=a_caller("rita"), ports=world.ports)


def test_an_unknown_user_is_unknown_and_one_without_permit_has_none(world: World) -> None:
    with pytest.raises(UserUnknown):
        visas_of(RITA, caller=CLEARINGHOUSE, ports=world.ports)
    world.apply()
    assert visas_of(RITA, caller=CLEARINGHOUSE, ports=world.ports) == ()


def test_each_batch_is_on_record_with_its_jti_sealed(world: World) -> None:
    permit = world.grant()
    (visa,) = visas_of(RITA, caller=CLEARINGHOUSE, ports=world.ports)
    fact = world.units.facts[-1]
    assert fact.type == "placet.visa.issued.v1"
    assert fact.permit == {"visas": [{"jti": opened(visa)["jti"], "permit_id": permit.permit_id}]}
    assert fact.counts == {"visas": 1}
    assert fact.actor is not None
    assert fact.actor.client_id == "clearinghouse"


def test_many_visas_are_recorded_in_parts_of_bounded_size(world: World) -> None:
    for _ in range(40):
        world.grant()
    before = len(world.units.facts)
    assert len(visas_of(RITA, caller=CLEARINGHOUSE, ports=world.ports)) == 40
    assert [fact.counts["visas"] for fact in world.units.facts[before:]] == [32, 8]


def test_every_visa_has_its_own_jti(world: World) -> None:
    world.grant()
    seen = {
        str(opened(visa)["jti"])
        for _ in range(5)
        for visa in visas_of(RITA, caller=CLEARINGHOUSE, ports=world.ports)
    }
    assert len(seen) == 5


def test_after_a_revocation_there_is_no_visa(world: World) -> None:
    permit = world.grant()
    assert end(world, permit) == 2
    assert visas_of(RITA, caller=CLEARINGHOUSE, ports=world.ports) == ()
    assert world.units.facts[-1].type == "placet.permit.revoked.v1"


def test_after_its_end_a_permit_yields_no_visa(world: World) -> None:
    permit = world.grant()
    world.clock.at = permit.expires_at - timedelta(seconds=5)
    (visa,) = visas_of(RITA, caller=CLEARINGHOUSE, ports=world.ports)
    assert opened(visa)["exp"] == int(permit.expires_at.timestamp())
    world.clock.at = permit.expires_at
    assert visas_of(RITA, caller=CLEARINGHOUSE, ports=world.ports) == ()


def test_a_permit_is_revoked_once_with_reasons_by_who_may(world: World) -> None:
    permit = world.grant()
    with pytest.raises(Forbidden):
        end(world, permit, by=RESEARCHER)
    with pytest.raises(ValidationFailed):
        end(world, permit, reasons="no")
    end(world, permit)
    with pytest.raises(PermitNotLive):
        end(world, permit)
    with pytest.raises(PermitUnknown):
        revoke(
            Ending(permit_id=PermitId("none"), reasons=REASONS),
            caller=AUTHORITY,
            ports=world.ports,
        )


def test_a_revocation_needs_nobody_else(world: World) -> None:
    permit = world.grant()
    world.cohorts.up = False
    end(world, permit)
    assert world.units.committed.permits[permit.permit_id].state is PermitState.REVOKED


def narrow(world: World, payload: dict[str, JSON]) -> None:
    with world.ports.units() as work:
        narrowed(payload, permits=work.permits)
        work.commit()


def test_the_count_of_a_cohort_follows_the_registry(world: World) -> None:
    permit = world.grant()
    cohorts: list[JSON] = [
        {"permit_id": permit.permit_id, "members_now": 600},
        {"permit_id": "unknown", "members_now": 5},
        {"permit_id": permit.permit_id, "members_now": -1},
        {"members_now": 1},
        "nothing",
    ]
    narrow(world, {"dataset": permit.dataset, "revision": 9, "cohorts": cohorts})
    kept = world.units.committed.permits[permit.permit_id]
    assert (kept.members_now, kept.members_revision) == (600, 9)
    late: list[JSON] = [{"permit_id": permit.permit_id, "members_now": 610}]
    narrow(world, {"dataset": permit.dataset, "revision": 8, "cohorts": late})
    assert world.units.committed.permits[permit.permit_id].members_now == 600
    few: list[JSON] = [{"permit_id": permit.permit_id, "members_now": None}]
    narrow(world, {"dataset": permit.dataset, "revision": 10, "cohorts": few})
    assert world.units.committed.permits[permit.permit_id].members_now is None


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"revision": "9", "cohorts": []},
        {"revision": True, "cohorts": []},
        {"revision": 9, "cohorts": "x"},
        {"revision": 9},
    ],
)
def test_a_message_of_another_shape_is_passed_over(world: World, payload: dict[str, JSON]) -> None:
    permit = world.grant()
    narrow(world, payload)
    assert world.units.committed.permits[permit.permit_id] == permit
