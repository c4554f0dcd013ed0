# SPDX-License-Identifier: Apache-2.0
"""One person's key that does not open leaves her out, with an alarm; everybody else is answered."""

from datetime import date

import pytest
from sqlalchemy import text

from consent_registry.domain.errors import StoppedInstead
from consent_registry.domain.terms import RawAlternative
from consent_registry.domain.unreadable import UnreadableKind
from consent_registry.usecases.binding import bind_cohort
from consent_registry.usecases.blocking import who_blocks_what
from consent_registry.usecases.chains import verify_chains
from consent_registry.usecases.cohort_manifests import cohort_manifest
from consent_registry.usecases.cohorts import evaluate_cohort, freeze_cohort
from consent_registry.usecases.decisions import PersonQuestion, decide_people
from consent_registry.usecases.projections import verify_projections
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import NewStudyConsent, record_study_consent
from consent_registry.usecases.watching import watch
from consent_registry.usecases.withdraw import WithdrawConsent, withdraw
from shared.ids import ApplicationId, Ordinal, PermitId
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people

HER, STUDY = "P-000001", "GDI-ZZ-STUDY-1"
DAMAGES = {
    "altered": "wrapped || '\\x00'::bytea",
    "cut short": "substring(wrapped FROM 1 FOR 5)",
    "emptied": "''::bytea",
    "another's": "(SELECT wrapped FROM person_key WHERE pid <> her.pid LIMIT 1)",
}


def damage(world: RegistryWorld, how: str = "altered") -> None:
    """Alter her key's row, as a disk or whoever owns the table can."""
    changed = (
        f"UPDATE person_key AS her SET wrapped = {DAMAGES[how]} FROM participant AS p"  # noqa: S608 - words of our own
        " WHERE p.pid = her.pid AND p.pseudonym = :her"
    )
    with world.as_owner() as connection:
        connection.execute(text("GRANT UPDATE ON person_key TO CURRENT_USER"))
        connection.execute(text("ALTER TABLE person_key DISABLE TRIGGER USER"))
        assert connection.execute(text(changed), {"her": HER}).rowcount == 1


@pytest.fixture
def four(world: RegistryWorld) -> RegistryWorld:
    """Four people who said yes, one of them with a second yes since numbers were shown."""
    world.load(*people(4))
    evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)
    world.clock.pass_time(60)
    world.load({**people(2)[1], "signed_on": "2025-02-01"})
    world.clock.pass_time(60)
    return world


def alarmed(world: RegistryWorld) -> int:
    return watch(tools=world.tools).unreadable[UnreadableKind.EVENT]


@pytest.mark.parametrize("how", DAMAGES)
def test_looking_back_leaves_her_out_and_answers_for_all_others(
    four: RegistryWorld, how: str
) -> None:
    damage(four, how)
    now = four.clock.now()
    found = evaluate_cohort(DS, purpose(), tools=four.tools, principal=DESK, effective_at=now)
    assert set(found.cohort.within) == {0, 2, 3}
    assert found.cohort.reasons() == {"unreadable": 1}
    assert alarmed(four) == 2, "both of her events"


def test_who_blocks_what_then_is_told_without_her(four: RegistryWorld) -> None:
    damage(four)
    who_blocks_what(DS, purpose(), four.clock.now(), tools=four.tools, principal=DESK)
    assert alarmed(four) == 2


def test_cohorts_of_now_are_shown_frozen_and_told_though_she_changed_since(
    four: RegistryWorld,
) -> None:
    """Shown numbers are of a state in which she stood otherwise: her events are opened for them."""
    damage(four)
    evaluate_cohort(DS, purpose(), tools=four.tools, principal=DESK)
    who_blocks_what(DS, purpose(), tools=four.tools, principal=DESK)
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A"), tools=four.tools, principal=DESK)
    bind_cohort(frozen.cohort_id, PermitId("PERMIT-1"), tools=four.tools, principal=DESK)
    four.clock.pass_time(1)
    withdraw("P-000000", WithdrawConsent(), tools=four.tools, principal=DESK)
    stretch = cohort_manifest(frozen.cohort_id, None, tools=four.tools).stretch
    assert set(stretch.before) - set(stretch.members) == {0}
    assert alarmed(four) == 2


