# SPDX-License-Identifier: Apache-2.0
"""Looking back: who was in for which permit, as known then; and what a letter may change."""

from datetime import timedelta

import pytest

from consent_registry.domain.errors import CohortUnknown
from consent_registry.domain.history import State
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.rights import Right
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.inclusion import Inclusion, inclusion_of
from consent_registry.usecases.lives import record_death
from consent_registry.usecases.opt_out import set_opt_out
from consent_registry.usecases.reading import history_of
from consent_registry.usecases.requests import NewRequest, make_request
from consent_registry.usecases.sweep import sweep
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import ValidationFailed
from shared.ids import ApplicationId, DatasetId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.erasing_world import GRETA
from tests.support.registry_world import DESK, DS, RegistryWorld, people

PERMIT = PermitId("PERMIT-1")
WHO = "P-000001"
HOUR = timedelta(hours=1)


@pytest.fixture
def permitted(world: RegistryWorld) -> RegistryWorld:
    """Three people under one permit, an hour ago."""
    assert world.load(*people(3)).batch.applied == 3
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A-1"), tools=world.tools, principal=DESK)
    bind_cohort(frozen.cohort_id, PERMIT, tools=world.tools, principal=DESK)
    world.clock.pass_time(3600)
    return world


def ask(world: RegistryWorld, **times: object) -> Inclusion:
    return inclusion_of(
        WHO,
        PERMIT,
        times.get("effective_at"),  # type: ignore[arg-type] # the test's own names
        times.get("known_at"),  # type: ignore[arg-type] # the test's own names
        tools=world.tools,
        principal=DESK,
    )


def leave(world: RegistryWorld, **when: object) -> None:
    wanted = WithdrawConsent(**when)  # type: ignore[arg-type] # the test's own names
    withdraw(WHO, wanted, tools=world.tools, principal=DESK)


def test_inclusion_is_answered_as_known_then(permitted: RegistryWorld) -> None:
    before = permitted.clock.now()
    permitted.clock.pass_time(3600)
    leave(permitted)
    permitted.clock.pass_time(3600)
    now = ask(permitted)
    assert (now.included, now.cause) == (False, "withdrawn")
    assert ask(permitted, known_at=before).included
    assert ask(permitted, effective_at=before).included
    assert not ask(permitted, effective_at=before - 30 * HOUR).included
    assert (now.decided_on.standing.state, now.known_now.standing.state) == (
        State.GIVEN,
        State.GIVEN,
    )


def test_a_letter_dated_back_changes_what_is_known_now_and_not_what_was_decided(
    permitted: RegistryWorld,
) -> None:
    posted = permitted.clock.now() - 48 * HOUR
    leave(permitted, effective_from=posted)
    found = ask(permitted)
    assert not found.included
    assert found.decided_on.standing.state is State.GIVEN
    assert found.known_now.standing.state is State.WITHDRAWN
    assert ask(permitted, effective_at=permitted.clock.now() - HOUR / 2).included


def test_what_stood_beside_her_consent_is_told_as_known_then_and_as_known_now(
    world: RegistryWorld,
) -> None:
    """An opt-out before the freeze stays on both sides; what came later is known only now."""
    assert world.load(*people(3)).batch.applied == 3
    set_opt_out(WHO, About(), OptOutKind.REGISTERED, tools=world.tools, principal=DESK)
    world.clock.pass_time(60)
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A-1"), tools=world.tools, principal=DESK)
    bind_cohort(frozen.cohort_id, PERMIT, tools=world.tools, principal=DESK)
    died = world.clock.now() - 24 * HOUR
    world.clock.pass_time(60)
    record_death(WHO, died, "5e" * 32, tools=world.tools, principal=DESK)
    wanted = NewRequest(right=Right.RESTRICTION, words="the data are wrong")
    make_request(WHO, wanted, tools=world.tools, principal=GRETA)
    found = ask(world)
    assert found.decided_on.beside == ("opted_out",)
    assert found.known_now.beside == ("deceased", "opted_out", "restricted")


def test_a_withdrawal_on_a_date_ends_then_and_at_most_a_year_ahead(
    permitted: RegistryWorld,
) -> None:
    leave(permitted, effective_from=permitted.clock.now() + 24 * HOUR)
    assert ask(permitted).included
    permitted.clock.pass_time(25 * 3600)
    sweep(tools=permitted.tools)
    assert not ask(permitted).included
    with pytest.raises(ValidationFailed):
        leave(permitted, effective_from=permitted.clock.now() + 24 * 400 * HOUR)


def test_a_permit_without_her_dataset_is_unknown(permitted: RegistryWorld) -> None:
    permitted.dataset(DatasetId("GDI-ZZ-DATASET-9"))
    other = people(5, dataset="GDI-ZZ-DATASET-9")[4:]
    assert permitted.load(*other).batch.applied == 1
    for who, permit in (("P-000004", PERMIT), (WHO, PermitId("PERMIT-9"))):
        with pytest.raises(CohortUnknown):
            inclusion_of(who, permit, None, None, tools=permitted.tools, principal=DESK)


def test_a_cohort_as_of_then_is_what_was_decided_then(permitted: RegistryWorld) -> None:
    then = permitted.clock.now()
    decided = evaluate_cohort(DS, purpose(), tools=permitted.tools, principal=DESK)
    permitted.clock.pass_time(3600)
    leave(permitted, effective_from=then - 48 * HOUR)
    assert permitted.load(*people(4)[3:]).batch.applied == 1
    permitted.clock.pass_time(3600)
    for effective_at, known_at, within in (
        (then, then, {0, 1, 2}),
        (None, then, {0, 1, 2}),
        (then, None, {0, 2, 3}),
        (None, None, {0, 2, 3}),
    ):
        found = evaluate_cohort(
            DS,
            purpose(),
            tools=permitted.tools,
            principal=DESK,
            effective_at=effective_at,
            known_at=known_at,
        )
        assert set(found.cohort.within) == within, (effective_at, known_at)
    assert set(decided.cohort.within) == {0, 1, 2}


def test_a_history_as_known_then_has_nothing_recorded_later(permitted: RegistryWorld) -> None:
    then = permitted.clock.now()
    permitted.clock.pass_time(3600)
    leave(permitted)
    for known_at, count in ((then, 1), (None, 2)):
        steps = history_of(WHO, tools=permitted.tools, principal=DESK, known_at=known_at)
        assert len(steps) == count
    long_ago = then - 24 * 365 * 40 * HOUR
    early = history_of(WHO, tools=permitted.tools, principal=DESK, effective_at=long_ago)
    assert early == []
