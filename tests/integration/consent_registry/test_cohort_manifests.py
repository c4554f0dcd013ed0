# SPDX-License-Identifier: Apache-2.0
"""Who holds a cohort without the feed makes today's of it by the signed difference, exactly."""

import json

import pytest
from pyroaring import BitMap

from consent_registry.domain.bitmaps import from_text, salted_digest
from consent_registry.domain.errors import CohortUnknown
from consent_registry.domain.manifest import MANIFEST_TYP
from consent_registry.domain.register import FrozenCohort
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohort_manifests import StandingCohort, cohort_manifest
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.canonical import JSON
from shared.errors import ValidationFailed
from shared.ids import ApplicationId, CohortId, PermitId, Revision
from shared.keys import verify_jws
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people

MEMBERS = 12


@pytest.fixture
def bound(world: RegistryWorld) -> FrozenCohort:
    world.load(*people(MEMBERS))
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A-1"), tools=world.tools, principal=DESK)
    return bind_cohort(frozen.cohort_id, PermitId("P-1"), tools=world.tools, principal=DESK)


def leave(world: RegistryWorld, number: int) -> None:
    withdraw(f"P-{number:06}", WithdrawConsent(), tools=world.tools, principal=DESK)


def live(world: RegistryWorld) -> BitMap:
    with world.tools.reads() as uow:
        (cohort,) = uow.cohorts.live(DS)
    return cohort.members


def said(world: RegistryWorld, found: StandingCohort) -> dict[str, JSON]:
    keys = world.tools.signer.public_jwks()
    body = verify_jws(found.manifest, keys, typ=MANIFEST_TYP, algorithms=("ES256",))
    told: dict[str, JSON] = json.loads(body)
    return told


def held(world: RegistryWorld, have: BitMap, found: StandingCohort) -> BitMap:
    """Do what a holder does: check what she has, apply the difference, check what she gets."""
    told = said(world, found)
    assert salted_digest(have, found.frozen.salt) == told["since_digest"]
    made = have ^ from_text(str(told["delta"]))
    assert salted_digest(made, found.frozen.salt) == told["digest"]
    return made


def test_from_any_state_to_any_later_one(world: RegistryWorld, bound: FrozenCohort) -> None:
    states = {int(bound.revision): bound.bitmap}
    order = (7, 2, 11, 0, 5, 9)
    for number in order:
        leave(world, number)
        for since, have in list(states.items()):
            found = cohort_manifest(bound.cohort_id, Revision(since), tools=world.tools)
            now = held(world, have, found)
            assert now == live(world)
            assert now < have
        states[int(found.stretch.revision)] = live(world)
    assert len(states) == len(order) + 1


def test_without_a_revision_it_starts_at_the_freeze(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    leave(world, 3)
    found = cohort_manifest(bound.cohort_id, None, tools=world.tools)
    assert held(world, bound.bitmap, found) == live(world)
    told = said(world, found)
    assert (told["cohort_id"], told["permit_id"]) == (bound.cohort_id, "P-1")
    assert "counts" not in told


def test_nobody_who_left_is_given_back_by_an_old_difference(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    leave(world, 0)
    first = cohort_manifest(bound.cohort_id, None, tools=world.tools)
    now = held(world, bound.bitmap, first)
    # Applied twice it would bring her back: the digest of what it starts from says no.
    with pytest.raises(AssertionError):
        held(world, now, first)


def test_a_cohort_that_no_permit_has_is_nobodys_to_hold(world: RegistryWorld) -> None:
    world.load(*people(MEMBERS))
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A-1"), tools=world.tools, principal=DESK)
    for name in (frozen.cohort_id, CohortId("not an id"), CohortId("0" * 36)):
        with pytest.raises(CohortUnknown):
            cohort_manifest(name, None, tools=world.tools)


def test_a_revision_before_the_freeze_or_to_come_is_refused(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    newest = cohort_manifest(bound.cohort_id, None, tools=world.tools).stretch.revision
    for since in (bound.revision - 1, newest + 1):
        with pytest.raises(ValidationFailed):
            cohort_manifest(bound.cohort_id, Revision(since), tools=world.tools)