def test_questions_about_many_are_answered_one_by_one(four: RegistryWorld) -> None:
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A"), tools=four.tools, principal=DESK)
    bind_cohort(frozen.cohort_id, PermitId("PERMIT-1"), tools=four.tools, principal=DESK)
    four.clock.pass_time(1)
    damage(four)
    now = four.clock.now()
    asked = [
        PersonQuestion(
            dataset=DS,
            ordinal=Ordinal(ordinal),
            effective_at=now,
            known_at=now,
            permit_id=PermitId("PERMIT-1"),
            purposes=(),
        )
        for ordinal in range(4)
    ]
    found = decide_people(asked, tools=four.tools, principal=DESK)
    assert [(one.answer, one.reason) for one in found] == [
        ("in", None),
        ("out", "unreadable"),
        ("in", None),
        ("in", None),
    ]
    assert alarmed(four) == 2


def test_checks_of_everything_name_her_and_go_on(four: RegistryWorld) -> None:
    damage(four)
    broken = verify_chains(tools=four.tools)[DS].broken
    hers = four.column("SELECT event_id FROM consent_event WHERE ordinal = 1")
    assert sorted(one.event_id for one in broken) == sorted(map(str, hers))
    assert verify_projections(tools=four.tools).differing[DS] == (Ordinal(1),)


def test_what_she_said_of_a_study_lets_her_in_no_more(four: RegistryWorld) -> None:
    """It lies among what is known of people beside their consents, opened for all at once."""
    began = date(2020, 1, 1)
    facts = StudyFacts(title="Hearts", controller="A", purpose="To learn.", starts_on=began)
    describe_study(STUDY, facts, tools=four.tools, principal=DESK)
    place_dataset(DS, STUDY, tools=four.tools, principal=DESK)
    said = (RawAlternative(permission="GRU"),)
    for pseudonym in (HER, "P-000002"):
        wanted = NewStudyConsent(pseudonym=pseudonym, study=STUDY, alternatives=said)
        record_study_consent(wanted, tools=four.tools, principal=DESK)
    four.clock.pass_time(1)
    damage(four)
    now = four.clock.now()
    found = evaluate_cohort(DS, purpose(), tools=four.tools, principal=DESK, effective_at=now)
    assert set(found.cohort.within) == {0, 2, 3}
    assert alarmed(four) == 3


def test_a_file_is_imported_without_her_rows(four: RegistryWorld) -> None:
    """Nothing can be sealed for her; a second key would hide that the first is lost."""
    damage(four)
    four.clock.pass_time(60)
    rows = [{**row, "signed_on": "2025-03-01"} for row in people(5)]
    assert four.load(*rows, dry_run=True).batch.rows == 5
    report = four.load(*rows)
    assert (report.batch.applied, report.batch.bad) == (4, 1)
    assert [(one.line, one.fault.what.code) for one in report.faults] == [(3, "E-ID-06")]
    assert four.count("person_key") == 5


def test_who_withdraws_is_stopped_though_nothing_can_be_written_down(four: RegistryWorld) -> None:
    frozen = freeze_cohort(DS, purpose(), ApplicationId("A"), tools=four.tools, principal=DESK)
    bind_cohort(frozen.cohort_id, PermitId("PERMIT-1"), tools=four.tools, principal=DESK)
    four.clock.pass_time(1)
    damage(four)
    for _ in range(2):  # she may say it again
        with pytest.raises(StoppedInstead):
            withdraw(HER, WithdrawConsent(), tools=four.tools, principal=DESK)
    stretch = cohort_manifest(frozen.cohort_id, None, tools=four.tools).stretch
    assert set(stretch.before) - set(stretch.members) == {1}
    found = evaluate_cohort(DS, purpose(), tools=four.tools, principal=DESK)
    assert 1 not in found.cohort.within
