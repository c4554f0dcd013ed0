# SPDX-License-Identifier: Apache-2.0
"""A stored consent that cannot be read lets nobody in, is seen, and raises an alarm."""

import json
from datetime import date

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text

from consent_registry.adapters.metrics import Meters
from consent_registry.domain.terms import RawAlternative
from consent_registry.domain.unreadable import UnreadableKind
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import NewStudyConsent, record_study_consent
from consent_registry.usecases.watching import report_unreadable, watch
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people

STUDY = "GDI-ZZ-STUDY-1"


def test_unreadable_terms_leave_everybody_out_who_shares_them(
    world: RegistryWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world.load(*people(3))
    with world.as_owner() as connection:
        connection.execute(text("""UPDATE consent_terms SET body = '[{"permission": "DUO:9"}]'"""))
    found = evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)
    assert len(found.cohort.within) == 0
    assert found.cohort.reasons() == {"unreadable": 3}
    assert "stored consent terms are unreadable" in caplog.text
    alarm(world, UnreadableKind.TERMS, str(world.scalar("SELECT terms_id FROM consent_terms")))


def test_an_event_that_was_tampered_with_is_noticed_when_it_is_next_read(
    world: RegistryWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world.load({})
    with world.as_owner() as connection:
        # Whoever owns the table can take the guard away; what was sealed cannot be made anew.
        connection.execute(text("GRANT UPDATE ON consent_event TO CURRENT_USER"))
        connection.execute(text("ALTER TABLE consent_event DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE consent_event SET sealed = sealed || 'x'::bytea"))
    choice = consents_of("P-1", None, None, tools=world.tools, principal=DESK).choices[0]
    assert choice.standing.terms is None
    assert "a stored consent event is unreadable" in caplog.text
    assert "P-1" not in caplog.text
    alarm(world, UnreadableKind.EVENT, str(world.scalar("SELECT event_id FROM consent_event")))


def test_a_choice_for_a_study_that_was_tampered_with_lets_nobody_in(
    world: RegistryWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor does an older yes come back behind a newer one that cannot be read."""
    facts = StudyFacts(
        title="Hearts", controller="A hospital", purpose="To learn.", starts_on=date(2020, 1, 1)
    )
    describe_study(STUDY, facts, tools=world.tools, principal=DESK)
    place_dataset(DS, STUDY, tools=world.tools, principal=DESK)
    member = NewMember(pseudonym="P-1", local_id="S-1")
    list_members(DS, [member], tools=world.tools, principal=DESK)
    for permission in ("GRU", "HMB"):
        said = (RawAlternative(permission=permission),)
        wanted = NewStudyConsent(pseudonym="P-1", study=STUDY, alternatives=said)
        record_study_consent(wanted, tools=world.tools, principal=DESK)
        world.clock.pass_time(1)
    newest = "(SELECT event_id FROM person_event ORDER BY number DESC LIMIT 1)"
    with world.as_owner() as connection:
        connection.execute(text("GRANT UPDATE ON person_event TO CURRENT_USER"))
        connection.execute(text("ALTER TABLE person_event DISABLE TRIGGER USER"))
        tampered = (
            f"UPDATE person_event SET sealed = sealed || 'x'::bytea WHERE event_id = {newest}"  # noqa: S608 - a query of our own
        )
        connection.execute(text(tampered))
    choice = consents_of("P-1", None, None, tools=world.tools, principal=DESK).choices[0]
    assert choice.standing.terms is None
    assert "P-1" not in caplog.text
    alarm(world, UnreadableKind.EVENT, str(world.scalar(f"SELECT {newest}")))


def test_terms_that_are_gone_are_no_permission_and_an_alarm(world: RegistryWorld) -> None:
    world.load(*people(3))
    gone = str(world.scalar("SELECT terms_id FROM consent_terms"))
    with world.engine.begin() as connection:
        connection.execute(text("DELETE FROM consent_terms"))
    found = evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)
    assert found.cohort.reasons() == {"unreadable": 3}
    alarm(world, UnreadableKind.TERMS, gone)


def test_nothing_unreadable_is_no_alarm(world: RegistryWorld) -> None:
    world.load(*people(3))
    evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)
    assert not report_unreadable(tools=world.tools)
    assert figures(world) == {"event": 0.0, "terms": 0.0}


def figures(world: RegistryWorld) -> dict[str, float]:
    """What monitoring reads."""
    registry = CollectorRegistry()
    Meters(registry, lambda: watch(tools=world.tools))
    return {
        sample.labels["kind"]: sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "placet_unreadable_consents"
    }


def alarm(world: RegistryWorld, kind: UnreadableKind, reference: str) -> None:
    """It is counted for monitoring, and on record exactly once however often it is met."""
    assert figures(world) == {**{one.value: 0.0 for one in UnreadableKind}, kind.value: 1.0}
    evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)
    assert report_unreadable(tools=world.tools)
    assert not report_unreadable(tools=world.tools)
    entries = [json.loads(value) for value in world.column("SELECT value FROM outbox ORDER BY id")]
    (found,) = [entry for entry in entries if entry["ty"] == "placet.finding.opened.v1"]
    assert found["r"] == "consent_unreadable"
    assert found["x"] == {"kind": kind.value, "reference": reference}
