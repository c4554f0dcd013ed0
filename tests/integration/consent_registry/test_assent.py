# SPDX-License-Identifier: Apache-2.0
"""A minor's own will on a real database: what it narrows, what waits for it, and what it leaves."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from consent_registry.domain.assent import Will
from consent_registry.domain.bars import Bar
from consent_registry.domain.errors import (
    AssentMatterUnknown,
    DecisionUnknown,
    NobodyDecides,
    SecondPersonNeeded,
)
from consent_registry.domain.history import State
from consent_registry.domain.mandates import MandateKind
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.records import Channel
from consent_registry.domain.stopping import Closed
from consent_registry.domain.terms import RawAlternative
from consent_registry.usecases.assenting import (
    NewWord,
    record_ages,
    record_word,
    say_own,
)
from consent_registry.usecases.consents import NewConsent
from consent_registry.usecases.guardian_decisions import (
    Decision,
    propose_decision,
    refuse_decision,
    sign_decision,
)
from consent_registry.usecases.limiting import StopSome, stop_some
from consent_registry.usecases.mandates import NewMandate, record_mandate
from consent_registry.usecases.people import link_login
from consent_registry.usecases.reading import consents_of, history_of
from consent_registry.usecases.receipts import participant_receipt
from consent_registry.usecases.sweep import sweep
from consent_registry.usecases.will import will_of
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw, withdraw_own
from shared.errors import Forbidden, ValidationFailed
from shared.ids import DatasetId
from shared.policy_files import policy_text
from tests.support.merge_world import (
    SECOND,
    A,
    B,
    leave,
    live,
    permit,
    reasons,
    rebuilt,
    within,
)
from tests.support.registry_world import DESK, DS, LOGIN, RegistryWorld, people, person

PAPER = "cd" * 32
MOTHER, FATHER, CHILD = person("mother"), person("father"), person("child")
FIFTEEN, TEN = date(2011, 6, 1), date(2016, 12, 24)
OTHER = DatasetId("GDI-ZZ-DATASET-2")
SHIPPED = policy_text(None)
LENIENT = load_policy(
    SHIPPED.replace("needed_from = 12", 'needed_from = "never"').replace(
        'overruled = "never"', 'overruled = "by_guardians"'
    )
)


@pytest.fixture
def child(world: RegistryWorld) -> RegistryWorld:
    """A has a mother and a father who decide together, and a login of her own; B is an adult."""
    assert world.load(*people(2)).batch.applied == 2
    leave(world, A)
    world.clock.pass_time(60)
    link_login(A, LOGIN, "child", tools=world.tools, principal=DESK)
    return world


def authorise(world: RegistryWorld, who: str, born: date | None = FIFTEEN) -> str:
    wanted = NewMandate(
        pseudonym=A,
        kind=MandateKind.GUARDIAN,
        holder=f"Her {who}",
        evidence=PAPER,
        issuer=LOGIN,
        subject=who,
        joint=True,
        until=world.clock.now() + timedelta(days=3000) if born is None else None,
        born_on=born,
    )
    return record_mandate(wanted, tools=world.tools, principal=DESK).mandate_id


def decide(world: RegistryWorld, permission: str = "HMB") -> Decision:
    wanted = NewConsent(
        pseudonym=A, dataset=DS, alternatives=(RawAlternative(permission=permission),)
    )
    return propose_decision(wanted, [], tools=world.tools, principal=MOTHER)


def consented(world: RegistryWorld, permission: str = "HMB") -> str:
    done = decide(world, permission).recorded
    assert done is not None
    return done.event_id


def say(world: RegistryWorld, will: Will, about: str | None = None) -> None:
    world.clock.pass_time(1)
    say_own(NewWord(will=will, about=about), tools=world.tools, principal=CHILD)


def test_a_guardians_consent_does_not_count_before_she_has_said_yes_to_it(
    child: RegistryWorld,
) -> None:
    authorise(child, "mother")
    first = consented(child)
    assert (within(child), reasons(child)) == ({1}, {"assent_missing": 1})
    (choice,) = consents_of(A, None, None, tools=child.tools, principal=DESK).choices
    assert [bar.value for bar in choice.bars] == ["assent_missing"]
    say(child, Will.ASSENT, first)
    assert within(child) == {0, 1}
    rebuilt(child, A)
    consented(child, "GRU")
    assert within(child) == {1}, "a yes to one consent is none to another"
    with pytest.raises(AssentMatterUnknown):
        say(child, Will.ASSENT, first)
    rebuilt(child, A)


def test_a_no_narrows_at_once_and_no_guardian_brings_her_back(child: RegistryWorld) -> None:
    authorise(child, "mother")
    say(child, Will.ASSENT, consented(child))
    permit(child, "PERMIT-1")
    assert live(child) == [{0, 1}]
    say(child, Will.DISSENT)
    assert (within(child), live(child)) == ({1}, [{1}])
    child.clock.pass_time(1)
    later = consented(child, "GRU")
    paper = NewWord(will=Will.UNABLE, evidence=PAPER)
    record_word(A, paper, tools=child.tools, principal=DESK)
    assert within(child) == {1}
    found = will_of(A, tools=child.tools, principal=CHILD)
    assert [one.will for one in found.words] == [Will.ASSENT, Will.DISSENT, Will.UNABLE]
    assert (found.datasets[0].dissent, found.datasets[0].missing) == (True, True)
    say(child, Will.ASSENT, later)
    assert within(child) == {0, 1}, "she said yes herself"
    assert live(child) == [{1}], "a permit never grows"
    rebuilt(child, A)


def test_what_she_thought_of_a_proposal_counts_for_the_consent_it_becomes(
    child: RegistryWorld,
) -> None:
    authorise(child, "mother")
    father = authorise(child, "father")
    waits = decide(child)
    assert waits.missing == {father}
    say(child, Will.ASSENT, waits.decision_id)
    assert within(child) == {1}
    sign_decision(A, waits.decision_id, [], tools=child.tools, principal=FATHER)
    assert within(child) == {0, 1}
    rebuilt(child, A)


def test_a_refused_proposal_is_over(child: RegistryWorld) -> None:
    authorise(child, "mother")
    authorise(child, "father")
    waits = decide(child)
    with pytest.raises(Forbidden):
        refuse_decision(A, waits.decision_id, [], tools=child.tools, principal=person("eve"))
    refuse_decision(A, waits.decision_id, [], tools=child.tools, principal=FATHER)
    for who in (MOTHER, FATHER):
        with pytest.raises(DecisionUnknown):
            sign_decision(A, waits.decision_id, [], tools=child.tools, principal=who)
    with pytest.raises(AssentMatterUnknown):
        say(child, Will.ASSENT, waits.decision_id)
    with pytest.raises(DecisionUnknown):
        refuse_decision(A, waits.decision_id, [], tools=child.tools, principal=MOTHER)


def test_on_the_day_she_reaches_the_age_she_leaves_until_she_is_asked(
    child: RegistryWorld,
) -> None:
    authorise(child, "mother", TEN)
    given = consented(child)
    permit(child, "PERMIT-1")
    assert live(child) == [{0, 1}]
    twelve = datetime(2028, 12, 24, tzinfo=UTC)
    child.clock.pass_time((twelve - child.clock.now()).total_seconds())
    while sweep(tools=child.tools):
        pass
    assert (within(child), live(child)) == ({1}, [{1}])
    say(child, Will.ASSENT, given)
    assert within(child) == {0, 1}
    rebuilt(child, A)
    assert "2016" not in str(child.rows("person_event"))


def test_ages_nobody_recorded_count_as_reached_and_later_ones_need_two(
    child: RegistryWorld,
) -> None:
    authorise(child, "mother", None)
    consented(child)
    assert reasons(child) == {"assent_missing": 1}
    found = will_of(A, tools=child.tools, principal=DESK)
    assert (found.needed, found.counts) == (None, None)
    record_ages(A, TEN, tools=child.tools, principal=DESK)
    assert within(child) == {0, 1}
    record_ages(A, FIFTEEN, tools=child.tools, principal=DESK)
    assert within(child) == {1}
    with pytest.raises(SecondPersonNeeded):
        record_ages(A, TEN, tools=child.tools, principal=DESK)
    record_ages(A, TEN, tools=child.tools, principal=SECOND)
    assert within(child) == {0, 1}
    rebuilt(child, A)


def test_her_word_is_hers_or_a_desks_with_a_paper_and_never_a_guardians(
    child: RegistryWorld,
) -> None:
    authorise(child, "mother")
    given = consented(child)
    for who in (MOTHER, FATHER, person("eve")):
        for will in (Will.ASSENT, Will.DISSENT, Will.UNABLE):
            with pytest.raises(Forbidden):
                record_word(A, NewWord(will=will, about=given), tools=child.tools, principal=who)
    with pytest.raises(Forbidden):
        say_own(NewWord(will=Will.UNABLE), tools=child.tools, principal=CHILD)
    now = child.clock.now()
    for faulty in (
        NewWord(will=Will.ASSENT, about=given),
        NewWord(will=Will.UNABLE),
        NewWord(will=Will.ASSENT, about=given, evidence=PAPER, said_at=now),
        NewWord(will=Will.DISSENT, said_at=now + timedelta(days=1)),
    ):
        with pytest.raises(ValidationFailed):
            record_word(A, faulty, tools=child.tools, principal=DESK)
    for nobodys in (child.tools.ids.new(), None, "x"):
        with pytest.raises(AssentMatterUnknown):
            say(child, Will.ASSENT, nobodys)
    with pytest.raises(NobodyDecides):
        record_word(B, NewWord(will=Will.DISSENT), tools=child.tools, principal=DESK)
    elsewhere = NewWord(will=Will.DISSENT, datasets=(OTHER,))
    with pytest.raises(NobodyDecides):
        record_word(A, elsewhere, tools=child.tools, principal=DESK)
    assert within(child) == {1}


def test_a_word_is_sealed_and_its_entry_says_neither_yes_nor_no(child: RegistryWorld) -> None:
    authorise(child, "mother")
    say(child, Will.DISSENT)
    rows = str(child.rows("person_event"))
    assert "dissent" not in rows
    assert DS not in rows
    kept = child.column("SELECT value FROM outbox WHERE kind = 'entry' ORDER BY id")
    (said,) = [bytes(one) for one in kept if b"person.assent" in bytes(one)]
    assert b"dissent" not in said
    assert b"child" not in said


def test_as_known_then_nobody_had_said_no(child: RegistryWorld) -> None:
    authorise(child, "mother")
    say(child, Will.ASSENT, consented(child))
    child.clock.pass_time(7200)
    then, letter = child.clock.now(), child.clock.now() - timedelta(seconds=3600)
    child.clock.pass_time(60)
    wanted = NewWord(will=Will.DISSENT, said_at=letter)
    record_word(A, wanted, tools=child.tools, principal=DESK)
    known = consents_of(A, then, then, tools=child.tools, principal=DESK).choices[0]
    today = consents_of(A, then, None, tools=child.tools, principal=DESK).choices[0]
    before = consents_of(A, letter - timedelta(seconds=1), None, tools=child.tools, principal=DESK)
    assert (known.bars, before.choices[0].bars) == (frozenset(), frozenset())
    assert {bar.value for bar in today.bars} == {"dissent", "assent_missing"}
    assert will_of(A, then, then, tools=child.tools, principal=DESK).words[-1].will is Will.ASSENT


def test_where_the_policy_lets_guardians_overrule_they_do_by_a_later_consent(
    child: RegistryWorld,
) -> None:
    authorise(child, "mother")
    say(child, Will.DISSENT)
    assert within(child) == {1}
    child.clock.pass_time(1)
    consented(child)
    assert within(child) == {1}
    looser = replace(child, tools=replace(child.tools, policy=LENIENT))
    assert within(looser) == {0, 1}
    say(looser, Will.DISSENT)
    assert within(looser) == {1}


def test_what_she_stopped_herself_no_guardian_starts_again(child: RegistryWorld) -> None:
    authorise(child, "mother", TEN)
    consented(child)
    assert within(child) == {0, 1}, "at ten her yes is not needed"
    key = WithdrawConsent(idempotency_key="once")
    for _ in range(2):
        withdraw_own(key, tools=child.tools, principal=CHILD, channel=Channel.PAGE)
        child.clock.pass_time(1)
    words = will_of(A, tools=child.tools, principal=CHILD).words
    assert [one.will for one in words] == [Will.DISSENT], "said once"
    given = consented(child, "GRU")
    assert within(child) == {1}
    say(child, Will.ASSENT, given)
    assert within(child) == {0, 1}
    withdraw_own(key, tools=child.tools, principal=CHILD, channel=Channel.PAGE)
    assert within(child) == {0, 1}, "an old page sent again says nothing new"
    withdraw(A, WithdrawConsent(datasets=(DS,)), tools=child.tools, principal=CHILD)
    child.clock.pass_time(1)
    consented(child)
    assert within(child) == {1}
    rebuilt(child, A)


def test_the_receipt_of_a_guardians_consent_says_who_indicated_it(child: RegistryWorld) -> None:
    authorise(child, "mother")
    given = consented(child)
    leave(child, A)
    (step, *_others) = history_of(A, tools=child.tools, principal=DESK)
    said = {
        event_id: json.dumps(
            participant_receipt(A, event_id, tools=child.tools, principal=DESK).document
        )
        for event_id in (given, step.record.event_id)
    }
    assert '"dpv:isIndicatedBy": ["dpv:GuardianOfDataSubject"]' in said[given]
    assert '"dpv:isIndicatedBy": ["dpv:DataSubject"]' in said[step.record.event_id]


def test_her_yes_to_a_consent_is_one_to_what_is_left_of_it(child: RegistryWorld) -> None:
    authorise(child, "mother")
    say(child, Will.ASSENT, consented(child))
    for data in ("images", "samples"):
        child.clock.pass_time(1)
        less = StopSome(pseudonym=A, dataset=DS, closed=Closed(data_categories=(data,)))
        stop_some(less, tools=child.tools, principal=MOTHER)
        (choice,) = consents_of(A, None, None, tools=child.tools, principal=DESK).choices
        assert (choice.standing.state, choice.bars) == (State.GIVEN, frozenset())
    rebuilt(child, A)
    say(child, Will.DISSENT)
    (choice,) = consents_of(A, None, None, tools=child.tools, principal=DESK).choices
    assert Bar.DISSENT in choice.bars
