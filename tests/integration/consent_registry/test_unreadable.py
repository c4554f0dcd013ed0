# SPDX-License-Identifier: Apache-2.0
"""A stored consent that cannot be read lets nobody in, is seen, and raises an alarm."""

import json
from dataclasses import replace
from datetime import date

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from consent_registry.adapters.metrics import Meters
from consent_registry.domain.optout import About, OptOutKind
from consent_registry.domain.rights import Right
from consent_registry.domain.terms import RawAlternative
from consent_registry.domain.unreadable import UnreadableKind
from consent_registry.usecases.cohorts import evaluate_cohort
from consent_registry.usecases.decisions import PersonQuestion, decide_people
from consent_registry.usecases.members import NewMember, list_members
from consent_registry.usecases.opt_out import set_opt_out
from consent_registry.usecases.reading import consents_of
from consent_registry.usecases.requests import NewRequest, make_request
from consent_registry.usecases.studies import StudyFacts, describe_study, place_dataset
from consent_registry.usecases.study_consents import NewStudyConsent, record_study_consent
from consent_registry.usecases.watching import report_unreadable, watch
from shared.ids import DatasetId, Ordinal
from tests.fakes.consent_factories import purpose
from tests.support.registry_world import DESK, DS, RegistryWorld, people, registry_world

STUDY = "GDI-ZZ-STUDY-1"
EHDS = DatasetId("GDI-ZZ-DATASET-2")
RIGHTS = replace(DESK, scopes=frozenset({"rights.manage"}))


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
    with world.as_owner() as connection:
        connection.execute(text("DELETE FROM consent_terms"))
    found = evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)
    assert found.cohort.reasons() == {"unreadable": 3}
    alarm(world, UnreadableKind.TERMS, gone)


# The last is the id of the others to whoever reads 32 bits of it.
@pytest.mark.parametrize("terms_id", ["NULL", "0", "-1", "-3", "terms_id + (1::bigint << 32)"])
def test_a_given_consent_without_terms_lets_nobody_in(world: RegistryWorld, terms_id: str) -> None:
    world.load(*people(2), people(3, permission="GRU")[2])
    with world.as_owner() as connection:
        changed = f"UPDATE standing SET terms_id = {terms_id} WHERE ordinal = 1"  # noqa: S608 - words of our own
        connection.execute(text(changed))
    found = evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)
    assert (set(found.cohort.within), found.cohort.reasons()) == ({0, 2}, {"unreadable": 1})
    alarm(world, UnreadableKind.TERMS, "none")


@pytest.mark.parametrize(
    "changed",
    [
        "state = 'x'",
        "state = 'x', terms_id = NULL",
        "ordinal = ordinal + (CAST(1 AS bigint) << 32)",
    ],
)
def test_a_standing_that_makes_no_sense_decides_nothing(world: RegistryWorld, changed: str) -> None:
    world.load(*people(2))
    with world.as_owner() as connection:
        connection.execute(text("ALTER TABLE standing DROP CONSTRAINT fk_standing_next"))
        connection.execute(text(f"UPDATE standing SET {changed} WHERE ordinal = 1"))  # noqa: S608 - words of our own
    with pytest.raises((ValueError, DBAPIError)):
        evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)


def tamper(world: RegistryWorld, table: str, changed: str) -> None:
    """Change rows as whoever owns the table can, who takes the guard away first."""
    with world.as_owner() as connection:
        connection.execute(text(f"GRANT UPDATE ON {table} TO CURRENT_USER"))
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        connection.execute(text(f"UPDATE {table} SET {changed}"))  # noqa: S608 - words of our own


@pytest.mark.parametrize("at_first", [OptOutKind.REGISTERED, OptOutKind.REVERSED])
@pytest.mark.parametrize(
    "changed", ["kind = 'x'", "about = 'x'", "about = 'holder:'", "channel = 'x'"]
)
def test_an_opt_out_that_cannot_be_read_opts_her_out_of_everything(
    ehds: RegistryWorld, changed: str, at_first: OptOutKind
) -> None:
    set_opt_out("P-000000", About(), OptOutKind.REGISTERED, tools=ehds.tools, principal=DESK)
    if at_first is OptOutKind.REVERSED:
        set_opt_out("P-000000", About(), OptOutKind.REVERSED, tools=ehds.tools, principal=DESK)
        assert inside(ehds) == {0, 1, 2}
    newest = "number = (SELECT max(number) FROM opt_out_event)"
    tamper(ehds, "opt_out_event", f"{changed} WHERE {newest}")
    assert inside(ehds) == {1, 2}
    event = str(ehds.scalar(f"SELECT optout_id FROM opt_out_event WHERE {newest}"))  # noqa: S608
    alarm(ehds, UnreadableKind.OPT_OUT, event)
    # She is not shut out of her own right: her newer word counts again.
    set_opt_out("P-000000", About(), OptOutKind.REVERSED, tools=ehds.tools, principal=DESK)
    assert inside(ehds) == {0, 1, 2}


@pytest.mark.parametrize("lifted", [False, True])
def test_a_stop_that_cannot_be_read_stops_her_for_good(ehds: RegistryWorld, lifted: bool) -> None:
    wanted = NewRequest(right=Right.RESTRICTION)
    make_request("P-000000", wanted, tools=ehds.tools, principal=RIGHTS)
    if lifted:
        with ehds.as_owner() as connection:
            connection.execute(
                text(
                    "INSERT INTO stop_event (pid, kind, begins, recorded_at)"
                    " SELECT pid, kind, false, recorded_at FROM stop_event"
                )
            )
        assert inside(ehds) == {0, 1, 2}
    tamper(ehds, "stop_event", "kind = 'x' WHERE number = (SELECT max(number) FROM stop_event)")
    assert inside(ehds) == {1, 2}
    ehds.clock.pass_time(1)
    now = ehds.clock.now()
    question = PersonQuestion(
        dataset=EHDS,
        ordinal=Ordinal(0),
        effective_at=now,
        known_at=now,
        permit_id=None,
        purposes=(),
    )
    (answer,) = decide_people([question], tools=ehds.tools, principal=DESK)
    assert answer.answer == "out"
    alarm(ehds, UnreadableKind.STOP, str(ehds.scalar("SELECT max(number) FROM stop_event")))


def inside(world: RegistryWorld) -> set[int]:
    """Decide on an index that was just built, so that nothing read before counts."""
    with registry_world(clock=world.clock, url=world.url, keys=world.keys) as again:
        found = evaluate_cohort(EHDS, purpose(), tools=again.tools, principal=DESK)
    return set(found.cohort.within)


@pytest.fixture
def ehds(world: RegistryWorld) -> RegistryWorld:
    """Three people of a dataset in which an opt-out excludes."""
    world.ehds_dataset(EHDS)
    world.load(*({**row, "dataset": EHDS} for row in people(3)))
    return world


def test_nothing_unreadable_is_no_alarm(world: RegistryWorld) -> None:
    world.load(*people(3))
    evaluate_cohort(DS, purpose(), tools=world.tools, principal=DESK)
    assert not report_unreadable(tools=world.tools)
    assert figures(world) == {kind.value: 0.0 for kind in UnreadableKind}


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
