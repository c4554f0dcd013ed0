# SPDX-License-Identifier: Apache-2.0
"""Death, evidence, and preferences on a real database: what narrows, and what changes nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from consent_registry.domain.errors import EvidenceUnknown, LifeStateClash, SecondPersonNeeded
from consent_registry.domain.lives import Finding, Preferences, Quality, Topic, Wish
from consent_registry.usecases.lives import (
    correct_death,
    life_of,
    look_at_evidence,
    preferences_of,
    record_death,
    set_preferences,
    set_wish,
)
from consent_registry.usecases.people import link_login
from shared.errors import Forbidden, ValidationFailed
from tests.support.merge_world import (
    SECOND,
    A,
    B,
    confirm,
    give,
    live,
    permit,
    propose,
    reasons,
    rebuilt,
    within,
)
from tests.support.registry_world import DESK, DS, LOGIN, RegistryWorld, people, person

PAPER = "ab" * 32
DAY = timedelta(days=1)


@pytest.fixture
def three(world: RegistryWorld) -> RegistryWorld:
    assert world.load(*people(3)).batch.applied == 3
    world.clock.pass_time(3600)
    return world


def die(world: RegistryWorld, who: str = A) -> None:
    at = world.clock.now() - DAY
    record_death(who, at, PAPER, tools=world.tools, principal=DESK)


def look(
    world: RegistryWorld,
    quality: Quality,
    evidence_id: str | None = None,
    *,
    second: bool = False,
) -> str:
    event = world.column("SELECT event_id::text FROM consent_event ORDER BY ordinal, revision")[0]
    found = look_at_evidence(
        A,
        event,
        quality,
        PAPER,
        evidence_id=evidence_id,
        tools=world.tools,
        principal=SECOND if second else DESK,
    )
    return found.evidence_id


def test_who_died_without_a_word_is_out_and_a_wish_said_in_life_counts(
    three: RegistryWorld,
) -> None:
    set_wish(B, Wish.CONTINUE, tools=three.tools, principal=DESK)
    three.clock.pass_time(3 * 86400)
    permit(three, "PERMIT-1")
    die(three)
    die(three, B)
    assert within(three) == {1, 2}
    assert live(three) == [{1, 2}]
    assert reasons(three) == {"deceased": 1}
    rebuilt(three, A)
    rebuilt(three, B)
    with pytest.raises(LifeStateClash):
        set_wish(A, Wish.CONTINUE, tools=three.tools, principal=DESK)
    with pytest.raises(LifeStateClash):
        die(three)


def test_a_wish_to_stop_stops_and_one_of_the_dead_counts_for_nothing(three: RegistryWorld) -> None:
    set_wish(A, Wish.STOP, tools=three.tools, principal=DESK)
    # This one is written down after she died, which nobody here knows yet.
    set_wish(B, Wish.CONTINUE, tools=three.tools, principal=DESK)
    record_death(B, three.clock.now() - DAY, PAPER, tools=three.tools, principal=DESK)
    three.clock.pass_time(3 * 86400)
    die(three)
    assert within(three) == {2}
    give(three, A)
    assert within(three) == {2}, "a consent lifts no bar"


def test_a_death_is_taken_back_by_somebody_else_and_was_then_never(three: RegistryWorld) -> None:
    permit(three, "PERMIT-1")
    before = three.clock.now()
    die(three)
    with pytest.raises(SecondPersonNeeded):
        correct_death(A, PAPER, tools=three.tools, principal=DESK)
    assert within(three) == {1, 2}
    three.clock.pass_time(60)
    then = three.clock.now()
    three.clock.pass_time(60)
    found = correct_death(A, PAPER, tools=three.tools, principal=SECOND)
    assert found.died_at is None
    assert within(three) == {0, 1, 2}
    assert live(three) == [{1, 2}], "a permit never widens"
    as_known = life_of(A, None, then, tools=three.tools, principal=DESK)
    assert as_known.life.died_at == before - DAY
    rebuilt(three, A)
    with pytest.raises(LifeStateClash):
        correct_death(A, PAPER, tools=three.tools, principal=SECOND)
    die(three)
    assert within(three) == {1, 2}


def test_the_death_of_one_bars_whoever_may_be_the_same(three: RegistryWorld) -> None:
    merge = propose(three)
    die(three)
    assert within(three) == {2}
    confirm(three, merge)
    assert within(three) == {2}


@pytest.mark.parametrize("quality", [Quality.DISPUTED, Quality.LOST, Quality.REJECTED])
def test_a_worse_look_narrows_at_once_and_a_better_one_needs_another_person(
    three: RegistryWorld, quality: Quality
) -> None:
    permit(three, "PERMIT-1")
    paper = look(three, Quality.VERIFIED)
    assert within(three) == {0, 1, 2}
    look(three, quality, paper)
    assert (within(three), live(three)) == ({1, 2}, [{1, 2}])
    assert reasons(three) == {"evidence_doubtful": 1}
    rebuilt(three, A)
    for other in (paper, None):
        with pytest.raises(SecondPersonNeeded):
            look(three, Quality.VERIFIED, other)
    look(three, Quality.VERIFIED, paper, second=True)
    assert (within(three), live(three)) == ({0, 1, 2}, [{1, 2}])
    found = life_of(A, None, None, tools=three.tools, principal=DESK).evidence
    assert [one.quality for one in found] == [Quality.VERIFIED]
    assert three.count("person_event") == 3, "each look stays"


def test_a_new_consent_does_not_rest_on_the_old_paper(three: RegistryWorld) -> None:
    look(three, Quality.LOST)
    assert within(three) == {1, 2}
    give(three, A)
    assert within(three) == {0, 1, 2}
    rebuilt(three, A)


def test_evidence_belongs_to_a_consent_of_hers(three: RegistryWorld) -> None:
    paper = look(three, Quality.VERIFIED)
    events = three.column("SELECT event_id::text FROM consent_event ORDER BY ordinal")
    for event, evidence_id in ((events[1], None), ("x", None), (events[0], events[0])):
        with pytest.raises(EvidenceUnknown):
            look_at_evidence(
                A,
                event,
                Quality.VERIFIED,
                PAPER,
                evidence_id=evidence_id,
                tools=three.tools,
                principal=DESK,
            )
    with pytest.raises(ValidationFailed):
        look_at_evidence(A, events[0], Quality.VERIFIED, "x", tools=three.tools, principal=DESK)
    assert look(three, Quality.VERIFIED, paper) == paper


def test_preferences_are_kept_and_read_and_change_no_decision(three: RegistryWorld) -> None:
    link_login(A, LOGIN, "anna", tools=three.tools, principal=DESK)
    caller = replace(DESK, scopes=frozenset({"preferences.read"}))
    said = preferences_of(A, tools=three.tools, principal=caller).preferences
    assert said == Preferences(), "nothing said is nothing wanted"
    before = (three.revision(), within(three))
    wanted = Preferences(
        topics=frozenset({Topic.RESULTS}), findings=frozenset({Finding.ACTIONABLE})
    )
    set_preferences(A, wanted, tools=three.tools, principal=person("anna"))
    said = preferences_of(A, tools=three.tools, principal=caller).preferences
    assert (said.topics, said.findings) == (wanted.topics, wanted.findings)
    assert said.may_contact(Topic.RESULTS)
    assert not said.may_contact(Topic.UPDATES)
    quiet = replace(wanted, no_contact=True)
    set_preferences(A, quiet, tools=three.tools, principal=person("anna"))
    said = preferences_of(A, tools=three.tools, principal=caller).preferences
    assert not said.may_contact(Topic.RESULTS)
    assert (three.revision(), within(three)) == before
    with pytest.raises(Forbidden):
        preferences_of(A, tools=three.tools, principal=replace(DESK, scopes=frozenset()))
    with pytest.raises(Forbidden):
        set_preferences(B, wanted, tools=three.tools, principal=person("anna"))


def test_an_event_whose_key_is_gone_keeps_its_narrow_meaning(three: RegistryWorld) -> None:
    set_wish(A, Wish.CONTINUE, tools=three.tools, principal=DESK)
    three.clock.pass_time(3 * 86400)
    die(three)
    assert within(three) == {0, 1, 2}
    with three.engine.begin() as connection:
        connection.execute(
            text(
                "DELETE FROM person_key WHERE pid = (SELECT pid FROM participant "
                "WHERE pseudonym = :who)"
            ),
            {"who": A},
        )
    found = life_of(A, None, None, tools=three.tools, principal=DESK)
    assert found.life.wish is Wish.STOP
    give(three, B)
    assert found.life.died_at is not None


@pytest.mark.parametrize("table", ["person_event", "person_reach"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET pid = pid", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_happened_to_people_is_append_only(
    three: RegistryWorld, table: str, statement: str
) -> None:
    die(three)
    column = "pid" if table == "person_event" else "ordinal"
    wanted = statement.replace("pid = pid", f"{column} = {column}").format(table)
    for regranted in (False, True):
        with three.as_owner() if regranted else three.engine.connect() as connection:
            if regranted:
                connection.execute(text(f"GRANT ALL ON {table} TO CURRENT_USER"))
            with pytest.raises(DBAPIError) as refused:
                connection.execute(text(wanted))
            message = str(refused.value.orig)
            assert ("append-only" if regranted else "permission denied") in message


def test_each_event_of_a_person_is_chained_to_the_one_before(three: RegistryWorld) -> None:
    for wish in (Wish.CONTINUE, Wish.STOP):
        set_wish(A, wish, tools=three.tools, principal=DESK)
    hashes = three.column("SELECT hash FROM person_event ORDER BY number")
    previous = three.column("SELECT previous FROM person_event ORDER BY number")
    assert previous == [b"", hashes[0]]
    assert DS not in str(three.rows("person_event"))
