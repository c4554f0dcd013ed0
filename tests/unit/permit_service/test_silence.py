# SPDX-License-Identifier: Apache-2.0
"""Nobody decides in time: what the country's policy says happens, and never a permit."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from permit_service.domain.application import Application, ApplicationState, Verdict
from permit_service.domain.errors import AlreadyDecided
from permit_service.usecases.read import case
from permit_service.workers.silence import SilenceWorker
from shared.country_policy import CountryPolicy, Silence, SilenceRule
from tests.fakes.country_policies import example
from tests.fakes.permit_factories import NATIONAL
from tests.fakes.permit_world import AUTHORITY, RESEARCHER, World, opened

REFUSAL = example("PT")
TEN_DAYS = example("EE")


def world_of(*national: CountryPolicy) -> World:
    world = World()
    world.with_policy(replace(world.ports.policy, national=national or (NATIONAL,)))
    return world


def look(world: World) -> None:
    SilenceWorker(world.ports).step()


def seen(world: World, application: Application) -> Application:
    return case(application.application_id, caller=AUTHORITY, ports=world.ports).application


def kinds(world: World) -> list[str]:
    return [fact.type.removeprefix("placet.") for fact in world.units.facts]


@pytest.mark.parametrize("national", [NATIONAL, example("EE"), example("FI"), REFUSAL])
def test_ten_years_of_silence_make_no_permit(national: CountryPolicy) -> None:
    world = world_of(national)
    application = world.apply()
    for _ in range(11):
        look(world)
        world.clock.pass_by(days=365)
    assert world.permit_of(application) is None
    assert world.cohorts.freezes == 0
    assert "permit.issued.v1" not in kinds(world)
    assert kinds(world).count("application.overdue.v1") == 1, "on record once"


@pytest.mark.parametrize(
    ("national", "last_day"),
    [
        (NATIONAL, date(2027, 2, 22)),
        # Ten working days from a Sunday; none of them is a holiday in Estonia.
        (TEN_DAYS, date(2026, 12, 4)),
    ],
)
def test_it_is_escalated_after_the_last_day_and_still_to_be_decided(
    national: CountryPolicy, last_day: date
) -> None:
    world = world_of(national)
    application = world.apply()
    found = case(application.application_id, caller=RESEARCHER, ports=world.ports)
    assert found.due_on == last_day
    world.clock.at = world.clock.at.replace(
        year=last_day.year, month=last_day.month, day=last_day.day
    )
    look(world)
    assert seen(world, application).overdue is None, "the last day is in time"
    world.clock.pass_by(days=1)
    look(world)
    after = seen(world, application)
    assert after.overdue is not None
    assert (after.state, after.overdue.means) == (ApplicationState.SUBMITTED, Silence.ESCALATION)
    assert (after.overdue.due_on, after.overdue.policy_sha256) == (last_day, national.digest)
    fact = world.units.facts[-1]
    assert (fact.reason, fact.decision, fact.actor) == ("escalation", None, None)
    assert fact.extra["policy_sha256"] == national.digest
    assert world.decide(application).state is ApplicationState.GRANTED, "a person still decides"


def test_where_the_law_says_so_silence_refuses_and_nobody_grants_any_more() -> None:
    world = world_of(REFUSAL)
    application = world.apply()
    world.clock.pass_by(days=100)
    look(world)
    after = seen(world, application)
    assert after.state is ApplicationState.REFUSED
    assert after.overdue is not None
    assert (after.overdue.means, after.overdue.law) == (Silence.REFUSAL, REFUSAL.silence.law)
    assert (world.units.facts[-1].decision, world.units.facts[-1].reason) == ("deny", "refusal")
    with pytest.raises(AlreadyDecided):
        world.decide(application)


def test_nobody_is_refused_by_silence_in_years_of_which_the_holidays_are_not_known() -> None:
    calendar = replace(REFUSAL.calendar, years=range(2025, 2027))
    world = world_of(replace(REFUSAL, calendar=calendar))
    application = world.apply()
    world.clock.pass_by(days=365)
    look(world)
    after = seen(world, application)
    assert after.overdue is not None
    assert (after.state, after.overdue.means) == (ApplicationState.SUBMITTED, Silence.ESCALATION)
    assert after.overdue.law == ""


def test_a_later_policy_changes_no_term_that_runs() -> None:
    stricter = replace(
        NATIONAL,
        version="2",
        digest="ff" * 32,
        effective_from=date(2026, 11, 24),
        silence=SilenceRule(months=0, working_days=1, means=Silence.REFUSAL, law="Act 1"),
    )
    world = world_of(NATIONAL, stricter)
    before = world.apply()
    world.clock.pass_by(days=5)
    after = world.apply()
    world.clock.pass_by(days=5)
    look(world)
    assert seen(world, before).overdue is None
    assert seen(world, after).state is ApplicationState.REFUSED


def test_what_is_decided_in_time_is_never_overdue() -> None:
    world = world_of(REFUSAL)
    refused, granted = world.apply(), world.apply()
    world.decide(refused, Verdict.REFUSE)
    world.decide(granted)
    world.clock.pass_by(days=400)
    look(world)
    assert seen(world, refused).overdue is None
    assert seen(world, granted).overdue is None
    assert case(granted.application_id, caller=AUTHORITY, ports=world.ports).due_on is None


def test_each_decision_names_the_policy_it_was_signed_under() -> None:
    later = replace(NATIONAL, version="2", digest="ee" * 32, effective_from=date(2026, 11, 23))
    world = world_of(NATIONAL, later)
    first, second = world.apply(), world.apply()
    world.decide(first)
    world.clock.pass_by(days=1)
    world.decide(second)
    for application, policy in ((first, NATIONAL), (second, later)):
        (signature,) = seen(world, application).signatures
        assert signature.policy_sha256 == policy.digest
        permit = world.permit_of(application)
        assert permit is not None
        signed = opened(permit.jws)["signatures"]
        assert isinstance(signed, list)
        assert [one["policy_sha256"] for one in signed if isinstance(one, dict)] == [policy.digest]
    decided = [fact for fact in world.units.facts if fact.type.endswith("application.decided.v1")]
    assert [fact.extra["policy_sha256"] for fact in decided] == [NATIONAL.digest, later.digest]
    assert timedelta(days=1) == decided[1].occurred_at - decided[0].occurred_at
