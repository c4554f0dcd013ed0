# SPDX-License-Identifier: Apache-2.0
"""Guardians decide for a whole study: who has to sign, what the child says, and when it ends."""

from datetime import date, timedelta

import pytest

from consent_registry.domain.assent import Will
from consent_registry.domain.errors import (
    DecisionUnknown,
    GuardianMustSign,
    MandateUnknown,
    NobodyDecides,
    StudyUnknown,
)
from consent_registry.domain.history import State
from consent_registry.domain.mandates import Mandate, MandateKind
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.assenting import NewWord, record_word, say_own
from consent_registry.usecases.consents import NewConsent
from consent_registry.usecases.guardian_decisions import (
    Decision,
    propose_decision,
    refuse_decision,
    sign_decision,
)
from consent_registry.usecases.guarding import proposals_for
from consent_registry.usecases.mandates import NewMandate, end_mandate, record_mandate
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.people import link_login
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.receipts import participant_receipt
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import (
    NewStudyConsent,
    StudyRecorded,
    record_study_consent,
)
from consent_registry.usecases.will import will_of
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import Forbidden, ValidationFailed
from shared.ids import DatasetId
from tests.support.merge_world import A, B, reasons, rebuilt, within
from tests.support.registry_world import DESK, DS, LOGIN, RegistryWorld, person

STUDY = "GDI-ZZ-STUDY-1"
TWO = DatasetId("GDI-ZZ-DATASET-2")
PAPER = "cd" * 32
MOTHER, FATHER, AUNT, CHILD = (person(who) for who in ("mother", "father", "aunt", "child"))
INFANT, FIFTEEN = date(2024, 6, 1), date(2011, 6, 1)
HMB = RawAlternative(permission="HMB")
GENOME = RawAlternative(permission="HMB", data_categories=("genome",))


@pytest.fixture(autouse=True)
def _described(world: RegistryWorld) -> None:
    """A and B are in two datasets, one of them in a study, and have said nothing."""
    for name in (DS, TWO):
        if name != DS:
            world.dataset(name)
        wanted = [NewMember(pseudonym=who, local_id=f"S-{who}") for who in (A, B)]
        list_members(name, wanted, tools=world.tools, principal=DESK)
    describe(world)
    place(world, DS)
    link_login(A, LOGIN, "child", tools=world.tools, principal=DESK)


def describe(world: RegistryWorld, *, later: bool = False, title: str = "Hearts") -> None:
    facts = StudyFacts(
        title=title,
        controller="A hospital",
        purpose="To learn why hearts fail early.",
        starts_on=date(2020, 1, 1),
        later_datasets=later,
    )
    describe_study(STUDY, facts, tools=world.tools, principal=DESK)
    world.clock.pass_time(1)


def place(world: RegistryWorld, dataset: DatasetId) -> None:
    place_dataset(dataset, STUDY, tools=world.tools, principal=DESK)
    world.clock.pass_time(1)


def authorise(
    world: RegistryWorld,
    who: str,
    *datasets: DatasetId,
    joint: bool = True,
    born: date = INFANT,
    kind: MandateKind = MandateKind.GUARDIAN,
) -> Mandate:
    wanted = NewMandate(
        pseudonym=A,
        kind=kind,
        holder=f"Her {who}",
        evidence=PAPER,
        issuer=LOGIN,
        subject=who,
        joint=joint,
        datasets=datasets or None,
        born_on=born,
    )
    return record_mandate(wanted, tools=world.tools, principal=DESK)


def decide(world: RegistryWorld, who: object = MOTHER, said: RawAlternative = HMB) -> Decision:
    wanted = NewStudyConsent(pseudonym=A, study=STUDY, alternatives=(said,))
    return propose_decision(wanted, [], tools=world.tools, principal=who)  # type: ignore[arg-type] # a principal


def sign(world: RegistryWorld, pending: Decision, who: object) -> Decision:
    return sign_decision(A, pending.decision_id, [], tools=world.tools, principal=who)  # type: ignore[arg-type] # a principal


def states(world: RegistryWorld) -> dict[str, State]:
    found = consents_of(A, None, None, tools=world.tools, principal=DESK)
    return {one.dataset.dataset: one.standing.state for one in found.choices}


