# SPDX-License-Identifier: Apache-2.0
"""Guardians and proxies: who may decide for whom, together or alone, and until when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from consent_registry.domain.assent import Will
from consent_registry.domain.errors import DecisionUnknown, GuardianMustSign, MandateUnknown
from consent_registry.domain.mandates import Mandate, MandateKind
from consent_registry.domain.terms import RawAlternative
from consent_registry.domain.windows import Window
from consent_registry.usecases.assenting import NewWord, record_word
from consent_registry.usecases.consents import NewConsent
from consent_registry.usecases.guardian_decisions import (
    Decision,
    propose_decision,
    sign_decision,
)
from consent_registry.usecases.mandates import (
    NewMandate,
    end_mandate,
    mandates_for,
    record_mandate,
)
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.sweep import sweep
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.errors import Forbidden, ValidationFailed
from shared.ids import DatasetId
from tests.support.merge_world import A, B, give, leave, live, permit, reasons, rebuilt, within
from tests.support.registry_world import DESK, DS, LOGIN, RegistryWorld, people, person

PAPER = "cd" * 32
YEAR = timedelta(days=365)
MOTHER, FATHER = person("mother"), person("father")


@pytest.fixture
def child(world: RegistryWorld) -> RegistryWorld:
    """A is known and has said no; B is an adult who has said yes."""
    assert world.load(*people(2)).batch.applied == 2
    leave(world, A)
    world.clock.pass_time(60)
    return world


def test_what_the_second_guardian_signs_is_what_the_first_proposed(child: RegistryWorld) -> None:
    """Left out, each limit would read as the widest: secondary use of all data of any time."""
    mother, father = authorise(child, "mother"), authorise(child, "father")
    narrow = RawAlternative(
        permission="HMB",
        activities=("project:heart-1",),
        data=("2020-01-01", ""),
        data_categories=("genome",),
    )
    proposed = NewConsent(pseudonym=A, dataset=DS, alternatives=(narrow,))
    pending = propose_decision(proposed, [mother.mandate_id], tools=child.tools, principal=DESK)
    done = sign_decision(
        A, pending.decision_id, [father.mandate_id], tools=child.tools, principal=DESK
    )
    assert done.recorded is not None
    (choice,) = consents_of(A, None, None, tools=child.tools, principal=DESK).choices
    assert choice.standing.terms is not None
    (given,) = choice.standing.terms
    assert given.activities == ("project:heart-1",)
    assert given.data == Window(first=date(2020, 1, 1))
    assert given.data_categories == ("genome",)


def authorise(world: RegistryWorld, who: str, **changes: object) -> Mandate:
    plain = NewMandate(
        pseudonym=A,
        kind=MandateKind.GUARDIAN,
        holder=f"Her {who}",
        evidence=PAPER,
        issuer=LOGIN,
        subject=who,
        joint=True,
        until=world.clock.now() + YEAR,
        born_on=date(2020, 6, 1),
    )
    wanted = replace(plain, **changes)  # type: ignore[arg-type] # a builder: names are the fields'
    return record_mandate(wanted, tools=world.tools, principal=DESK)


def wanted(who: str = A) -> NewConsent:
    return NewConsent(pseudonym=who, dataset=DS, alternatives=(RawAlternative(permission="HMB"),))


def decide(world: RegistryWorld, who: object, *signed: str) -> Decision:
    return propose_decision(wanted(), signed, tools=world.tools, principal=who)  # type: ignore[arg-type] # a principal


def test_what_widens_waits_for_every_joint_signature(child: RegistryWorld) -> None:
    mother, father = authorise(child, "mother"), authorise(child, "father")
    pending = decide(child, MOTHER)
    assert pending.missing == {father.mandate_id}
    assert pending.recorded is None
    assert within(child) == {1}
    with pytest.raises(MandateUnknown):
        sign_decision(
            A, pending.decision_id, [mother.mandate_id], tools=child.tools, principal=FATHER
        )
    again = sign_decision(A, pending.decision_id, [], tools=child.tools, principal=MOTHER)
    assert again.missing == {father.mandate_id}, "one does not sign for two"
    done = sign_decision(A, pending.decision_id, [], tools=child.tools, principal=FATHER)
    assert done.missing == frozenset()
    assert done.recorded is not None
    assert within(child) == {0, 1}
    rebuilt(child, A)
    with pytest.raises(DecisionUnknown):
        sign_decision(A, pending.decision_id, [], tools=child.tools, principal=FATHER)


def test_any_one_of_them_ends_use_at_once(child: RegistryWorld) -> None:
    mother, father = authorise(child, "mother"), authorise(child, "father")
    decide(child, DESK, mother.mandate_id, father.mandate_id)
    permit(child, "PERMIT-1")
    assert live(child) == [{0, 1}]
    withdraw(A, WithdrawConsent(), tools=child.tools, principal=FATHER)
    assert (within(child), live(child)) == ({1}, [{1}])
    with pytest.raises(Forbidden):
        withdraw(B, WithdrawConsent(), tools=child.tools, principal=FATHER)


def test_one_who_decides_alone_is_enough_and_somebody_has_to_sign(child: RegistryWorld) -> None:
    authorise(child, "mother", joint=False)
    with pytest.raises(GuardianMustSign):
        give(child, A)
    with pytest.raises(GuardianMustSign):
        decide(child, DESK)
    with pytest.raises(MandateUnknown):
        decide(child, DESK, child.tools.ids.new())
    with pytest.raises(Forbidden):
        decide(child, FATHER)
    give(child, A, permission=None)  # a no needs nobody
    assert decide(child, MOTHER).recorded is not None
    assert within(child) == {0, 1}


def test_a_guardian_who_comes_in_between_has_to_sign_as_well(child: RegistryWorld) -> None:
    mother = authorise(child, "mother")
    authorise(child, "father")
    pending = decide(child, MOTHER)
    court = authorise(child, "court")
    left = sign_decision(A, pending.decision_id, [], tools=child.tools, principal=FATHER)
    assert left.missing == {court.mandate_id}
    assert within(child) == {1}
    end_mandate(A, mother.mandate_id, None, tools=child.tools, principal=DESK)
    done = sign_decision(
        A, pending.decision_id, [court.mandate_id], tools=child.tools, principal=DESK
    )
    assert done.recorded is not None


def test_at_majority_authority_and_consent_lapse_by_themselves(child: RegistryWorld) -> None:
    born = date(2009, 6, 1)
    mother = authorise(child, "mother", joint=False, until=None, born_on=born)
    assert mother.ends == datetime(2027, 5, 31, 10, tzinfo=UTC)
    done = decide(child, MOTHER).recorded
    assert done is not None
    assert reasons(child) == {"assent_missing": 1}, "she is seventeen"
    yes = NewWord(will=Will.ASSENT, about=done.event_id, evidence=PAPER)
    record_word(A, yes, tools=child.tools, principal=DESK)
    permit(child, "PERMIT-1")
    assert within(child) == {0, 1}
    assert mother.ends.isoformat()[:10] not in str(child.rows("person_event"))
    assert b"2009" not in b"".join(bytes(row[10]) for row in child.rows("person_event"))
    child.clock.pass_time((mother.ends - child.clock.now()).total_seconds() + 1)
    assert within(child) == {1}
    assert reasons(child) == {"pending_reconsent": 1}
    while sweep(tools=child.tools):
        pass
    assert live(child) == [{0, 1}], "the shipped policy lets running permits go on (T14)"
    with pytest.raises(Forbidden):
        withdraw(A, WithdrawConsent(), tools=child.tools, principal=MOTHER)
    rebuilt(child, A)
    give(child, A)
    assert within(child) == {0, 1}, "she decides for herself now"
    rebuilt(child, A)


def test_a_guardian_recorded_afterwards_brings_nothing_back(child: RegistryWorld) -> None:
    authorise(child, "mother", joint=False)
    decide(child, MOTHER)
    child.clock.pass_time(YEAR.total_seconds() + 1)
    assert within(child) == {1}
    authorise(child, "court", begins=child.clock.now() - 2 * YEAR)
    assert within(child) == {1}


def test_one_who_was_there_in_time_carries_it_on(child: RegistryWorld) -> None:
    mother = authorise(child, "mother", joint=False)
    decide(child, MOTHER)
    authorise(child, "court")
    end_mandate(A, mother.mandate_id, None, tools=child.tools, principal=DESK)
    assert within(child) == {0, 1}


def test_an_end_dated_back_takes_what_was_signed_since_with_it(child: RegistryWorld) -> None:
    mother = authorise(child, "mother", joint=False)
    child.clock.pass_time(3600)
    decide(child, MOTHER)
    permit(child, "PERMIT-1")
    child.clock.pass_time(3600)
    ended = child.clock.now() - timedelta(seconds=7000)
    end_mandate(A, mother.mandate_id, ended, tools=child.tools, principal=DESK)
    assert within(child) == {1}
    rebuilt(child, A)
    give(child, A)
    assert within(child) == {0, 1}


def test_a_proxy_stands_beside_and_a_mandate_reaches_its_datasets_only(
    child: RegistryWorld,
) -> None:
    other = DatasetId("GDI-ZZ-DATASET-2")
    child.dataset(other)
    assert child.load(*people(3, dataset=other)[1:]).batch.applied == 2
    authorise(child, "friend", pseudonym=B, kind=MandateKind.PROXY, joint=False, datasets=(other,))
    give(child, B)  # she still decides for herself
    with pytest.raises(Forbidden):
        withdraw(B, WithdrawConsent(), tools=child.tools, principal=person("friend"))
    for name in (DS, other):
        asked = WithdrawConsent(datasets=(name,))
        if name == DS:
            with pytest.raises(Forbidden):
                withdraw(B, asked, tools=child.tools, principal=person("friend"))
        else:
            withdraw(B, asked, tools=child.tools, principal=person("friend"))
    assert (within(child), within(child, other)) == ({1}, {1})


def test_an_import_brings_no_consent_that_a_guardian_had_to_sign(child: RegistryWorld) -> None:
    authorise(child, "mother", pseudonym=B, begins=datetime(2020, 1, 1, tzinfo=UTC))
    report = child.load(*people(2, signed_on="2026-11-01")[1:])
    assert report.batch.applied == 0
    assert [one.fault.what.code for one in report.faults] == ["E-AUTH-01"]
    assert within(child) == {1}, "what was signed before holds until it lapses"


def test_a_mandate_has_a_document_a_holder_and_an_end_to_come(child: RegistryWorld) -> None:
    past = child.clock.now() - YEAR
    for faulty in (
        {"evidence": "x"},
        {"holder": ""},
        {"subject": ""},
        {"until": past},
        {"born_on": date(1980, 1, 1)},
        {"begins": child.clock.now() + YEAR},
    ):
        with pytest.raises(ValidationFailed):
            authorise(child, "mother", **faulty)
    with pytest.raises(Forbidden):
        record_mandate(
            NewMandate(pseudonym=A, kind=MandateKind.PROXY, holder="M", evidence=PAPER),
            tools=child.tools,
            principal=MOTHER,
        )
    with pytest.raises(MandateUnknown):
        end_mandate(A, child.tools.ids.new(), None, tools=child.tools, principal=DESK)
    assert mandates_for(A, tools=child.tools, principal=DESK).mandates == ()
    found = consents_of(A, None, None, tools=child.tools, principal=DESK)
    assert len(found.choices) == 1
