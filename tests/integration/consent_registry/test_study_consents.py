# SPDX-License-Identifier: Apache-2.0
"""Choices for whole studies on a real database: what they reach, what closes them, what stays."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from consent_registry.domain.errors import (
    FreezeOvertaken,
    NothingToWithdraw,
    StudyUnknown,
)
from consent_registry.domain.history import State
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.cohorts import freeze_cohort
from consent_registry.usecases.consents import NewConsent, record_consent
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import (
    NewStudyConsent,
    StudyRecorded,
    record_study_consent,
    study_choices_of,
)
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import ValidationFailed
from shared.ids import ApplicationId, DatasetId, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld

STUDY, OTHER = "GDI-ZZ-STUDY-1", "GDI-ZZ-STUDY-2"
TWO = DatasetId("GDI-ZZ-DATASET-2")
ANNA = "P-anna"
FACTS = StudyFacts(
    title="Hearts",
    controller="A hospital",
    purpose="To learn why hearts fail early.",
    starts_on=date(2020, 1, 1),
)
HMB, GRU = RawAlternative(permission="HMB"), RawAlternative(permission="GRU")


@pytest.fixture(autouse=True)
def _described(world: RegistryWorld) -> None:
    world.dataset(TWO)
    for study in (STUDY, OTHER):
        describe_study(study, FACTS, tools=world.tools, principal=DESK)


def place(world: RegistryWorld, dataset: DatasetId, study: str = STUDY) -> None:
    place_dataset(dataset, study, tools=world.tools, principal=DESK)


def enlist(world: RegistryWorld, dataset: DatasetId = DS, *others: str) -> None:
    wanted = [NewMember(pseudonym=one, local_id=f"S-{one}") for one in (ANNA, *others)]
    list_members(dataset, wanted, tools=world.tools, principal=DESK)


def allow(world: RegistryWorld, *said: RawAlternative, study: str = STUDY) -> StudyRecorded:
    wanted = NewStudyConsent(pseudonym=ANNA, study=study, alternatives=said)
    return record_study_consent(wanted, tools=world.tools, principal=DESK)


def choose(world: RegistryWorld, *said: RawAlternative, dataset: DatasetId = DS) -> None:
    wanted = NewConsent(pseudonym=ANNA, dataset=dataset, alternatives=said)
    record_consent(wanted, tools=world.tools, principal=DESK)


def leave(world: RegistryWorld, **wanted: Any) -> None:
    withdraw(ANNA, WithdrawConsent(**wanted), tools=world.tools, principal=DESK)


def states(world: RegistryWorld, **as_of: Any) -> dict[str, State]:
    times = {"effective_at": None, "known_at": None, **as_of}
    found = consents_of(ANNA, **times, tools=world.tools, principal=DESK)
    return {one.dataset.dataset: one.standing.state for one in found.choices}


def permission(world: RegistryWorld, dataset: DatasetId = DS) -> str | None:
    found = consents_of(ANNA, None, None, tools=world.tools, principal=DESK)
    terms = next(one.standing.terms for one in found.choices if one.dataset.dataset == dataset)
    return terms[0].permission.name if terms else None


def frozen(world: RegistryWorld, name: str, dataset: DatasetId = DS) -> set[int]:
    """Freeze and bind; gives who is in."""
    made = freeze_cohort(dataset, purpose(), ApplicationId(name), tools=world.tools, principal=DESK)
    bind_cohort(made.cohort_id, PermitId(name), tools=world.tools, principal=DESK)
    return set(made.bitmap)


def live(world: RegistryWorld) -> list[set[int]]:
    with world.tools.reads() as uow:
        return [set(one.members) for one in uow.cohorts.live(DS)]


def test_a_yes_to_a_study_reaches_what_is_in_it_and_nothing_else(world: RegistryWorld) -> None:
    place(world, DS)
    enlist(world)
    enlist(world, TWO)
    assert states(world) == {DS: State.NOT_ASKED, TWO: State.NOT_ASKED}
    assert frozen(world, "before") == set()
    done = allow(world, HMB)
    assert (done.datasets, done.own_choice) == ((DS,), ())
    assert states(world) == {DS: State.GIVEN, TWO: State.NOT_ASKED}
    assert frozen(world, "after") == {0}
    assert frozen(world, "elsewhere", TWO) == set()


def test_what_is_put_in_it_later_is_reached_only_where_she_was_told(world: RegistryWorld) -> None:
    place(world, DS)
    enlist(world)
    enlist(world, TWO)
    allow(world, HMB)
    place(world, TWO)
    assert states(world)[TWO] is State.NOT_ASKED
    told = replace(FACTS, later_datasets=True)
    describe_study(STUDY, told, tools=world.tools, principal=DESK)
    assert states(world)[TWO] is State.NOT_ASKED  # what is said afterwards she was not told
    place(world, TWO, "")
    allow(world, HMB)
    assert states(world)[TWO] is State.NOT_ASKED
    place(world, TWO)
    assert states(world)[TWO] is State.GIVEN
    assert frozen(world, "later", TWO) == {0}


def test_who_joins_a_dataset_of_the_study_is_covered_by_what_she_said(world: RegistryWorld) -> None:
    place(world, DS)
    world.load({"participant": ANNA, "dataset": TWO})
    allow(world, HMB)
    enlist(world, DS, "P-bert")
    assert frozen(world, "joined") == {0}


def test_a_dataset_taken_out_is_reached_no_more_and_leaves_every_cohort(
    world: RegistryWorld,
) -> None:
    place(world, DS)
    enlist(world)
    allow(world, HMB)
    assert frozen(world, "one") == {0}
    place(world, DS, OTHER)
    assert (states(world)[DS], live(world)) == (State.NOT_ASKED, [set()])
    place(world, DS)
    assert (states(world)[DS], live(world)) == (State.GIVEN, [set()])  # nobody is brought back


def test_a_choice_for_the_dataset_decides_there_whenever_it_was_made(world: RegistryWorld) -> None:
    place(world, DS)
    place(world, TWO)
    world.load({"participant": ANNA}, {"participant": ANNA, "dataset": TWO, "state": "refused"})
    done = allow(world, GRU)
    assert done.own_choice == (DS, TWO)
    assert permission(world) == "HMB"
    assert states(world) == {DS: State.GIVEN, TWO: State.REFUSED}


@pytest.mark.parametrize("how", ["study", "everything", "no"])
def test_a_no_to_a_study_closes_what_is_below_it(world: RegistryWorld, how: str) -> None:
    place(world, DS)
    place(world, TWO)
    enlist(world)
    world.load({"participant": ANNA, "dataset": TWO})
    allow(world, HMB)
    assert frozen(world, "one") == {0}
    made = freeze_cohort(DS, purpose(), ApplicationId("open"), tools=world.tools, principal=DESK)
    if how == "no":
        allow(world)
    else:
        leave(world, **({"study": STUDY} if how == "study" else {}))
    state = State.REFUSED if how == "no" else State.WITHDRAWN
    assert states(world) == {DS: state, TWO: state}
    assert live(world) == [set()]
    with pytest.raises(FreezeOvertaken):
        bind_cohort(made.cohort_id, PermitId("open"), tools=world.tools, principal=DESK)
    place(world, DS, "")
    assert states(world)[DS] is state  # wherever the dataset is put


def test_a_no_to_a_study_stands_against_what_comes_into_it_later(world: RegistryWorld) -> None:
    world.load({"participant": ANNA})
    assert frozen(world, "one") == {0}
    leave(world, study=STUDY)
    assert (states(world)[DS], live(world)) == (State.GIVEN, [{0}])
    place(world, DS)
    assert (states(world)[DS], live(world)) == (State.WITHDRAWN, [set()])
    choose(world, HMB)  # what she says afterwards of the dataset itself counts
    assert states(world)[DS] is State.GIVEN


def test_a_no_to_the_dataset_is_not_answered_by_a_yes_to_its_study(world: RegistryWorld) -> None:
    place(world, DS)
    enlist(world)
    allow(world, HMB)
    leave(world, datasets=(DS,))
    allow(world, GRU)
    assert states(world)[DS] is State.WITHDRAWN
    choose(world, HMB)
    assert states(world)[DS] is State.GIVEN


def test_a_yes_after_a_no_to_the_study_counts_and_ends_when_it_ends(world: RegistryWorld) -> None:
    place(world, DS)
    enlist(world)
    allow(world)
    assert states(world)[DS] is State.REFUSED
    until = world.clock.now() + timedelta(days=1)
    wanted = NewStudyConsent(pseudonym=ANNA, study=STUDY, alternatives=(HMB,), effective_to=until)
    record_study_consent(wanted, tools=world.tools, principal=DESK)
    assert states(world)[DS] is State.GIVEN
    assert states(world, effective_at=until)[DS] is State.EXPIRED
    world.clock.pass_time(2 * 86_400)
    assert frozen(world, "late") == set()


def test_one_can_look_back(world: RegistryWorld) -> None:
    place(world, DS)
    enlist(world)
    before = world.clock.now()
    world.clock.pass_time(60)
    allow(world, HMB)
    given = world.clock.now() + timedelta(seconds=1)
    world.clock.pass_time(60)
    leave(world, study=STUDY)
    now = world.clock.now() + timedelta(seconds=1)
    seen = [
        states(world, effective_at=at, known_at=known)[DS]
        for at, known in ((before, now), (given, given), (now, given), (now, now))
    ]
    assert seen == [State.NOT_ASKED, State.GIVEN, State.GIVEN, State.WITHDRAWN]
    (found,) = study_choices_of(ANNA, None, None, tools=world.tools, principal=DESK)
    assert (found.name, found.standing.state, len(found.events)) == (STUDY, State.WITHDRAWN, 2)


def test_a_withdrawal_from_everything_reaches_a_study_without_any_data(
    world: RegistryWorld,
) -> None:
    world.load({"participant": ANNA, "dataset": TWO})
    allow(world, HMB)
    leave(world)
    place(world, DS)
    enlist(world)
    assert states(world) == {DS: State.WITHDRAWN, TWO: State.WITHDRAWN}


def test_faults_are_named_and_leave_nothing(world: RegistryWorld) -> None:
    enlist(world)
    with pytest.raises(StudyUnknown):
        allow(world, HMB, study="GDI-ZZ-STUDY-9")
    with pytest.raises(StudyUnknown):
        leave(world, study="GDI-ZZ-STUDY-9")
    with pytest.raises(ValidationFailed):
        allow(world, RawAlternative(permission="XYZ"))
    early = NewStudyConsent(
        pseudonym=ANNA,
        study=STUDY,
        alternatives=(HMB,),
        effective_from=world.clock.now() - timedelta(days=1),
    )
    with pytest.raises(ValidationFailed) as refused:
        record_study_consent(early, tools=world.tools, principal=DESK)
    assert [fault.pointer for fault in refused.value.faults] == ["/effective_from"]
    with pytest.raises(ValidationFailed):
        leave(world, study=STUDY, datasets=(DS,))
    world.load({"participant": "P-2"})
    with pytest.raises(NothingToWithdraw):
        withdraw(
            "P-2",
            WithdrawConsent(datasets=(TWO,)),
            tools=world.tools,
            principal=DESK,
        )
    assert world.count("person_event") == 0


def test_members_are_listed_all_or_none_and_once(world: RegistryWorld) -> None:
    enlist(world)
    before = world.revision()
    enlist(world)
    assert world.revision() == before
    taken = [
        NewMember(pseudonym="P-new", local_id="S-new"),
        NewMember(pseudonym="P-2", local_id=f"S-{ANNA}"),
    ]
    with pytest.raises(ValidationFailed) as refused:
        list_members(DS, taken, tools=world.tools, principal=DESK)
    assert [fault.pointer for fault in refused.value.faults] == ["/members/1/local_id"]
    assert world.count("dataset_member") == 1
    world.load({"participant": "P-3", "local_id": "S-3"})
    assert world.column("SELECT ordinal FROM dataset_member ORDER BY 1") == [0, 1]