def test_all_who_decide_together_sign_and_each_dataset_of_the_study_follows(
    world: RegistryWorld,
) -> None:
    mother, father = authorise(world, "mother"), authorise(world, "father")
    with pytest.raises(GuardianMustSign):
        record_study_consent(
            NewStudyConsent(pseudonym=A, study=STUDY, alternatives=(HMB,)),
            tools=world.tools,
            principal=DESK,
        )
    place(world, TWO)
    pending = decide(world, said=GENOME)
    assert (pending.study, pending.dataset) == (STUDY, None)
    assert pending.missing == {father.mandate_id}
    assert decide(world, said=GENOME).decision_id == pending.decision_id, "a page sent twice"
    assert set(states(world).values()) == {State.NOT_ASKED}
    for who in (MOTHER, FATHER, CHILD, DESK):
        (waits,) = proposals_for(A, tools=world.tools, principal=who)
        assert (waits.place.title, waits.datasets) == ("Hearts", (DS, TWO))
        assert waits.missing == {father.mandate_id}
    done = sign(world, pending, FATHER)
    assert isinstance(done.recorded, StudyRecorded)
    assert states(world) == {DS: State.GIVEN, TWO: State.GIVEN}
    found = consents_of(A, None, None, tools=world.tools, principal=DESK)
    for choice in found.choices:
        assert choice.standing.terms is not None
        assert choice.standing.terms[0].data_categories == ("genome",)
    rebuilt(world, A)
    with pytest.raises(DecisionUnknown):
        sign(world, pending, FATHER)
    receipt = participant_receipt(A, done.recorded.event_id, tools=world.tools, principal=DESK)
    assert "dpv:GuardianOfDataSubject" in str(receipt.document)
    assert mother.mandate_id not in str(receipt.document)


def test_one_of_them_refuses_and_who_decides_nothing_learns_nothing(world: RegistryWorld) -> None:
    authorise(world, "mother")
    authorise(world, "father")
    authorise(world, "aunt", TWO)
    with pytest.raises(Forbidden):
        decide(world, AUNT)
    pending = decide(world)
    assert proposals_for(A, tools=world.tools, principal=AUNT) == ()
    with pytest.raises(DecisionUnknown):
        sign(world, pending, AUNT)
    with pytest.raises(MandateUnknown):
        decide(world, CHILD)
    with pytest.raises(Forbidden):
        decide(world, person("stranger"))
    refuse_decision(A, pending.decision_id, [], tools=world.tools, principal=FATHER)
    with pytest.raises(DecisionUnknown):
        sign(world, pending, FATHER)


def test_nobody_decides_for_a_study_where_the_rest_is_hers_to_allow(world: RegistryWorld) -> None:
    aunt = authorise(world, "aunt", DS, joint=False)
    place(world, TWO)
    with pytest.raises(GuardianMustSign):
        decide(world, AUNT)
    authorise(world, "friend", TWO, joint=False, kind=MandateKind.PROXY)
    with pytest.raises(GuardianMustSign):
        decide(world, person("friend"))
    end_mandate(A, aunt.mandate_id, None, tools=world.tools, principal=DESK)
    with pytest.raises(GuardianMustSign):
        decide(world, DESK)


def test_each_signs_who_decides_in_any_dataset_it_may_come_to(world: RegistryWorld) -> None:
    mother = authorise(world, "mother", joint=False)
    aunt = authorise(world, "aunt", TWO)
    assert decide(world).recorded is not None, "her dataset is in no such study"
    describe(world, later=True)
    pending = decide(world, AUNT)
    assert pending.missing == {mother.mandate_id}
    assert aunt.mandate_id not in pending.missing
    assert sign(world, pending, MOTHER).recorded is not None
    place(world, TWO)
    assert states(world) == {DS: State.GIVEN, TWO: State.GIVEN}


def test_who_decides_for_what_is_in_it_is_enough_where_nothing_comes_later(
    world: RegistryWorld,
) -> None:
    authorise(world, "aunt", DS, joint=False)
    assert decide(world, AUNT).recorded is not None
    place(world, TWO)
    assert states(world) == {DS: State.GIVEN, TWO: State.NOT_ASKED}


