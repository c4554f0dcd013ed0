# SPDX-License-Identifier: Apache-2.0
"""Purposes that ask for a little more than was allowed, and yeses that come a little too early."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consent_registry.domain.cohort import Cohort
from consent_registry.domain.history import State
from consent_registry.domain.purpose import Category, Purpose
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.blocking import who_blocks_what
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.rulings import take_ruling
from consent_registry.usecases.sweep import sweep
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import ApplicationId
from tests.fakes.consent_factories import purpose
from tests.support.merge_world import A, B, leave, propose
from tests.support.registry_world import DESK, DS, RegistryWorld, people
from tests.support.rulings import Authority, a_statement

BREAST, NEOPLASM, HEART = "MONDO:0007254", "MONDO:0004992", "MONDO:0005267"
CASE = ApplicationId("A")
AUTHORITY = Authority()
UNETHICAL = purpose(evidence=frozenset())


def asked(world: RegistryWorld, wanted: Purpose) -> Cohort:
    return evaluate_cohort(DS, wanted, tools=world.tools, principal=DESK).cohort


def about(*diseases: str) -> Purpose:
    return replace(purpose(Category.DS), diseases=diseases)


def many(prefix: str, count: int, **changes: str) -> list[dict[str, str]]:
    return [
        {**row, "participant": f"{prefix}{n}", "local_id": f"{prefix}{n}"}
        for n, row in enumerate(people(count, **changes))
    ]


def test_a_disease_more_than_was_allowed_takes_everybody_out(world: RegistryWorld) -> None:
    """Partly covered is not covered: neither by one alternative nor by two together."""
    both = {"participant": "two", "local_id": "two", "permission": "DS"}
    world.load(
        *many("D", 2, permission="DS", diseases=NEOPLASM),
        *many("H", 1, permission="DS", diseases=f"{NEOPLASM};{HEART}"),
        {**both, "alternative": "1", "diseases": NEOPLASM},
        {**both, "alternative": "2", "diseases": HEART},
    )
    assert set(asked(world, about(BREAST)).within) == {0, 1, 2, 3}
    assert set(asked(world, about(BREAST, HEART)).within) == {2}
    assert asked(world, about(BREAST, HEART)).reasons() == {"disease_not_permitted": 3}


def test_a_month_more_than_was_allowed_is_out_at_every_door(world: RegistryWorld) -> None:
    world.load(*many("T", 25, modifiers="TS=12"), *many("F", 40))
    fits, longer = purpose(months=12), purpose(months=13)
    assert len(asked(world, fits).within) == 65
    found = asked(world, longer)
    assert (len(found.within), found.reasons()) == (40, {"duration_too_long": 25})
    blocking = who_blocks_what(DS, longer, tools=world.tools, principal=DESK)
    assert set(blocking.without) == {"TS"}
    frozen = freeze_cohort(DS, longer, CASE, tools=world.tools, principal=DESK)
    assert set(frozen.bitmap) == set(range(25, 65))
    assert set(frozen.reasons) == {"duration_too_long"}
    unsaid = asked(world, purpose(months=None))
    assert (len(unsaid.within), unsaid.awaiting_by_clause()) == (40, {"TS": 25})


@pytest.fixture
def ruled(world: RegistryWorld) -> Tools:
    """Three people await the same ruling, which has said yes."""
    world.load(*people(3, modifiers="IRB"))
    tools = replace(world.tools, read_ruling=AUTHORITY.reader)
    rule(tools)
    return tools


def rule(tools: Tools) -> None:
    take_ruling(AUTHORITY.sign(a_statement(UNETHICAL)), tools=tools, principal=DESK)


def test_a_withdrawal_between_ruling_and_freeze_stands(ruled: Tools) -> None:
    withdraw(A, WithdrawConsent(), tools=ruled, principal=DESK)
    frozen = freeze_cohort(DS, UNETHICAL, CASE, tools=ruled, principal=DESK)
    assert set(frozen.bitmap) == {1, 2}
    assert len(frozen.rulings) == 1


def test_a_consent_that_begins_later_never_begins_once_it_was_withdrawn(
    world: RegistryWorld,
) -> None:
    world.load(*people(1, state="refused"))
    for days, withdrawn in ((10, None), (20, 20), (30, 15)):
        begins = world.clock.now() + timedelta(days=days)
        hmb = RawAlternative(permission="HMB")
        wanted = NewConsent(pseudonym=A, dataset=DS, alternatives=(hmb,), effective_from=begins)
        record_consent(wanted, tools=world.tools, principal=DESK)
        ends = None if withdrawn is None else world.clock.now() + timedelta(days=withdrawn)
        closing = WithdrawConsent(effective_from=ends)
        withdraw(A, closing, tools=world.tools, principal=DESK)
    for _ in range(45):
        world.clock.pass_time(86_400)
        while sweep(tools=world.tools):
            pass
        found = consents_of(A, None, None, tools=world.tools, principal=DESK).choices[0]
        assert found.standing.state in {State.REFUSED, State.WITHDRAWN}
        assert set(asked(world, purpose()).within) == set()


def test_two_names_with_a_no_and_two_yeses_are_out_until_somebody_knows(
    world: RegistryWorld,
) -> None:
    world.load(*people(2))
    leave(world, B)
    propose(world)
    assert set(asked(world, purpose()).within) == set()
    hmb = RawAlternative(permission="HMB")
    wanted = NewConsent(pseudonym=A, dataset=DS, alternatives=(hmb,))
    world.clock.pass_time(60)
    record_consent(wanted, tools=world.tools, principal=DESK)
    assert set(asked(world, purpose()).within) == set(), "her own new yes answers no other's no"
