# SPDX-License-Identifier: Apache-2.0
"""In which frozen cohorts a member was: by their bitmaps, not by how she stands today."""

from dataclasses import replace
from typing import Any

import pytest

from consent_registry.domain.containing import CohortAnswer, CohortQuestion, Membership
from consent_registry.domain.register import FrozenCohort
from consent_registry.usecases.containing import MAX_COHORTS, cohorts_with
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import Forbidden, ValidationFailed
from shared.ids import DatasetId, Ordinal
from tests.fakes.consent_factories import purpose
from tests.integration.consent_registry.test_cohorts import MIXED, bind, freeze
from tests.support.erasing_world import erasing_world
from tests.support.registry_node import DATASET, NEW_DATASET, RegistryNode
from tests.support.registry_world import DESK, DS, RegistryWorld, csv_of, people

IN, OUT = CohortAnswer(membership=Membership.IN), CohortAnswer(membership=Membership.OUT)
UNKNOWN = CohortAnswer(membership=Membership.UNKNOWN)
ERASED = CohortAnswer(membership=Membership.ERASED)


def named(cohort: FrozenCohort) -> CohortQuestion:
    return CohortQuestion(cohort_id=cohort.cohort_id, digest=cohort.digest)


def ask(
    world: RegistryWorld, ordinal: int, *cohorts: CohortQuestion, dataset: DatasetId = DS
) -> list[CohortAnswer]:
    asked = cohorts_with(dataset, Ordinal(ordinal), cohorts, tools=world.tools, principal=DESK)
    return list(asked)


@pytest.fixture
def frozen(world: RegistryWorld) -> FrozenCohort:
    assert world.load(*MIXED).batch.applied == len(MIXED)
    return freeze(world)


def test_each_member_is_told_in_or_out_as_the_bitmap_says(
    world: RegistryWorld, frozen: FrozenCohort
) -> None:
    within = {n for n in range(len(MIXED)) if ask(world, n, named(frozen)) == [IN]}
    assert within == set(frozen.bitmap)
    assert ask(world, 5, named(frozen)) == [OUT]
    for nobody in (4_711, 1 << 32, (1 << 53) - 1):
        assert ask(world, nobody, named(frozen)) == [OUT]


def test_who_left_since_was_in_and_left_at_a_revision(
    world: RegistryWorld, frozen: FrozenCohort
) -> None:
    bound = bind(world, frozen)
    withdraw("P-hmb", WithdrawConsent(), tools=world.tools, principal=DESK)
    with world.tools.reads() as uow:
        (gone,) = uow.cohorts.left(bound.cohort_id, Ordinal(1))
    assert gone.revision > bound.revision
    assert ask(world, 1, named(frozen)) == [replace(IN, left=gone.revision)]
    # A cohort frozen after she withdrew never held her; the one before it still did.
    later = freeze(world)
    assert ask(world, 1, named(later), named(frozen)) == [OUT, replace(IN, left=gone.revision)]
    assert ask(world, 0, named(later), named(frozen)) == [IN, IN]


def test_a_cohort_that_is_not_the_named_one_is_unknown(
    world: RegistryWorld, frozen: FrozenCohort
) -> None:
    other = freeze(world, purpose(commercial=True))
    asked = named(frozen)
    wrong = [
        replace(asked, digest=other.digest),
        replace(asked, cohort_id="0192f0c1-2b3c-7d4e-8f50-112233445566"),
        replace(asked, cohort_id="nonsense"),
    ]
    assert ask(world, 0, *wrong, asked) == [UNKNOWN, UNKNOWN, UNKNOWN, IN]
    assert ask(world, 0, asked, dataset=DatasetId("GDI-ZZ-DATASET-9")) == [UNKNOWN]
    assert ask(world, 0) == []


def test_of_somebody_erased_nothing_is_told() -> None:
    with erasing_world() as erasing:
        world = replace(erasing.world, tools=erasing.tools)
        asked = named(freeze(world))
        assert ask(world, 0, asked) in ([IN], [OUT])
        erasing.begin()
        assert ask(world, 0, asked) == [ERASED]
        assert ask(world, 1, asked) != [ERASED]
        erasing.run()
        assert ask(world, 0, asked, replace(asked, digest="x")) == [ERASED, ERASED]


def test_too_many_at_once_and_without_the_scope(world: RegistryWorld, frozen: FrozenCohort) -> None:
    with pytest.raises(ValidationFailed):
        ask(world, 0, *[named(frozen)] * (MAX_COHORTS + 1))
    stranger = replace(DESK, scopes=frozenset({"consents.read"}))
    with pytest.raises(Forbidden):
        cohorts_with(DS, Ordinal(0), [named(frozen)], tools=world.tools, principal=stranger)


def test_over_http(node: RegistryNode) -> None:
    node.call("POST", "/v1/datasets", dict(NEW_DATASET), token=node.service("consents.write"))
    node.take_in(csv_of(people(3)))
    node.work()
    wanted = {"dataset": DATASET, "purpose": purpose().to_json(), "application_id": "A-1"}
    frozen = node.call("POST", "/v1/cohorts/freeze", wanted, token=node.service("cohorts.freeze"))
    asked = {key: frozen.json()[key] for key in ("cohort_id", "digest")}
    token = node.service("decisions.read")
    body: dict[str, Any] = {"dataset": DATASET, "ordinal": 0, "cohorts": [asked]}
    answer = node.call("POST", "/v1/cohorts/containing", body, token=token)
    assert answer.json() == {"answers": [{"answer": "in", "left_revision": None}]}
    for wrong in (
        {**body, "ordinal": -1},
        {**body, "cohorts": [{**asked, "who": "Anna"}]},
        {**body, "cohorts": [asked] * (MAX_COHORTS + 1)},
        {"dataset": DATASET, "cohorts": []},
    ):
        assert node.call("POST", "/v1/cohorts/containing", wrong, token=token).status_code == 422
    other = node.service("cohorts.freeze")
    assert node.call("POST", "/v1/cohorts/containing", body, token=other).status_code == 403
