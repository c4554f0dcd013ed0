# SPDX-License-Identifier: Apache-2.0
"""A recorded consent is put right: both records stay, each names the other, nobody comes back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consent_registry.domain.approvals import Widening
from consent_registry.domain.duo import Duo
from consent_registry.domain.errors import ApprovalMissing, NothingToCorrect
from consent_registry.domain.history import State
from consent_registry.domain.records import correction_of
from consent_registry.domain.terms import RawAlternative, RawModifier, Terms
from consent_registry.http.api import present
from consent_registry.usecases.approvals import NewApproval, list_approval
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.chains import verify_chains
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.consents import Recorded
from consent_registry.usecases.correcting import NewCorrection, correct_consent
from consent_registry.usecases.projections import verify_projections
from consent_registry.usecases.reading import consents_of, history_of
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import Forbidden, ValidationFailed
from shared.ids import ApplicationId, PermitId
from tests.fakes.consent_factories import purpose, terms
from tests.support.merge_world import SECOND
from tests.support.registry_world import DESK, DS, RegistryWorld, people, person

WHO = "P-000000"
PAPER = "ab" * 32
GRU, HMB = RawAlternative(permission="GRU"), RawAlternative(permission="HMB")
NPU = RawAlternative(permission="HMB", modifiers=(RawModifier(code="NPU"),))


@pytest.fixture
def recorded(world: RegistryWorld) -> RegistryWorld:
    """Three people said HMB, an hour ago."""
    assert world.load(*people(3)).batch.applied == 3
    world.clock.pass_time(3600)
    return world


def wrong(world: RegistryWorld) -> str:
    return str(history_of(WHO, tools=world.tools, principal=DESK)[-1].record.event_id)


def correct(world: RegistryWorld, *chosen: RawAlternative, **changes: object) -> Recorded:
    wanted = NewCorrection(
        pseudonym=WHO,
        dataset=DS,
        event_id=wrong(world),
        alternatives=chosen,
        why="The second page was not read.",
        evidence=PAPER,
    )
    wanted = replace(wanted, **changes)  # type: ignore[arg-type] # the test's own names
    return correct_consent(wanted, tools=world.tools, principal=DESK)


def holds(world: RegistryWorld, **times: object) -> tuple[State, Terms | None]:
    found = consents_of(
        WHO,
        times.get("effective_at"),  # type: ignore[arg-type] # the test's own names
        times.get("known_at"),  # type: ignore[arg-type] # the test's own names
        tools=world.tools,
        principal=DESK,
    )
    standing = found.choices[0].standing
    return standing.state, standing.terms


def approve(world: RegistryWorld) -> str:
    dated = history_of(WHO, tools=world.tools, principal=DESK)[-1].record.effective_from
    listed = NewApproval(
        pseudonym=WHO, dataset=DS, widening=Widening.BACKDATED, dated=dated, evidence=PAPER
    )
    return list_approval(listed, tools=world.tools, principal=SECOND).approval_id


def test_both_records_stay_and_each_names_the_other(recorded: RegistryWorld) -> None:
    first, then = wrong(recorded), recorded.clock.now()
    recorded.clock.pass_time(60)
    done = correct(recorded, NPU)
    assert done.kind.value == "corrected"
    assert holds(recorded) == (State.GIVEN, terms(Duo.HMB, Duo.NPU))
    assert holds(recorded, effective_at=then) == (State.GIVEN, terms(Duo.HMB, Duo.NPU))
    assert holds(recorded, known_at=then) == (State.GIVEN, terms(Duo.HMB)), "as known then"
    steps = history_of(WHO, tools=recorded.tools, principal=DESK)
    newest, oldest = present.history(WHO, steps)["events"]
    assert newest["corrects"] == {
        "event_id": first,
        "why": "The second page was not read.",
        "evidence": PAPER,
    }
    assert (newest["event_id"], oldest["corrected_by"]) == (done.event_id, done.event_id)
    assert (oldest["event_id"], oldest["corrects"], newest["corrected_by"]) == (first, None, None)
    assert (newest["effective_from"], newest["expressed_at"]) == (
        oldest["effective_from"],
        oldest["expressed_at"],
    )
    said = correction_of(steps[0].record.personal)
    assert said is not None
    assert said.event_id == first
    assert verify_projections(tools=recorded.tools).hold
    assert all(one.broken == () for one in verify_chains(tools=recorded.tools).values())


def test_what_narrows_leaves_running_permits_and_what_widens_enters_none(
    recorded: RegistryWorld,
) -> None:
    asked = purpose(commercial=True)
    frozen = freeze_cohort(DS, asked, ApplicationId("A"), tools=recorded.tools, principal=DESK)
    bind_cohort(frozen.cohort_id, PermitId("P"), tools=recorded.tools, principal=DESK)
    assert 0 in frozen.bitmap
    recorded.clock.pass_time(60)
    correct(recorded, RawAlternative(permission="HMB", modifiers=(RawModifier(code="NCU"),)))
    with recorded.tools.reads() as uow:
        (live,) = uow.cohorts.live(DS)
    assert set(live.members) == {1, 2}


def test_what_widens_is_a_yes_dated_back_by_two_people(recorded: RegistryWorld) -> None:
    with pytest.raises(ApprovalMissing):
        correct(recorded, GRU)
    assert holds(recorded) == (State.GIVEN, terms(Duo.HMB))
    correct(recorded, GRU, approval_id=approve(recorded))
    assert holds(recorded) == (State.GIVEN, terms(Duo.GRU))
    with pytest.raises(NothingToCorrect):
        correct(recorded, NPU)  # the first record is corrected already
    found = evaluate_cohort(DS, purpose(), tools=recorded.tools, principal=DESK)
    assert 0 in found.cohort.within


def test_a_no_recorded_as_a_yes_becomes_a_no(recorded: RegistryWorld) -> None:
    assert correct(recorded).kind.value == "refused"
    assert holds(recorded) == (State.REFUSED, None)
    before = recorded.clock.now() - timedelta(days=100)
    assert holds(recorded, effective_at=before) == (State.REFUSED, None)


def test_nobody_who_said_no_comes_back_by_it(recorded: RegistryWorld) -> None:
    withdraw(WHO, WithdrawConsent(), tools=recorded.tools, principal=DESK)
    for chosen in ((NPU,), ()):
        with pytest.raises(NothingToCorrect):
            correct(recorded, *chosen, event_id=wrong(recorded))
    assert holds(recorded)[0] is State.WITHDRAWN


def test_a_withdrawal_on_a_date_said_before_still_comes(recorded: RegistryWorld) -> None:
    on = recorded.clock.now() + timedelta(days=2)
    wanted = WithdrawConsent(effective_from=on)
    withdraw(WHO, wanted, tools=recorded.tools, principal=DESK)
    correct(recorded, NPU)
    assert holds(recorded)[0] is State.GIVEN
    assert holds(recorded, effective_at=on + timedelta(hours=1))[0] is State.WITHDRAWN


def test_only_a_desk_with_a_paper_and_a_reason_corrects(recorded: RegistryWorld) -> None:
    with pytest.raises(ValidationFailed) as refused:
        correct(recorded, NPU, why="", evidence="none")
    assert {fault.pointer for fault in refused.value.faults} == {"/why", "/evidence"}
    for event_id in ("no-event", "0" * 36):
        with pytest.raises(NothingToCorrect):
            correct(recorded, NPU, event_id=event_id)
    wanted = NewCorrection(
        pseudonym=WHO,
        dataset=DS,
        event_id=wrong(recorded),
        alternatives=[NPU],
        why="mine",
        evidence=PAPER,
    )
    with pytest.raises(Forbidden):
        correct_consent(wanted, tools=recorded.tools, principal=person("person-anna"))
    assert recorded.count("consent_event") == 3
