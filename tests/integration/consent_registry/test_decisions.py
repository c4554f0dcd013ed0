# SPDX-License-Identifier: Apache-2.0
"""What is answered afterwards about people and instants: the same as was decided then."""

from datetime import datetime, timedelta

import pytest

from consent_registry.domain.register import FrozenCohort
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.decisions import (
    MAX_QUESTIONS,
    PersonAnswer,
    PersonQuestion,
    decide_people,
)
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import Forbidden, ValidationFailed
from shared.ids import DatasetId, Ordinal, PermitId
from tests.integration.consent_registry.test_cohorts import MIXED, PERMIT, bind, freeze
from tests.support.registry_world import DESK, DS, RegistryWorld, person

MS = timedelta(milliseconds=1)


@pytest.fixture
def bound(world: RegistryWorld) -> FrozenCohort:
    assert world.load(*MIXED).batch.applied == len(MIXED)
    return bind(world, freeze(world))


def ask(
    world: RegistryWorld,
    ordinal: int,
    at: datetime | None = None,
    *,
    known_at: datetime | None = None,
    permit: str | None = PERMIT,
    purposes: tuple[str, ...] = (),
    dataset: DatasetId = DS,
) -> PersonAnswer:
    at = at or world.clock.now()
    question = PersonQuestion(
        dataset=dataset,
        ordinal=Ordinal(ordinal),
        effective_at=at,
        known_at=known_at or at,
        permit_id=None if permit is None else PermitId(permit),
        purposes=purposes,
    )
    (answer,) = decide_people([question], tools=world.tools, principal=DESK)
    return answer


def test_whoever_was_frozen_in_is_in_and_nobody_else(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    answers = [ask(world, ordinal, bound.frozen_at) for ordinal in range(len(MIXED))]
    within = {ordinal for ordinal, one in enumerate(answers) if one.answer == "in"}
    assert within == set(bound.bitmap)
    assert [answers[ordinal].reason for ordinal in (5, 6, 7, 9)] == [
        *("withdrawn", "refused", "expired", "never_asked"),
    ]


def test_a_withdrawal_is_in_force_from_its_instant_and_not_before(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    world.clock.pass_time(60)
    at = world.clock.now()
    withdraw("P-hmb", WithdrawConsent(), tools=world.tools, principal=DESK)
    world.clock.pass_time(60)
    assert ask(world, 1, at - MS) == PersonAnswer(answer="in")
    assert ask(world, 1, at) == PersonAnswer(answer="out", reason="withdrawn")
    # As it was known then: what was recorded later changes nothing.
    assert ask(world, 1, at + MS, known_at=at - MS) == PersonAnswer(answer="in")
    assert ask(world, 1, permit=None).reason == "withdrawn"


def test_a_permit_covers_what_it_was_given_for(world: RegistryWorld, bound: FrozenCohort) -> None:
    world.clock.pass_time(1)
    covered = bound.purpose.duo()
    assert ask(world, 1, purposes=covered) == PersonAnswer(answer="in")
    assert ask(world, 1, purposes=(*covered, "DUO:0000042")).reason == "purpose_not_in_permit"
    assert ask(world, 1, permit="PERMIT-9") == PersonAnswer(
        answer="unknown", reason="permit_unknown"
    )


def test_whoever_left_is_not_in_again_with_a_new_consent(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    world.clock.pass_time(60)
    withdraw("P-hmb", WithdrawConsent(), tools=world.tools, principal=DESK)
    world.clock.pass_time(60)
    again = NewConsent(
        pseudonym="P-hmb", dataset=DS, alternatives=[RawAlternative(permission="HMB")]
    )
    record_consent(again, tools=world.tools, principal=DESK)
    world.clock.pass_time(60)
    assert ask(world, 1, permit=None) == PersonAnswer(answer="in")
    assert ask(world, 1) == PersonAnswer(answer="out", reason="withdrawn")


def test_nobody_is_in_where_nobody_is(world: RegistryWorld, bound: FrozenCohort) -> None:
    assert ask(world, 4711).reason == "never_asked"
    assert ask(world, 1, dataset=DatasetId("GDI-ZZ-DATASET-9")) == PersonAnswer(
        answer="unknown", reason="dataset_unknown"
    )


def test_only_who_may_ask_asks_and_not_everything_at_once(
    world: RegistryWorld, bound: FrozenCohort
) -> None:
    with pytest.raises(Forbidden):
        decide_people([], tools=world.tools, principal=person("anna"))
    question = PersonQuestion(
        dataset=DS,
        ordinal=Ordinal(0),
        effective_at=bound.frozen_at,
        known_at=bound.frozen_at,
        permit_id=None,
        purposes=(),
    )
    with pytest.raises(ValidationFailed):
        decide_people([question] * (MAX_QUESTIONS + 1), tools=world.tools, principal=DESK)