def test_a_proposal_is_over_once_the_study_is_another(world: RegistryWorld) -> None:
    authorise(world, "mother")
    authorise(world, "father")
    shown = decide(world)
    world.clock.pass_time(60)
    before = world.clock.now()
    world.clock.pass_time(60)
    place(world, TWO)
    for who in (MOTHER, FATHER, DESK):
        assert proposals_for(A, tools=world.tools, principal=who) == ()
    (then,) = proposals_for(A, before, None, tools=world.tools, principal=DESK)
    assert then.decision_id == shown.decision_id
    with pytest.raises(DecisionUnknown):
        sign(world, shown, FATHER)
    again = decide(world)
    assert again.decision_id != shown.decision_id
    describe(world, title="Hearts and lungs")
    with pytest.raises(DecisionUnknown):
        sign(world, again, FATHER)
    assert set(states(world).values()) == {State.NOT_ASKED}


def test_what_guardians_allowed_in_a_study_lapses_with_their_authority(
    world: RegistryWorld,
) -> None:
    mother = authorise(world, "mother", joint=False)
    decide(world)
    assert within(world) == {0}
    assert mother.ends is not None
    world.clock.pass_time((mother.ends - world.clock.now()).total_seconds() + 1)
    assert states(world)[DS] is State.PENDING_RECONSENT
    rebuilt(world, A)
    with pytest.raises(Forbidden):
        decide(world)


def test_one_alone_ends_what_all_have_signed_for_a_study(world: RegistryWorld) -> None:
    authorise(world, "mother")
    authorise(world, "father")
    sign(world, decide(world), FATHER)
    assert within(world) == {0}
    withdraw(A, WithdrawConsent(study=STUDY), tools=world.tools, principal=FATHER)
    assert states(world)[DS] is State.WITHDRAWN
    rebuilt(world, A)


def test_her_own_yes_is_needed_and_reaches_what_the_choice_decides(world: RegistryWorld) -> None:
    authorise(world, "mother", joint=False, born=FIFTEEN)
    place(world, TWO)
    own = NewConsent(pseudonym=A, dataset=TWO, alternatives=(HMB,))
    propose_decision(own, [], tools=world.tools, principal=MOTHER)
    no = NewWord(will=Will.DISSENT, datasets=(DS, TWO))
    say_own(no, tools=world.tools, principal=CHILD)
    world.clock.pass_time(60)
    done = decide(world).recorded
    assert isinstance(done, StudyRecorded)
    assert done.own_choice == (TWO,)
    assert within(world) == set()
    say_own(NewWord(will=Will.ASSENT, about=done.event_id), tools=world.tools, principal=CHILD)
    assert within(world) == {0}, "her yes to the study"
    told = will_of(A, tools=world.tools, principal=DESK)
    assert {one.dataset: one.dissent for one in told.datasets} == {DS: False, TWO: True}
    rebuilt(world, A)


def test_her_yes_may_come_before_the_last_signature(world: RegistryWorld) -> None:
    authorise(world, "mother", born=FIFTEEN)
    authorise(world, "father", born=FIFTEEN)
    pending = decide(world)
    yes = NewWord(will=Will.ASSENT, about=pending.decision_id, evidence=PAPER)
    record_word(A, yes, tools=world.tools, principal=DESK)
    sign(world, pending, FATHER)
    assert within(world) == {0}
    assert "assent_missing" not in reasons(world)
    own = NewConsent(pseudonym=A, dataset=DS, alternatives=(HMB,))
    waits = propose_decision(own, [], tools=world.tools, principal=MOTHER)
    sign(world, waits, FATHER)
    more = decide(world)
    yes = NewWord(will=Will.ASSENT, about=more.decision_id, evidence=PAPER)
    with pytest.raises(NobodyDecides):
        record_word(A, yes, tools=world.tools, principal=DESK)


def test_it_is_a_yes_from_now_to_a_study_that_is_here(world: RegistryWorld) -> None:
    authorise(world, "mother", joint=False)
    for faulty in (
        NewStudyConsent(pseudonym=A, study=STUDY, alternatives=()),
        NewStudyConsent(
            pseudonym=A,
            study=STUDY,
            alternatives=(HMB,),
            effective_from=world.clock.now() + timedelta(days=1),
        ),
    ):
        with pytest.raises(ValidationFailed):
            propose_decision(faulty, [], tools=world.tools, principal=MOTHER)
    nowhere = NewStudyConsent(pseudonym=A, study="GDI-ZZ-STUDY-9", alternatives=(HMB,))
    with pytest.raises(StudyUnknown):
        propose_decision(nowhere, [], tools=world.tools, principal=MOTHER)
