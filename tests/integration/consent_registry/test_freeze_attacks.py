# SPDX-License-Identifier: Apache-2.0
"""Whatever takes a person out, at whichever step of a freeze: no cohort goes live with her.

Steps are the transactions that freezing and binding open; what happens lands between two of them.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from consent_registry.domain.errors import FreezeOvertaken
from consent_registry.domain.lives import Quality
from consent_registry.domain.rights import Right
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.lives import look_at_evidence, record_death
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.requests import NewRequest, make_request
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import NewStudyConsent, record_study_consent
from consent_registry.usecases.sweep import sweep
from consent_registry.usecases.tools import Tools
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import ApplicationId, DatasetId, PermitId
from shared.principal import Principal
from tests.fakes.consent_factories import purpose
from tests.support.freeze_steps import Steps
from tests.support.merge_world import give, leave, live, propose
from tests.support.registry_world import DESK, DS, RegistryWorld, people

STUDY, PAPER = "GDI-ZZ-STUDY-1", "ab" * 32
SHE, DOUBLE, IN_STUDY = "P-000001", "P-000003", "P-study"
HERS, STUDIED = 1, 4
RIGHTS: Principal = replace(DESK, scopes=frozenset({"rights.manage"}))
Change = Callable[[RegistryWorld], object]


def narrow_terms(world: RegistryWorld) -> None:
    limited = RawAlternative(permission="POA")
    wanted = NewConsent(pseudonym=SHE, dataset=DS, alternatives=(limited,))
    record_consent(wanted, tools=world.tools, principal=DESK)


def restrict(world: RegistryWorld) -> None:
    make_request(SHE, NewRequest(right=Right.RESTRICTION), tools=world.tools, principal=RIGHTS)


def die(world: RegistryWorld) -> None:
    at = world.clock.now() - timedelta(days=1)
    record_death(SHE, at, PAPER, tools=world.tools, principal=DESK)


def reject_her_paper(world: RegistryWorld) -> None:
    found = consents_of(SHE, None, None, tools=world.tools, principal=DESK)
    event = str(found.choices[0].standing.event_id)
    tools = world.tools
    look_at_evidence(SHE, event, Quality.REJECTED, PAPER, tools=tools, principal=DESK)


def join_with_who_refused(world: RegistryWorld) -> None:
    propose(world, SHE, DOUBLE)


def leave_the_study(world: RegistryWorld) -> None:
    withdraw(IN_STUDY, WithdrawConsent(study=STUDY), tools=world.tools, principal=DESK)


def take_the_dataset_out(world: RegistryWorld) -> None:
    place_dataset(DS, "", tools=world.tools, principal=DESK)


def choose_no_for_the_dataset(world: RegistryWorld) -> None:
    give(world, IN_STUDY, permission=None)


CHANGES: list[tuple[Change, int]] = [
    (narrow_terms, HERS),
    (restrict, HERS),
    (die, HERS),
    (reject_her_paper, HERS),
    (join_with_who_refused, HERS),
    (leave_the_study, STUDIED),
    (take_the_dataset_out, STUDIED),
    (choose_no_for_the_dataset, STUDIED),
]


@pytest.fixture
def studied(world: RegistryWorld) -> RegistryWorld:
    """Four people by choices of their own, one of whom refused, and one by her study alone."""
    facts = StudyFacts(
        title="Hearts", controller="A hospital", purpose="To learn.", starts_on=date(2020, 1, 1)
    )
    describe_study(STUDY, facts, tools=world.tools, principal=DESK)
    place_dataset(DS, STUDY, tools=world.tools, principal=DESK)
    assert world.load(*people(4)).batch.applied == 4
    leave(world, DOUBLE)
    member = NewMember(pseudonym=IN_STUDY, local_id="S-study")
    list_members(DS, [member], tools=world.tools, principal=DESK)
    hmb = (RawAlternative(permission="HMB"),)
    wanted = NewStudyConsent(pseudonym=IN_STUDY, study=STUDY, alternatives=hmb)
    record_study_consent(wanted, tools=world.tools, principal=DESK)
    world.clock.pass_time(3600)
    return world


def freeze_and_bind(tools: Tools) -> str:
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A"), tools=tools, principal=DESK)
    try:
        bind_cohort(frozen.cohort_id, PermitId("PERMIT"), tools=tools, principal=DESK)
    except FreezeOvertaken:
        return "overtaken"
    return "bound"


def test_without_any_change_both_are_in(studied: RegistryWorld) -> None:
    assert freeze_and_bind(studied.tools) == "bound"
    assert live(studied) == [{0, HERS, 2, STUDIED}]


@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize(("change", "who"), CHANGES)
def test_no_cohort_goes_live_with_whoever_something_takes_out(
    studied: RegistryWorld, change: Change, who: int, step: int
) -> None:
    steps = Steps(step, lambda: change(studied), within=False)
    outcome = freeze_and_bind(steps.watched(studied.tools))
    assert outcome == ("overtaken" if step == 3 else "bound")
    assert all(who not in members for members in live(studied))
    assert live(studied) or outcome == "overtaken"


@pytest.mark.parametrize(("change", "who"), CHANGES)
def test_whoever_something_takes_out_leaves_what_is_live(
    studied: RegistryWorld, change: Change, who: int
) -> None:
    freeze_and_bind(studied.tools)
    change(studied)
    assert live(studied) == [{0, HERS, 2, STUDIED} - {who}]


@pytest.mark.parametrize("waits", [False, True])
def test_a_consent_that_ends_between_freeze_and_binding_ends_in_what_goes_live(
    studied: RegistryWorld, waits: bool
) -> None:
    """By the calendar nobody does anything: the end is among those named at the binding."""
    ends = studied.clock.now() + timedelta(seconds=30)
    hmb = RawAlternative(permission="HMB")
    wanted = NewConsent(pseudonym=SHE, dataset=DS, alternatives=(hmb,), effective_to=ends)
    record_consent(wanted, tools=studied.tools, principal=DESK)
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A"), tools=studied.tools, principal=DESK)
    if waits:
        studied.clock.pass_time(40)
    bind_cohort(frozen.cohort_id, PermitId("PERMIT"), tools=studied.tools, principal=DESK)
    studied.clock.pass_time(40)
    while sweep(tools=studied.tools):
        pass
    with studied.tools.reads() as uow:
        bound = uow.cohorts.of_permit(PermitId("PERMIT"))
    assert bound is not None
    assert [who for _, who in bound.lapses] == [HERS]


def test_another_dataset_of_the_study_is_not_overtaken_by_what_is_not_about_it(
    studied: RegistryWorld,
) -> None:
    other = DatasetId("GDI-ZZ-DATASET-2")
    studied.dataset(other)
    studied.load(*({**row, "dataset": other} for row in people(2)))
    frozen = freeze_cohort(
        other, purpose(), ApplicationId("A"), tools=studied.tools, principal=DESK
    )
    leave_the_study(studied)
    bind_cohort(frozen.cohort_id, PermitId("PERMIT"), tools=studied.tools, principal=DESK)
    assert live(studied, other) == [{0, 1}]
