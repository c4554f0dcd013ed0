# SPDX-License-Identifier: Apache-2.0
"""A minor's yes and no: what each does, from which age, and what a policy file must say of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from consent_registry.domain.assent import Ages, Hers, Will, ages, ages_body, ages_of, assent_bars
from consent_registry.domain.bars import Bar
from consent_registry.domain.history import ConsentEvent, Kind, standing_at
from consent_registry.domain.mandates import Mandate, MandateKind
from consent_registry.domain.person_events import PersonKind, PersonRecord
from consent_registry.domain.policy import Minors
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.regimes import Moment
from shared.canonical import JSON
from shared.country_policy import PolicyFaults
from shared.ids import DatasetId
from tests.fakes.consent_factories import DAY, GOOD_POLICY, NOON, event, policy
from tests.fakes.lives import record

DS = DatasetId("GDI-ZZ-DATASET-1")
MANDATE = Mandate(
    mandate_id="m",
    kind=MandateKind.GUARDIAN,
    begins=NOON - 9 * DAY,
    ends=NOON + 90 * DAY,
    seemed_until=NOON + 90 * DAY,
    recorded_at=NOON - 9 * DAY,
    joint=False,
    issuer="i",
    subject="s",
    holder="Her mother",
    datasets=None,
    evidence="",
)
GRANT = event(Kind.GIVEN, NOON)
OLD = Ages(needed_from=NOON - DAY, counts_from=NOON - DAY)


def said(
    will: Will, at: datetime, *, number: int = 2, about: str | None = None, **body: JSON
) -> PersonRecord:
    made = {"will": will.value, "datasets": None, **body}
    return record("a", PersonKind.ASSENT, at, number=number, about=about, body=made)


def known_ages(reached: Ages = OLD) -> PersonRecord:
    return record("a", PersonKind.AGES, NOON - 2 * DAY, body=ages_body(reached))


def bars(
    *records: PersonRecord,
    at: datetime = NOON + 9 * DAY,
    events: tuple[ConsentEvent, ...] = (GRANT,),
    held: tuple[Mandate, ...] = (MANDATE,),
    known_at: datetime | None = None,
) -> set[Bar]:
    standing = standing_at(events, at, known_at)
    hers = Hers(records=records, held=held, events=events, dataset=DS)
    return assent_bars(hers, standing, at, known_at)


def test_a_guardians_consent_waits_for_the_yes_to_just_that_consent() -> None:
    assert bars() == {Bar.ASSENT_MISSING}, "ages that are not known count as reached"
    assert bars(known_ages()) == {Bar.ASSENT_MISSING}
    yes = said(Will.ASSENT, NOON + DAY, about=GRANT.event_id)
    assert bars(known_ages(), yes) == set()
    assert bars(known_ages(), yes, at=NOON + DAY / 2) == {Bar.ASSENT_MISSING}
    assert bars(known_ages(), yes, known_at=NOON + DAY / 2) == {Bar.ASSENT_MISSING}
    wider = event(Kind.CHANGED, NOON + 2 * DAY)
    assert bars(known_ages(), yes, events=(GRANT, wider)) == {Bar.ASSENT_MISSING}
    completed = record("a", PersonKind.DECISION_COMPLETED, NOON, matter="d", about=GRANT.event_id)
    to_proposal = said(Will.ASSENT, NOON - DAY, about="d")
    assert bars(known_ages(), to_proposal) == {Bar.ASSENT_MISSING}
    assert bars(known_ages(), to_proposal, completed) == set()


def test_what_nobody_decided_in_her_place_asks_for_no_yes() -> None:
    assert bars(held=()) == set()
    assert bars(held=(replace(MANDATE, kind=MandateKind.PROXY),)) == set()
    assert bars(held=(replace(MANDATE, datasets=("GDI-ZZ-DATASET-2",)),)) == set()


def test_a_yes_is_needed_from_her_age_on_and_not_before() -> None:
    young = known_ages(Ages(needed_from=NOON + 5 * DAY, counts_from=NOON - DAY))
    assert bars(young, at=NOON + 4 * DAY) == set()
    assert bars(young, at=NOON + 5 * DAY) == {Bar.ASSENT_MISSING}


def test_her_no_stands_until_she_says_yes_herself() -> None:
    yes = said(Will.ASSENT, NOON + DAY, about=GRANT.event_id)
    no = said(Will.DISSENT, NOON + 2 * DAY, number=3)
    assert Bar.DISSENT in bars(known_ages(), yes, no)
    again = said(Will.ASSENT, NOON + 3 * DAY, number=4, about=GRANT.event_id)
    assert bars(known_ages(), yes, no, again) == set()
    wider = event(Kind.CHANGED, NOON + 4 * DAY)
    assert bars(known_ages(), no, events=(GRANT, wider)) == {
        Bar.DISSENT_OVERRULED,
        Bar.ASSENT_MISSING,
    }
    elsewhere = said(Will.DISSENT, NOON + 2 * DAY, number=3, datasets=["GDI-ZZ-DATASET-2"])
    assert bars(known_ages(), yes, elsewhere) == set()


def test_a_no_that_was_dated_back_or_cannot_be_read_stands_against_the_yes() -> None:
    yes = said(Will.ASSENT, NOON + DAY, about=GRANT.event_id)
    letter = replace(said(Will.DISSENT, NOON + 2 * DAY, number=3), effective_from=NOON)
    assert Bar.DISSENT in bars(known_ages(), yes, letter)
    tie = said(Will.DISSENT, NOON + DAY, number=3)
    assert Bar.DISSENT in bars(known_ages(), yes, tie)
    assert Bar.DISSENT in bars(known_ages(), replace(yes, personal=b""))
    young = known_ages(Ages(needed_from=NOON + 50 * DAY))
    assert Bar.ASSENT_MISSING in bars(replace(young, personal=b""))


def test_a_correction_of_an_older_consent_answers_no_no_of_hers() -> None:
    letter = replace(said(Will.DISSENT, NOON + DAY), effective_from=NOON - DAY)
    corrected = event(
        Kind.CORRECTED, NOON, recorded_at=NOON + 2 * DAY, corrects=GRANT.event_id, terms=GRANT.terms
    )
    for held in ((), (MANDATE,)):
        stood = bars(known_ages(), letter, held=held)
        assert Bar.DISSENT in stood
        assert bars(known_ages(), letter, held=held, events=(GRANT, corrected)) == stood


def test_a_no_to_some_data_is_no_yes_to_the_others() -> None:
    no = said(Will.DISSENT, NOON + DAY)
    less = event(Kind.CHANGED, NOON + 2 * DAY, corrects=GRANT.event_id, terms=GRANT.terms)
    for held in ((), (MANDATE,)):
        stood = bars(known_ages(), no, held=held)
        assert Bar.DISSENT in stood
        assert Bar.DISSENT in bars(known_ages(), no, held=held, events=(GRANT, less))


def test_a_no_counts_from_its_age_and_stays_past_majority_until_she_decides_herself() -> None:
    young = known_ages(Ages(needed_from=NOON + 50 * DAY, counts_from=NOON + 5 * DAY))
    no = said(Will.DISSENT, NOON + DAY)
    assert bars(young, no, at=NOON + 4 * DAY) == set()
    assert bars(young, no, at=NOON + 5 * DAY) == {Bar.DISSENT}
    grown = NOON + 91 * DAY
    assert Bar.DISSENT in bars(young, no, at=grown)
    own = event(Kind.GIVEN, grown)
    assert bars(young, no, events=(GRANT, own), at=grown) == set()


def test_who_cannot_say_stands_in_for_a_yes_and_never_against_a_no() -> None:
    unable = said(Will.UNABLE, NOON + DAY)
    assert bars(known_ages(), unable) == set()
    no = said(Will.DISSENT, NOON, number=3)
    assert bars(known_ages(), unable, no) == {Bar.DISSENT, Bar.ASSENT_MISSING}


def test_ages_are_instants_and_the_last_ones_recorded_count() -> None:
    born = date(2012, 2, 29)
    wanted = ages_of(born, 15, None)
    assert wanted.needed_from == datetime(2027, 2, 28, tzinfo=UTC) - timedelta(hours=14)
    assert wanted.counts_from is None
    later = replace(known_ages(wanted), recorded_at=NOON, number=2)
    assert ages([known_ages(), later]) == wanted
    assert ages([known_ages(), later], NOON - DAY) == OLD
    assert ages([]) == Ages()


def test_a_policy_says_what_a_minors_will_does() -> None:
    rules = load_policy(GOOD_POLICY).rules("consent_gdpr", "legal_basis")
    assert load_policy(GOOD_POLICY).minors == Minors(needed_from=12, dissent_from=6)
    assert rules.barred(Bar.ASSENT_MISSING, Moment.NEW)
    assert not rules.barred(Bar.ASSENT_MISSING, Moment.RUNNING), "GOOD_POLICY says new"
    for bar in (Bar.DISSENT, Bar.DISSENT_OVERRULED):
        assert all(rules.barred(bar, moment) for moment in Moment)
    ehds = load_policy(GOOD_POLICY).rules("ehds_ch4", "legal_basis")
    assert not ehds.barred(Bar.DISSENT, Moment.NEW), "consent is only shown there"
    lenient = GOOD_POLICY.replace("needed_from = 12", 'needed_from = "never"').replace(
        'overruled = "never"', 'overruled = "by_guardians"'
    )
    other = load_policy(lenient).rules("consent_gdpr", "legal_basis")
    assert not any(other.barred(Bar.ASSENT_MISSING, moment) for moment in Moment)
    assert not other.barred(Bar.DISSENT_OVERRULED, Moment.NEW)
    assert other.barred(Bar.DISSENT, Moment.RUNNING)
    assert policy().minors.needed_from == 12


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("needed_from = 12\n", "", "minors.needed_from: a whole number"),
        ("needed_from = 12", "needed_from = true", "minors.needed_from: a whole number"),
        ("dissent_from = 6\n", "", "minors.dissent_from: a whole number"),
        ('missing = "new"\n', "", "minors.missing: one of"),
        ('missing = "new"', 'missing = "running"', "minors.missing: one of"),
        ('missing = "new"', 'missing = ["new"]', "minors.missing: one of"),
        ('overruled = "never"\n', "", "minors.overruled: one of"),
        (
            'overruled = "never"',
            'overruled = "by_guardians"',
            "minors.overruled: by_guard",
        ),
        ("dissent_from = 6", "dissent_from = 13", "minors.dissent_from: no later"),
        ("dissent_from = 6", 'dissent_from = "never"', "minors.dissent_from: no later"),
        ("dissent_from = 6", "dissent_from = 6\nage = 3", "minors.age: unknown key"),
        ("[minors]", "[after_death]", "minors: a table is needed"),
    ],
)
def test_a_policy_that_leaves_a_minors_will_open_does_not_load(
    old: str, new: str, fault: str
) -> None:
    assert old in GOOD_POLICY
    with pytest.raises(PolicyFaults) as refused:
        load_policy(GOOD_POLICY.replace(old, new, 1))
    assert any(one.startswith(fault) for one in refused.value.faults)
